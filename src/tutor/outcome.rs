//! The result of a check on the screen: what the compiler said first, then the tests that fail.

use super::exercise::escape;
use super::machine::Machine;
use crate::check::{Diagnostic, Outcome, OwnTests, TestOutcome, Values, Verdict};
use crate::text::{Line, Role, Span};

/// How much of a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The first of everything.
    First,
    /// All of it.
    All,
}

/// The most lines of output of the learner's code that the first page shows.
const PRINTED: usize = 6;

impl Machine {
    /// Returns the result of a check.
    pub(super) fn outcome(&self, outcome: &Outcome, depth: Depth) -> Vec<Line> {
        let mut lines = self.diagnostics(&outcome.forbidden, depth);
        let errors: Vec<Diagnostic> = outcome
            .diagnostics
            .iter()
            .filter(|said| said.error || depth == Depth::All)
            .cloned()
            .collect();
        lines.extend(self.diagnostics(&errors, depth));
        if lines.is_empty() || depth == Depth::All {
            lines.extend(self.failing(outcome, depth));
            lines.extend(self.all_tests(outcome));
            lines.extend(outcome.own_tests.iter().flat_map(|own| self.own_tests(own)));
            lines.extend(self.printed(&outcome.printed, depth));
        }
        lines
    }

    fn diagnostics(&self, said: &[Diagnostic], depth: Depth) -> Vec<Line> {
        let shown = if depth == Depth::All { said.len() } else { 1 };
        let mut lines = Vec::new();
        for diagnostic in said.iter().take(shown) {
            let text = if diagnostic.text.trim().is_empty() {
                &diagnostic.message
            } else {
                &diagnostic.text
            };
            lines.extend(
                text.trim_end()
                    .lines()
                    .flat_map(|line| self.wrapped(Role::Text, line)),
            );
            lines.push(Line::new());
        }
        let more = said.len().saturating_sub(shown);
        if more > 0 {
            let text = format!("{more} more: v shows all.");
            lines.push(Line::new().with(Role::Dim, text));
        }
        lines
    }

    fn failing(&self, outcome: &Outcome, depth: Depth) -> Vec<Line> {
        let failed = outcome
            .tests
            .iter()
            .filter(|test| test.result.values().is_some());
        let shown = if depth == Depth::All { usize::MAX } else { 1 };
        let mut lines = Vec::new();
        for test in failed.take(shown) {
            lines.extend(self.failure(test));
            lines.push(Line::new());
        }
        lines
    }

    fn failure(&self, test: &TestOutcome) -> Vec<Line> {
        let mut lines = self.view.hanging(
            &self.test_mark(Some(&test.result)),
            &escape(&test.test.title),
        );
        if test.result.verdict() != Verdict::Failed {
            lines.extend(self.value("ended", Some(test.result.verdict().words())));
        }
        if let Some(Values {
            input,
            expected,
            got,
            note,
        }) = test.result.values()
        {
            for (label, value) in [
                ("for", input),
                ("expected", expected),
                ("got", got),
                ("note", note),
            ] {
                lines.extend(self.value(label, value.as_deref()));
            }
        }
        lines
    }

    fn value(&self, label: &str, value: Option<&str>) -> Vec<Line> {
        let Some(value) = value else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (index, text) in value.lines().enumerate() {
            let lead = if index == 0 {
                format!("  {label:<9} ")
            } else {
                " ".repeat(12)
            };
            let width = self.view.width().saturating_sub(12).max(12);
            for (part, text) in chunks(text, width).into_iter().enumerate() {
                let lead = if part == 0 {
                    lead.clone()
                } else {
                    " ".repeat(12)
                };
                lines.push(Line::new().with(Role::Dim, lead).with(Role::Code, text));
            }
        }
        lines
    }

    fn all_tests(&self, outcome: &Outcome) -> Vec<Line> {
        let lines = outcome.tests.iter().flat_map(|test| {
            self.view.hanging(
                &self.test_mark(Some(&test.result)),
                &escape(&test.test.title),
            )
        });
        lines.collect()
    }

    fn own_tests(&self, own: &OwnTests) -> Vec<Line> {
        let mut lines = vec![
            Line::new(),
            Line::new().with(Role::Heading(3), "Your own tests"),
        ];
        if !own.accept_reference {
            lines.extend(self.view.hanging(
                &self.view.sign(Role::Bad, "✗", "fails"),
                "They refuse a right solution.",
            ));
            return lines;
        }
        let enough = own.caught >= own.needed;
        let sign = if enough {
            self.view.sign(Role::Good, "✓", "holds")
        } else {
            self.view.sign(Role::Bad, "✗", "fails")
        };
        let text = format!(
            "They catch {} of {} faulty solutions; {} are needed.",
            own.caught, own.of, own.needed
        );
        lines.extend(self.view.hanging(&sign, &text));
        for fault in own.missed.iter().filter(|_| !enough) {
            let lead = Line::new().with(Role::Dim, "  missed: ");
            lines.extend(self.view.hanging(&lead, &escape(fault)));
        }
        lines
    }

    fn printed(&self, printed: &str, depth: Depth) -> Vec<Line> {
        if printed.trim().is_empty() {
            return Vec::new();
        }
        let most = if depth == Depth::All {
            usize::MAX
        } else {
            PRINTED
        };
        let mut lines = vec![
            Line::new(),
            Line::new().with(Role::Heading(3), "Your code printed"),
        ];
        lines.extend(
            printed
                .lines()
                .take(most)
                .flat_map(|line| self.wrapped(Role::Code, line)),
        );
        let more = printed.lines().count().saturating_sub(most);
        if more > 0 {
            lines.push(Line::new().with(Role::Dim, format!("{more} more lines: v shows all.")));
        }
        lines
    }

    /// Cuts a line of a tool's output into rows; its columns stay as they are.
    fn wrapped(&self, role: Role, text: &str) -> Vec<Line> {
        let rows = chunks(text, self.view.size.columns.max(12));
        rows.into_iter()
            .map(|row| Line::new().with(role, row))
            .collect()
    }
}

/// Cuts `text` after every `width` cells.
fn chunks(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![Line::new()];
    for char in text.chars() {
        let piece = Line::plain(char.to_string());
        let row = rows.last_mut().expect("there is a first row");
        if row.width() + piece.width() > width {
            rows.push(piece);
        } else {
            add(row, piece);
        }
    }
    rows.iter().map(Line::text).collect()
}

fn add(row: &mut Line, piece: Line) {
    match (row.spans.last_mut(), piece.spans.into_iter().next()) {
        (Some(last), Some(Span { text, .. })) => last.text.push_str(&text),
        (None, Some(span)) => row.spans.push(span),
        (_, None) => {}
    }
}
