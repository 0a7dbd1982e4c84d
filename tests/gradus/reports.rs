//! Reports: each format is read again by its own reader, whatever learners are called.

mod browser;
mod conformance;
mod folder;
mod gradebooks;
pub(crate) mod gradescope;
mod keyboard;
mod looks;
mod page;
mod platforms;
mod samples;
mod schema;
mod workflow;
