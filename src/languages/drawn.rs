//! Blocks that promise nothing: drawings and changes.

use crate::code_blocks::{Bench, Block, Language, Miss};

/// Blocks `diagram` and `diff`.
#[derive(Debug)]
pub(super) struct Drawn;

impl Language for Drawn {
    fn names(&self) -> &'static [&'static str] {
        &["diagram", "diff"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["alt"]
    }

    fn is_run(&self, _block: &Block) -> bool {
        false
    }

    fn prove(&self, blocks: &[&Block], _bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        blocks.iter().map(|_| Vec::new()).collect()
    }
}
