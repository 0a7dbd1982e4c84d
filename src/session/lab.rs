//! The screen of a lab that is up: the logs as they grow, and the keys.

mod actions;
pub(crate) mod board;
pub(crate) mod exercising;
mod log_filter;
pub(crate) mod purpose;
mod rows;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::Surface;
use super::screen::{self, Flow, Screen};
use super::{Farewell, SessionError, View, Words};
use crate::check::{CheckError, Context, Outcome};
use crate::course::Exercise;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::control::tail::Positions;
use crate::kinds::gateway::lab::control::{
    Entered, LabClientError, LabEvent, LabHost, LabReply, LabRequest, LabSetup, LabStatus,
    RegisteredLab, Registry, commands, wrappers,
};
use crate::sandbox::Cancel;
use crate::term::{Key, Prompt, Spot, Terminal, TerminalEvent, suspend};
use crate::text::{Line, Role};
use crate::watch::{Changed, WatchMode, Watcher};
use log_filter::LogFilter;
use purpose::{Purpose, Reaction};

/// How often the logs are read.
const BEAT: Duration = Duration::from_millis(120);

/// Inputs of a lab's screen.
enum LabInput {
    Terminal(TerminalEvent),
    LabEvent(LabEvent),
    Saved(Changed),
    Checked(Result<Outcome, CheckError>),
}

impl From<TerminalEvent> for LabInput {
    fn from(event: TerminalEvent) -> Self {
        Self::Terminal(event)
    }
}

/// Opens a shell in a lab that listens at a socket.
pub(crate) type OpenShell<'a> = dyn Fn(&LabStatus, &Path) -> io::Result<()> + 'a;

/// A lab that is to be kept up on the terminal.
pub(crate) struct LabSession<'a> {
    /// The exercise, or the drill as one.
    pub exercise: &'a Exercise,
    /// What the lab is made of.
    pub opening: LabSetup,
    pub context: Context,
    pub purpose: &'a mut dyn Purpose,
    /// The terminal, and the words for what goes wrong.
    pub surface: Surface,
    pub open_shell: &'a OpenShell<'a>,
}

impl LabSession<'_> {
    /// Keeps the lab up until its end.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work, or when a lab of the exercise is up already.
    pub(crate) fn run(mut self) -> Result<Farewell, SessionError> {
        self.opening.own_ports = true;
        let folder = self.opening.folder.clone();
        let (sender, inputs) = channel();
        let happened = sender.clone();
        let happened = Arc::new(move |what| {
            // When nothing receives any more the lab is going down.
            happened.send(LabInput::LabEvent(what)).ok();
        });
        let started = LabHost::start(self.opening, happened);
        let (host, said) = started.map_err(CheckError::from)?;
        write_wrappers(&host, &self.context).map_err(failed(host.folder()))?;
        let entry = RegisteredLab {
            exercise: self.exercise.id.to_string(),
            folder: folder.clone(),
            pid: std::process::id(),
            socket: host.socket().to_owned(),
        };
        let registry = Registry::new(&self.context.environment);
        let _registration = match registry.enter(&entry).map_err(failed(host.folder()))? {
            Entered::Registered(registration) => registration,
            Entered::Taken(other) => return Err(SessionError::LabIsUp(other)),
        };
        let saved = sender.clone();
        let saved = move |changed| drop(saved.send(LabInput::Saved(changed)));
        let watcher = Watcher::start(&folder, WatchMode::Notified, saved);
        let _watcher = watcher.map_err(failed(&folder))?;
        let mut screen = LabScreen {
            exercise: self.exercise,
            purpose: self.purpose,
            host: &host,
            context: self.context,
            terminal: self.surface.open(&sender)?,
            view: self.surface.view(),
            words: self.surface.words,
            open_shell: self.open_shell,
            sender,
            said: said_lines(&said),
            positions: Positions::default(),
            filter: LogFilter::default(),
            check: None,
            asked: None,
            written: 0,
            state: Line::new(),
            shows_help: false,
        };
        screen::run(&mut screen, &inputs)
    }
}

/// Writes the commands of the lab's shell: those of nginx, and stand-ins for what this machine lacks.
fn write_wrappers(host: &LabHost, context: &Context) -> io::Result<()> {
    let environment = &context.environment;
    let missing = |name: &&&str| environment.find_program(name, &[]).is_none();
    let more: Vec<&str> = wrappers::STAND_INS
        .iter()
        .filter(missing)
        .copied()
        .collect();
    wrappers::write(host.folder(), context.sandbox.launcher(), &more)?;
    Ok(())
}

fn failed(path: &Path) -> impl Fn(io::Error) -> SessionError + use<> {
    let path = path.to_owned();
    move |source| SessionError::File {
        path: path.clone(),
        source,
    }
}

fn said_lines(said: &CommandOutput) -> Vec<Line> {
    let role = if said.code == 0 {
        Role::Warn
    } else {
        Role::Bad
    };
    let lines = said.stderr.lines();
    lines.map(|line| Line::new().with(role, line)).collect()
}

/// What a choice is for.
enum Asked {
    /// One of these requests to the services.
    Service(Vec<LabRequest>),
    /// Something of the purpose.
    Purpose,
}

struct LabScreen<'a> {
    exercise: &'a Exercise,
    purpose: &'a mut dyn Purpose,
    host: &'a LabHost,
    context: Context,
    terminal: Box<dyn Terminal>,
    view: View,
    words: Words,
    open_shell: &'a OpenShell<'a>,
    sender: Sender<LabInput>,
    /// The output of nginx's start, until it is shown.
    said: Vec<Line>,
    positions: Positions,
    filter: LogFilter,
    check: Option<Cancel>,
    /// The question at the bottom of the screen, and its purpose.
    asked: Option<(Asked, Prompt)>,
    /// How many lines of the history are in the learner's runbook.
    written: usize,
    /// What the footer says of the lab.
    state: Line,
    /// Whether the keys are on the screen, until the next key.
    shows_help: bool,
}

impl Screen for LabScreen<'_> {
    type Input = LabInput;

    fn terminal(&mut self) -> &mut dyn Terminal {
        &mut *self.terminal
    }

    fn start(&mut self) -> Flow {
        // What nginx logs while it starts is no news.
        if let LabReply::Logs(news) = self.host.ask(LabRequest::Logs {
            from: Positions::default(),
        }) {
            self.positions = news.positions;
        }
        self.greet()?;
        Ok(None)
    }

    fn take(&mut self, input: LabInput) -> Flow {
        let ended = match input {
            LabInput::Terminal(event) => self.receive(event)?,
            LabInput::LabEvent(LabEvent::Down) => Some(Farewell::Done),
            LabInput::LabEvent(LabEvent::Changed(what)) => {
                self.say(Role::Accent, &format!("{what} from elsewhere."))?;
                None
            }
            LabInput::Saved(changed) => {
                self.saved(&changed)?;
                None
            }
            LabInput::Checked(result) => self.checked(result)?,
        };
        if ended.is_none() {
            self.tail()?;
        }
        Ok(ended)
    }

    fn timeout(&self) -> Option<Duration> {
        Some(BEAT)
    }

    fn tick(&mut self) -> Flow {
        self.refresh_footer()?;
        self.tail()?;
        Ok(None)
    }

    fn stop(&mut self) {
        if let Some(check) = self.check.take() {
            check.cancel();
        }
    }
}

impl LabScreen<'_> {
    fn receive(&mut self, event: TerminalEvent) -> Flow {
        match event {
            TerminalEvent::Key(key) if self.asked.is_some() => return self.answer(key),
            TerminalEvent::Key(key) if self.shows_help && key != Key::Ctrl('c') => {
                self.greet()?;
            }
            TerminalEvent::Paste(_) => {
                let text = "A paste is text: it presses no keys.";
                self.say(Role::Dim, text)?;
            }
            // Where there are no keys, the signal of Ctrl-C ends a lab as q does.
            TerminalEvent::Key(Key::Ctrl('c') | Key::Char('q')) | TerminalEvent::Signal(2) => {
                return Ok(Some(Farewell::Done));
            }
            TerminalEvent::Key(Key::Ctrl('z')) => {
                self.terminal.lend(suspend)??;
                self.greet()?;
            }
            TerminalEvent::Key(Key::Char(key)) => return self.key(key),
            TerminalEvent::Key(_) => self.footer()?,
            TerminalEvent::Line(line) => return self.line(&line),
            TerminalEvent::Resize(size) => {
                self.terminal.resize(size);
                self.view.resize(size);
                self.greet()?;
            }
            TerminalEvent::Signal(signal) => return Ok(Some(Farewell::Signal(signal))),
            // Without a terminal there may be no input at all.
            TerminalEvent::Closed if self.view.interactive => return Ok(Some(Farewell::Done)),
            TerminalEvent::Closed => {}
        }
        Ok(None)
    }

    /// Reads a line where there are no keys: a key's letter, or words such as `svc stop shop`.
    fn line(&mut self, line: &str) -> Flow {
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (Some('q'), None) => return Ok(Some(Farewell::Done)),
            (Some(key), None) => return self.key(key),
            (None, _) => self.footer()?,
            (Some(_), Some(_)) => {
                let typed: Vec<&str> = line.split_whitespace().collect();
                if let Some(reaction) = self.purpose.line(&typed)? {
                    return self.react(reaction);
                }
                let words: Vec<String> = typed.into_iter().map(str::to_owned).collect();
                let request = match words[0].as_str() {
                    "svc" => commands::svc(&words[1..]),
                    "nginx" => commands::nginx(&words[1..]),
                    _ => commands::svc(&words),
                };
                match request {
                    Ok(request) => self.ask(request)?,
                    Err(said) => self.told(&said)?,
                }
            }
        }
        Ok(None)
    }

    fn key(&mut self, key: char) -> Flow {
        let pressed = self.purpose.press(key, &self.view)?;
        if let Some(reaction) = pressed {
            return self.react(reaction);
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
        Ok(None)
    }

    /// Shows what a purpose has done.
    fn react(&mut self, reaction: Reaction) -> Flow {
        if let Some(ask) = reaction.ask {
            self.asked = Some((Asked::Purpose, Prompt::new(ask)));
        }
        if reaction.lines.is_empty() {
            self.footer()?;
        } else {
            self.put(reaction.lines, Spot::Below)?;
        }
        Ok(reaction.end)
    }

    fn greet(&mut self) -> Result<(), SessionError> {
        self.shows_help = false;
        let status = self.status()?;
        let mut lines = self.purpose.heading(&status, &self.view);
        lines.push(Line::new());
        let looks_inside = self.purpose.looks_inside();
        let places = if looks_inside {
            board::places(&status)
        } else {
            board::surface(&status)
        };
        lines.extend(places.into_iter().flat_map(|mut place| {
            let value = Line {
                spans: place.spans.split_off(1),
                ..Line::new()
            };
            self.view.hung(&place, &value)
        }));
        lines.push(Line::new());
        if looks_inside {
            lines.append(&mut self.said);
        }
        let here = "gradus lab shell opens a shell in it from another terminal.";
        lines.push(Line::new().with(Role::Dim, here));
        if status.customers.is_some() {
            let come = "Customers send requests all the time; their log lines are shown when something changes.";
            lines.push(Line::new().with(Role::Dim, come));
        }
        lines.push(Line::new());
        self.put(lines, Spot::Fresh)
    }

    /// Shows what was added to the logs.
    fn tail(&mut self) -> Result<(), SessionError> {
        // What comes under the keys would push them away; it is shown after them.
        if self.shows_help || !self.purpose.shows_logs() {
            return Ok(());
        }
        let from = self.positions;
        let LabReply::Logs(news) = self.host.ask(LabRequest::Logs { from }) else {
            return Ok(());
        };
        self.positions = news.positions;
        let news = self.filter.thin(news);
        if news.lines.is_empty() {
            return Ok(());
        }
        self.put(board::log_lines(&news), Spot::Below)
    }

    fn say(&mut self, role: Role, text: &str) -> Result<(), SessionError> {
        self.put(vec![Line::new().with(role, text)], Spot::Below)
    }

    fn put(&mut self, lines: Vec<Line>, spot: Spot) -> Result<(), SessionError> {
        let lines = self.view.fit(lines);
        self.terminal.show(&lines, spot)?;
        if self.view.by_lines() {
            Ok(())
        } else {
            self.footer()
        }
    }

    fn status(&self) -> Result<LabStatus, SessionError> {
        match self.host.ask(LabRequest::Status) {
            LabReply::Status(status) => Ok(*status),
            _ => Err(LabClientError::Foreign.into()),
        }
    }

    fn ask(&mut self, request: LabRequest) -> Result<(), SessionError> {
        match self.host.ask(request) {
            LabReply::Said(said) => self.told(&said),
            LabReply::Trouble { what } => self.say(Role::Bad, &what),
            _ => Ok(()),
        }
    }

    fn told(&mut self, said: &CommandOutput) -> Result<(), SessionError> {
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
