//! The terminal: what it can do, how styles look on it, and the bytes it is sent.
//!
//! Nothing outside this module writes to the terminal, and nothing outside [`emit`] writes an
//! escape sequence into lines.

mod caps;
mod emit;
mod theme;

pub use caps::{Caps, ColorChoice};
pub use emit::{emit, emit_line};
pub use theme::Theme;
