//! A question among the lines of a command, which takes the terminal for as long as it asks.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use signal_hook::low_level::emulate_default_handler;

use super::modes::Modes;
use super::prompt::Prompt;
use super::screen::{Ask, PromptReply};
use super::source::{self, Listener, Reading, Source, TerminalEvent};
use super::{Caps, Theme, emit_line};

/// Asks on the terminal. Between two questions the terminal is as it was found, and so it is after a panic or
/// a signal.
#[derive(Debug)]
pub(crate) struct InlinePrompt {
    caps: Caps,
    theme: Theme,
    modes: Modes,
    source: Source,
    events: Receiver<TerminalEvent>,
}

impl InlinePrompt {
    /// Starts to listen to the terminal, without taking it.
    pub(crate) fn open(caps: Caps, theme: Theme) -> io::Result<Self> {
        let (sender, events) = channel();
        let listener: Listener = Arc::new(move |event| {
            // When nothing receives any more there is no question left.
            sender.send(event).ok();
        });
        let modes = Modes::new();
        let mut source = Source::start(Reading::Keys, &modes, &listener)?;
        source.pause()?;
        Ok(Self {
            caps,
            theme,
            modes,
            source,
            events,
        })
    }

    /// Asks, and waits for the answer. Nothing of the question stays on the screen.
    ///
    /// # Errors
    /// Fails when the terminal is gone.
    pub(crate) fn ask(&mut self, ask: Ask) -> io::Result<PromptReply> {
        self.show(Prompt::new(ask))
    }

    /// Asks a question of a quiz, likewise.
    ///
    /// # Errors
    /// Fails when the terminal is gone.
    pub(crate) fn ask_quiz(&mut self, ask: Ask) -> io::Result<PromptReply> {
        self.show(Prompt::quiz(ask))
    }

    fn show(&mut self, mut prompt: Prompt) -> io::Result<PromptReply> {
        self.modes.enter()?;
        self.source.resume()?;
        let reply = self.follow(&mut prompt);
        self.source.pause()?;
        self.modes.restore()?;
        reply
    }

    fn follow(&self, prompt: &mut Prompt) -> io::Result<PromptReply> {
        let mut drawn = self.draw(prompt, 0)?;
        loop {
            let reply = match self.events.recv().map_err(io::Error::other)? {
                TerminalEvent::Key(key) => prompt.press(key),
                TerminalEvent::Paste(text) => {
                    prompt.paste(&text);
                    None
                }
                TerminalEvent::Signal(signal) => {
                    self.modes.restore_for_good();
                    emulate_default_handler(signal)?;
                    None
                }
                TerminalEvent::Closed => return Err(io::ErrorKind::UnexpectedEof.into()),
                TerminalEvent::Line(_) | TerminalEvent::Resize(_) => None,
            };
            if let Some(reply) = reply {
                erase(drawn)?;
                return Ok(reply);
            }
            drawn = self.draw(prompt, drawn)?;
        }
    }

    /// Draws the question in the place of the last `drawn` rows; returns how many it has.
    fn draw(&self, prompt: &Prompt, drawn: usize) -> io::Result<usize> {
        erase(drawn)?;
        let lines = prompt.rows(source::size());
        let rows: Vec<String> = lines
            .iter()
            .map(|line| emit_line(line, &self.caps, &self.theme))
            .collect();
        write(&rows.join("\r\n"))?;
        Ok(rows.len())
    }
}

impl Drop for InlinePrompt {
    fn drop(&mut self) {
        self.modes.restore().ok();
    }
}

/// Erases the last `drawn` rows; the cursor is at the end of them, and then at their start.
fn erase(drawn: usize) -> io::Result<()> {
    let up = match drawn {
        0 | 1 => String::new(),
        rows => format!("\x1b[{}A", rows - 1),
    };
    write(&format!("\r{up}\x1b[J"))
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
