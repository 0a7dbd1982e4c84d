//! The event loop, which feeds a screen the events of the terminal and of its own threads.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::{Farewell, SessionError, View, Words};
use crate::term::{Caps, LineTerminal, Listener, Terminal, TerminalEvent, Theme, Tty};

/// How the session ends, if it does.
pub(super) type Flow = Result<Option<Farewell>, SessionError>;

/// What is on the terminal, and takes what happens there.
pub(super) trait Screen {
    /// Events of the terminal, and reports of its own threads.
    type Input: From<TerminalEvent> + Send + 'static;

    fn terminal(&mut self) -> &mut dyn Terminal;

    /// Shows it for the first time.
    fn start(&mut self) -> Flow;

    fn take(&mut self, input: Self::Input) -> Flow;

    /// Returns how long to wait for an input before [`Screen::tick`] is called.
    fn timeout(&self) -> Option<Duration>;

    fn tick(&mut self) -> Flow;

    /// Cancels what runs in the background.
    fn stop(&mut self);
}

/// Runs `screen` until it ends the session.
///
/// # Errors
/// Fails when Gradus could not do its work. A terminal that goes away is an end like others.
pub(super) fn run<S: Screen>(
    screen: &mut S,
    inputs: &Receiver<S::Input>,
) -> Result<Farewell, SessionError> {
    let ended = match follow(screen, inputs) {
        Err(SessionError::Stream(error)) if is_gone(&error) => Ok(Farewell::Closed),
        ended => ended,
    };
    screen.stop();
    match (screen.terminal().leave(), &ended) {
        (Ok(()), _) | (Err(_), Ok(Farewell::Closed) | Err(_)) => ended,
        (Err(error), Ok(_)) => Err(error.into()),
    }
}

fn follow<S: Screen>(
    screen: &mut S,
    inputs: &Receiver<S::Input>,
) -> Result<Farewell, SessionError> {
    let mut ended = screen.start()?;
    loop {
        if let Some(farewell) = ended {
            return Ok(farewell);
        }
        let input = match screen.timeout() {
            Some(limit) => inputs.recv_timeout(limit),
            None => inputs.recv().map_err(RecvTimeoutError::from),
        };
        ended = match input {
            Ok(input) => screen.take(input)?,
            Err(RecvTimeoutError::Timeout) => screen.tick()?,
            // Every sender is gone.
            Err(RecvTimeoutError::Disconnected) => Some(Farewell::Closed),
        };
    }
}

/// Returns whether the terminal, or the reader of a pipe, went away.
fn is_gone(error: &io::Error) -> bool {
    // EIO: a terminal whose other end is closed.
    const EIO: i32 = 5;
    let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(EIO)
}

/// The terminal of a session, and the words for what goes wrong.
pub(crate) struct Surface {
    pub caps: Caps,
    pub theme: Theme,
    /// Whether the screen goes to standard error, because standard output is for something else.
    pub aside: bool,
    pub words: Words,
}

impl Surface {
    pub(super) fn view(&self) -> View {
        View {
            caps: self.caps,
            interactive: self.caps.terminal && io::stdin().is_terminal() && !self.aside,
        }
    }

    /// Takes the terminal, whose events go to `sender` from then on.
    pub(super) fn open<I: From<TerminalEvent> + Send + 'static>(
        &self,
        sender: &Sender<I>,
    ) -> io::Result<Box<dyn Terminal>> {
        let sender = sender.clone();
        let listener: Listener = Arc::new(move |event: TerminalEvent| {
            // When nothing receives any more the session is over.
            sender.send(event.into()).ok();
        });
        let theme = self.theme.clone();
        Ok(if self.view().by_lines() {
            Box::new(LineTerminal::open(self.caps, theme, self.aside, &listener)?)
        } else {
            Box::new(Tty::open(self.caps, theme, &listener)?)
        })
    }
}
