//! Markdown: parsed to a [`Doc`], laid out at a width.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::text::{Line, Role};

/// A parsed text.
#[derive(Debug, Clone, Default)]
pub struct Doc {
    /// The blocks, in order.
    pub blocks: Vec<Block>,
}

/// A block of a text.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its first line in the source, from 1.
    pub line: usize,
    /// What it is.
    pub kind: BlockKind,
}

/// What a block is.
#[derive(Debug, Clone)]
pub enum BlockKind {
    /// A heading.
    Heading {
        level: u8,
        text: String,
        classes: Vec<String>,
    },
    /// A paragraph.
    Paragraph(String),
    /// A fenced or indented block of code.
    Code { info: String, text: String },
    /// An HTML comment alone in a block.
    Comment(String),
}

/// How to lay out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The width in cells.
    pub width: usize,
    /// For a screen reader.
    pub accessible: bool,
    /// Whether links can be links.
    pub hyperlinks: bool,
    /// Whether code is coloured.
    pub highlight: bool,
}

/// Parses `markdown`, whose first line is line `first_line` of its file.
pub fn parse_at(markdown: &str, first_line: usize) -> Doc {
    let mut blocks = Vec::new();
    let mut current: Option<(usize, BlockKind)> = None;
    for (event, range) in Parser::new_ext(markdown, Options::all()).into_offset_iter() {
        let line = first_line + markdown[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::Heading { level, classes, .. }) => {
                let classes = classes.iter().map(ToString::to_string).collect();
                current = Some((
                    line,
                    BlockKind::Heading {
                        level: level as u8,
                        text: String::new(),
                        classes,
                    },
                ));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    pulldown_cmark::CodeBlockKind::Fenced(info) => info.to_string(),
                    pulldown_cmark::CodeBlockKind::Indented => String::new(),
                };
                current = Some((
                    line,
                    BlockKind::Code {
                        info,
                        text: String::new(),
                    },
                ));
            }
            Event::Start(Tag::Paragraph) if current.is_none() => {
                current = Some((line, BlockKind::Paragraph(String::new())));
            }
            Event::Html(html) if html.trim().starts_with("<!--") => {
                let inner = html
                    .trim()
                    .trim_start_matches("<!--")
                    .trim_end_matches("-->")
                    .trim();
                blocks.push(Block {
                    line,
                    kind: BlockKind::Comment(inner.to_owned()),
                });
            }
            Event::Text(more) | Event::Code(more) => {
                if let Some((
                    _,
                    BlockKind::Heading { text, .. }
                    | BlockKind::Paragraph(text)
                    | BlockKind::Code { text, .. },
                )) = &mut current
                {
                    text.push_str(&more);
                }
            }
            Event::End(
                TagEnd::Heading(HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3)
                | TagEnd::Paragraph
                | TagEnd::CodeBlock,
            ) => {
                if let Some((line, kind)) = current.take() {
                    blocks.push(Block { line, kind });
                }
            }
            _ => {}
        }
    }
    Doc { blocks }
}

/// Lays out `blocks` of `doc`.
pub fn layout(blocks: &[Block], _doc: &Doc, _options: &Layout) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { level, text, .. } => {
                lines.push(Line::new().with(Role::Heading(*level), text))
            }
            BlockKind::Paragraph(text) | BlockKind::Code { text, .. } => {
                lines.extend(text.lines().map(Line::plain));
            }
            BlockKind::Comment(_) => {}
        }
        lines.push(Line::new());
    }
    lines
}
