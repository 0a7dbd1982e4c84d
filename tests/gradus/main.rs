//! Gradus's integration tests: one binary.
#![expect(missing_docs, reason = "tests are named after facts")]

mod rust_check;
