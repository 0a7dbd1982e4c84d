//! A batch that is proved apart: what its blocks run reaches no network but their own, and ends with the
//! proof, however that ends.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Batch, Proof};
use crate::check::{Context, apart};
use crate::course::Course;
use crate::text::with_causes;

/// The hidden command of the Gradus inside.
pub(crate) const ENTRY: &str = "__prove";

impl Batch {
    /// Proves the blocks of this batch, which belong to `course`, apart. It is one of those of the pages
    /// whose names start with `pages`.
    pub(crate) fn prove_apart(&self, course: &Course, pages: &str, context: &Context) -> Proof {
        let mut arguments: Vec<OsString> = vec![ENTRY.into(), (&self.name).into(), pages.into()];
        if let Some(folder) = course.tree.folder() {
            arguments.extend(["--course".into(), folder.into()]);
        }
        let proved = apart::run(arguments, toolchain(context), |_| Vec::new(), context);
        proved.unwrap_or_else(|error| Proof {
            unproved: self
                .blocks
                .iter()
                .map(|block| block.unrun(with_causes(&error), false))
                .collect(),
            ..Proof::default()
        })
    }
}

/// Returns the variables that lead to the machine's compiler: the home is another one inside.
pub(super) fn toolchain(context: &Context) -> Vec<(&'static str, OsString)> {
    let environment = &context.environment;
    let mut variables = Vec::new();
    for (name, own) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
        let there = environment.get(name).map(PathBuf::from);
        let there = there.or_else(|| Some(environment.home()?.join(own)));
        variables.extend(there.map(|there| (name, there.into())));
    }
    let chosen = environment.get("RUSTUP_TOOLCHAIN");
    variables.extend(chosen.map(|chosen| ("RUSTUP_TOOLCHAIN", chosen.to_owned())));
    variables
}
