//! The terminal: what it can do, how styles look on it, and the bytes it is sent.
//!
//! Nothing outside this module writes to the terminal, and nothing outside [`emit`] writes an
//! escape sequence into lines.

mod caps;
mod emit;
mod gauge;
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

pub use caps::{Caps, ColorChoice};
pub use emit::{emit, emit_line};
pub use gauge::Gauge;
pub use keys::Key;
pub use lines::Lines;
pub use pager::{Pager, Turn};
pub use prompt::{ask, cut};
pub use screen::{Ask, Reply, Size, Spot, Terminal};
pub use source::{Listener, Received, suspend};
pub use theme::Theme;
pub use tty::Tty;
