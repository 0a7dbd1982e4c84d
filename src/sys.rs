//! The machine: clock, files and environment. Nothing else in the library touches them.

pub mod clock;
pub mod dir;
pub mod environment;
pub mod files;
pub mod fingerprint;
pub mod interrupts;
pub mod processes;
pub mod scratch;
pub mod threads;
