//! Blocks `toml`: they are TOML.

use super::{Bench, Block, Language, Miss};

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
    let Err(error) = toml::from_str::<toml::Table>(&block.text) else {
        return Vec::new();
    };
    let start = error.span().map_or(0, |span| span.start);
    let before = block.text.get(..start).unwrap_or_default();
    let line = block.line + 1 + before.matches('\n').count();
    let message = format!("this is no TOML: {}", error.message());
    vec![Miss::Broken(block.problem(message).at(line))]
}
