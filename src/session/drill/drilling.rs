//! A lab that is up for a drill.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::{Answered, Drills, OpenDrill, Step, words};
use crate::check::{CheckError, Context, Outcome, Verdict};
use crate::kinds::gateway::drill::Possibility;
use crate::kinds::gateway::lab::control::{
    LabClient, LabClientError, LabReply, LabRequest, LabStatus,
};
use crate::kinds::gateway::lab::{probe, prober};
use crate::lesson::wrap_command;
use crate::session::lab::purpose::{OwnKey, Purpose, Reaction, RunCheck};
use crate::session::{SessionError, View, Words};
use crate::text::{Line, Role};

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

/// What a learner is asked in a drill.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// At which hop it broke.
    Hop,
    /// Why it broke, at the hop of this index.
    Cause(usize),
    GiveUp,
}

/// The purpose of a drill's lab.
pub(crate) struct Drilling<'a> {
    words: Words,
    drills: &'a Drills<'a>,
    open: OpenDrill<'a>,
    context: Context,
    shows_logs: bool,
    /// What the learner is asked.
    asked: Option<Asked>,
    /// What a customer sends, and what comes back.
    symptom: Vec<(String, Vec<String>)>,
}

impl<'a> Drilling<'a> {
    pub(crate) fn new(
        words: Words,
        drills: &'a Drills<'a>,
        open: OpenDrill<'a>,
        context: Context,
    ) -> Self {
        Self {
            words,
            drills,
            open,
            context,
            shows_logs: false,
            asked: None,
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

    fn answer(&mut self, hop: &Possibility, cause: &Possibility) -> Result<Reaction, SessionError> {
        let step = self.drills.answer(&hop.id, &cause.id)?;
        Ok(match step {
            Some(step) => {
                // The choices are gone from the screen.
                let taken = [hop, cause].into_iter().map(words::taken);
                let mut lines: Vec<Line> = taken.collect();
                lines.extend(words::answered(&step, "c"));
                self.after(step, lines)
            }
            None => Reaction::end(Vec::new()),
        })
    }

    fn after(&mut self, step: Step<'a, Answered>, lines: Vec<Line>) -> Reaction {
        let is_over = step.ended.is_some();
        self.open = step.open;
        if is_over {
            Reaction::end(lines)
        } else {
            Reaction::shown(lines)
        }
    }

    fn give_up(&mut self) -> Result<Reaction, SessionError> {
        self.drills.give_up()?;
        let lines = vec![Line::new().with(Role::Dim, "Given up.")];
        Ok(Reaction::end(lines))
    }

    fn really(&mut self) -> Reaction {
        self.asked = Some(Asked::GiveUp);
        let labels = ["Go on with it", "Give up and see what it was"];
        let line = Line::new().with(Role::Accent, "Give up?");
        Reaction::ask(line, labels.map(str::to_owned).to_vec())
    }

    fn logs(&mut self) -> Reaction {
        self.shows_logs = !self.shows_logs;
        let text = if self.shows_logs {
            "The logs, as they grow. t hides them again."
        } else {
            "The logs are hidden."
        };
        Reaction::shown(vec![Line::new().with(Role::Dim, text)])
    }

    /// Returns how to answer where there are no keys.
    fn how(&self) -> Reaction {
        let spec = self.drills.spec();
        let head = |text: &str| Line::new().with(Role::Accent, text);
        let mut lines = vec![head(words::WHERE)];
        lines.extend(words::listed(&spec.hops));
        lines.push(head(words::WHY));
        lines.extend(words::listed(&spec.causes));
        let text = "Type answer and the two numbers, such as: answer 1 2";
        lines.push(Line::plain(text));
        Reaction::shown(lines)
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
            let command = lead.with(Role::Code, command);
            let rows = wrap_command(&command.spans, view.width());
            lines.extend(rows.unwrap_or_else(|| vec![command]));
            let seen = seen.iter();
            lines.extend(seen.map(|line| Line::plain("  ").with(Role::Bad, line)));
        }
        if view.by_lines() {
            lines.push(Line::new());
            let text = "a lists the answers, c checks, g gives up, q leaves it for later.";
            lines.push(Line::plain(text));
        }
        lines
    }

    fn keys(&self) -> &'static [OwnKey] {
        KEYS
    }

    fn press(&mut self, key: char, view: &View) -> Result<Option<Reaction>, SessionError> {
        Ok(Some(match key {
            'a' if view.by_lines() => self.how(),
            'a' => {
                self.asked = Some(Asked::Hop);
                words::ask(words::WHERE, &self.drills.spec().hops)
            }
            't' => self.logs(),
            'g' if view.by_lines() => {
                Reaction::shown(vec![Line::plain("Type give-up, if you mean it.")])
            }
            'g' => self.really(),
            _ => return Ok(None),
        }))
    }

    fn chosen(&mut self, index: Option<usize>) -> Result<Reaction, SessionError> {
        let said = |text| Reaction::shown(vec![Line::new().with(Role::Dim, text)]);
        let spec = self.drills.spec();
        Ok(match (self.asked.take(), index) {
            (Some(Asked::Hop), Some(hop)) => {
                self.asked = Some(Asked::Cause(hop));
                words::ask(words::WHY, &spec.causes)
            }
            (Some(Asked::Cause(hop)), Some(cause)) => {
                return match (spec.hops.get(hop), spec.causes.get(cause)) {
                    (Some(hop), Some(cause)) => self.answer(hop, cause),
                    (None, _) | (_, None) => Ok(said("No answer.")),
                };
            }
            (Some(Asked::GiveUp), Some(1)) => return self.give_up(),
            (Some(Asked::GiveUp), _) => said("It goes on."),
            (Some(Asked::Hop | Asked::Cause(_)) | None, _) => said("No answer."),
        })
    }

    fn line(&mut self, typed: &[&str]) -> Result<Option<Reaction>, SessionError> {
        let spec = self.drills.spec();
        match typed {
            ["answer", hop, cause] => {
                let hop = words::chosen("hop", &spec.hops, hop);
                let cause = words::chosen("cause", &spec.causes, cause);
                match (hop, cause) {
                    (Ok(hop), Ok(cause)) => self.answer(hop, cause).map(Some),
                    (Err(error), _) | (_, Err(error)) => {
                        Ok(Some(Reaction::shown((self.words)(error).lines())))
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

    fn check(&self, socket: &Path) -> RunCheck {
        let caller = LabClient::new(socket);
        Box::new(move |_| judged(&caller))
    }

    fn checked(&mut self, outcome: &Outcome) -> Result<Reaction, SessionError> {
        let passed = outcome.verdict() == Verdict::Passed;
        let Some(step) = self.drills.checked(passed)? else {
            return Ok(Reaction::end(Vec::new()));
        };
        let over = step.ended.is_some();
        self.open = step.open;
        Ok(match (passed, over) {
            (_, true) => Reaction::end(Vec::new()),
            (true, false) => Reaction::shown(vec![words::mended(&self.open, "a")]),
            (false, false) => {
                let text = "Customers are served by what runs, not by what was saved.";
                Reaction::shown(vec![Line::new().with(Role::Dim, text)])
            }
        })
    }
}

/// Asks a lab whether it is fixed.
pub(crate) fn judged(caller: &LabClient) -> Result<Outcome, CheckError> {
    match caller.ask(&LabRequest::Judge) {
        Ok(LabReply::Judged(outcome)) => Ok(*outcome),
        // It goes down.
        Ok(_) | Err(LabClientError::Gone(_) | LabClientError::Foreign) => {
            Err(CheckError::Cancelled)
        }
        Err(LabClientError::Trouble(what)) => Err(CheckError::exercise(what)),
    }
}
