//! The kind `gateway`: a broken gateway to fix, judged by probes against a private nginx.

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
mod probing;
mod public;
mod runbook;
mod scaffold;
pub(crate) mod system;
mod task;

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use crate::check::cache::{CachePart, Protection};
use crate::check::{CheckError, Collected, Context, Event, HandIn, Mutant, Outcome};
use crate::kind::{
    About, Catch, CourseProof, Edition, Facts, Finding, Folder, Kind, Part, Task, WorkspaceFile,
    WrongSolution,
};
use crate::source::{ExerciseId, Problem, Tree};
use crate::text::with_causes;
use lab::Nginx;
use task::{CATCHERS, GatewayTask, LABS_A_PROCESSOR, title};

pub(crate) use live::{Label, Opening, opening};
pub(crate) use task::Files;

/// The hops of a request, and those of gateways other than nginx.
const HOPS: &[&str] = &[
    "client to nginx",
    "nginx",
    "nginx to upstream",
    "upstream",
    "client to gateway",
    "gateway",
    "gateway to upstream",
    "Apache",
    "Apache to app",
    "HAProxy",
    "HAProxy to server",
    "Traefik to service",
    "Caddy to app",
    "Envoy to upstream",
    "ALB to target",
    "Cloudflare",
    "Cloudflare to origin",
    "ingress to pod",
];

/// The kind `gateway`.
#[derive(Debug)]
pub struct Gateway;

impl Kind for Gateway {
    fn about(&self) -> About {
        About {
            id: "gateway",
            summary: "fix the configuration of an nginx that fails its customers; probes judge it",
            public_keys: &[
                "listen",
                "upstream",
                "customers",
                "dns",
                "after_start",
                "edit",
                "needs",
                "judge",
            ],
            variables: &[lab::nginx::CHOICE],
            unaccepted: "not accepted",
            work: "runbook",
            setup: "",
            cache: &[CachePart {
                name: "nginx",
                what: "programs that labs run",
                depth: 1,
                protection: Protection::Lock,
            }],
            hops: HOPS,
        }
    }

    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(manifest::load(folder, problems))
    }

    fn read_course(&self, tree: &Tree, problems: &mut Vec<Problem>) {
        drill::load(tree, problems);
    }

    fn prove_course(&self, tree: &Tree, context: &Context) -> CourseProof {
        // What is wrong with its files was found when the course was read.
        drill::load(tree, &mut Vec::new()).map_or_else(CourseProof::default, |spec| {
            context.tell(Event::Step("proving the drill"));
            drill::prove::prove(&spec, context).unwrap_or_else(|error| CourseProof {
                unproved: vec![("drill: all of it".to_owned(), with_causes(&error))],
                ..CourseProof::default()
            })
        })
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
