//! Begins a drill or takes one up, and keeps its lab up until the learner is done with it.

use super::{exercise, lab_name, over, record, refuse_missing};
use crate::check::Context;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::cli::lab::up::{print_refusal, refuse_second, up};
use crate::kinds::gateway::drill::Seed;
use crate::kinds::gateway::{self, Label, Opening};
use crate::session::drill::{DrillOptions, Drilling, Drills, OpenDrill};
use crate::term::{Ask, InlinePrompt};
use crate::text::Line;

/// What a learner asked for.
pub(super) struct DrillRun<'a> {
    pub(super) app: &'a App,
    pub(super) drills: &'a Drills<'a>,
    pub(super) context: Context,
    pub(super) seed: Option<Seed>,
    pub(super) faults: Option<usize>,
    pub(super) exam: Option<usize>,
    pub(super) resume: bool,
    pub(super) json: bool,
}

/// How a sitting ended.
enum Ended {
    /// The drill is over.
    Over,
    /// The learner left it, or it could not be begun.
    Left(Code),
}

impl DrillRun<'_> {
    pub(super) fn run(self) -> Done {
        let mut number = self.first()?;
        let exam = self.drills.open()?.and_then(|open| open.round.exam);
        loop {
            let code = match self.sit(number)? {
                Ended::Left(code) => return Ok(code),
                Ended::Over => Code::Fine,
            };
            match self.drills.open()? {
                Some(open) if exam.is_some() => {
                    if !self.goes_on(&open)? {
                        self.left(open.round.number);
                        return Ok(code);
                    }
                    number = open.round.number;
                }
                Some(_) | None => {
                    if exam.is_some() || self.json {
                        let of = exam.as_ref();
                        record::show_end(self.app, self.drills, of, number, self.json)?;
                    }
                    return Ok(code);
                }
            }
        }
    }

    /// Returns the number of the drill that is begun or taken up.
    fn first(&self) -> Result<u32, Failure> {
        let wants_new = self.seed.is_some() || self.faults.is_some() || self.exam.is_some();
        match self.drills.open()? {
            Some(open) if wants_new => Err(self.not_over(open.round.number)),
            Some(open) => Ok(open.round.number),
            None if self.resume => Err(Failure::NoDrill),
            None => {
                let open = self.drills.begin(DrillOptions {
                    seed: self.seed,
                    faults: self.faults.unwrap_or(1),
                    exam: self.exam,
                })?;
                Ok(open.round.number)
            }
        }
    }

    fn not_over(&self, number: u32) -> Failure {
        let command = |command: &str| format!("`{}`", self.app.command(command));
        Failure::Refused {
            what: format!("drill {number} is not over"),
            help: format!(
                "{} resumes it, {} ends it",
                command("drill --resume"),
                command("drill give-up")
            ),
        }
    }

    fn sit(&self, number: u32) -> Result<Ended, Failure> {
        let app = self.app;
        refuse_second(app, &lab_name(number))?;
        let open = self.drills.sit_down()?.ok_or(Failure::NoDrill)?;
        let faults = open.faults.clone();
        let code = self.lab(open);
        self.drills.get_up(number)?;
        let code = code?;
        let journal = self.drills.journal()?;
        let Some(entry) = journal.drills.iter().find(|it| it.number == number) else {
            self.left(number);
            return Ok(Ended::Left(code));
        };
        let lines = over::lines(app, self.drills.spec(), &faults, entry);
        if self.json {
            app.output.tell(&lines);
        } else {
            app.output.lines(&lines)?;
        }
        Ok(match code {
            Code::Fine => Ended::Over,
            code => Ended::Left(code),
        })
    }

    /// Asks whether the next drill of an exam is to begin: its clock runs from then on.
    fn goes_on(&self, open: &OpenDrill<'_>) -> Result<bool, Failure> {
        let output = &self.app.output;
        if self.json || !output.is_interactive() || output.caps().accessible {
            return Ok(true);
        }
        output.line(Line::new())?;
        let exam = open.round.exam.as_ref();
        let label = exam.map_or_else(String::new, |exam| {
            format!("Begin drill {} of {}", exam.drill, exam.seeds.len())
        });
        let ask = Ask::One(vec![label, "Later".to_owned()]);
        let mut prompt = InlinePrompt::open(*output.caps(), output.theme().clone())?;
        Ok(prompt.ask(ask)?.chosen() == Some(0))
    }

    fn left(&self, number: u32) {
        let again = self.app.command("drill");
        let text = format!("Drill {number} waits, with your files: {again}");
        self.app.output.tell(&[Line::plain(text)]);
    }

    fn lab(&self, open: OpenDrill<'_>) -> Done {
        refuse_missing(&open, &self.context)?;
        let exercise = exercise(&open)?;
        let label = Label {
            exercise: exercise.id.as_str(),
            title: &exercise.title,
        };
        let context = self.context.clone();
        let opening = match gateway::opening(&*open.task, label, &open.folder, &context)? {
            Opening::Ready(setup) => *setup,
            Opening::Refused(faults) => return Ok(print_refusal(self.app, &faults)),
        };
        let (words, own) = (self.app.words(), context.clone());
        let mut drilling = Drilling::new(words, self.drills, open, own);
        up(
            self.app,
            &exercise,
            opening,
            context,
            self.json,
            &mut drilling,
        )
    }
}
