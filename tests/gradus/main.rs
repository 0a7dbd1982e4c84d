//! The integration tests: one binary.

mod lab;
mod rust_check;
