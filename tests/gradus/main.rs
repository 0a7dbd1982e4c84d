//! The integration tests: one binary.

mod commands;
mod harness;
mod lab;
mod rust_check;
