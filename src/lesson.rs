//! Lessons on the screen: Markdown is parsed into a tree of blocks, and blocks are laid out as
//! styled lines.
//!
//! Everything here is pure: no terminal, no files, no escape sequences. Whoever shows the lines
//! hands them to the emitter in [`crate::term`].

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
    AlertKind, Align, Block, BlockKind, CodeBlock, Definition, Doc, Inline, Item, List, Note,
    Table, code_blocks, text_of,
};
pub(crate) use fence::{Fence, Piece, pieces};
pub use info::Info;
pub(crate) use info::Part;
pub use layout::Layout;
pub use layout::{layout, plain};
pub use parse::parse;
pub use parse::parse_at;
