//! Mutants of a lab's solution: small faults that a customer would notice.

mod config;
mod lines;

use std::ops::Range;

use super::lab::config::Config;
use super::lab::services;
use super::task::{FILE, GatewayTask};
use super::{classify, files, runbook};
use crate::check::Mutant;
use crate::check::mutant::distinct;

/// A change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// A short description.
    words: String,
    /// The whole text after the change.
    text: String,
}

impl Change {
    fn new(text: &str, range: Range<usize>, with: &str, words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            text: [&text[..range.start], with, &text[range.end..]].concat(),
        }
    }
}

/// `number` minus and plus 30 %.
fn around(number: u64) -> impl Iterator<Item = u64> {
    let step = (number * 3 / 10).max(1);
    let less = number.checked_sub(step);
    less.into_iter().chain([number + step])
}

/// The mutants of each file that a learner may edit.
pub(super) fn mutants(task: &GatewayTask) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for path in &task.edit {
        let Some(text) = task.solution.get(path) else {
            continue;
        };
        let changes = match path.as_str() {
            FILE => match Config::parse(text) {
                Ok(config) => config::changes(&config, &asked(task)),
                Err(_) => continue,
            },
            services::FILE => lines::of_services(text),
            runbook::FILE => lines::of_commands(text),
            classify::FILE => lines::of_rules(text),
            _ => continue,
        };
        let changes = changes.into_iter();
        mutants.extend(changes.map(|change| mutant(task, path, text, change)));
    }
    distinct(mutants, &files::collected(&task.solution))
}

/// What the probes look at besides responses and the requests that arrive at upstreams.
#[derive(Debug)]
struct Asked {
    /// Headers that customers do not send, in lower case.
    headers: Vec<String>,
    /// Whether they look at the access log.
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

/// The solution with `change` in the file `path`, whose text is `text`.
fn mutant(task: &GatewayTask, path: &str, text: &str, change: Change) -> Mutant {
    let is_starter = task.starter.get(path).is_some_and(|other| other == text);
    let folder = if is_starter { "starter" } else { "solution" };
    let mut files = task.solution.clone();
    files.insert(path.to_owned(), change.text.clone());
    let file = format!("{folder}/{path}");
    let files = files::collected(&files);
    Mutant::of(file, text, &change.text, change.words, files)
}
