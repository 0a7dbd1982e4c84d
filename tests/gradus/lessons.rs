//! The code in lessons and task texts: Rust compiles and runs, nginx takes what it is said to take,
//! commands run or say why they are not.

mod nginx;
mod rust;

use crate::harness::Desk;
use crate::repository::{Fence, fences, files_of};

/// The languages of blocks that are only shown.
const SHOWN: [&str; 6] = ["diagram", "diff", "http", "quiz", "text", "toml"];

/// Returns the blocks of every lesson and task text.
fn all() -> Vec<Fence> {
    let mut pages = files_of("lessons", "md");
    pages.extend(files_of("exercises", "md"));
    pages.iter().flat_map(|page| fences(page)).collect()
}

/// Returns the blocks of `language`, those that are run and how many are not.
fn of(language: &str) -> (Vec<Fence>, usize) {
    let mut blocks = all();
    blocks.retain(|fence| fence.language() == language);
    let (skipped, run): (Vec<_>, Vec<_>) =
        blocks.into_iter().partition(|fence| fence.skip().is_some());
    (run, skipped.len())
}

#[test]
fn every_block_is_of_a_known_language() {
    for fence in all() {
        let language = fence.language();
        let is_run = ["bash", "console", "nginx", "rust"].contains(&language);
        let place = fence.place();
        assert!(is_run || SHOWN.contains(&language), "{place}: `{language}`");
        let reason = fence.skip().unwrap_or("a reason");
        assert!(!reason.trim().is_empty(), "{place}: why is it not run?");
    }
}

#[test]
fn every_command_runs_or_says_why_not() {
    let (consoles, skipped) = of("console");
    for fence in &consoles {
        crate::docs::sessions::play(&Desk::new(), fence);
    }
    let (scripts, more) = of("bash");
    for fence in &scripts {
        let run = Desk::new().shell(&fence.text);
        assert_eq!(run.code, Some(0), "{}: {run:?}", fence.place());
    }
    println!(
        "commands: {} blocks run, {} say why not",
        consoles.len() + scripts.len(),
        skipped + more
    );
}
