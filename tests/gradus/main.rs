//! The integration tests: one binary.

mod lab;
mod pty;
mod rust_check;
mod session;
