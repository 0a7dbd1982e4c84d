//! Layout: blocks to lines.
//!
//! Content has the roles `Text`, `Heading`, `Code`, `Syntax` and `Key`; decorations (bars, bullets,
//! numbers, labels) have one of the other roles, so that callers can distinguish them.

mod code;
mod list;
mod prose;
mod references;
mod table;

use std::sync::Arc;

use super::doc::{Block, BlockKind, Doc};
use super::glyphs::{self, Glyphs};
use super::wrap::wrap;
use crate::text::{Line, Role, Span, Style, visible};

/// The minimum width; less is treated as this.
const NARROWEST: usize = 12;

/// The options of the layout.
#[expect(clippy::struct_excessive_bools, reason = "the options are independent")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The width of a line in cells, at least 12.
    pub width: usize,
    /// Whether the lines are for a screen reader: words instead of lines and boxes.
    pub accessible: bool,
    /// Whether the terminal supports hyperlinks; otherwise links are numbered, and their addresses listed
    /// at the end.
    pub hyperlinks: bool,
    /// Whether decorations are limited to ASCII.
    pub ascii: bool,
    /// Whether code is highlighted. Without colours, and for a screen reader, inline code is put in backticks
    /// and keys in brackets.
    pub highlight: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            width: 80,
            accessible: false,
            hyperlinks: false,
            ascii: false,
            highlight: false,
        }
    }
}

/// Lays out `blocks`, a part of `doc`, with the footnotes and links they refer to at the end.
///
/// No line is wider than [`Layout::width`] or ends in a blank.
pub fn layout(blocks: &[Block], doc: &Doc, options: &Layout) -> Vec<Line> {
    let mut page = PageLayout::new(doc, options);
    let mut lines = page.blocks(blocks, options.width.max(NARROWEST), Spacing::Loose);
    page.add_references(&mut lines);
    lines
}

/// Returns the visible text of `lines`, each followed by a line feed.
pub fn plain(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        for span in &line.spans {
            text.push_str(&visible(&span.text));
        }
        text.push('\n');
    }
    text
}

/// Whether blocks are separated by blank lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spacing {
    Tight,
    Loose,
}

/// The state of one [`layout`] call.
struct PageLayout<'a> {
    doc: &'a Doc,
    options: &'a Layout,
    glyphs: &'static Glyphs,
    /// The numbered links, in order.
    links: Vec<Arc<str>>,
    /// The footnotes referred to, as indexes in the doc.
    notes: Vec<usize>,
}

impl<'a> PageLayout<'a> {
    fn new(doc: &'a Doc, options: &'a Layout) -> Self {
        let plain = options.ascii || options.accessible;
        let glyphs = if plain {
            &glyphs::ASCII
        } else {
            &glyphs::UNICODE
        };
        Self {
            doc,
            options,
            glyphs,
            links: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn blocks(&mut self, blocks: &[Block], width: usize, spacing: Spacing) -> Vec<Line> {
        let mut lines = Vec::new();
        for block in blocks {
            let mut next = self.block(block, width);
            if !next.is_empty() && !lines.is_empty() && spacing == Spacing::Loose {
                lines.push(Line::new());
            }
            lines.append(&mut next);
        }
        lines
    }

    fn block(&mut self, block: &Block, width: usize) -> Vec<Line> {
        match &block.kind {
            BlockKind::Heading { level, text, .. } => self.heading(*level, text, width),
            BlockKind::Paragraph(text) => self.prose(text, width),
            BlockKind::Code { info, text } => self.code(info, text, width),
            BlockKind::List(list) => self.list(list, width),
            BlockKind::Quote(blocks) => self.quote(blocks, width),
            BlockKind::Alert { kind, blocks } => self.alert(*kind, blocks, width),
            BlockKind::Table(table) => self.table(table, width),
            BlockKind::Rule => self.rule(width),
            BlockKind::Comment(_) => Vec::new(),
            BlockKind::Html(html) => prose::html(html, width),
            BlockKind::Definitions(list) => self.definitions(list, width),
        }
    }

    fn rule(&self, width: usize) -> Vec<Line> {
        if self.options.accessible {
            return Vec::new();
        }
        vec![repeated(self.glyphs.borders.horizontal, width)]
    }
}

fn repeated(glyph: char, count: usize) -> Line {
    Line::new().with(Role::Dim, glyph.to_string().repeat(count))
}

fn label(role: Role, words: &str, width: usize) -> Vec<Line> {
    wrap(&[label_span(role, words)], width)
}

fn label_span(role: Role, words: &str) -> Span {
    let style = Style {
        bold: true,
        ..Style::from(role)
    };
    Span {
        text: visible(words),
        style,
    }
}

#[cfg(test)]
mod tests;
