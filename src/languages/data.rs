//! Blocks `toml`: they are TOML.

use crate::code_blocks::{Bench, Block, Language, Miss};
use crate::source::toml_problem;

/// Blocks `toml`.
#[derive(Debug)]
pub(super) struct Toml;

impl Language for Toml {
    fn names(&self) -> &'static [&'static str] {
        &["toml"]
    }

    fn prove(&self, blocks: &[&Block], _bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        blocks.iter().map(|block| parse(block)).collect()
    }
}

fn parse(block: &Block) -> Vec<Miss> {
    let parsed = toml::from_str::<toml::Table>(&block.text);
    let error = parsed.err().into_iter();
    let problem = error.map(|error| toml_problem(&block.page, &block.text, block.line + 1, &error));
    problem.map(Miss::Broken).collect()
}
