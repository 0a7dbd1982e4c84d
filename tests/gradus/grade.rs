//! Grading: every submission gets its record, whatever happens on the way.

mod class;
mod goes_on;
mod partitions;
mod schedulers;
mod words;
