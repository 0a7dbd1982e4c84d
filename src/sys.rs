//! The machine: clock, files and environment. Nothing else in the library touches them.

pub mod clock;
pub mod dir;
pub mod environment;
pub mod files;
pub mod fingerprint;
pub(crate) mod interrupts;
pub(crate) mod processes;
pub(crate) mod scratch;
pub(crate) mod threads;
