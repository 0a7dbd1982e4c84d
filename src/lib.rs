//! Gradus: an interactive tutorial and exercise runner for the terminal.

pub mod text;
