//! The interactive session: the course on the terminal, and labs and drills.
//!
//! [`screen`] is the event loop, and what a screen is. [`course`] is the screen of a course: it does
//! what [`machine::Machine`] wants, a pure state machine of pages, which knows no terminal, clock, file or
//! process. [`lab`] is the screen of a lab that is up, for an exercise or for a [`drill`].

mod check_runner;
mod checks;
mod course;
pub(crate) mod drill;
mod editor;
mod finish;
mod footer;
mod help;
pub(crate) mod lab;
mod learner_files;
mod lists;
mod machine;
mod map;
mod menu;
mod messages;
mod outcome;
mod page;
mod path;
mod program;
mod quizzing;
mod reading;
pub(crate) mod review;
mod screen;
mod search;
mod shared;
mod sheet;
mod solving;
mod trouble;
mod view;
mod welcome;

pub(crate) use course::{Opening, run};
pub(crate) use messages::Farewell;
use messages::{Editor, Effect, Input, Opened, ProgressNote};
pub(crate) use screen::Surface;
pub(crate) use trouble::{SessionError, Trouble, Words};
use view::View;

#[cfg(test)]
mod tests;
