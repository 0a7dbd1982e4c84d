//! The panels of an exercise: task, result, hints, solution.

use super::Solving;
use crate::check::{Feedback, Outcome, Standing, TestVerdict, Verdict};
use crate::course::Exercise;
use crate::kind::WorkspaceFile;
use crate::report::terminal::{Options, outcome_lines};
use crate::session::outcome::{first_things, warnings};
use crate::session::shared::SharedState;
use crate::session::{Trouble, View};
use crate::text::{Line, Role};

/// What of an exercise is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Panel {
    Task,
    Result,
    /// The hints of these numbers, from 0.
    Hints(usize, usize),
    Solution,
    /// What the solution changes in the learner's own files.
    Compared(Vec<WorkspaceFile>),
    Trouble(Trouble),
}

impl Panel {
    pub(super) fn lines(&self, solving: &Solving, shared: &SharedState) -> Vec<Line> {
        let view = &shared.view;
        match self {
            Self::Task => solving.task(shared),
            Self::Result => solving.result(shared),
            Self::Hints(from, to) => hint_lines(&solving.exercise, *from, *to, view),
            Self::Solution => {
                let text = "Compared with the files as handed out. o compares it with your own.";
                let files = solving.exercise.task().solution_changes();
                solution_lines(&solving.exercise, text, &files, view)
            }
            Self::Compared(files) => {
                let text = "Compared with your own files: - is yours, + the solution's. \
                    o compares it with those handed out.";
                solution_lines(&solving.exercise, text, files, view)
            }
            Self::Trouble(trouble) => {
                let mut lines = vec![Line::new().with(Role::Bad, "This could not be done.")];
                for text in [Some(&trouble.what), trouble.hint.as_ref()]
                    .into_iter()
                    .flatten()
                {
                    lines.push(Line::new());
                    lines.extend(view.hanging(&Line::plain("  "), text));
                }
                lines
            }
        }
    }
}

impl Solving {
    fn task(&self, shared: &SharedState) -> Vec<Line> {
        let (exercise, view) = (&self.exercise, &shared.view);
        let mut lines = view.heading(1, &exercise.title);
        lines.push(Line::new().with(Role::Dim, about(exercise)));
        lines.push(Line::new());
        let opened = shared.opened.get(&exercise.id);
        if let Some(missing) = opened.and_then(|opened| opened.missing.as_ref()) {
            lines.extend(missing_lines(missing, view));
        }
        lines.extend(view.markdown(&exercise.readme));
        lines.push(Line::new());
        lines.extend(self.titles(shared));
        if let Some(opened) = opened {
            lines.push(Line::new());
            let lead = Line::new().with(Role::Dim, "Edit  ");
            lines.push(lead.with(Role::Code, &opened.file));
            if let [_, more @ ..] = opened.files.as_slice()
                && !more.is_empty()
            {
                let lead = Line::new().with(Role::Dim, "and   ");
                lines.push(lead.with(Role::Code, more.join(", ")));
            }
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

    /// Returns the titles of the hidden tests, each with what the last check found.
    fn titles(&self, shared: &SharedState) -> Vec<Line> {
        if self.tests.is_empty() {
            return Vec::new();
        }
        let mut lines = shared.view.heading(2, "What is checked");
        lines.push(Line::new());
        let outcome = shared.checks.outcome(self.id());
        for (index, test) in self.tests.iter().enumerate() {
            let test_outcome = outcome.and_then(|outcome| outcome.tests.get(index));
            let mark = test_mark(test_outcome.map(|test| test.result.verdict), &shared.view);
            lines.extend(shared.view.hanging(&mark, &escape(&test.title)));
        }
        if self.exercise.task().facts().judges_own_tests {
            let own = outcome.and_then(|outcome| outcome.own_tests.as_ref());
            let verdict = own.map(|own| {
                if own.suffice() {
                    TestVerdict::Passed
                } else {
                    TestVerdict::Failed
                }
            });
            let mark = test_mark(verdict, &shared.view);
            let text = "Your own tests: a correct solution passes them, wrong ones do not";
            lines.extend(shared.view.hanging(&mark, text));
        }
        lines
    }

    /// Returns what to look at first in the last result: one thing, and more of its sort while the screen has room.
    fn result(&self, shared: &SharedState) -> Vec<Line> {
        let Some(outcome) = shared.checks.outcome(self.id()) else {
            return Vec::new();
        };
        let rows = shared.view.rows();
        let mut shown = self.result_with(outcome, 1, &shared.view);
        for most in 2.. {
            let (lines, left_out) = &shown;
            if *left_out == 0 || lines.len() >= rows {
                break;
            }
            let fuller = self.result_with(outcome, most, &shared.view);
            if fuller.0.len() > rows {
                break;
            }
            shown = fuller;
        }
        shown.0
    }

    /// Returns the result with the first `most` things, and how many are left out.
    fn result_with(&self, outcome: &Outcome, most: usize, view: &View) -> (Vec<Line>, usize) {
        let (first, left_out) = first_things(outcome, most);
        let mut lines = self.outcome(&first, view);
        let warnings = warnings(outcome);
        if warnings > 0 && outcome.verdict().standing() != Standing::Unjudged {
            let text = match warnings {
                1 => "1 warning: v shows it.".to_owned(),
                count => format!("{count} warnings: v shows them."),
            };
            lines.push(Line::new());
            lines.push(Line::new().with(Role::Warn, text));
        }
        if outcome.verdict() == Verdict::Passed && !self.exercise.task().solution().is_empty() {
            let text =
                "o compares the reference solution with what was handed out, and with yours.";
            lines.push(Line::new());
            lines.push(Line::new().with(Role::Dim, text));
        }
        if left_out > 0 {
            let text = format!("{left_out} more to see: v shows everything.");
            lines.push(Line::new());
            lines.push(Line::new().with(Role::Dim, text));
        }
        (view.fit(lines), left_out)
    }

    pub(super) fn outcome(&self, outcome: &Outcome, view: &View) -> Vec<Line> {
        let feedback = self.exercise.feedback.unwrap_or(Feedback::Full);
        let options = Options {
            width: view.width(),
            ..Options::new(feedback, &view.caps)
        };
        outcome_lines(&self.exercise, outcome, &options)
    }
}

fn missing_lines(missing: &str, view: &View) -> Vec<Line> {
    let lead = Line::new().with(Role::Warn, "! ");
    let mut lines = view.hanging(&lead, missing);
    lines.push(Line::new());
    let text = "Until then you can read the task, and press **s** to skip the exercise and go on.";
    lines.extend(view.hanging(&Line::plain("  "), text));
    lines.push(Line::new());
    lines
}

fn test_mark(verdict: Option<TestVerdict>, view: &View) -> Line {
    match verdict {
        Some(TestVerdict::Passed) => view.sign(Role::Good, "✓", "holds"),
        None | Some(TestVerdict::NotRun) => view.sign(Role::Dim, "○", "not run"),
        Some(
            TestVerdict::Failed
            | TestVerdict::Crashed
            | TestVerdict::OutputLimit
            | TestVerdict::MemoryLimit
            | TestVerdict::TimeLimit,
        ) => view.sign(Role::Bad, "✗", "fails"),
    }
}

fn hint_lines(exercise: &Exercise, from: usize, to: usize, view: &View) -> Vec<Line> {
    let mut lines = Vec::new();
    let all = exercise.hints.len();
    for (index, text) in exercise.hints.iter().enumerate().take(to).skip(from) {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(view.heading(3, &format!("Hint {} of {all}", index + 1)));
        lines.push(Line::new());
        lines.extend(view.markdown(text));
    }
    lines
}

fn solution_lines(
    exercise: &Exercise,
    compared: &str,
    files: &[WorkspaceFile],
    view: &View,
) -> Vec<Line> {
    let mut lines = view.heading(1, &format!("A solution of {}", exercise.title));
    lines.push(Line::new().with(Role::Dim, compared));
    lines.push(Line::new());
    for file in files {
        lines.push(Line::new().with(Role::Accent, &file.path));
        lines.extend(view.markdown(&file.fenced()));
        lines.push(Line::new());
    }
    lines
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
