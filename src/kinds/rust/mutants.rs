//! The mutants of a Rust solution: one small change each, made in its text.

mod bodies;
mod calls;
mod control;
mod edit;
mod finder;
mod literals;
mod operators;

#[cfg(test)]
mod tests;

use super::RustTask;
use super::load::sources_of;
use crate::check::{Collected, Mutant};
use crate::kind::Task;
use edit::Edit;

/// Returns every mutant of the reference solution of `task`, file by file, in the order of the text.
pub(super) fn mutants(task: &RustTask) -> Vec<Mutant> {
    let sources = sources_of(&task.solution());
    let rust = sources.iter().enumerate().filter_map(|(index, file)| {
        let is_rust = file.path.strip_suffix(".rs").is_some();
        let text = str::from_utf8(&file.bytes).ok().filter(|_| is_rust)?;
        Some((index, text))
    });
    let of_file = |(index, text)| {
        let edits = finder::edits(text).into_iter();
        edits.map(move |edit| (index, text, edit))
    };
    rust.flat_map(of_file)
        .map(|(index, text, edit)| mutant(&sources, index, text, edit))
        .collect()
}

/// Makes `edit` in the file at `index` of `sources`, whose text is `text`.
fn mutant(sources: &[Collected], index: usize, text: &str, edit: Edit) -> Mutant {
    let changed = edit.made_in(text);
    let mut files = sources.to_vec();
    files[index].bytes = changed.clone().into_bytes();
    let file = format!("solution/{}", sources[index].path);
    Mutant::of(file, text, &changed, edit.change, files)
}
