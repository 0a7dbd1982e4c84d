//! An exercise's lab, put up to stay: for a learner, and for a runbook.

use std::fs;
use std::path::Path;

use super::files::{self, Files};
use super::judge;
use super::{GatewayTask, Judging};
use crate::check::{CheckError, Context, Diagnostic, Outcome};
use crate::lab::control::{Answer, Caller, Opening, Registry, Request};
use crate::lab::system::ServiceWord;
use crate::lab::{Lab, Nginx, services};

/// What an exercise's lab is called.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The exercise's name.
    pub exercise: &'a str,
    /// The exercise's title.
    pub title: &'a str,
}

/// Returns what the lab of the learner's folder `folder` is made of; `Err` inside holds what is
/// wrong with the files.
pub(super) fn of_folder(
    task: &GatewayTask,
    label: Label<'_>,
    folder: &Path,
    context: &Context,
) -> Result<Result<Opening, Vec<Diagnostic>>, CheckError> {
    match files::of_learner(task, folder)? {
        Ok(files) => opening(task, label, folder, &files, context),
        Err(faults) => Ok(Err(faults)),
    }
}

/// Returns what the lab of `files`, which are in `folder`, is made of.
pub(super) fn opening(
    task: &GatewayTask,
    label: Label<'_>,
    folder: &Path,
    files: &Files,
    context: &Context,
) -> Result<Result<Opening, Vec<Diagnostic>>, CheckError> {
    let mut plan = task.plan()?.clone();
    let declared = plan.upstreams.clone();
    if let Some(text) = files.get(services::FILE)
        && let Err(faults) = services::apply(text, &mut plan.upstreams, plan.listen)
    {
        return Ok(Err(faults));
    }
    let nginx = Nginx::required(context)?;
    let (probes, own) = (task.probes.clone(), context.clone());
    let judge = move |lab: &mut Lab| {
        let ran = lab.running_services();
        let tests = judge::run_probes(&probes, lab, &own);
        // Probes take services away; who looks on finds them as they were.
        for name in ran {
            lab.service(&name, ServiceWord::Start)?;
        }
        Ok(Outcome {
            tests: tests?,
            ..Outcome::default()
        })
    };
    Ok(Ok(Opening {
        exercise: label.exercise.to_owned(),
        title: label.title.to_owned(),
        folder: folder.to_owned(),
        plan,
        declared,
        running: task.running.clone(),
        own_ports: false,
        nginx,
        context: context.clone(),
        judge: Box::new(judge),
    }))
}

/// Asks the lab that is up for `folder`, if this exercise is judged by what is done to it.
pub(super) fn judged(task: &GatewayTask, folder: &Path, context: &Context) -> Option<Outcome> {
    if task.judging != Judging::Runbook {
        return None;
    }
    let folder = fs::canonicalize(folder).ok()?;
    let labs = Registry::new(&context.environment).labs().ok()?;
    let lab = labs.into_iter().find(|lab| lab.folder == folder)?;
    match Caller::new(lab.socket).ask(&Request::Judge) {
        Ok(Answer::Judged(outcome)) => Some(*outcome),
        // It went down just now.
        Ok(_) | Err(_) => None,
    }
}
