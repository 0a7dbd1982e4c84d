//! The tree that Markdown is parsed into.

use crate::text::Span;

/// A parsed piece of Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doc {
    /// The blocks, in source order.
    pub blocks: Vec<Block>,
    /// The footnotes, in the order in which they are first referred to.
    pub notes: Vec<Note>,
}

/// A footnote; its number is its place in [`Doc::notes`], counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The name it has in the source.
    pub label: String,
    /// What it says; empty when the source refers to it and never defines it.
    pub blocks: Vec<Block>,
}

/// A block and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of the source on which the block starts, counted from the line given to
    /// [`parse_at`](crate::lesson::parse_at). The text of a fenced block starts one line later.
    pub line: usize,
    /// What the block is.
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
        /// The classes set by `{.class}`, without the dot.
        classes: Vec<String>,
    },
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A code block.
    Code {
        /// Everything after the fence; [`Info`](crate::lesson::Info) takes it apart.
        info: String,
        /// The text as written, control characters included: it may be data for a parser.
        text: String,
    },
    /// A bulleted or numbered list.
    List(List),
    /// A quotation.
    Quote(Vec<Block>),
    /// A quotation that starts with `[!NOTE]` or its like.
    Alert {
        /// Which of the five.
        kind: AlertKind,
        /// What it says.
        blocks: Vec<Block>,
    },
    /// A table.
    Table(Table),
    /// A thematic break.
    Rule,
    /// An HTML comment that stands alone: the text between the marks, trimmed. Never shown.
    Comment(String),
    /// Any other raw HTML, which is shown as it is written.
    Html(String),
    /// A list of terms, each with what it means.
    Definitions(Vec<Definition>),
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The number of the first item; `None` for bullets.
    pub start: Option<u64>,
    /// Whether the items stand without blank lines between them.
    pub tight: bool,
    /// The items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// For a task: whether it is done.
    pub done: Option<bool>,
    /// What the item says.
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
    /// Returns the word shown above the alert.
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

/// The side to which the cells of a column are set.
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

/// A piece of running text. Its characters are safe to show: control characters are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text in one style.
    Text(Span),
    /// A line break that the author asked for.
    Break,
    /// A reference to a footnote: its index in [`Doc::notes`].
    Note(usize),
}

/// Returns the words of `inlines` without their styles; a line break becomes a space.
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
    /// The line of the source on which the fence stands.
    pub line: usize,
    /// Everything after the fence.
    pub info: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Returns the code blocks of `doc`, also those in lists, quotations and notes, in source order.
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
