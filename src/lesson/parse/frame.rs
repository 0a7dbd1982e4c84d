//! The stack frames of the parser: blocks that are still open.

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, Tag, TagEnd};

use super::inlines::Inlines;
use super::{comment, level};
use crate::lesson::doc::{
    AlertKind, Align, Block, BlockKind, Definition, HeadingMarks, Inline, Item, ListBlock, Table,
};

/// The kind of an open block.
pub(super) enum FrameKind {
    Root,
    /// A container that is flattened into its parent.
    Flat,
    Paragraph,
    Heading {
        level: u8,
        marks: HeadingMarks,
    },
    Quote,
    Alert(AlertKind),
    Code {
        info: String,
    },
    Html,
    List(ListBlock),
    Item {
        done: Option<bool>,
        tight: bool,
    },
    Definitions(Vec<Definition>),
    Term,
    Meaning,
    Table(Table),
    Head,
    Row,
    Cell,
    Note(usize),
}

impl FrameKind {
    pub(super) fn from_tag(tag: Tag<'_>) -> Self {
        match tag {
            Tag::Heading {
                level: of,
                id,
                classes,
                attrs,
            } => Self::Heading {
                level: level(of),
                marks: HeadingMarks {
                    id: id.map(|id| id.to_string()),
                    classes: classes.iter().map(ToString::to_string).collect(),
                    values: attrs
                        .into_iter()
                        .map(|(name, value)| {
                            (
                                name.to_string(),
                                value.map_or_else(String::new, |value| value.to_string()),
                            )
                        })
                        .collect(),
                },
            },
            Tag::BlockQuote(None) => Self::Quote,
            Tag::BlockQuote(Some(kind)) => Self::Alert(alert(kind)),
            Tag::CodeBlock(CodeBlockKind::Indented) => Self::Code {
                info: String::new(),
            },
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Self::Code {
                info: info.to_string(),
            },
            Tag::HtmlBlock => Self::Html,
            Tag::List(start) => Self::List(ListBlock {
                start,
                tight: true,
                items: Vec::new(),
            }),
            Tag::Item => Self::Item {
                done: None,
                tight: true,
            },
            Tag::DefinitionList => Self::Definitions(Vec::new()),
            Tag::DefinitionListTitle => Self::Term,
            Tag::DefinitionListDefinition => Self::Meaning,
            Tag::Table(columns) => Self::Table(table(&columns)),
            Tag::TableHead => Self::Head,
            Tag::TableRow => Self::Row,
            Tag::TableCell => Self::Cell,
            _ => Self::Paragraph,
        }
    }

    /// Returns whether it can contain blocks.
    #[expect(
        clippy::match_same_arms,
        reason = "one arm of each kind would be 100 columns wide"
    )]
    pub(super) fn is_container(&self) -> bool {
        match self {
            Self::Root | Self::Flat | Self::Note(_) | Self::Quote | Self::Alert(_) => true,
            Self::List(_) | Self::Item { .. } | Self::Definitions(_) | Self::Meaning => true,
            Self::Paragraph | Self::Heading { .. } | Self::Code { .. } | Self::Html => false,
            Self::Term | Self::Table(_) | Self::Head | Self::Row | Self::Cell => false,
        }
    }
}

fn alert(kind: BlockQuoteKind) -> AlertKind {
    match kind {
        BlockQuoteKind::Note => AlertKind::Note,
        BlockQuoteKind::Tip => AlertKind::Tip,
        BlockQuoteKind::Important => AlertKind::Important,
        BlockQuoteKind::Warning => AlertKind::Warning,
        BlockQuoteKind::Caution => AlertKind::Caution,
    }
}

fn table(columns: &[Alignment]) -> Table {
    let align = |alignment: &Alignment| match alignment {
        Alignment::None | Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    };
    Table {
        columns: columns.iter().map(align).collect(),
        head: Vec::new(),
        rows: Vec::new(),
    }
}

pub(super) fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// A block that is still open.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    line: usize,
    /// The complete blocks inside.
    pub(super) blocks: Vec<Block>,
    /// The running text that is not in a block yet.
    pub(super) inlines: Inlines,
    inlines_line: usize,
    /// The text of a code or HTML block.
    pub(super) text: String,
    /// The complete cells of a row.
    cells: Vec<Vec<Inline>>,
}

impl Frame {
    pub(super) fn new(kind: FrameKind, line: usize) -> Self {
        Self {
            kind,
            line,
            blocks: Vec::new(),
            inlines: Inlines::default(),
            inlines_line: line,
            text: String::new(),
            cells: Vec::new(),
        }
    }

    /// Returns the running text, which starts or continues on `line`.
    pub(super) fn inlines_at(&mut self, line: usize) -> &mut Inlines {
        if self.inlines.is_empty() {
            self.inlines_line = line;
        }
        &mut self.inlines
    }

    pub(super) fn take_text(&mut self, text: &str, line: usize) {
        match self.kind {
            FrameKind::Code { .. } | FrameKind::Html => self.text.push_str(text),
            _ => self.inlines_at(line).text(text),
        }
    }

    pub(super) fn task(&mut self) -> Option<&mut Option<bool>> {
        match &mut self.kind {
            FrameKind::Item { done, .. } => Some(done),
            _ => None,
        }
    }

    pub(super) fn push(&mut self, block: Block) {
        self.block_starts();
        self.blocks.push(block);
    }

    /// Ends an implicit paragraph: in tight lists pulldown-cmark emits no paragraph tags.
    pub(super) fn block_starts(&mut self) {
        if self.kind.is_container() && !self.inlines.is_empty() {
            let kind = BlockKind::Paragraph(self.inlines.finish());
            self.blocks.push(Block {
                line: self.inlines_line,
                kind,
            });
        }
    }

    /// Ends the block and adds it to `parent`.
    pub(super) fn close_into(mut self, parent: &mut Frame) {
        let line = self.line;
        match self.kind {
            FrameKind::Root | FrameKind::Note(_) => unreachable!("neither is closed into another"),
            FrameKind::Flat => parent.blocks.append(&mut self.blocks),
            FrameKind::Paragraph => {
                if let FrameKind::Item { tight, .. } = &mut parent.kind {
                    *tight = false;
                }
                parent.add(line, BlockKind::Paragraph(self.inlines.finish()));
            }
            FrameKind::Heading { level, marks } => {
                parent.add(
                    line,
                    BlockKind::Heading {
                        level,
                        text: self.inlines.finish(),
                        marks,
                    },
                );
            }
            FrameKind::Quote => parent.add(line, BlockKind::Quote(self.blocks)),
            FrameKind::Alert(kind) => parent.add(
                line,
                BlockKind::Alert {
                    kind,
                    blocks: self.blocks,
                },
            ),
            FrameKind::Code { info } => parent.add(
                line,
                BlockKind::Code {
                    info,
                    text: self.text,
                },
            ),
            FrameKind::Html => comment::split(&self.text)
                .into_iter()
                .for_each(|kind| parent.add(line, kind)),
            FrameKind::List(list) => parent.add(line, BlockKind::List(list)),
            FrameKind::Definitions(list) => parent.add(line, BlockKind::Definitions(list)),
            FrameKind::Table(table) => parent.add(line, BlockKind::Table(table)),
            FrameKind::Item { done, tight } => parent.add_item(
                Item {
                    done,
                    blocks: self.blocks,
                },
                tight,
            ),
            FrameKind::Term => parent.add_term(self.inlines.finish()),
            FrameKind::Meaning => parent.add_meaning(self.blocks),
            FrameKind::Head | FrameKind::Row => {
                parent.add_row(matches!(self.kind, FrameKind::Head), self.cells);
            }
            FrameKind::Cell => parent.cells.push(self.inlines.finish()),
        }
    }

    fn add(&mut self, line: usize, kind: BlockKind) {
        self.blocks.push(Block { line, kind });
    }

    fn add_item(&mut self, item: Item, tight: bool) {
        if let FrameKind::List(list) = &mut self.kind {
            list.tight &= tight;
            list.items.push(item);
        }
    }

    fn add_term(&mut self, term: Vec<Inline>) {
        if let FrameKind::Definitions(list) = &mut self.kind {
            list.push(Definition {
                term,
                meanings: Vec::new(),
            });
        }
    }

    fn add_meaning(&mut self, meaning: Vec<Block>) {
        if let FrameKind::Definitions(list) = &mut self.kind
            && let Some(definition) = list.last_mut()
        {
            definition.meanings.push(meaning);
        }
    }

    fn add_row(&mut self, is_head: bool, cells: Vec<Vec<Inline>>) {
        if let FrameKind::Table(table) = &mut self.kind {
            if is_head {
                table.head = cells;
            } else {
                table.rows.push(cells);
            }
        }
    }
}
