//! A gateway with its upstreams outside of any exercise: intact, and broken as the drill wants it.

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::lab::need::Need;
use super::lab::{Plan, Probe, UpstreamPlan};
use super::task::{FILE, Files, GatewayTask, Judging};
use super::{files, judge, manifest};
use crate::check::{CheckError, Context, Outcome};
use crate::kind::{Edition, Task};
use crate::source::{Problem, Tree};

/// The manifest of a system.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SystemTable {
    listen: u16,
    #[serde(default, rename = "upstream")]
    upstreams: Vec<Spanned<UpstreamPlan>>,
}

/// An intact gateway: its plan, its files, and the probes that it passes.
#[derive(Debug, Clone)]
pub struct System {
    /// Its folder in the course, with a trailing `/`.
    folder: String,
    plan: Plan,
    files: Files,
    probes: Vec<Probe>,
}

impl System {
    /// Makes a system of `table` in the manifest `manifest`, whose text is `text`. Its files are in
    /// `system/` below `folder`, its probes in `probes.toml`.
    pub(crate) fn load(
        table: &SystemTable,
        (manifest, text): (&str, &str),
        folder: &str,
        tree: &Tree,
        problems: &mut Vec<Problem>,
    ) -> Self {
        manifest::collisions(manifest, text, table.listen, &table.upstreams, problems);
        let upstreams = table.upstreams.iter();
        let plan = Plan {
            listen: table.listen,
            upstreams: upstreams.map(|found| found.get_ref().clone()).collect(),
            customers: None,
            dns: None,
            after_start: Vec::new(),
        };
        let below = format!("{folder}system/");
        let files = files::below(tree, &below);
        if !files.contains_key(FILE) {
            problems.push(Problem::new(format!("{below}{FILE}"), "missing"));
        }
        let upstreams = plan.upstreams.clone();
        manifest::check_services(&files, &below, upstreams, plan.listen, problems);
        let file = format!("{folder}probes.toml");
        let probes = manifest::probes::read(&file, tree.get(&file), Some(&plan), problems);
        Self {
            folder: folder.to_owned(),
            plan,
            files,
            probes,
        }
    }

    /// The intact files, by their paths in a learner's folder.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The task of fixing `files`, a broken copy of its files.
    pub(crate) fn task(&self, files: Files) -> Arc<dyn Task> {
        Arc::new(self.broken(files, self.probes.clone()))
    }

    /// Judges `files`, a copy of its files, by `probes`, or else by its own.
    pub(crate) fn judge(
        &self,
        files: &Files,
        probes: Option<Vec<Probe>>,
        context: &Context,
    ) -> Result<Outcome, CheckError> {
        let probes = probes.unwrap_or_else(|| self.probes.clone());
        judge::solution(&self.broken(files.clone(), probes), files, context)
    }

    fn broken(&self, files: Files, probes: Vec<Probe>) -> GatewayTask {
        GatewayTask {
            edition: Edition::Full,
            folder: self.folder.clone(),
            plan: Some(self.plan.clone()),
            judging: Judging::Files,
            running: None,
            unseen: None,
            edit: files.keys().cloned().collect(),
            needs: Need::with_nginx(Vec::new()),
            symptom: None,
            probes,
            starter: files,
            solution: self.files.clone(),
            wrong: Vec::new(),
            accepted: Vec::new(),
        }
    }
}
