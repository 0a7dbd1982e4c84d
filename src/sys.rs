//! The operating system: clock, files, environment, threads. Only this module reads the clock and the
//! environment.

pub mod clock;
pub mod dir;
pub mod environment;
pub mod files;
pub mod fingerprint;
pub(crate) mod interrupts;
pub(crate) mod processes;
pub(crate) mod scratch;
pub(crate) mod threads;
