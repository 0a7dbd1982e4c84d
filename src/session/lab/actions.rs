//! What the keys of a lab's screen do.

use std::io;
use std::thread;

use super::{Asked, Flow, LabInput, LabScreen, Reaction, board};
use crate::check::{CheckError, Feedback, Outcome};
use crate::kinds::gateway::lab::control::protocol::ServiceCommand;
use crate::kinds::gateway::lab::control::{LabReply, LabRequest, LabStatus, NginxCommand};
use crate::kinds::gateway::lab::{log, services};
use crate::report::{Options, outcome_lines};
use crate::sandbox::Cancel;
use crate::session::{Farewell, SessionError};
use crate::sys::clock::unix_time;
use crate::sys::files;
use crate::term::{Ask, Key, Prompt, PromptReply, Spot};
use crate::text::{Line, Role};
use crate::watch::Changed;

/// Where what was done is written down.
const RUNBOOK: &str = "runbook.sh";

impl LabScreen<'_> {
    pub(super) fn reload(&mut self) -> Result<(), SessionError> {
        let test = NginxCommand::Test;
        let LabReply::Said(found) = self.host.ask(LabRequest::Nginx { word: test }) else {
            return Ok(());
        };
        self.told(&found)?;
        let runs = self.status()?.nginx.master.is_some();
        if found.code != 0 {
            let goes_on = "nginx keeps its previous configuration.";
            return if runs {
                self.say(Role::Warn, goes_on)
            } else {
                Ok(())
            };
        }
        let (word, done) = if runs {
            (NginxCommand::Reload, "nginx has read it.")
        } else {
            (NginxCommand::Start, "nginx was started.")
        };
        match self.host.ask(LabRequest::Nginx { word }) {
            LabReply::Said(said) if said.code == 0 => {
                // What nginx logs about it comes first, else it pushes the word off a small screen.
                self.tail()?;
                self.say(Role::Good, done)
            }
            LabReply::Said(said) => self.told(&said),
            _ => Ok(()),
        }
    }

    pub(super) fn services(&mut self) -> Result<(), SessionError> {
        let choices = choices(&self.status()?);
        let (labels, requests): (Vec<_>, Vec<_>) = choices.into_iter().unzip();
        if self.view.by_lines() {
            let lines = labels.iter().map(|label| Line::plain(format!("  {label}")));
            return self.put(lines.collect(), Spot::Below);
        }
        let prompt = Prompt::new(Ask::One(labels));
        self.asked = Some((Asked::Service(requests), prompt));
        self.footer()
    }

    /// Takes a key of the question.
    pub(super) fn answer(&mut self, key: Key) -> Flow {
        let reply = self
            .asked
            .as_mut()
            .and_then(|(_, prompt)| prompt.press(key));
        let Some(reply) = reply else {
            self.footer()?;
            return Ok(None);
        };
        let asked = self.asked.take().map(|(asked, _)| asked);
        match (reply, asked) {
            (PromptReply::Interrupted, _) => Ok(Some(Farewell::Done)),
            (reply, Some(Asked::Service(requests))) => {
                match reply.chosen().and_then(|index| requests.get(index)) {
                    Some(request) => self.ask(request.clone())?,
                    None => self.say(Role::Dim, "Nothing was done.")?,
                }
                Ok(None)
            }
            (reply, Some(Asked::Purpose) | None) => {
                let reaction = self.purpose.chosen(reply.chosen())?;
                self.react(reaction)
            }
        }
    }

    pub(super) fn shell(&mut self) -> Result<(), SessionError> {
        if !self.view.interactive {
            return Ok(());
        }
        let status = self.status()?;
        let open = || (self.open_shell)(&status, self.host.socket());
        let opened = self.terminal.lend(open)?;
        self.greet()?;
        match opened {
            Ok(()) => Ok(()),
            Err(error) => self.say(Role::Bad, &format!("there is no shell: {error}")),
        }
    }

    pub(super) fn saved(&mut self, changed: &Changed) -> Result<(), SessionError> {
        let has = |name: &str| changed.files.iter().any(|file| file == name);
        if has(services::FILE) {
            let text = "services.toml was saved. A service reads it when it is restarted: s.";
            self.say(Role::Accent, text)?;
        }
        if !has(log::FILE) {
            return Ok(());
        }
        let status = self.status()?;
        let nginx = &status.nginx;
        let text = if nginx.master.is_none() {
            "nginx.conf was saved. nginx is not running; r starts it.".to_owned()
        } else if nginx.config_changed {
            let age = board::age(unix_time().saturating_sub(nginx.config_since));
            format!("nginx.conf was saved; nginx still runs what it read {age} ago. r reloads.")
        } else {
            "nginx.conf was saved; nginx runs with this text.".to_owned()
        };
        self.say(Role::Accent, &text)
    }

    pub(super) fn start_check(&mut self) -> Result<(), SessionError> {
        if let Some(check) = self.check.take() {
            check.cancel();
        }
        let mut context = self.context.clone();
        context.cancel = Cancel::new();
        self.check = Some(context.cancel.clone());
        let check = self.purpose.check(self.host.socket());
        let sender = self.sender.clone();
        thread::Builder::new().name("check".into()).spawn(move || {
            let result = check(&context);
            // The lab may be down by now.
            sender.send(LabInput::Checked(result)).ok();
        })?;
        self.say(Role::Dim, "Checking…")
    }

    pub(super) fn checked(&mut self, result: Result<Outcome, CheckError>) -> Flow {
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(CheckError::Cancelled) => return Ok(None),
            Err(error) => {
                let trouble = (self.words)(error.into());
                self.put(trouble.lines(), Spot::Below)?;
                return Ok(None);
            }
        };
        let feedback = self.exercise.feedback.unwrap_or(Feedback::Full);
        let options = Options::new(feedback, &self.view.caps);
        let mut lines = vec![Line::new()];
        lines.extend(outcome_lines(self.exercise, &outcome, &options));
        lines.push(Line::new());
        let reaction = self.purpose.checked(&outcome)?;
        lines.extend(reaction.lines);
        self.react(Reaction { lines, ..reaction })
    }

    pub(super) fn has_runbook(&self) -> bool {
        let files = self.exercise.task().workspace();
        files.iter().any(|file| file.path == RUNBOOK)
    }

    /// Adds what was done since the last time to the learner's runbook.
    pub(super) fn write_runbook(&mut self) -> Result<(), SessionError> {
        let LabReply::History { lines } = self.host.ask(LabRequest::History) else {
            return Ok(());
        };
        let new = lines.get(self.written..).unwrap_or_default();
        if new.is_empty() {
            return self.say(Role::Dim, "Nothing was done that is not in runbook.sh.");
        }
        let path = self.status()?.folder.join(RUNBOOK);
        let failed = |source| SessionError::File {
            path: path.clone(),
            source,
        };
        let mut text = match files::read_bounded(&path, 64 << 10) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.extend(new.iter().map(|line| format!("{line}\n")));
        files::write_whole(&path, text.as_bytes()).map_err(failed)?;
        let said = format!("Added to runbook.sh: {}", new.join("; "));
        self.written = lines.len();
        self.say(Role::Good, &said)
    }
}

/// Returns what can be done to the services, each with its words.
fn choices(status: &LabStatus) -> Vec<(String, LabRequest)> {
    let mut choices = Vec::new();
    for service in &status.services {
        let words: &[_] = if service.is_running() {
            &[
                ("stop", ServiceCommand::Stop),
                ("restart", ServiceCommand::Restart),
                ("kill", ServiceCommand::Kill),
            ]
        } else {
            &[("start", ServiceCommand::Start)]
        };
        for (verb, word) in words {
            let name = service.name.clone();
            let request = LabRequest::Service {
                word: *word,
                name: Some(name.clone()),
            };
            choices.push((format!("svc {verb} {name}"), request));
        }
    }
    choices
}
