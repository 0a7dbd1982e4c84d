//! Checking a Rust submission: the hidden tests run in a process of ours and call the learner's
//! code in another, so neither an answer nor a verdict is ever in the learner's process.
//!
//! The road of a submission: [`collect`] its files, [`compile`] its crate alone, link it with a
//! [`dispatch`]er, and let the judge of the exercise's [`kit`] call it ([`trial`]).

pub mod assess;
pub mod census;
pub mod collect;
pub mod compile;
pub mod contract;
mod diagnostics;
pub mod dispatch;
pub mod forbidden;
pub mod glue;
mod inspect;
pub mod kit;
mod lacking;
pub mod learner;
pub mod linked;
mod linking;
pub mod own_tests;
pub mod replies;
pub mod runtime;
pub mod titles;
pub mod toolchain;
pub mod trial;
