//! Decoration characters of the layout.

use termimad::{ASCII_TABLE_BORDER_CHARS, STANDARD_TABLE_BORDER_CHARS, TableBorderChars};

/// A set of decorations; the strings end in a blank.
pub(super) struct Glyphs {
    /// Before an item of a list.
    pub(super) bullet: &'static str,
    /// Left of a quotation.
    pub(super) bar: &'static str,
    /// Before a row of code that continues the row above.
    pub(super) continued: &'static str,
    /// Under the heading of a document.
    pub(super) double: char,
    /// The lines of tables, and all other lines.
    pub(super) borders: &'static TableBorderChars,
}

/// Single-cell characters that every terminal font has.
pub(super) static UNICODE: Glyphs = Glyphs {
    bullet: "• ",
    bar: "│ ",
    continued: "↪ ",
    double: '═',
    borders: STANDARD_TABLE_BORDER_CHARS,
};

/// For terminals that show only ASCII, and for screen readers.
pub(super) static ASCII: Glyphs = Glyphs {
    bullet: "* ",
    bar: "| ",
    continued: "> ",
    double: '=',
    borders: ASCII_TABLE_BORDER_CHARS,
};
