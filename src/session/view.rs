//! How much fits, and how text is laid out for it.

use std::iter;

use unicode_width::UnicodeWidthStr;

use crate::lesson::{Block, Doc, layout, parse, wrap, wrap_command};
use crate::progress::State;
use crate::term::{Caps, Size, cut};
use crate::text::{Line, Role};

/// The widest a line of text gets: longer ones are hard to read.
const WIDEST: usize = 90;
/// The rows under a page aside from the keys: one empty, one that says where the learner is.
const BELOW: usize = 2;
/// A screen with fewer columns has two rows of keys, if it has so many rows.
const NARROW: (usize, usize) = (60, 16);

/// How the learner looks at the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub caps: Caps,
    /// Whether a person sits at a terminal; a pipe takes pages of any length.
    pub interactive: bool,
}

impl View {
    /// Returns whether the session runs by lines: nothing is redrawn, keys are letters with Enter.
    pub(crate) fn by_lines(&self) -> bool {
        !self.interactive || self.caps.accessible
    }

    pub(super) fn size(&self) -> Size {
        Size {
            columns: self.caps.width,
            rows: self.caps.height,
        }
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.caps.width = size.columns;
        self.caps.height = size.rows;
    }

    /// Returns the rows a page may have.
    pub(crate) fn rows(&self) -> usize {
        if !self.interactive {
            return usize::MAX / 4;
        }
        let below = BELOW + self.key_rows();
        self.caps.height.saturating_sub(below).max(2)
    }

    /// Returns the rows that the keys may take.
    pub(crate) fn key_rows(&self) -> usize {
        let (columns, rows) = NARROW;
        let is_narrow = self.caps.width < columns && self.caps.height >= rows;
        1 + usize::from(is_narrow)
    }

    /// Returns the cells a line of text may have.
    pub(crate) fn width(&self) -> usize {
        self.caps.width.min(WIDEST)
    }

    /// Lays out blocks of a text.
    pub(crate) fn blocks(&self, blocks: &[Block], doc: &Doc) -> Vec<Line> {
        layout(blocks, doc, &self.caps.layout(self.width()))
    }

    /// Lays out a Markdown text of our own or of a course.
    pub(crate) fn markdown(&self, text: &str) -> Vec<Line> {
        let doc = parse(text);
        self.blocks(&doc.blocks, &doc)
    }

    /// Lays out a Markdown text with `lead` before its first line and the rest under its start.
    pub(crate) fn hanging(&self, lead: &Line, text: &str) -> Vec<Line> {
        let doc = parse(text);
        let width = self.width().saturating_sub(lead.width()).max(12);
        let lines = layout(&doc.blocks, &doc, &self.caps.layout(width));
        hung(lead, lines)
    }

    /// Returns `text` with `lead` before it, and what does not fit on a row under its start; where nothing is
    /// redrawn a row may be of any width.
    pub(crate) fn hung(&self, lead: &Line, text: &Line) -> Vec<Line> {
        if self.by_lines() {
            return hung(lead, vec![text.clone()]);
        }
        let width = self.caps.width.saturating_sub(lead.width()).max(12);
        hung(lead, wrap(&text.spans, width))
    }

    /// Returns a heading of this level.
    pub(crate) fn heading(&self, level: u8, text: &str) -> Vec<Line> {
        let marks = "#".repeat(usize::from(level));
        self.markdown(&format!("{marks} {text}"))
    }

    /// Returns the mark of an exercise in this state.
    pub(crate) fn mark(&self, state: State) -> Line {
        let (role, mark) = match state {
            State::Passed => (Role::Good, "✓"),
            State::Settled => (Role::Warn, "–"),
            State::Started => (Role::Accent, "◐"),
            State::New => (Role::Dim, "○"),
        };
        self.sign(role, mark, state.word())
    }

    /// Returns a mark, or its word where marks cannot be seen.
    pub(crate) fn sign(&self, role: Role, mark: &str, word: &str) -> Line {
        if self.caps.accessible {
            return Line::new()
                .with(role, format!("{word}:"))
                .with(Role::Text, " ");
        }
        Line::new().with(role, mark).with(Role::Text, " ")
    }

    /// Cuts `line` to `width` cells; where nothing is redrawn it may be of any width.
    pub(crate) fn cut(&self, line: Line, width: usize) -> Line {
        if self.by_lines() || line.width() <= width {
            return line;
        }
        let mut kept = Line::new();
        for span in line.spans {
            let left = width.saturating_sub(kept.width());
            let fits = span.text.width() < left;
            kept.push(span.style, cut(&span.text, left));
            if !fits {
                break;
            }
        }
        kept
    }

    /// Breaks lines that are wider than the screen into rows, at blanks where it can, so that the rows can be
    /// counted.
    pub(crate) fn fit(&self, lines: Vec<Line>) -> Vec<Line> {
        if self.by_lines() {
            return lines;
        }
        let columns = self.caps.width.max(2);
        let rows = lines.into_iter().flat_map(|line| {
            if line.width() <= columns {
                return vec![line];
            }
            let command = is_command(&line).then(|| wrap_command(&line.spans, columns));
            let rows = command.flatten();
            rows.unwrap_or_else(|| wrap(&line.spans, columns))
        });
        rows.collect()
    }
}

/// Returns `lines` with `lead` before the first, and the others under its start.
fn hung(lead: &Line, lines: Vec<Line>) -> Vec<Line> {
    let indent = Line::plain(" ".repeat(lead.width()));
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let starts = iter::once(lead).chain(iter::repeat(&indent));
    let all = iter::once(first).chain(lines);
    let joined = starts.zip(all).map(|(start, line)| {
        let mut joined = start.clone();
        joined.spans.extend(line.spans);
        joined
    });
    joined.collect()
}

/// Returns whether a line is a command to be copied, and nothing else.
fn is_command(line: &Line) -> bool {
    let mut spans = line
        .spans
        .iter()
        .filter(|span| !span.text.trim().is_empty());
    let first = spans.next();
    first.is_some_and(|span| span.style.role == Role::Code) && spans.next().is_none()
}
