//! A change of a text at one place.

use std::ops::Range;

/// The most characters of code in the words for a change.
const MOST_SHOWN: usize = 50;

/// A change of a text at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The bytes that are replaced; they begin and end between characters.
    pub(super) range: Range<usize>,
    /// What they become.
    pub(super) becomes: String,
    /// The change in a few words.
    pub(super) change: String,
}

impl Edit {
    /// Returns the change of the bytes `range` of `text` to `becomes`.
    pub(super) fn replace(text: &str, range: Range<usize>, becomes: String) -> Self {
        let change = format!(
            "{} becomes {}",
            shown(&text[range.clone()]),
            shown(&becomes)
        );
        Self {
            range,
            becomes,
            change,
        }
    }

    /// Returns the change that leaves out the bytes `range` of `text`, of which `named` are named.
    pub(super) fn leave_out(text: &str, range: Range<usize>, named: Range<usize>) -> Self {
        Self {
            range,
            becomes: String::new(),
            change: format!("{} is left out", shown(&text[named])),
        }
    }

    /// Returns `text` with the change.
    pub(super) fn made_in(&self, text: &str) -> String {
        let Range { start, end } = self.range;
        [&text[..start], &self.becomes, &text[end..]].concat()
    }
}

/// Returns `code` as the words for a change show it: in one row, cut where it is long.
fn shown(code: &str) -> String {
    let row = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = row.chars().take(MOST_SHOWN).collect();
    if cut.len() < row.len() {
        cut.push('…');
    }
    format!("`{cut}`")
}
