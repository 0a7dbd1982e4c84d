//! A program of the course: where it is, or what it lacks.

use super::ProgressNote;
use super::footer::{Footer, hint};
use super::menu::Target;
use super::page::{Action, CoursePage, Keys, unknown_key};
use super::shared::SharedState;
use crate::course::Program;
use crate::source::{ExerciseId, ProgramId};
use crate::term::Key;
use crate::text::Line;
use crate::workspace::ProgramHandOut;

/// A program on the screen.
#[derive(Debug)]
pub(super) struct ProgramPage {
    id: ProgramId,
    came: ProgramHandOut,
}

impl ProgramPage {
    pub(super) fn new(id: ProgramId, came: ProgramHandOut) -> Self {
        Self { id, came }
    }

    fn text(&self, program: &Program, shared: &SharedState) -> String {
        let id = &self.id;
        let titles = |exercises: &[ExerciseId]| -> String {
            let exercises = exercises.iter().filter_map(|id| shared.course.exercise(id));
            let items = exercises.flat_map(|exercise| ["* ", &exercise.title, "\n"]);
            items.collect()
        };
        match &self.came {
            ProgramHandOut::Done {
                handed_out,
                references,
            } => {
                let mut text = format!(
                    "{}\n\nIt is in `programs/{id}` of your workspace, {}, and is yours to change. In that folder:\n\n```sh\n{}\n```\n",
                    program.summary,
                    shared.workspace,
                    program.command(&shared.course)
                );
                if !references.is_empty() {
                    text += "\nThese functions come from the reference solutions. Once you have passed them, open \
                             this page again to use yours:\n\n";
                    text += &titles(references);
                }
                let renewal = handed_out.renewal(|path| path.display().to_string());
                text.extend(renewal.map(|sentence| format!("\n{sentence}\n")));
                text
            }
            ProgramHandOut::Asks(unseen) => format!(
                "{}\n\nIt uses functions of exercises that you have not passed:\n\n{}\nTake copies of their reference \
                 solutions, where you can read them? Your own files stay as they are. **y** takes them; any other \
                 key does not.",
                program.summary,
                titles(unseen)
            ),
            ProgramHandOut::Lacks(open) => format!(
                "{}\n\nIt uses functions of exercises that you have not passed, and this course has no solutions:\n\n{}",
                program.summary,
                titles(open)
            ),
        }
    }
}

impl CoursePage for ProgramPage {
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let mut programs = shared.course.programs.iter();
        let Some(program) = programs.find(|program| program.id == self.id) else {
            return Vec::new();
        };
        let mut lines = shared.view.heading(1, &program.title);
        lines.push(Line::new());
        lines.extend(shared.view.markdown(&self.text(program, shared)));
        lines
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        let mut hints = Vec::new();
        if !shared.sheet.is_at_end() {
            hints.push(hint("Enter", "more"));
        }
        if matches!(self.came, ProgramHandOut::Asks(_)) {
            hints.push(hint("y", "take them"));
        }
        hints.push(hint("b", "back"));
        Footer::new(self.id.as_str(), hints)
    }

    fn keys(&self, _shared: &SharedState) -> Keys {
        if matches!(self.came, ProgramHandOut::Asks(_)) {
            return &[("y", "take the reference solutions"), ("b, Esc", "back")];
        }
        &[("b, Esc", "back")]
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        match (key, &self.came) {
            (Key::Enter | Key::Char(' ') | Key::PageDown, _) if !shared.sheet.is_at_end() => {
                vec![Action::Turn]
            }
            (Key::Char('y' | 'Y'), ProgramHandOut::Asks(unseen)) => {
                let seen = unseen.iter().cloned().map(ProgressNote::SolutionSeen);
                let notes = seen.map(Action::Note);
                let again = Action::Go(Target::Program(self.id.clone()));
                [Action::Close]
                    .into_iter()
                    .chain(notes)
                    .chain([again])
                    .collect()
            }
            (Key::PageUp | Key::Char('b') | Key::Left, _) if !shared.sheet.is_at_start() => {
                vec![Action::TurnBack]
            }
            (Key::Enter | Key::Char('b' | 'n') | Key::Left, _) => vec![Action::Close],
            _ => unknown_key(),
        }
    }
}
