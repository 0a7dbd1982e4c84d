//! The footer: where the learner is, and which keys work.

use super::view::View;
use crate::lesson::wrap;
use crate::text::{Line, Role};

/// A key and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) key: &'static str,
    pub(super) what: &'static str,
}

/// Returns a hint.
pub(super) const fn hint(key: &'static str, what: &'static str) -> Hint {
    Hint { key, what }
}

/// Always there, whatever else does not fit.
const LAST: &[Hint] = &[hint("?", "help"), hint("q", "quit")];

/// What the key of the help says where not all keys fit.
const MORE: &str = "more keys";

/// Between two keys.
const GAP: &str = "  ";

/// What the footer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    /// Where the learner is, or what is going on.
    pub(super) place: Line,
    /// The text at the right end of that row.
    pub(super) note: String,
    /// A message or a question in place of both, over as many rows as it needs.
    pub(super) notice: Option<Line>,
    /// The keys, the most useful first.
    pub(super) hints: Vec<Hint>,
    /// The keys at the end, which are always there.
    pub(super) pinned: &'static [Hint],
}

impl Footer {
    /// Returns the footer's rows: those of a screen, or a prompt where a session runs by lines.
    pub(super) fn lines(&self, view: &View) -> Vec<Line> {
        if view.by_lines() {
            return vec![self.spoken_place(), self.prompt()];
        }
        self.rows(view)
    }

    /// Returns the rows of a screen: where the learner is, or a notice, and the keys.
    pub(super) fn rows(&self, view: &View) -> Vec<Line> {
        let mut rows = match &self.notice {
            Some(notice) => wrap(&notice.spans, view.caps.width),
            None => vec![self.place_row(view)],
        };
        rows.extend(self.key_rows(view));
        rows
    }

    fn place_row(&self, view: &View) -> Line {
        let columns = view.caps.width;
        if self.note.is_empty() {
            return view.cut(self.place.clone(), columns);
        }
        let note = format!("  {}", self.note);
        let room = columns.saturating_sub(note.chars().count());
        view.cut(self.place.clone(), room).with(Role::Dim, note)
    }

    /// Returns the keys that fit, the pinned ones at the end; if others do not fit, the key of the help says so.
    fn key_rows(&self, view: &View) -> Vec<Line> {
        // What ends a row is followed by no gap.
        let (columns, most) = (view.caps.width + GAP.len(), view.key_rows());
        let (mut rows, mut rest) = (Vec::new(), self.hints.as_slice());
        while rows.len() + 1 < most && width(rest) + width(self.pinned) > columns {
            let fit = fitting(rest, columns);
            rows.push(key_row(&rest[..fit]));
            rest = &rest[fit..];
        }
        let mut pinned = self.pinned.to_vec();
        if width(rest) + width(&pinned) > columns {
            if let Some(help) = pinned.iter_mut().find(|hint| hint.key == "?") {
                help.what = MORE;
            }
            rest = &rest[..fitting(rest, columns.saturating_sub(width(&pinned)))];
        }
        rows.push(key_row(&[rest, &pinned].concat()));
        rows
    }

    fn spoken_place(&self) -> Line {
        if let Some(notice) = &self.notice {
            return notice.clone();
        }
        let mut line = self.place.clone();
        if !self.note.is_empty() {
            line.push(Role::Dim, format!(", {}", self.note));
        }
        line
    }

    fn prompt(&self) -> Line {
        let mut line = Line::new();
        for hint in self.hints.iter().chain(self.pinned) {
            line.push(Role::Key, hint.key);
            line.push(Role::Text, format!(" {}, ", hint.what));
        }
        if let Some(last) = line.spans.last_mut() {
            last.text = format!("{} > ", last.text.trim_end_matches(", "));
        }
        line
    }
}

fn key_row(hints: &[Hint]) -> Line {
    let mut row = Line::new();
    for hint in hints {
        row.push(Role::Key, hint.key);
        row.push(Role::Dim, format!(" {}{GAP}", hint.what));
    }
    row.trim_end();
    row
}

/// Returns how many of `hints` fit in `columns`, from the first.
fn fitting(hints: &[Hint], columns: usize) -> usize {
    let fits = |count: &usize| width(&hints[..*count]) <= columns;
    (0..=hints.len()).rev().find(fits).unwrap_or(0)
}

/// Returns the cells of `hints`, each with the gap after it.
fn width(hints: &[Hint]) -> usize {
    let of = |hint: &Hint| hint.key.chars().count() + hint.what.chars().count() + 1 + GAP.len();
    hints.iter().map(of).sum()
}

impl Footer {
    /// Returns a footer of this place and these keys.
    pub(super) fn new(place: &str, hints: Vec<Hint>) -> Self {
        Self {
            place: Line::new().with(Role::Dim, place),
            note: String::new(),
            notice: None,
            hints,
            pinned: LAST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Caps;

    fn rows(footer: &Footer, width: usize, height: usize) -> Vec<String> {
        let caps = Caps {
            color: false,
            hyperlinks: false,
            unicode: true,
            accessible: false,
            width,
            height,
            terminal: true,
        };
        let view = View {
            caps,
            interactive: true,
        };
        footer.rows(&view).iter().map(Line::text).collect()
    }

    fn footer() -> Footer {
        let hints = ["one", "two", "three", "four"];
        Footer::new("Place", hints.map(|what| hint("k", what)).to_vec())
    }

    #[test]
    fn keys_that_do_not_fit_are_on_a_second_row_or_the_help_says_so() {
        let (one, two) = ("k one  k two  k three  k four", "? help  q quit");
        assert_eq!(rows(&footer(), 80, 24), ["Place", &format!("{one}  {two}")]);
        assert_eq!(rows(&footer(), 30, 20), ["Place", one, two]);
        // Too low for a second row.
        assert_eq!(
            rows(&footer(), 40, 10),
            ["Place", "k one  k two  ? more keys  q quit"]
        );
    }

    #[test]
    fn a_notice_takes_the_rows_it_needs() {
        let footer = Footer {
            notice: Some(Line::plain("one two three four five six")),
            hints: Vec::new(),
            ..footer()
        };
        assert_eq!(
            rows(&footer, 20, 20),
            ["one two three four", "five six", "? help  q quit"]
        );
    }
}
