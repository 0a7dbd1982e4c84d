//! The kinds of exercises that Gradus brings: a folder each, and a line in [`KINDS`].

pub mod gateway;
pub mod rust;

use crate::kind::Kind;

/// Every kind there is.
pub static KINDS: &[&dyn Kind] = &[&rust::Rust, &gateway::Gateway];
