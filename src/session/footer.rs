//! The footer: where the learner is, and which keys work.

use super::view::View;
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

/// Between two keys.
const GAP: &str = "  ";

/// What the footer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    /// Where the learner is, or what is going on.
    pub(super) place: Line,
    /// The text at the right end of that row.
    pub(super) note: String,
    /// The keys, the most useful first.
    pub(super) hints: Vec<Hint>,
    /// The keys at the end, which are always there.
    pub(super) pinned: &'static [Hint],
}

impl Footer {
    /// Returns the footer's rows: two on a screen, and a prompt where a session runs by lines.
    pub(super) fn lines(&self, view: &View) -> Vec<Line> {
        if view.by_lines() {
            return vec![self.spoken_place(), self.prompt()];
        }
        self.rows(view).to_vec()
    }

    /// Returns the two rows of a screen.
    pub(super) fn rows(&self, view: &View) -> [Line; 2] {
        [self.place_row(view), self.keys_row(view.caps.width)]
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

    fn keys_row(&self, columns: usize) -> Line {
        // What ends the row is followed by no gap.
        let gap = if self.pinned.is_empty() { GAP.len() } else { 0 };
        let room = (columns + gap).saturating_sub(width(self.pinned));
        let mut row = Line::new();
        for hint in &self.hints {
            if row.width() + width(&[*hint]) > room {
                break;
            }
            push(&mut row, hint);
        }
        for hint in self.pinned {
            push(&mut row, hint);
        }
        row.trim_end();
        row
    }

    fn spoken_place(&self) -> Line {
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

fn push(row: &mut Line, hint: &Hint) {
    row.push(Role::Key, hint.key);
    row.push(Role::Dim, format!(" {}{GAP}", hint.what));
}

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
            hints,
            pinned: LAST,
        }
    }
}
