//! Markdown rendering: Markdown is parsed into a tree of blocks, and blocks are laid out as styled lines.
//!
//! Everything here is pure: no terminal, no files, no escape sequences. The emitter in [`crate::term`]
//! writes the lines.

mod doc;
mod fence;
mod glyphs;
mod highlight;
mod info;
mod layout;
mod link;
mod parse;
mod script;
mod wrap;

pub(crate) use doc::walk;
pub use doc::{
    AlertKind, Align, Block, BlockKind, CodeBlock, Definition, Doc, Footnote, HeadingMarks, Inline,
    Item, ListBlock, Table, code_blocks, text_of,
};
pub(crate) use fence::{Fence, Piece, pieces};
pub use info::Info;
pub(crate) use info::InfoPart;
pub use layout::Layout;
pub use layout::{layout, plain};
pub use parse::parse;
pub use parse::parse_at;
pub(crate) use wrap::{wrap, wrap_command};
