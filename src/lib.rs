//! Gradus: an interactive tutorial and exercise runner for the terminal.

pub mod check;
pub mod cli;
pub mod code_blocks;
pub mod course;
pub mod grade;
pub mod kind;
pub mod kinds;
pub mod languages;
pub mod lesson;
pub mod mutation;
pub mod pack;
pub mod progress;
pub mod report;
pub mod sandbox;
pub mod search;
pub mod session;
pub mod source;
pub mod sys;
pub mod term;
pub mod text;
pub mod watch;
pub mod workspace;
