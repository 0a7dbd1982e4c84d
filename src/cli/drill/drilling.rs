//! A lab that is up for a drill.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::words;
use crate::check::{CheckError, Context, Outcome, Verdict};
use crate::cli::app::App;
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::cli::lab::purpose::{Deed, Judge, OwnKey, Purpose, Surface, Then};
use crate::course::Answer as Choice;
use crate::kinds::gateway::drill::Possibility;
use crate::kinds::gateway::lab::control::{
    LabClient, LabClientError, LabReply, LabRequest, LabStatus,
};
use crate::kinds::gateway::lab::{probe, prober};
use crate::term::{Ask, Reply};
use crate::text::{Line, Role};
use crate::training::{Answered, Open, Step, Training};
use crate::tutor::View;

/// The keys of a drill.
const KEYS: &[OwnKey] = &[
    OwnKey {
        key: "a",
        short: "answer",
        long: "answer: at which hop it broke, and why",
    },
    OwnKey {
        key: "t",
        short: "logs",
        long: "show the logs as they grow; once more hides them",
    },
    OwnKey {
        key: "g",
        short: "give up",
        long: "give up and see what it was",
    },
];

/// A drill that somebody sits at.
pub(super) struct Drilling<'a> {
    app: &'a App,
    training: &'a Training<'a>,
    open: Open<'a>,
    context: Context,
    json: bool,
    shows_logs: bool,
    /// What a customer sends, and what comes back.
    symptom: Vec<(String, Vec<String>)>,
}

impl<'a> Drilling<'a> {
    pub(super) fn new(
        app: &'a App,
        training: &'a Training<'a>,
        open: Open<'a>,
        context: Context,
        json: bool,
    ) -> Self {
        Self {
            app,
            training,
            open,
            context,
            json,
            shows_logs: false,
            symptom: Vec::new(),
        }
    }

    /// Sends what customers send, once for each fault.
    fn look(&mut self, status: &LabStatus) {
        let port = status.port(status.nginx.listen);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let faults = self.open.faults.iter().map(|fault| {
            let probe = fault.probe();
            let seen = prober::status_lines(&probe, address, &self.context);
            (probe::command(&probe, port), seen)
        });
        self.symptom = faults.collect();
        // In an order that says nothing.
        self.symptom.sort();
    }

    fn answer(&mut self, hop: &Possibility, cause: &Possibility) -> Result<Deed, Failure> {
        let step = self.training.answer(&hop.id, &cause.id)?;
        Ok(match step {
            Some(step) => {
                // The choices are gone from the screen.
                let taken = [hop, cause].into_iter().map(words::taken);
                let mut lines: Vec<Line> = taken.collect();
                lines.extend(words::answered(&step, "c"));
                self.after(step, lines)
            }
            None => gone(),
        })
    }

    fn after(&mut self, step: Step<'a, Answered>, lines: Vec<Line>) -> Deed {
        let then = if step.ended.is_some() {
            Then::End(Code::Fine)
        } else {
            Then::Stay
        };
        self.open = step.open;
        Deed { lines, then }
    }

    fn give_up(&mut self) -> Result<Deed, Failure> {
        self.training.give_up()?;
        let lines = vec![Line::new().with(Role::Dim, "Given up.")];
        Ok(Deed { lines, ..gone() })
    }

    fn really(&mut self, surface: &mut Surface<'_>) -> Result<Deed, Failure> {
        let labels = ["Go on with it", "Give up and see what it was"];
        let labels = labels.map(str::to_owned).to_vec();
        match surface.terminal.ask(&Ask::One(labels))? {
            Reply::Answer(Choice::Choices(taken)) if taken == [1] => self.give_up(),
            Reply::Answer(_) | Reply::Dismissed | Reply::Interrupted => Ok(Deed::shown(vec![
                Line::new().with(Role::Dim, "It goes on."),
            ])),
        }
    }

    fn logs(&mut self) -> Deed {
        self.shows_logs = !self.shows_logs;
        let text = if self.shows_logs {
            "The logs, as they grow. t hides them again."
        } else {
            "The logs are hidden."
        };
        Deed::shown(vec![Line::new().with(Role::Dim, text)])
    }

    /// Returns how to answer where there are no keys.
    fn how(&self) -> Deed {
        let ground = self.training.ground();
        let head = |text: &str| Line::new().with(Role::Accent, text);
        let mut lines = vec![head(words::WHERE)];
        lines.extend(words::listed(&ground.hops));
        lines.push(head(words::WHY));
        lines.extend(words::listed(&ground.causes));
        let text = "Type answer and the two numbers, such as: answer 1 2";
        lines.push(Line::plain(text));
        Deed::shown(lines)
    }
}

/// The drill was ended.
fn gone() -> Deed {
    Deed {
        lines: Vec::new(),
        then: Then::End(Code::Fine),
    }
}

impl Purpose for Drilling<'_> {
    fn heading(&mut self, status: &LabStatus, view: &View) -> Vec<Line> {
        if self.symptom.is_empty() {
            self.look(status);
        }
        let round = &self.open.round;
        let mut title = Line::new().with(Role::Heading(1), &status.title);
        if let Some(exam) = &round.exam {
            let text = format!("  {} of {} of the exam", exam.drill, exam.seeds.len());
            title.push(Role::Dim, text);
        }
        let text = words::how_many(self.open.faults.len());
        let mut lines = vec![title, Line::new(), Line::plain(text + " A customer sees:")];
        for (command, seen) in &self.symptom {
            lines.push(Line::new());
            let lead = Line::new().with(Role::Dim, "  $ ");
            // To be pasted: a terminal breaks it, and copies it whole.
            lines.push(lead.with(Role::Code, command));
            let seen = seen.iter();
            lines.extend(seen.map(|line| Line::plain("  ").with(Role::Bad, line)));
        }
        if view.by_lines {
            lines.push(Line::new());
            let text = "a lists the answers, c checks, g gives up, q leaves it for later.";
            lines.push(Line::plain(text));
        }
        lines
    }

    fn keys(&self) -> &'static [OwnKey] {
        KEYS
    }

    fn press(&mut self, key: char, surface: &mut Surface<'_>) -> Result<Option<Deed>, Failure> {
        Ok(Some(match key {
            'a' if surface.view.by_lines => self.how(),
            'a' => match words::ask(self.training.ground(), surface)? {
                Some((hop, cause)) => self.answer(hop, cause)?,
                None => Deed::shown(vec![Line::new().with(Role::Dim, "No answer.")]),
            },
            't' => self.logs(),
            'g' if surface.view.by_lines => {
                Deed::shown(vec![Line::plain("Type give-up, if you mean it.")])
            }
            'g' => self.really(surface)?,
            _ => return Ok(None),
        }))
    }

    fn line(&mut self, typed: &[String]) -> Result<Option<Deed>, Failure> {
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let ground = self.training.ground();
        match typed.as_slice() {
            ["answer", hop, cause] => {
                let hop = words::chosen("hop", &ground.hops, hop);
                let cause = words::chosen("cause", &ground.causes, cause);
                match (hop, cause) {
                    (Ok(hop), Ok(cause)) => self.answer(hop, cause).map(Some),
                    (Err(failure), _) | (_, Err(failure)) => {
                        let words = failure.words(&self.app.invocation);
                        Ok(Some(Deed::shown(words.lines())))
                    }
                }
            }
            ["answer", ..] => Ok(Some(self.how())),
            ["give-up"] => self.give_up().map(Some),
            _ => Ok(None),
        }
    }

    fn shows_logs(&self) -> bool {
        self.shows_logs
    }

    fn looks_inside(&self) -> bool {
        false
    }

    fn wants_stdout(&self) -> bool {
        self.json
    }

    fn judge(&self, socket: &Path) -> Result<Judge, Failure> {
        let client = LabClient::new(socket);
        Ok(Box::new(move |_| judged(&client)))
    }

    fn judged(&mut self, outcome: &Outcome) -> Result<Deed, Failure> {
        let passed = outcome.verdict() == Verdict::Passed;
        let Some(step) = self.training.checked(passed)? else {
            return Ok(gone());
        };
        let over = step.ended.is_some();
        self.open = step.open;
        Ok(match (passed, over) {
            (_, true) => gone(),
            (true, false) => Deed::shown(vec![words::mended(&self.open, "a")]),
            (false, false) => {
                let text = "Customers are served by what runs, not by what was saved.";
                Deed::shown(vec![Line::new().with(Role::Dim, text)])
            }
        })
    }
}

/// Asks a lab whether it is mended.
pub(super) fn judged(client: &LabClient) -> Result<Outcome, CheckError> {
    match client.ask(&LabRequest::Judge) {
        Ok(LabReply::Judged(outcome)) => Ok(*outcome),
        // It goes down.
        Ok(_) | Err(LabClientError::Gone(_) | LabClientError::Foreign) => {
            Err(CheckError::Cancelled)
        }
        Err(LabClientError::Trouble(what)) => Err(CheckError::exercise(what)),
    }
}
