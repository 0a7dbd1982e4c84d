//! The mutants of a Rust solution: one small change of the source each.

mod bodies;
mod calls;
mod control;
mod edit;
mod finder;
mod literals;
mod operators;
mod visitor;

#[cfg(test)]
mod tests;

use super::task::{RustTask, sources_of};
use crate::check::{Collected, Mutant};
use crate::kind::Task;
use edit::Mutation;

/// All mutants of the reference solution, in file order, then source order.
pub(super) fn mutants(task: &RustTask) -> Vec<Mutant> {
    let sources = sources_of(&task.solution());
    let rust = sources.iter().enumerate().filter_map(|(index, file)| {
        let is_rust = file.path.strip_suffix(".rs").is_some();
        let text = str::from_utf8(&file.bytes).ok().filter(|_| is_rust)?;
        Some((index, text))
    });
    let of_file = |(index, text)| {
        let mutations = visitor::mutations(text).into_iter();
        mutations.map(move |mutation| (index, text, mutation))
    };
    rust.flat_map(of_file)
        .map(|(index, text, mutation)| mutant(&sources, index, text, mutation))
        .collect()
}

/// Applies `mutation` to the file at `index` of `sources`, whose text is `text`.
fn mutant(sources: &[Collected], index: usize, text: &str, mutation: Mutation) -> Mutant {
    let changed = mutation.made_in(text);
    let mut files = sources.to_vec();
    files[index].bytes = changed.clone().into_bytes();
    let file = format!("solution/{}", sources[index].path);
    Mutant::of(file, text, &changed, mutation.change, files)
}
