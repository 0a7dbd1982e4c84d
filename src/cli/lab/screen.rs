//! The screen of a lab that is up: the logs as they grow, and the keys.

mod deeds;
mod rows;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::board;
use super::crowd::Crowd;
use super::purpose::{Deed, Purpose, Surface, Then};
use crate::check::{CheckError, Context, Outcome};
use crate::cli::app::App;
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::course::Exercise;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::control::tail::Positions;
use crate::kinds::gateway::lab::control::{
    LabEvent, LabHost, LabReply, LabRequest, LabStatus, words,
};
use crate::sandbox::Cancel;
use crate::term::{Key, Lines, Listener, Received, Size, Spot, Terminal, Tty};
use crate::text::{Line, Role};
use crate::tutor::View;
use crate::watch::Changed;

/// How often the logs are looked at.
const BEAT: Duration = Duration::from_millis(120);

/// Something that reaches the screen.
pub(super) enum Message {
    Received(Received),
    LabEvent(LabEvent),
    Saved(Changed),
    Checked(Result<Outcome, CheckError>),
}

pub(super) struct Screen<'a> {
    app: &'a App,
    exercise: &'a Exercise,
    purpose: &'a mut dyn Purpose,
    host: &'a LabHost,
    context: Context,
    sender: Sender<Message>,
    terminal: Box<dyn Terminal>,
    view: View,
    /// Whether a person looks on.
    interactive: bool,
    positions: Positions,
    crowd: Crowd,
    check: Option<Cancel>,
    written: usize,
    /// What the footer says of the lab.
    state: Line,
}

impl<'a> Screen<'a> {
    pub(super) fn open(
        app: &'a App,
        exercise: &'a Exercise,
        purpose: &'a mut dyn Purpose,
        host: &'a LabHost,
        context: Context,
        sender: Sender<Message>,
    ) -> Result<Self, Failure> {
        let caps = app.output.caps().clone();
        let aside = purpose.wants_stdout();
        let interactive = caps.terminal && io::stdin().is_terminal() && !aside;
        let view = View {
            size: Size {
                columns: caps.width,
                rows: caps.height,
            },
            by_lines: !interactive || caps.accessible,
            paged: false,
            accessible: caps.accessible,
            hyperlinks: caps.hyperlinks,
            ascii: !caps.unicode,
            highlight: caps.color,
        };
        let tell = sender.clone();
        let listener: Listener = Arc::new(move |received| {
            // When nobody listens any more the lab is going down.
            tell.send(Message::Received(received)).ok();
        });
        let theme = app.output.theme().clone();
        let terminal: Box<dyn Terminal> = if aside {
            Box::new(Lines::open_aside(caps, theme, &listener)?)
        } else if view.by_lines {
            Box::new(Lines::open(caps, theme, &listener)?)
        } else {
            Box::new(Tty::open(caps, theme, &listener)?)
        };
        Ok(Self {
            app,
            exercise,
            purpose,
            host,
            context,
            sender,
            terminal,
            view,
            interactive,
            positions: Positions::default(),
            crowd: Crowd::default(),
            check: None,
            written: 0,
            state: Line::new(),
        })
    }

    /// Shows the lab until somebody wants its end; `said` is what nginx said to its start.
    pub(super) fn run(
        &mut self,
        said: &[Line],
        messages: &Receiver<Message>,
    ) -> Result<Code, Failure> {
        let ended = self.watch(said, messages);
        if let Some(check) = self.check.take() {
            check.cancel();
        }
        match ended {
            // Nobody is left to be told.
            Err(Failure::Stream(error)) if is_gone(&error) => Ok(Code::Fine),
            ended => {
                self.terminal.leave()?;
                ended
            }
        }
    }

    fn watch(&mut self, said: &[Line], messages: &Receiver<Message>) -> Result<Code, Failure> {
        // What nginx says while it starts is no news.
        if let LabReply::Logs(news) = self.host.ask(LabRequest::Logs {
            from: Positions::default(),
        }) {
            self.positions = news.positions;
        }
        self.greet(said)?;
        loop {
            let then = match messages.recv_timeout(BEAT) {
                Ok(message) => self.act(message)?,
                Err(RecvTimeoutError::Timeout) => {
                    self.look()?;
                    Then::Stay
                }
                Err(RecvTimeoutError::Disconnected) => Then::End(Code::Fine),
            };
            if let Then::End(code) = then {
                return Ok(code);
            }
            self.tail()?;
        }
    }

    fn act(&mut self, message: Message) -> Result<Then, Failure> {
        match message {
            Message::Received(received) => return self.receive(received),
            Message::LabEvent(LabEvent::Down) => return Ok(Then::End(Code::Fine)),
            Message::LabEvent(LabEvent::Changed(what)) => {
                self.say(Role::Accent, &format!("{what} from elsewhere."))?;
            }
            Message::Saved(changed) => self.saved(&changed)?,
            Message::Checked(result) => return self.checked(result),
        }
        Ok(Then::Stay)
    }

    fn receive(&mut self, received: Received) -> Result<Then, Failure> {
        match received {
            // Where there are no keys, the signal of Ctrl-C ends a lab as q does.
            Received::Key(Key::Ctrl('c') | Key::Char('q')) | Received::Signal(2) => {
                return Ok(Then::End(Code::Fine));
            }
            Received::Key(Key::Ctrl('z')) => {
                self.terminal.release()?;
                crate::term::suspend()?;
                self.terminal.reclaim()?;
                self.greet(&[])?;
            }
            Received::Key(Key::Char(key)) => return self.key(key),
            Received::Key(_) => self.footer()?,
            Received::Line(line) => return self.line(&line),
            Received::Resize(size) => {
                self.terminal.resize(size);
                self.view.size = size;
                self.greet(&[])?;
            }
            Received::Signal(signal) => return Ok(Then::End(Code::Stopped(signal))),
            // Without a terminal there may be no input at all.
            Received::Closed if self.interactive => return Ok(Then::End(Code::Fine)),
            Received::Closed => {}
        }
        Ok(Then::Stay)
    }

    /// Reads a line where there are no keys: a key's letter, or words such as `svc stop shop`.
    fn line(&mut self, line: &str) -> Result<Then, Failure> {
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (Some('q'), None) => return Ok(Then::End(Code::Fine)),
            (Some(key), None) => return self.key(key),
            (None, _) => self.footer()?,
            (Some(_), Some(_)) => {
                let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                if let Some(deed) = self.purpose.line(&words)? {
                    return self.done(deed);
                }
                let request = match words[0].as_str() {
                    "svc" => words::svc(&words[1..]),
                    "nginx" => words::nginx(&words[1..]),
                    _ => words::svc(&words),
                };
                match request {
                    Ok(request) => self.ask(request)?,
                    Err(said) => self.told(&said)?,
                }
            }
        }
        Ok(Then::Stay)
    }

    fn key(&mut self, key: char) -> Result<Then, Failure> {
        let mut surface = Surface {
            terminal: &mut *self.terminal,
            view: &self.view,
        };
        if let Some(deed) = self.purpose.press(key, &mut surface)? {
            return self.done(deed);
        }
        match key {
            'r' => self.reload(),
            's' => self.services(),
            'l' => self.shell(),
            'c' => self.start_check(),
            'w' if self.has_runbook() => self.write_runbook(),
            '?' | 'h' => self.help(),
            _ => self.footer(),
        }?;
        Ok(Then::Stay)
    }

    /// Shows what a purpose has done.
    fn done(&mut self, deed: Deed) -> Result<Then, Failure> {
        if deed.lines.is_empty() {
            self.footer()?;
        } else {
            self.put(deed.lines, Spot::Below)?;
        }
        Ok(deed.then)
    }

    fn greet(&mut self, said: &[Line]) -> Result<(), Failure> {
        let status = self.status()?;
        let mut lines = self.purpose.heading(&status, &self.view);
        lines.push(Line::new());
        if self.purpose.looks_inside() {
            lines.extend(board::places(&status));
            lines.push(Line::new());
            lines.extend(said.iter().cloned());
        } else {
            lines.extend(board::surface(&status));
            lines.push(Line::new());
        }
        let here = "gradus lab shell opens a shell in it from another terminal.";
        lines.push(Line::new().with(Role::Dim, here));
        if status.customers.is_some() {
            let come =
                "Customers come all the while; a log line of theirs is shown when it is news.";
            lines.push(Line::new().with(Role::Dim, come));
        }
        lines.push(Line::new());
        self.put(lines, Spot::Fresh)
    }

    /// Shows what was added to the logs.
    fn tail(&mut self) -> Result<(), Failure> {
        if !self.purpose.shows_logs() {
            return Ok(());
        }
        let from = self.positions;
        let LabReply::Logs(news) = self.host.ask(LabRequest::Logs { from }) else {
            return Ok(());
        };
        self.positions = news.positions;
        let news = self.crowd.thin(news);
        if news.lines.is_empty() {
            return Ok(());
        }
        self.put(board::log_lines(&news), Spot::Below)
    }

    fn say(&mut self, role: Role, text: &str) -> Result<(), Failure> {
        self.put(vec![Line::new().with(role, text)], Spot::Below)
    }

    fn put(&mut self, lines: Vec<Line>, spot: Spot) -> Result<(), Failure> {
        let lines = self.view.fit(lines);
        self.terminal.show(&lines, spot)?;
        if self.view.by_lines {
            Ok(())
        } else {
            self.footer()
        }
    }

    fn status(&self) -> Result<LabStatus, Failure> {
        match self.host.ask(LabRequest::Status) {
            LabReply::Status(status) => Ok(*status),
            _ => Err(crate::kinds::gateway::lab::control::LabClientError::Foreign.into()),
        }
    }

    fn ask(&mut self, request: LabRequest) -> Result<(), Failure> {
        match self.host.ask(request) {
            LabReply::Said(said) => self.told(&said),
            LabReply::Trouble { what } => self.say(Role::Bad, &what),
            _ => Ok(()),
        }
    }

    fn told(&mut self, said: &CommandOutput) -> Result<(), Failure> {
        let role = if said.code == 0 {
            Role::Text
        } else {
            Role::Bad
        };
        let text = said.stdout.lines().chain(said.stderr.lines());
        let lines: Vec<_> = text.map(|line| Line::new().with(role, line)).collect();
        self.put(lines, Spot::Below)
    }
}

/// Returns whether the terminal, or who reads us, went away.
fn is_gone(error: &io::Error) -> bool {
    // 5 is EIO: a terminal whose other end is closed.
    let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(5)
}
