//! The integration tests: one binary.

mod commands;
mod harness;
mod journey;
mod lab;
mod pty;
mod rendering;
mod rust_check;
mod session;
