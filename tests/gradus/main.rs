//! The integration tests: one binary.

mod lab;
mod rendering;
mod rust_check;
