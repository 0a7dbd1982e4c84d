//! The kind `gateway`: a broken gateway to mend, judged by probes against a private nginx.

mod claims;
mod classify;
pub mod drill;
mod files;
mod findings;
mod judge;
pub mod lab;
mod live;
mod manifest;
mod mutants;
mod public;
mod runbook;
mod scaffold;
pub(crate) mod system;

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use crate::check::{CheckError, Collected, Context, HandIn, Mutant, Outcome, TestTitle};
use crate::kind::{
    About, Catch, Edition, Facts, Finding, Folder, Kind, Part, Task, WorkspaceFile, WrongSolution,
};
use crate::source::{ExerciseId, Problem, Tree};
use lab::config::Config;
use lab::need::Need;
use lab::{Nginx, Plan, Probe, modules};

pub(crate) use files::Files;
pub(crate) use live::{Label, opening};
use manifest::Symptom;

/// The configuration of nginx.
const FILE: &str = "nginx.conf";
/// What catches a wrong solution that nginx does not accept.
const CONFIG_TEST: &str = "nginx -t";
/// What catches a wrong solution that no lab would run.
const REFUSAL: &str = "refused";
/// What catches a wrong solution whose services cannot run.
const SERVICES: &str = "services";
/// What catches a wrong solution that changes a file the lab is not about.
const UNTOUCHABLE: &str = "untouchable";
/// What catches a wrong solution whose runbook does not come to its end.
const RUNBOOK: &str = "runbook";
/// What catches a wrong solution whose rules cannot be read.
const RULES: &str = "rules";
/// What catches wrong solutions before any probe is sent.
const CATCHERS: [&str; 6] = [CONFIG_TEST, REFUSAL, SERVICES, UNTOUCHABLE, RUNBOOK, RULES];

/// How many labs run at a time, on one processor: a lab mostly waits, for as long as the exercise prescribes.
const LABS_A_PROCESSOR: usize = 4;

/// The kind `gateway`.
#[derive(Debug)]
pub struct Gateway;

/// What a learner's work is, and so what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Judging {
    /// Their files, in a private lab.
    #[default]
    Files,
    /// What they did to the lab that is up, or else what their `runbook.sh` does to a fresh one.
    Runbook,
    /// Their `rules.toml`, which names the causes of failures from what nginx logs.
    Rules,
}

#[derive(Debug)]
struct GatewayTask {
    /// The exercise's folder in the course, with a `/` at its end.
    folder: String,
    /// What the lab consists of; `None` if the manifest does not say.
    plan: Option<Plan>,
    judging: Judging,
    edition: Edition,
    /// What nginx runs with at first, where that is not the learner's file.
    running: Option<String>,
    /// The configuration that rules are tried on: one that the learner has not seen.
    unseen: Option<String>,
    /// The files that a learner may change.
    edit: Vec<String>,
    needs: Vec<Need>,
    symptom: Option<Symptom>,
    probes: Vec<Probe>,
    starter: Files,
    solution: Files,
    wrong: Vec<(WrongSolution, Files)>,
    /// Other solutions that must pass, by their folders.
    accepted: Vec<(String, Files)>,
}

impl Kind for Gateway {
    fn about(&self) -> About {
        About {
            id: "gateway",
            summary: "fix the configuration of an nginx that fails its customers; probes judge it",
            public_keys: &["listen", "upstream", "customers", "edit", "needs", "judge"],
            variables: &[lab::nginx::CHOICE],
            setup: "",
        }
    }

    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(manifest::load(folder, problems))
    }

    fn read_course(&self, tree: &Tree, problems: &mut Vec<Problem>) {
        drill::load(tree, problems);
    }

    fn tool(&self, context: &Context) -> Result<Option<String>, CheckError> {
        let nginx = Nginx::find(context);
        Ok(nginx.map(|nginx| {
            let (major, minor, patch) = nginx.version();
            format!("nginx {major}.{minor}.{patch}")
        }))
    }

    fn findings(&self, context: &Context) -> Result<Vec<Finding>, CheckError> {
        findings::all(context)
    }

    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)> {
        scaffold::files(id)
    }
}

impl Task for GatewayTask {
    fn workspace(&self) -> Vec<WorkspaceFile> {
        self.in_workspace(&self.starter)
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        self.in_workspace(&self.solution)
    }

    /// What nginx runs with at first is there for whoever puts the lab up.
    fn public_files(&self) -> Result<Vec<(String, String)>, String> {
        let running = self.running.as_ref();
        let running = running.map(|text| (manifest::RUNNING.to_owned(), text.clone()));
        Ok(running.into_iter().collect())
    }

    /// The learner's own files are judged by the probes; the others must be as they were handed out.
    fn decides(&self, path: &str) -> bool {
        let handed_out = path.strip_prefix("starter/");
        let is_fixed = |file: &str| !self.edit.iter().any(|own| own == file);
        path.starts_with("hidden/") || handed_out.is_some_and(is_fixed)
    }

    fn facts(&self) -> Facts {
        let tests = match self.edition {
            Edition::Student => vec![public::title()],
            Edition::Full => self.probes.iter().map(title).collect(),
        };
        Facts {
            needs_network: true,
            checks_a_processor: LABS_A_PROCESSOR,
            ..Facts::of(tests)
        }
    }

    fn missing(&self, context: &Context) -> Option<String> {
        let mut needs = self.needs.clone();
        for need in self.derived_needs() {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        let missing: Vec<_> = needs
            .into_iter()
            .filter_map(|need| need.missing(context))
            .collect();
        let (first, rest) = missing.split_first()?;
        let words = rest
            .iter()
            .fold(first.clone(), |all, more| format!("{all}; and {more}"));
        Some(format!("this exercise needs {words}"))
    }

    fn prepare(&self, context: &Context) -> Result<(), CheckError> {
        self.plan()?;
        Nginx::required(context).map(drop)
    }

    fn collect(&self, folder: &Path) -> HandIn {
        files::of_learner(self, folder)
    }

    fn check(&self, hand_in: &HandIn, context: &Context) -> Result<Outcome, CheckError> {
        if self.edition == Edition::Student {
            return public::check(self, hand_in, context);
        }
        // What a grader judges is what was handed in, whatever runs on this machine.
        if context.graded {
            return judge::hand_in(self, hand_in, context);
        }
        if let Some(outcome) = live::judged(self, &hand_in.folder, context) {
            return Ok(outcome);
        }
        let mut outcome = judge::hand_in(self, hand_in, context)?;
        outcome
            .diagnostics
            .extend(live::unread(&hand_in.folder, context));
        Ok(outcome)
    }

    fn live(&self) -> Option<&dyn Any> {
        self.plan.is_some().then_some(self as &dyn Any)
    }

    fn solutions(&self) -> Vec<(String, Vec<Collected>)> {
        let mut solutions = vec![("solution/".to_owned(), files::collected(&self.solution))];
        let accepted = self.accepted.iter();
        solutions.extend(accepted.map(|(folder, own)| (folder.clone(), files::collected(own))));
        solutions
    }

    fn starter(&self) -> Vec<Collected> {
        files::collected(&runbook::untouched(self))
    }

    fn catchers(&self) -> &'static [&'static str] {
        &CATCHERS
    }

    fn catch<'a>(
        &self,
        wrong: &'a WrongSolution,
        files: &[Collected],
        context: &Context,
    ) -> Result<Catch<'a>, CheckError> {
        claims::catch(self, wrong, &files::of_collected(files), context)
    }

    fn claims(&self, _context: &Context) -> Result<Vec<Problem>, CheckError> {
        self.plan()?;
        Ok(claims::of_files(self))
    }

    fn outcome_claims(
        &self,
        part: Part<'_>,
        outcome: &Outcome,
        context: &Context,
    ) -> Result<Vec<Problem>, CheckError> {
        claims::of_outcome(self, part, outcome, context)
    }

    fn wrong_solution(&self, wrong: &WrongSolution) -> Option<Vec<Collected>> {
        let mut wrongs = self.wrong.iter();
        let (_, files) = wrongs.find(|(known, _)| known.path == wrong.path)?;
        Some(files::collected(files))
    }

    fn mutants(&self) -> Vec<Mutant> {
        mutants::mutants(self)
    }

    fn judge_files(&self, files: &[Collected], context: &Context) -> Result<Outcome, CheckError> {
        let files = files::completed(files::of_collected(files), &self.starter);
        judge::solution(self, &files, context)
    }
}

impl GatewayTask {
    /// Returns the exercise's name.
    fn name(&self) -> &str {
        let folder = self.folder.trim_end_matches('/');
        folder.rsplit('/').next().unwrap_or(folder)
    }

    /// Returns what the directives need that the course itself writes for this exercise.
    fn derived_needs(&self) -> Vec<Need> {
        let accepted = self.accepted.iter().map(|(_, files)| files);
        let files = accepted.chain([&self.starter, &self.solution]);
        let configs = files.filter_map(|files| Config::parse(files.get(FILE)?).ok());
        let used = configs.flat_map(|config| modules::used(&config));
        used.map(Need::Module).collect()
    }

    fn plan(&self) -> Result<&Plan, CheckError> {
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
    fn in_workspace(&self, files: &Files) -> Vec<WorkspaceFile> {
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

fn title(probe: &Probe) -> TestTitle {
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
