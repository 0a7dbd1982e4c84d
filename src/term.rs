//! The terminal: what it can do, how styles look on it, and the bytes it is sent.
//!
//! Nothing outside this module writes to the terminal, and nothing outside [`mod@emit`] writes an
//! escape sequence into lines.

mod caps;
mod emit;
mod gauge;
mod inline;
mod keys;
mod lines;
mod modes;
mod pager;
mod painter;
mod prompt;
mod screen;
mod source;
mod theme;
mod tty;

pub use caps::Caps;
pub(crate) use caps::ColorChoice;
pub use emit::{emit, emit_line};
pub(crate) use gauge::Gauge;
pub(crate) use inline::InlinePrompt;
pub(crate) use keys::Key;
pub(crate) use lines::LineTerminal;
pub(crate) use pager::{Pager, Turn};
pub(crate) use prompt::{Prompt, around, cut, typed_number};
pub(crate) use screen::{Ask, PromptReply, Size, Spot, Terminal};
pub(crate) use source::{Listener, TerminalEvent, suspend};
pub use theme::Theme;
pub(crate) use tty::Tty;
