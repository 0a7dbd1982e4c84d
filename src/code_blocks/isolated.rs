//! A batch that is proved by an isolated Gradus: what its blocks run reaches no network but their own, and ends
//! with the proof, however that ends.

use std::ffi::OsString;

use super::{Batch, Proof};
use crate::check::{Context, isolated};
use crate::course::Course;
use crate::text::with_causes;

/// The hidden command of the Gradus inside.
pub(crate) const ENTRY: &str = "__prove";

impl Batch {
    /// Proves the blocks of this batch, which belong to `course`, in isolation. It is one of those of the pages
    /// whose names start with `pages`.
    pub(crate) fn prove_isolated(&self, course: &Course, pages: &str, context: &Context) -> Proof {
        let mut arguments: Vec<OsString> = vec![ENTRY.into(), (&self.name).into(), pages.into()];
        if let Some(folder) = course.tree.folder() {
            arguments.extend(["--course".into(), folder.into()]);
        }
        let languages = self.languages.iter();
        let variables = languages.flat_map(|language| language.variables(context));
        let proved = isolated::run(arguments, variables.collect(), |_| Vec::new(), context);
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
