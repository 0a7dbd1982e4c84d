//! The runtime that a judge and a dispatcher are linked with: how calls cross from one process to
//! the other. Compiled once a toolchain by Gradus, with nothing but `std`.

pub mod dispatcher;
pub mod frame;
pub mod linked;
pub mod panics;
pub mod stub;
pub mod wire;

pub use wire::{Get, Put};
