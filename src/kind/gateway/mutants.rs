//! The solution of a lab, broken in small ways that a customer would notice.

mod config;
mod lines;

use std::ops::Range;

use super::files::Files;
use super::{FILE, GatewayTask, classify, runbook};
use crate::check::mutant::distinct;
use crate::check::{Collected, Mutant};
use crate::lab::config::Config;
use crate::lab::services;

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    /// What is replaced, in bytes.
    range: Range<usize>,
    with: String,
    /// The change in a few words.
    change: String,
}

impl Edit {
    fn new(range: Range<usize>, with: impl Into<String>, change: impl Into<String>) -> Self {
        Self {
            range,
            with: with.into(),
            change: change.into(),
        }
    }

    /// Returns one that adds `what` at the offset `place`.
    fn insert(place: usize, what: impl Into<String>, change: impl Into<String>) -> Self {
        Self::new(place..place, what, change)
    }
}

/// Returns the mutants of the solution of `task`: of each file that a learner may change.
pub(super) fn mutants(task: &GatewayTask) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for path in &task.edit {
        let Some(text) = task.solution.get(path) else {
            continue;
        };
        let edits = match path.as_str() {
            FILE => match Config::parse(text) {
                Ok(config) => config::edits(&config, &asked(task)),
                Err(_) => continue,
            },
            services::FILE => lines::of_services(text),
            runbook::FILE => lines::of_commands(text),
            classify::FILE => lines::of_rules(text),
            _ => continue,
        };
        mutants.extend(
            edits
                .into_iter()
                .map(|edits| mutant(task, path, text, edits)),
        );
    }
    distinct(mutants, &collected(&task.solution))
}

/// What the probes of a lab look at beside answers and what arrives at the upstreams.
#[derive(Debug)]
struct Asked {
    /// Header lines that are no customer's, by their names in small letters.
    headers: Vec<String>,
    /// Whether the lines of the access log matter.
    access: bool,
}

fn asked(task: &GatewayTask) -> Asked {
    let seen = task
        .probes
        .iter()
        .flat_map(|probe| probe.expect.seen.keys());
    let mut headers: Vec<_> = seen.map(|name| name.to_ascii_lowercase()).collect();
    let upstreams = task.plan.iter().flat_map(|plan| &plan.upstreams);
    if upstreams
        .into_iter()
        .any(|upstream| !upstream.sites.is_empty())
    {
        headers.push("host".to_owned());
    }
    Asked {
        headers,
        access: task
            .probes
            .iter()
            .any(|probe| probe.expect.access.is_some()),
    }
}

/// Returns the solution with `edits` in its file `path`, which are in the order of the text.
fn mutant(task: &GatewayTask, path: &str, text: &str, edits: Vec<Edit>) -> Mutant {
    let folder = if task
        .starter
        .get(path)
        .is_some_and(|starter| starter == text)
    {
        "starter"
    } else {
        "solution"
    };
    let mut changed = text.to_owned();
    for edit in edits.iter().rev() {
        changed.replace_range(edit.range.clone(), &edit.with);
    }
    let (line, before, after) = differing(text, &changed);
    let mut files = task.solution.clone();
    files.insert(path.to_owned(), changed);
    Mutant {
        file: format!("{folder}/{path}"),
        line,
        before,
        after,
        change: edits
            .into_iter()
            .map(|edit| edit.change)
            .next()
            .unwrap_or_default(),
        files: collected(&files),
    }
}

fn collected(files: &Files) -> Vec<Collected> {
    let files = files.iter().map(|(path, text)| Collected {
        path: path.clone(),
        bytes: text.clone().into_bytes(),
    });
    files.collect()
}

/// Returns the number of the first line in which two texts differ, from 1, and the lines of each that the
/// other does not have there.
fn differing(text: &str, other: &str) -> (usize, String, String) {
    let (lines, others): (Vec<_>, Vec<_>) = (text.lines().collect(), other.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let first = lines.iter().zip(&others).take_while(same).count();
    let rest = lines[first..]
        .iter()
        .rev()
        .zip(others[first..].iter().rev());
    let last = rest.take_while(same).count();
    let part = |lines: &[&str]| lines[first..lines.len() - last].join("\n");
    (first + 1, part(&lines), part(&others))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_the_lines_that_differ() {
        let told = |text, other| differing(text, other);
        let of = |line, before: &str, after: &str| (line, before.to_owned(), after.to_owned());
        assert_eq!(told("a\nb\nc\n", "a\nx\nc\n"), of(2, "b", "x"));
        assert_eq!(told("a\nb\nc\n", "a\nc\n"), of(2, "b", ""));
        assert_eq!(told("a\nb\n", "a\nb\nb\n"), of(3, "", "b"));
    }
}
