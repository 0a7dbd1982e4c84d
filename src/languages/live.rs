//! The lab of an exercise, put up for the blocks of a page.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::shell::{self, Output};
use crate::check::{CheckError, Context};
use crate::code_blocks::{Block, Miss};
use crate::course::{Course, Exercise};
use crate::kinds::gateway::lab::control::{LabHost, LabReply, LabRequest, LabStatus, wrappers};
use crate::kinds::gateway::lab::{control, log};
use crate::kinds::gateway::{self, Label, Opening};
use crate::sandbox::{Access, Limits, Stage, View};
use crate::sys::clock::Stopwatch;
use crate::sys::files;
use crate::sys::scratch::Scratch;
use crate::text::with_causes;

/// The attributes that name a lab.
pub(super) const ATTRIBUTES: [&str; 2] = ["lab", "state"];
/// The value of `state` for a lab with the files of the solution.
const SOLVED: &str = "solved";
/// What one command may use.
const LIMITS: Limits = Limits {
    cpu: std::time::Duration::from_secs(10),
    wall: std::time::Duration::from_secs(30),
    idle: None,
    memory: 2 << 30,
    output: 256 << 10,
    file: 16 << 20,
};
/// The most bytes of a log.
const MOST: u64 = 256 << 10;
/// How long a line may take to reach a log.
const LOGGED: std::time::Duration = std::time::Duration::from_secs(1);

/// Which lab a block means, and which files are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    lab: &'a str,
    solved: bool,
}

/// A lab that is up; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Live {
    host: LabHost,
    status: LabStatus,
    work: Scratch,
    context: Context,
}

impl<'a> Named<'a> {
    /// Returns the lab that `block` names, if it names one.
    pub(super) fn of(block: &'a Block) -> Result<Option<Self>, Miss> {
        let solved = match block.attribute("state") {
            None => false,
            Some(SOLVED) => true,
            Some(other) => {
                let message = format!("no state of a lab is called `{other}`");
                let help = "leave it out for the lab as it is handed out, or write `solved`";
                return Err(Miss::Broken(block.problem(message).help(help)));
            }
        };
        match block.attribute("lab") {
            Some(lab) => Ok(Some(Self { lab, solved })),
            None if solved => Err(Miss::Broken(block.problem("`state` needs a `lab`"))),
            None => Ok(None),
        }
    }

    /// Returns the name under which the lab is kept.
    pub(super) fn key(self) -> (String, bool) {
        (self.lab.to_owned(), self.solved)
    }

    /// Puts the lab up, with `config` in place of its nginx.conf if there is one.
    pub(super) fn open(
        self,
        block: &Block,
        config: Option<&str>,
        course: &Course,
        context: &Context,
    ) -> Result<Live, Miss> {
        let id = self.lab.parse().ok();
        let found = id.and_then(|id| course.exercise(&id));
        let Some(exercise) = found.filter(|exercise| exercise.task().live().is_some()) else {
            let message = match found {
                Some(_) => format!("the exercise `{}` has no lab", self.lab),
                None => format!("there is no lab `{}`", self.lab),
            };
            let known = course
                .exercises
                .iter()
                .filter(|it| it.task().live().is_some());
            let known: Vec<_> = known.map(|it| it.id.to_string()).collect();
            let help = format!("the labs of this course: {}", known.join(", "));
            return Err(Miss::Broken(block.problem(message).help(help)));
        };
        if let Some(missing) = exercise.task().missing(context) {
            return Err(Miss::Unproved(missing));
        }
        let live = Live::open(exercise, self.solved, config, context);
        live.map_err(|error| Miss::of_error(block, &error))
    }
}

impl Live {
    fn open(
        exercise: &Exercise,
        solved: bool,
        config: Option<&str>,
        context: &Context,
    ) -> Result<Self, CheckError> {
        let failed = CheckError::temporary;
        let work = Scratch::new().map_err(failed)?;
        let task = exercise.task();
        let mut given = task.workspace();
        if solved {
            given.extend(task.solution());
        }
        for file in given {
            let path = work.path().join(&file.path);
            files::write_whole(&path, file.text.as_bytes()).map_err(failed)?;
        }
        if let Some(config) = config {
            files::write_whole(&work.path().join(log::FILE), config.as_bytes()).map_err(failed)?;
        }
        let label = Label {
            exercise: exercise.id.as_str(),
            title: &exercise.title,
        };
        let mut opening = match gateway::opening(&**task, label, work.path(), context)? {
            Opening::Ready(setup) => *setup,
            Opening::Refused(faults) => {
                let said: Vec<_> = faults.iter().map(|fault| fault.text.as_str()).collect();
                let what = format!(
                    "the lab of {} does not start\n{}",
                    exercise.id,
                    said.join("\n")
                );
                return Err(CheckError::exercise(what));
            }
        };
        if config.is_some() {
            opening.running = None;
        }
        let (host, _) = LabHost::start(opening, Arc::new(|_| ()))?;
        let LabReply::Status(status) = host.ask(LabRequest::Status) else {
            return Err(CheckError::Cancelled);
        };
        Ok(Self {
            host,
            status: *status,
            work,
            context: context.clone(),
        })
    }

    /// Runs `line` as a learner would in the lab's shell.
    pub(super) fn run(&self, line: &str) -> Result<Output, CheckError> {
        let (host, work) = (&self.host, self.work.path());
        let gradus = self.context.sandbox.launcher();
        let job = control::shell::job(Stage::Lab, host, work, gradus);
        let job = job.map_err(CheckError::file(host.folder()))?;
        let curl = self.context.environment.find_program("curl", &[]);
        let view = View::of_lab()
            .with(Access::Read, host.folder())
            .with(Access::Connect, host.socket())
            .with_all(Access::Execute, &curl);
        let job = job.variable("TMPDIR", work);
        let job = curl
            .into_iter()
            .fold(job, |job, curl| job.variable(wrappers::CURL, curl));
        let mut came = shell::run(job, line, LIMITS, &[work], view, &self.context)?;
        came.printed = self.for_learner(&came.printed);
        Ok(came)
    }

    /// Returns what the log `name` says once `is_there` likes it, or else after a while.
    pub(super) fn log(
        &self,
        name: &str,
        is_there: impl Fn(&str) -> bool,
    ) -> Result<String, String> {
        let path = self.status.logs().join(name);
        let watch = Stopwatch::start();
        loop {
            let text =
                read(&path).map_err(|error| format!("logs/{name}: {}", with_causes(&error)))?;
            let text = self.for_learner(&text);
            if is_there(&text) || watch.elapsed() >= LOGGED {
                return Ok(text);
            }
            // Asking the lab takes it a moment; a request that has been answered is logged then.
            self.host.ask(LabRequest::Status);
        }
    }

    fn for_learner(&self, text: &str) -> String {
        let status = self.status();
        let text = text.replace(&format!("{}/", self.work.path().display()), "");
        // This is how curl names a port.
        let named = |text: String, (learner, private): &(u16, u16)| {
            text.replace(&format!(" port {private}"), &format!(" port {learner}"))
        };
        let text = status.ports.iter().fold(text, named);
        status.for_learner(&text)
    }

    /// Returns what runs now: a reload may have brought ports that were not there before.
    fn status(&self) -> LabStatus {
        match self.host.ask(LabRequest::Status) {
            LabReply::Status(status) => *status,
            _ => self.status.clone(),
        }
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let length = fs::metadata(path)?.len();
    let bytes = files::read_from(path, length.saturating_sub(MOST), MOST)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
