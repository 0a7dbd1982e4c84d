//! The integration tests: one binary.

mod commands;
mod harness;
mod lab;
mod rendering;
mod rust_check;
