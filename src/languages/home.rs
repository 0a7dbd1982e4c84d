//! A learner's home: a current folder, and `gradus` as a command, for blocks without a lab.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::shell::{self, Output};
use crate::check::{CheckError, Context};
use crate::course::Course;
use crate::kinds::gateway::lab::control::shell::PATH;
use crate::kinds::gateway::lab::control::wrappers::quoted;
use crate::sandbox::ability::LIMITS_NOTICE;
use crate::sandbox::{Access, Job, Limits, Stage};
use crate::sys::files;
use crate::sys::scratch::Scratch;

/// What one command may use. What Gradus starts in it limits itself further.
const LIMITS: Limits = Limits {
    wall: Duration::from_mins(2),
    output: 256 << 10,
    ..Limits::trusted()
};

/// A learner's home with a workspace of the course; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Home {
    scratch: Scratch,
    /// The folder of the course, where it is no part of Gradus.
    course: Option<PathBuf>,
    context: Context,
}

impl Home {
    /// Returns a home with a fresh workspace of `course`.
    pub(super) fn new(course: &Course, context: &Context) -> Result<Self, CheckError> {
        let failed = CheckError::temporary;
        let scratch = Scratch::new().map_err(failed)?;
        for folder in ["bin", "home", "here", "state"] {
            fs::create_dir(scratch.path().join(folder)).map_err(failed)?;
        }
        let gradus = quoted(context.sandbox.launcher());
        let script = format!("#!/bin/sh\nexec {gradus} \"$@\"\n");
        let program = scratch.path().join("bin/gradus");
        files::write_program(&program, script.as_bytes()).map_err(failed)?;
        // Gradus has no sandbox of its own in this one, which is no news to an author.
        let told = scratch.path().join("state").join(LIMITS_NOTICE);
        fs::write(told, "").map_err(failed)?;
        let folder = course.tree.folder();
        let home = Self {
            scratch,
            course: folder.map(|folder| context.environment.folder().join(folder)),
            context: context.clone(),
        };
        let course = home.course.as_deref().map(quoted);
        let course = course.map(|course| format!(" --course {course}"));
        let came = home.run(&format!("gradus init{}", course.unwrap_or_default()))?;
        if came.end.is_success() {
            return Ok(home);
        }
        let what = format!("no workspace can be made of this course\n{}", came.printed);
        Err(CheckError::exercise(what))
    }

    /// Runs `line` in the current folder.
    pub(super) fn run(&self, line: &str) -> Result<Output, CheckError> {
        let folder = |name: &str| self.scratch.path().join(name);
        let path = self
            .context
            .environment
            .text("PATH")
            .unwrap_or_else(|| PATH.to_owned());
        let mut job = Job::new(Stage::Lab, "/bin/sh", folder("here"))
            .variable("PATH", format!("{}:{path}", folder("bin").display()))
            .variable("HOME", folder("home"))
            .variable("TMPDIR", folder("home"))
            .variable("LANG", "C.UTF-8")
            .variable("COLUMNS", "80")
            .variable("GRADUS_STATE_DIR", folder("state"))
            .variable("GRADUS_CACHE_DIR", folder("home/.cache/gradus"));
        for (name, value) in shell::variables(&self.context) {
            job = job.variable(name, value);
        }
        let own = ["here", "home", "state"].map(folder);
        let own = own.each_ref().map(PathBuf::as_path);
        let course = self.course.as_deref();
        let view = shell::with_tools(&self.context)
            .with(Access::Execute, folder("bin"))
            .with_all(Access::Read, course);
        let mut came = shell::run(job, line, LIMITS, &own, view, &self.context)?;
        came.printed = without(&came.printed, &folder("here"));
        Ok(came)
    }
}

fn without(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}
