//! The interactive session.
//!
//! [`Machine`] is the session as a pure state machine: it is told what happens and answers with
//! what is to be done. It knows no terminal, clock, file or process. [`run`] plays it on a real
//! terminal.

mod aids;
mod bench;
mod checking;
mod desk;
mod exercise;
mod finish;
mod footer;
mod help;
mod input;
mod lists;
mod machine;
mod map;
mod menu;
mod moves;
mod outcome;
mod path;
mod quizzing;
mod reading;
mod search;
mod session;
mod sheet;
mod solving;
mod stage;
mod view;
mod welcome;

pub(crate) use input::{Effect, Farewell, Input, Note, Opened, Trouble};
pub(crate) use machine::{Machine, Setup};
pub(crate) use session::{Opening, SessionError, run};
pub(crate) use view::View;

#[cfg(test)]
mod tests;
