//! What validation found, in words.

use super::findings::{Findings, Unproved};
use crate::code_blocks::{Proof, Unrun};
use crate::course::Course;
use crate::source::{ExerciseId, Problem};
use crate::text::{Line, Role, counted};

/// Returns `problems`, each with its place and its help.
pub(super) fn told(problems: &[Problem]) -> Vec<Line> {
    let mut lines = Vec::new();
    for problem in problems {
        let place = problem
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let mut message = problem.message.lines();
        let line = Line::new()
            .with(Role::Accent, format!("{}{place}: ", problem.file))
            .with(Role::Text, message.next().unwrap_or_default());
        lines.push(line);
        lines.extend(message.map(|more| Line::plain("    ").with(Role::Code, more)));
        let help = problem.help.iter().flat_map(|help| help.lines());
        lines.extend(help.map(|help| Line::new().with(Role::Dim, format!("    {help}"))));
    }
    lines
}

impl Unproved {
    pub(super) fn line(&self) -> Line {
        let text = format!("{}: not proved here: {}", self.subject.name(), self.reason);
        Line::new().with(Role::Warn, text)
    }
}

impl Findings {
    /// Returns every problem, what could not be proved, and what it all comes to.
    pub(super) fn lines(&self, course: &Course) -> Vec<Line> {
        let mut lines = told(&self.problems);
        lines.extend(self.unproved.iter().map(Unproved::line));
        for unrun in &self.code.unproved {
            let Unrun {
                file, line, reason, ..
            } = unrun;
            let text = format!("{file}:{line}: not proved here: {reason}");
            lines.push(Line::new().with(Role::Warn, text));
        }
        lines.push(self.summary(course));
        lines.extend(self.summary_of_code());
        lines.extend(self.summary_of_tiers(course));
        lines
    }

    /// Names the exercises whose hidden tests run where a learner's code does; nothing without any.
    fn summary_of_tiers(&self, course: &Course) -> Option<Line> {
        let linked: Vec<_> = self.linked(course).map(ExerciseId::as_str).collect();
        (!linked.is_empty()).then(|| {
            Line::plain(format!(
                "Hidden tests run in the learner's process (`linked`): {}",
                linked.join(", ")
            ))
        })
    }

    fn summary(&self, course: &Course) -> Line {
        let mut proved = format!("{} proved", counted(self.proved.len(), "exercise"));
        if self.programs > 0 {
            proved.extend(["; ", &counted(self.programs, "program"), " built and run"]);
        }
        if self.faults > 0 {
            let (faults, pairs) = (self.faults, self.pairs);
            let (faults, pairs) = (counted(faults, "fault"), counted(pairs, "pair"));
            proved.extend(["; drill: ", &faults, " tried, and ", &pairs]);
        }
        if self.problems.is_empty() {
            let lessons = counted(course.lessons.len(), "lesson");
            return Line::new()
                .with(Role::Good, "No problems")
                .with(Role::Text, format!(": {lessons}, {proved}"));
        }
        Line::new()
            .with(Role::Bad, counted(self.problems.len(), "problem"))
            .with(Role::Text, format!(", {proved}"))
    }

    /// Returns how many blocks of code were run; nothing where there are none.
    fn summary_of_code(&self) -> Option<Line> {
        let Proof {
            run,
            skipped,
            shown,
            unproved,
            ..
        } = &self.code;
        let parts = [
            (*run, "block run", "blocks run"),
            (*skipped, "says why not", "say why not"),
            (*shown, "is only shown", "are only shown"),
            (unproved.len(), "not proved here", "not proved here"),
        ];
        let there = parts.into_iter().filter(|(count, ..)| *count > 0);
        let there = there.map(|(count, one, many)| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {many}"),
        });
        let there: Vec<_> = there.collect();
        (!there.is_empty()).then(|| Line::plain(format!("Code: {}", there.join(", "))))
    }
}
