//! Reports: each format is read again by its own reader, whatever learners are called.

mod browser;
mod conformance;
mod gradebooks;
mod page;
mod platforms;
mod samples;
mod schema;
mod workflow;
