//! The pages of an exercise: task, result, hints, solution.

use super::machine::Machine;
use super::outcome::first_things;
use super::solving::{Panel, Solving};
use crate::check::{Feedback, Outcome, TestResult};
use crate::course::Exercise;
use crate::report::terminal::{Options, outcome_lines};
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn exercise_page(&self, solving: &Solving) -> Vec<Line> {
        let Some(exercise) = self.course.exercise(&solving.id) else {
            return Vec::new();
        };
        match &solving.panel {
            Panel::Task => self.task(solving, exercise),
            Panel::Result => self.result(exercise),
            Panel::Hints(from, to) => self.hint_page(exercise, *from, *to),
            Panel::Solution => self.solution(exercise),
            Panel::Trouble(trouble) => {
                let mut lines = vec![
                    Line::new().with(Role::Bad, "This could not be done."),
                    Line::new(),
                ];
                lines.extend(self.view.hanging(&Line::plain("  "), &trouble.what));
                if let Some(help) = &trouble.help {
                    lines.push(Line::new());
                    lines.extend(self.view.hanging(&Line::plain("  "), help));
                }
                lines
            }
        }
    }

    /// Returns what the pager shows: the last result in full, or else the page.
    pub(super) fn whole_result(&self, solving: &Solving) -> Vec<Line> {
        let exercise = self.course.exercise(&solving.id);
        let result = exercise.zip(self.results.get(&solving.id));
        match (&solving.panel, result) {
            (Panel::Task | Panel::Result, Some((exercise, outcome))) => {
                self.outcome(exercise, outcome)
            }
            (Panel::Task | Panel::Result, None)
            | (Panel::Hints(..) | Panel::Solution | Panel::Trouble(_), _) => {
                self.exercise_page(solving)
            }
        }
    }

    fn task(&self, solving: &Solving, exercise: &Exercise) -> Vec<Line> {
        let mut lines = self.view.heading(1, &exercise.title);
        lines.push(Line::new().with(Role::Dim, about(exercise)));
        lines.push(Line::new());
        let opened = self.opened.get(&solving.id);
        if let Some(missing) = opened.and_then(|opened| opened.missing.as_ref()) {
            lines.extend(self.missing(missing));
        }
        lines.extend(self.view.markdown(&exercise.readme));
        lines.push(Line::new());
        lines.extend(self.titles(solving));
        if let Some(opened) = opened {
            lines.push(Line::new());
            let lead = Line::new().with(Role::Dim, "Edit  ");
            lines.push(lead.with(Role::Code, &opened.file));
            lines.push(Line::new().with(Role::Dim, "Save, and it is checked here."));
            if exercise.task().live().is_some() {
                let lead = Line::new().with(Role::Dim, "Lab   ");
                let up = format!("gradus lab up {}", exercise.id);
                let line = lead.with(Role::Code, up);
                lines.push(line.with(Role::Dim, " in another terminal, or l here"));
            }
        }
        lines
    }

    fn missing(&self, missing: &str) -> Vec<Line> {
        let lead = Line::new().with(Role::Warn, "! ");
        let mut lines = self.view.hanging(&lead, missing);
        lines.push(Line::new());
        let lead = Line::plain("  ");
        let text =
            "Until then you can read the task, and press **s** to settle the exercise and go on.";
        lines.extend(self.view.hanging(&lead, text));
        lines.push(Line::new());
        lines
    }

    /// Returns the titles of the hidden tests, each with what the last check found.
    fn titles(&self, solving: &Solving) -> Vec<Line> {
        if solving.tests.is_empty() {
            return Vec::new();
        }
        let mut lines = self.view.heading(2, "What is checked");
        lines.push(Line::new());
        let outcome = self.results.get(&solving.id);
        for (index, test) in solving.tests.iter().enumerate() {
            let result = outcome
                .and_then(|outcome| outcome.tests.get(index))
                .map(|test| &test.result);
            lines.extend(
                self.view
                    .hanging(&self.test_mark(result), &escape(&test.title)),
            );
        }
        lines
    }

    pub(super) fn test_mark(&self, result: Option<&TestResult>) -> Line {
        match result {
            Some(TestResult::Passed) => self.view.sign(Role::Good, "✓", "holds"),
            None | Some(TestResult::NotRun(_)) => self.view.sign(Role::Dim, "○", "not run"),
            Some(
                TestResult::Failed(_)
                | TestResult::Crashed(_)
                | TestResult::OutputLimit(_)
                | TestResult::MemoryLimit(_)
                | TestResult::TimeLimit(_),
            ) => self.view.sign(Role::Bad, "✗", "fails"),
        }
    }

    /// Returns what to look at first in the last result.
    fn result(&self, exercise: &Exercise) -> Vec<Line> {
        let Some(outcome) = self.results.get(&exercise.id) else {
            return Vec::new();
        };
        let (first, left_out) = first_things(outcome);
        let mut lines = self.outcome(exercise, &first);
        if left_out > 0 {
            let text = format!("{left_out} more to see: v shows everything.");
            lines.push(Line::new());
            lines.push(Line::new().with(Role::Dim, text));
        }
        lines
    }

    fn outcome(&self, exercise: &Exercise, outcome: &Outcome) -> Vec<Line> {
        let options = Options {
            feedback: exercise.feedback.unwrap_or(Feedback::Full),
            width: self.view.width(),
            accessible: self.view.accessible,
        };
        outcome_lines(exercise, outcome, &options)
    }

    fn hint_page(&self, exercise: &Exercise, from: usize, to: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let all = exercise.hints.len();
        for (index, text) in exercise.hints.iter().enumerate().take(to).skip(from) {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            lines.extend(
                self.view
                    .heading(3, &format!("Hint {} of {all}", index + 1)),
            );
            lines.push(Line::new());
            lines.extend(self.view.markdown(text));
        }
        lines
    }

    fn solution(&self, exercise: &Exercise) -> Vec<Line> {
        let mut lines = self
            .view
            .heading(1, &format!("A solution of {}", exercise.title));
        lines.push(Line::new());
        for file in exercise.task().solution() {
            lines.push(Line::new().with(Role::Accent, &file.path));
            lines.extend(self.view.markdown(&file.fenced()));
            lines.push(Line::new());
        }
        lines
    }
}

fn about(exercise: &Exercise) -> String {
    let further = if exercise.further { ", optional" } else { "" };
    format!("Exercise, {}{further}", exercise.kind.id())
}

/// Takes plain text as Markdown would show it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(
            char,
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~'
        ) {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}
