//! The kind `gateway`: an `nginx.conf` to mend, judged by probes against a private nginx.

mod judge;
mod manifest;
mod scaffold;
mod validate;

use std::path::Path;
use std::sync::Arc;

use super::{Folder, Kind, Task, WorkspaceFile};
use crate::check::{CheckError, Context, Outcome, TestTitle};
use crate::course::{ExerciseId, Problem, WrongSolution};
use crate::lab::nginx::{INSTALL, Nginx};
use crate::lab::{Plan, Probe};

use manifest::Symptom;

/// The learner's file.
const FILE: &str = "nginx.conf";
/// What catches a wrong solution that nginx does not accept.
const CONFIG_TEST: &str = "nginx -t";
/// What catches a wrong solution that no lab would run.
const REFUSAL: &str = "refused";

/// The kind `gateway`.
#[derive(Debug)]
pub struct Gateway;

#[derive(Debug)]
struct GatewayTask {
    /// The exercise's folder in the course, with a `/` at its end.
    folder: String,
    /// What the lab consists of; `None` if the manifest does not say.
    plan: Option<Plan>,
    symptom: Option<Symptom>,
    probes: Vec<Probe>,
    starter: String,
    solution: String,
    wrong: Vec<(WrongSolution, String)>,
}

impl Kind for Gateway {
    fn id(&self) -> &'static str {
        "gateway"
    }

    fn summary(&self) -> &'static str {
        "Mend the configuration of an nginx that fails its customers."
    }

    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(manifest::load(folder, problems))
    }

    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)> {
        scaffold::files(id)
    }
}

impl Task for GatewayTask {
    fn workspace(&self) -> Vec<WorkspaceFile> {
        vec![file(&self.starter)]
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        vec![file(&self.solution)]
    }

    fn tests(&self) -> Vec<TestTitle> {
        self.probes.iter().map(title).collect()
    }

    fn missing(&self, context: &Context) -> Option<String> {
        let missing = Nginx::locate(context).is_none();
        missing.then(|| format!("this exercise needs nginx; {INSTALL}"))
    }

    fn prepare(&self, context: &Context) -> Result<(), CheckError> {
        self.plan()?;
        judge::nginx(context).map(drop)
    }

    fn check(&self, submission: &Path, context: &Context) -> Result<Outcome, CheckError> {
        judge::submission(self, submission, context)
    }

    fn validate(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        validate::validate(self, context)
    }
}

impl GatewayTask {
    fn plan(&self) -> Result<&Plan, CheckError> {
        let plan = self.plan.as_ref().filter(|_| !self.probes.is_empty());
        plan.ok_or_else(|| CheckError::Exercise {
            what: format!(
                "{}: the table `gateway` or the probes cannot be read",
                self.folder
            ),
        })
    }
}

fn file(text: &str) -> WorkspaceFile {
    WorkspaceFile {
        path: FILE.to_owned(),
        text: text.to_owned(),
        editable: true,
    }
}

fn title(probe: &Probe) -> TestTitle {
    TestTitle {
        name: probe.name.clone(),
        title: probe.title.clone(),
    }
}
