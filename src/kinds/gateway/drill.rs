//! The drill: a fault picked at random in an otherwise intact system. A learner sees the symptom, says where
//! and why it broke, and fixes it.
//!
//! A course declares one [`DrillSpec`] in its folder `drill/`: the intact system, the hops and causes to choose
//! from, and the [`Fault`]s as edits of the system's files. [`draw`] picks some of them, [`prove`] proves that
//! each shows its symptom. What a learner does with them is in `session::drill`.

pub mod draw;
pub(crate) mod fault;
mod load;
pub(crate) mod prove;

pub use draw::Seed;
pub use fault::Fault;
pub(crate) use fault::Shows;
pub use load::load;

use serde::Deserialize;

use super::system::System;
use crate::source::Tree;

/// The folder of a course that declares the drill, with a `/` at its end.
pub(crate) const FOLDER: &str = "drill/";
/// The file in it that says what there is.
pub(crate) const MANIFEST: &str = "drill/drill.toml";

/// Returns whether the course of `tree` has a drill.
pub(crate) fn is_in(tree: &Tree) -> bool {
    tree.get(MANIFEST).is_some()
}

/// The drill of a course, as its manifest declares it.
#[derive(Debug, Clone)]
pub struct DrillSpec {
    /// The intact system.
    pub system: System,
    /// Where a request can break, to choose from.
    pub hops: Vec<Possibility>,
    /// Why it can break, to choose from: also causes that no fault has.
    pub causes: Vec<Possibility>,
    /// The faults, in the order of the manifest.
    pub faults: Vec<Fault>,
}

/// One of the things to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Possibility {
    /// Its name in commands.
    pub id: String,
    /// A few words on it.
    pub title: String,
    /// Others, by name, that the same evidence can have: a review never offers both.
    #[serde(default)]
    pub like: Vec<String>,
}
