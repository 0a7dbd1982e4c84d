//! The task of an exercise: what its manifest and its folder say.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lab::config::Config;
use super::lab::need::Need;
use super::lab::{Plan, Probe, modules};
use crate::check::{CheckError, TestTitle};
use crate::kind::{Edition, WorkspaceFile, WrongSolution};

pub(super) use super::lab::log::FILE;

/// What catches a wrong solution that nginx does not accept.
pub(super) const CONFIG_TEST: &str = "nginx -t";
/// What catches a wrong solution that no lab would run.
pub(super) const REFUSAL: &str = "refused";
/// What catches a wrong solution whose services cannot run.
pub(super) const SERVICES: &str = "services";
/// What catches a wrong solution that changes a file the lab is not about.
pub(super) const UNTOUCHABLE: &str = "untouchable";
/// What catches a wrong solution whose runbook does not come to its end.
pub(super) const RUNBOOK: &str = "runbook";
/// What catches a wrong solution whose rules cannot be read.
pub(super) const RULES: &str = "rules";
/// What catches wrong solutions before any probe is sent.
pub(super) const CATCHERS: [&str; 6] =
    [CONFIG_TEST, REFUSAL, SERVICES, UNTOUCHABLE, RUNBOOK, RULES];

/// How many labs run at a time, on one processor: a lab mostly waits, for as long as the exercise prescribes.
pub(super) const LABS_A_PROCESSOR: usize = 4;

/// File contents by path in the learner's folder.
pub(crate) type Files = BTreeMap<String, String>;

/// What a learner sees before anything is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symptom {
    /// The status of the first probe; `None` means that nginx does not start.
    pub(super) status: Option<u16>,
    /// A part of the line in the error log, or of nginx's message.
    pub(super) log: Option<String>,
    /// The probe that shows it, if not the first.
    pub(super) probe: Option<String>,
    /// By module: nginx's message if it lacks that module, and so does not start.
    #[serde(default)]
    pub(super) without: BTreeMap<String, String>,
}

/// What a learner's work is, and so what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Judging {
    /// Their files, in a private lab.
    #[default]
    Files,
    /// What they did to the lab that is up, or else what their `runbook.sh` does to a fresh one.
    Runbook,
    /// Their `rules.toml`, which names the causes of failures from what nginx logs.
    Rules,
}

#[derive(Debug)]
pub(super) struct GatewayTask {
    /// The exercise's folder in the course, with a `/` at its end.
    pub(super) folder: String,
    /// What the lab consists of; `None` if the manifest does not say.
    pub(super) plan: Option<Plan>,
    pub(super) judging: Judging,
    pub(super) edition: Edition,
    /// What nginx runs with at first, where that is not the learner's file.
    pub(super) running: Option<String>,
    /// The configuration that rules are tried on: one that the learner has not seen.
    pub(super) unseen: Option<String>,
    /// The files that a learner may change.
    pub(super) edit: Vec<String>,
    pub(super) needs: Vec<Need>,
    pub(super) symptom: Option<Symptom>,
    pub(super) probes: Vec<Probe>,
    pub(super) starter: Files,
    pub(super) solution: Files,
    pub(super) wrong: Vec<(WrongSolution, Files)>,
    /// Other solutions that must pass, by their folders.
    pub(super) accepted: Vec<(String, Files)>,
}

impl GatewayTask {
    /// Returns the exercise's name.
    pub(super) fn name(&self) -> &str {
        let folder = self.folder.trim_end_matches('/');
        folder.rsplit('/').next().unwrap_or(folder)
    }

    /// Returns what the directives need that the course itself writes for this exercise.
    pub(super) fn derived_needs(&self) -> Vec<Need> {
        let accepted = self.accepted.iter().map(|(_, files)| files);
        let files = accepted.chain([&self.starter, &self.solution]);
        let configs = files.filter_map(|files| Config::parse(files.get(FILE)?).ok());
        let used = configs.flat_map(|config| modules::used(&config));
        used.map(Need::Module).collect()
    }

    pub(super) fn plan(&self) -> Result<&Plan, CheckError> {
        let plan = self.plan.as_ref().filter(|_| {
            // In a student edition the probes are not there.
            !self.probes.is_empty() || self.edition == Edition::Student
        });
        plan.ok_or_else(|| {
            let folder = &self.folder;
            CheckError::exercise(format!(
                "{folder}: the table `gateway` or the probes cannot be read"
            ))
        })
    }

    /// The file that a learner opens first is one that they may change.
    pub(super) fn in_workspace(&self, files: &Files) -> Vec<WorkspaceFile> {
        let mut files: Vec<_> = files
            .iter()
            .map(|(path, text)| WorkspaceFile {
                path: path.clone(),
                text: text.clone(),
                editable: self.edit.contains(path),
                language: language(path),
            })
            .collect();
        let place = |file: &WorkspaceFile| self.edit.iter().position(|path| *path == file.path);
        files.sort_by_key(|file| place(file).unwrap_or(usize::MAX));
        files
    }
}

pub(super) fn title(probe: &Probe) -> TestTitle {
    TestTitle {
        name: probe.name.clone(),
        title: probe.title.clone(),
    }
}

/// Returns the language of the file `path`.
fn language(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "conf")) => "nginx",
        Some((_, "sh")) => "sh",
        Some((_, "toml")) => "toml",
        Some(_) | None => "text",
    }
}
