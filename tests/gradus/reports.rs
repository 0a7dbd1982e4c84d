//! Reports: each format is parsed again by a reader of that format, whatever the names of learners.

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
