//! Gradus's integration tests: one binary.

mod rust_check;
