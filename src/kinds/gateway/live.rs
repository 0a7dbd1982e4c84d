//! Puts up an exercise's lab to stay, for a learner or for a runbook; asks one that is up.

use std::fs;
use std::path::Path;

use super::lab::control::{LabClient, LabReply, LabRequest, LabSetup, Registry};
use super::lab::{Lab, Nginx, log, services};
use super::task::{Files, GatewayTask, Judging};
use super::{files, probing};
use crate::check::{CheckError, Context, Diagnostic, Outcome, TestResult, TestVerdict};
use crate::kind::Task;
use crate::sys::clock::Stopwatch;

/// The name of an exercise's lab.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label<'a> {
    pub exercise: &'a str,
    pub title: &'a str,
}

/// What a lab is put up from.
pub(crate) enum Opening {
    Ready(Box<LabSetup>),
    /// The learner's files have errors.
    Refused(Vec<Diagnostic>),
}

/// The parts of the lab of `task`, with the files of the learner's folder.
///
/// # Errors
/// Fails when the exercise has no lab, or when its plan is broken.
pub(crate) fn opening(
    task: &dyn Task,
    label: Label<'_>,
    folder: &Path,
    context: &Context,
) -> Result<Opening, CheckError> {
    let task = task
        .live()
        .and_then(|live| live.downcast_ref::<GatewayTask>())
        .ok_or_else(|| CheckError::exercise(format!("{} has no lab", label.exercise)))?;
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let hand_in = files::of_learner(task, &folder);
    if !hand_in.faults.is_empty() {
        return Ok(Opening::Refused(hand_in.faults));
    }
    let files = files::of_collected(&hand_in.files);
    opening_of(task, label, &folder, &files, context)
}

/// Like [`opening`], with the contents of the files in `folder` given.
pub(super) fn opening_of(
    task: &GatewayTask,
    label: Label<'_>,
    folder: &Path,
    files: &Files,
    context: &Context,
) -> Result<Opening, CheckError> {
    let mut plan = task.plan()?.clone();
    let declared = plan.upstreams.clone();
    if let Some(text) = files.get(services::FILE)
        && let Err(faults) = services::apply(text, &mut plan.upstreams, plan.listen)
    {
        return Ok(Opening::Refused(faults));
    }
    let nginx = Nginx::required(context)?;
    let (probes, own) = (task.probes.clone(), context.clone());
    let judge = move |lab: &mut Lab| {
        let watch = Stopwatch::start();
        let tests = probing::run_probes(&probes, lab, &own)?;
        Ok(Outcome {
            tests,
            phases: probing::probing(lab, watch.elapsed()).into(),
            ..Outcome::default()
        })
    };
    Ok(Opening::Ready(Box::new(LabSetup {
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
    })))
}

/// The judgement of the lab that is up for `folder`, for exercises judged by what is done to it.
pub(super) fn judged(task: &GatewayTask, folder: &Path, context: &Context) -> Option<Outcome> {
    if task.judging != Judging::Runbook {
        return None;
    }
    match lab_of(folder, context)?.ask(&LabRequest::Judge) {
        Ok(LabReply::Judged(mut outcome)) => {
            // Before nginx has read the file, the next step is still to come.
            if unread(folder, context).is_none() {
                remember(task, &mut outcome);
            }
            Some(*outcome)
        }
        // The lab went down just now.
        Ok(_) | Err(_) => None,
    }
}

/// A warning if the lab that is up for `folder` runs with another `nginx.conf` than the one judged.
pub(super) fn unread(folder: &Path, context: &Context) -> Option<Diagnostic> {
    let status = lab_of(folder, context)?.status().ok()?;
    // No warning about a stopped nginx: that is the learner's own doing.
    let runs = status.nginx.master.is_some();
    (runs && status.nginx.config_changed).then(|| {
        let name = &status.exercise;
        let message = format!(
            "the lab that is up has not read this file: `gradus lab reload {name}` makes it do so"
        );
        Diagnostic {
            error: false,
            text: format!("warning: {message}"),
            message,
            file: Some(log::FILE.to_owned()),
            line: None,
        }
    })
}

/// The client of the lab that is up for `folder`.
fn lab_of(folder: &Path, context: &Context) -> Option<LabClient> {
    let folder = fs::canonicalize(folder).ok()?;
    let labs = Registry::new(&context.environment).labs().ok()?;
    let lab = labs.into_iter().find(|lab| lab.folder == folder)?;
    Some(LabClient::new(lab.socket))
}

/// Adds a hint to failures about the history of nginx, which no further repair can change.
fn remember(task: &GatewayTask, outcome: &mut Outcome) {
    for (test, probe) in outcome.tests.iter_mut().zip(&task.probes) {
        let TestResult { verdict, values } = &mut test.result;
        if *verdict == TestVerdict::Failed
            && values.got.is_some()
            && probe.expect.is_about_history()
        {
            let name = task.name();
            values.note = Some(format!(
                "this lab remembers what was done to it: to try again, end it with \
                 `gradus lab down {name}` and start it again"
            ));
        }
    }
}
