//! Grading: every submission gets a record, whatever happens.

mod class;
mod goes_on;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(target_os = "linux")]
mod labs;
#[cfg(target_os = "linux")]
mod mixed;
#[cfg(target_os = "linux")]
mod odd;
mod partitions;
#[cfg(target_os = "linux")]
mod people;
mod schedulers;
#[cfg(target_os = "linux")]
mod stopped;
#[cfg(target_os = "linux")]
mod thousand;
#[cfg(target_os = "linux")]
mod unconfined;
mod words;
