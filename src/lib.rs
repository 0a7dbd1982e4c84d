//! Gradus: an interactive tutorial and exercise runner for the terminal.

pub mod check;
pub mod cli;
pub mod course;
pub mod kind;
pub mod lab;
pub mod lesson;
pub mod sandbox;
pub mod sys;
pub mod text;
