//! The document tree that Markdown is parsed into.

use crate::text::Span;

/// A parsed piece of Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doc {
    /// The blocks, in source order.
    pub blocks: Vec<Block>,
    /// The footnotes, in the order in which they are first referred to.
    pub notes: Vec<Footnote>,
}

/// A footnote; its number is its index in [`Doc::notes`] plus 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footnote {
    /// Its label in the source.
    pub label: String,
    /// Its contents; empty if the source never defines it.
    pub blocks: Vec<Block>,
}

/// A block with its position in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of the source on which the block starts, counted from the line given to
    /// [`parse_at`](crate::lesson::parse_at). The text of a fenced block starts one line later.
    pub line: usize,
    /// The block itself.
    pub kind: BlockKind,
}

/// The kinds of blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// The words of the heading.
        text: Vec<Inline>,
        /// The attributes in braces after the words.
        marks: HeadingMarks,
    },
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A code block.
    Code {
        /// The info string, see [`Info`](crate::lesson::Info).
        info: String,
        /// The text as written, control characters included: it may be data for a parser.
        text: String,
    },
    /// A bulleted or numbered list.
    List(ListBlock),
    /// A quotation.
    Quote(Vec<Block>),
    /// A quotation that starts with a marker such as `[!NOTE]`.
    Alert {
        /// The kind.
        kind: AlertKind,
        /// Its contents.
        blocks: Vec<Block>,
    },
    /// A table.
    Table(Table),
    /// A thematic break.
    Rule,
    /// An HTML comment that is a block by itself: the trimmed text between the marks. Never shown.
    Comment(String),
    /// Any other raw HTML, which is shown as source.
    Html(String),
    /// A definition list.
    Definitions(Vec<Definition>),
}

/// The attributes of a heading: `{#id .class name=value}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadingMarks {
    /// The id, without its `#`.
    pub id: Option<String>,
    /// The classes, without their dots.
    pub classes: Vec<String>,
    /// The other attributes, in order; one without `=` has an empty value.
    pub values: Vec<(String, String)>,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListBlock {
    /// The number of the first item; `None` for bullets.
    pub start: Option<u64>,
    /// Whether there are no blank lines between the items.
    pub tight: bool,
    /// The items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// For a task list item: whether it is done.
    pub done: Option<bool>,
    /// Its contents.
    pub blocks: Vec<Block>,
}

/// The kinds of alerts, as GitHub has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// Worth knowing.
    Note,
    /// Helpful advice.
    Tip,
    /// Needed to succeed.
    Important,
    /// Needs attention at once.
    Warning,
    /// A risk.
    Caution,
}

impl AlertKind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Note => "Note",
            Self::Tip => "Tip",
            Self::Important => "Important",
            Self::Warning => "Warning",
            Self::Caution => "Caution",
        }
    }
}

/// A table. Every row has as many cells as [`Table::columns`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How each column is aligned.
    pub columns: Vec<Align>,
    /// The cells of the header.
    pub head: Vec<Vec<Inline>>,
    /// The cells of the other rows.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// To the left.
    Left,
    /// To the middle.
    Center,
    /// To the right.
    Right,
}

/// A term of a definition list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The term.
    pub term: Vec<Inline>,
    /// Its meanings.
    pub meanings: Vec<Vec<Block>>,
}

/// A piece of running text, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text in one style.
    Text(Span),
    /// A hard line break.
    Break,
    /// A reference to a footnote: its index in [`Doc::notes`].
    Note(usize),
}

/// Returns the plain text of `inlines`; a line break becomes a space.
pub fn text_of(inlines: &[Inline]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(span) => text.push_str(&span.text),
            Inline::Break => text.push(' '),
            Inline::Note(_) => {}
        }
    }
    text
}

/// A code block of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeBlock<'a> {
    /// The line of the fence in the source.
    pub line: usize,
    /// The info string.
    pub info: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Returns all code blocks of `doc`, nested ones included, in source order.
pub fn code_blocks(doc: &Doc) -> Vec<CodeBlock<'_>> {
    let mut found = Vec::new();
    let notes = doc.notes.iter().map(|note| &note.blocks);
    for blocks in std::iter::once(&doc.blocks).chain(notes) {
        walk(blocks, &mut |block| {
            if let BlockKind::Code { info, text } = &block.kind {
                let line = block.line;
                found.push(CodeBlock { line, info, text });
            }
        });
    }
    found.sort_by_key(|block| block.line);
    found
}

/// Visits `blocks` and every block in them, each before those in it.
pub(crate) fn walk<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        match &block.kind {
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => walk(inner, visit),
            BlockKind::List(list) => {
                let items = list.items.iter();
                items.for_each(|item| walk(&item.blocks, visit));
            }
            BlockKind::Definitions(definitions) => {
                let meanings = definitions.iter().flat_map(|it| &it.meanings);
                meanings.for_each(|inner| walk(inner, visit));
            }
            BlockKind::Heading { .. }
            | BlockKind::Paragraph(_)
            | BlockKind::Code { .. }
            | BlockKind::Table(_)
            | BlockKind::Rule
            | BlockKind::Comment(_)
            | BlockKind::Html(_) => {}
        }
    }
}
