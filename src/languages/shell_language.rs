//! Languages whose blocks are proved by shells.

use std::ffi::OsString;

use super::{shell, shells};
use crate::check::Context;
use crate::code_blocks::{Bench, Block, Language, Miss, Need, one_by_one};

/// A language whose blocks are proved by the shell of a lab or of a learner's home.
#[derive(Debug)]
pub(super) struct ShellLanguage {
    pub(super) names: &'static [&'static str],
    pub(super) attributes: &'static [&'static str],
    /// Whether a block promises anything.
    pub(super) is_run: fn(&Block) -> bool,
    /// Whether a block is run by a shell.
    pub(super) runs_shell: fn(&Block) -> bool,
    pub(super) prove: fn(&Block, &mut Bench<'_>) -> Result<Vec<Miss>, Miss>,
}

impl Language for ShellLanguage {
    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn attributes(&self) -> &'static [&'static str] {
        self.attributes
    }

    fn is_run(&self, block: &Block) -> bool {
        (self.is_run)(block)
    }

    fn runs_shell(&self, block: &Block) -> bool {
        (self.runs_shell)(block)
    }

    fn need(&self, name: &str, context: &Context) -> Need {
        shells::need(name, context)
    }

    fn variables(&self, context: &Context) -> Vec<(&'static str, OsString)> {
        shell::variables(context)
    }

    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        one_by_one(blocks, |block| (self.prove)(block, bench))
    }
}
