//! Styled text: the output of the layout, and the input of the terminal emitter.
//!
//! A [`Line`] is one row of the screen. It holds visible text and what the text *means* (a [`Role`]),
//! never an escape sequence: only the emitter in `term` knows those.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

/// What a piece of text means; the theme decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Running text.
    #[default]
    Text,
    /// Less important: rules, borders, continuation marks.
    Dim,
    /// A heading of this level, 1 to 6.
    Heading(u8),
    /// Code in running text.
    Code,
    /// A token of a code block.
    Syntax(Syntax),
    /// A key the reader may press.
    Key,
    /// Success.
    Good,
    /// Failure.
    Bad,
    /// A warning.
    Warn,
    /// The reader's position, or the selected item.
    Accent,
}

/// The class of a token in a code block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// A keyword.
    Keyword,
    /// A function's name.
    Function,
    /// A type or a section.
    Type,
    /// A string or a character.
    String,
    /// A number or another constant.
    Number,
    /// A comment.
    Comment,
    /// A variable or a parameter.
    Variable,
    /// An added line of a diff.
    Inserted,
    /// A removed line of a diff.
    Deleted,
    /// Anything else in a code block.
    Other,
}

/// The style of a piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// What the text means.
    pub role: Role,
    /// Strong emphasis.
    pub bold: bool,
    /// Emphasis.
    pub italic: bool,
    /// Strikethrough.
    pub strike: bool,
    /// The address this text links to.
    pub link: Option<Arc<str>>,
}

impl Style {
    /// Returns the style of strong text.
    pub(crate) fn bold(role: Role) -> Self {
        Self {
            bold: true,
            ..Self::from(role)
        }
    }
}

impl From<Role> for Style {
    fn from(role: Role) -> Self {
        Self {
            role,
            ..Self::default()
        }
    }
}

/// Returns `count` things called `noun`, in words.
pub(crate) fn counted<N: fmt::Display + From<u8> + PartialEq + Copy>(
    count: N,
    noun: &str,
) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The visible text, without control characters.
    pub text: String,
    /// Its style.
    pub style: Style,
}

/// What a row of the screen is in a table that is laid out as a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TablePart {
    /// Part of the header, or the rule below it.
    Head,
    /// The first of the lines of a row.
    Row,
    /// Another of them.
    Rest,
    /// The rule between two rows.
    Rule,
}

/// One row of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The runs, from left to right.
    pub spans: Vec<Span>,
    /// Its part in a table, so that a page that begins within one can repeat the header.
    pub table: Option<TablePart>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns a line of plain text; control characters are made visible.
    pub(crate) fn plain(text: impl AsRef<str>) -> Self {
        Self::new().with(Role::Text, text)
    }

    /// Like [`Line::push`], for chaining.
    #[must_use]
    pub(crate) fn with(mut self, style: impl Into<Style>, text: impl AsRef<str>) -> Self {
        self.push(style, text);
        self
    }

    /// Appends `text`; control characters are made visible.
    pub(crate) fn push(&mut self, style: impl Into<Style>, text: impl AsRef<str>) {
        let text = visible(text.as_ref());
        if !text.is_empty() {
            self.spans.push(Span {
                text,
                style: style.into(),
            });
        }
    }

    /// Returns the width in terminal cells.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| span.text.width()).sum()
    }

    pub(crate) fn trim_end(&mut self) {
        while let Some(last) = self.spans.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.is_empty() {
                return;
            }
            self.spans.pop();
        }
    }

    /// Returns the visible text without its styles.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Returns the addresses that `lines` link to, each once, in order.
pub(crate) fn links(lines: &[Line]) -> Vec<&str> {
    let spans = lines.iter().flat_map(|line| &line.spans);
    let mut found = Vec::new();
    for link in spans.filter_map(|span| span.style.link.as_deref()) {
        if !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// Returns the messages of `error` and its sources, joined by colons. A source that the message before it
/// ends in is not repeated.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.ends_with(&more) {
            words.extend([": ", &more]);
        }
        cause = error.source();
    }
    words
}

/// Replaces every control character and bidirectional override by something visible: C0 and DEL by their
/// control pictures, tabs by four spaces, the rest by `�`.
pub fn visible(text: &str) -> String {
    if is_printable_ascii(text) || !text.chars().any(is_hostile) {
        return text.to_owned();
    }
    let mut seen = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\t' => seen.push_str("    "),
            '\u{7f}' => seen.push('\u{2421}'),
            '\0'..='\u{1f}' => {
                let picture = char::from_u32(0x2400 + u32::from(char));
                seen.push(picture.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ if is_hostile(char) => seen.push(char::REPLACEMENT_CHARACTER),
            _ => seen.push(char),
        }
    }
    seen
}

/// Returns whether `text` is printable ASCII: found by its bytes, in a fraction of the time of its characters.
pub(crate) fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns whether `char` is a Unicode noncharacter, which formats such as XML cannot hold.
fn is_noncharacter(char: char) -> bool {
    u32::from(char) & 0xfffe == 0xfffe || matches!(char, '\u{fdd0}'..='\u{fdef}')
}

/// Returns whether a terminal would interpret `char` instead of showing it, or a report cannot hold it.
pub fn is_hostile(char: char) -> bool {
    // Fast path for printable ASCII.
    if matches!(char, ' '..='~') {
        return false;
    }
    char.is_control()
        || is_noncharacter(char)
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum SampleError {
        #[error("cannot read the file")]
        File(#[source] std::io::Error),
        #[error("no course: {0}")]
        Course(#[source] std::io::Error),
    }

    #[test]
    fn an_error_is_followed_by_its_causes_each_once() {
        let cause = || std::io::Error::other("it is gone");
        let words = |error: SampleError| with_causes(&error);
        assert_eq!(
            words(SampleError::File(cause())),
            "cannot read the file: it is gone"
        );
        assert_eq!(words(SampleError::Course(cause())), "no course: it is gone");
        assert_eq!(with_causes(&cause()), "it is gone");
    }

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a␛[2Jb");
        assert_eq!(visible("a\u{9b}b\u{202e}c\td"), "a�b�c    d");
        assert_eq!(visible("\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}é"), "����é");
    }

    /// XML 1.0 cannot represent other characters, not even escaped.
    #[test]
    fn every_character_is_shown_as_one_that_every_report_can_hold() {
        for char in '\0'..=char::MAX {
            let shown = visible(char.encode_utf8(&mut [0; 4]));
            let holds =
                |char| matches!(char, ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            assert!(!shown.is_empty() && shown.chars().all(holds), "{char:?}");
        }
    }

    #[test]
    fn blanks_at_the_end_are_dropped_across_spans() {
        let mut line = Line::plain("a b ")
            .with(Role::Code, " ")
            .with(Role::Dim, "  ");
        line.trim_end();
        assert_eq!(line, Line::plain("a b"));
    }

    #[test]
    fn width_counts_cells() {
        assert_eq!(Line::plain("漢字 ok").width(), 7);
    }
}
