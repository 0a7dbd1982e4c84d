//! A mutation: one replacement in the source of a file.

use std::ops::Range;

/// The most characters of code in the description of a change.
const MOST_SHOWN: usize = 50;

/// A replacement in the source of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mutation {
    /// The bytes to replace, on character boundaries.
    pub(super) range: Range<usize>,
    /// Their replacement.
    pub(super) becomes: String,
    /// A short description.
    pub(super) change: String,
}

impl Mutation {
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

    /// Drops the bytes `range` of `text`; the description quotes `named`.
    pub(super) fn leave_out(text: &str, range: Range<usize>, named: Range<usize>) -> Self {
        Self {
            range,
            becomes: String::new(),
            change: format!("{} is left out", shown(&text[named])),
        }
    }

    pub(super) fn made_in(&self, text: &str) -> String {
        let Range { start, end } = self.range;
        [&text[..start], &self.becomes, &text[end..]].concat()
    }
}

/// `code` on one line, truncated, in backticks.
fn shown(code: &str) -> String {
    let row = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = row.chars().take(MOST_SHOWN).collect();
    if cut.len() < row.len() {
        cut.push('…');
    }
    format!("`{cut}`")
}
