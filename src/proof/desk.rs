//! A learner's desk: a home, a current folder, and `gradus` as a command, for blocks without a lab.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::bench::Came;
use crate::check::{CheckError, Context};
use crate::course::Course;
use crate::lab::control::shell::PATH;
use crate::lab::control::wrappers::quoted;
use crate::lab::nginx::CHOICE;
use crate::sandbox::{Job, Limits, Stage};
use crate::sys::files;
use crate::sys::scratch::Scratch;

/// What one command may use. What Gradus starts in it limits itself further.
const LIMITS: Limits = Limits {
    wall: Duration::from_mins(2),
    output: 256 << 10,
    ..Limits::trusted()
};

/// A learner's desk with a workspace of the course; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Desk {
    scratch: Scratch,
    context: Context,
}

impl Desk {
    /// Returns a desk with a fresh workspace of `course`.
    pub(super) fn new(course: &Course, context: &Context) -> Result<Self, CheckError> {
        let failed = |source| CheckError::File {
            path: std::env::temp_dir(),
            source,
        };
        let scratch = Scratch::new().map_err(failed)?;
        for folder in ["bin", "home", "here"] {
            fs::create_dir(scratch.path().join(folder)).map_err(failed)?;
        }
        let gradus = quoted(context.sandbox.launcher());
        let script = format!("#!/bin/sh\nexec {gradus} \"$@\"\n");
        let program = scratch.path().join("bin/gradus");
        files::write_program(&program, script.as_bytes()).map_err(failed)?;
        let desk = Self {
            scratch,
            context: context.clone(),
        };
        let course = course.tree.folder().map(|folder| {
            let folder = context.environment.folder().join(folder);
            format!(" --course {}", quoted(&folder))
        });
        let came = desk.run(&format!("gradus init{}", course.unwrap_or_default()))?;
        if came.end.is_success() {
            return Ok(desk);
        }
        let what = format!("no workspace can be made of this course\n{}", came.printed);
        Err(CheckError::exercise(what))
    }

    /// Runs `line` in the current folder.
    pub(super) fn run(&self, line: &str) -> Result<Came, CheckError> {
        let folder = |name: &str| self.scratch.path().join(name);
        let environment = &self.context.environment;
        let path = environment.text("PATH").unwrap_or_else(|| PATH.to_owned());
        let mut job = Job::new(Stage::Trusted, "/bin/sh", folder("here"))
            .within(LIMITS)
            .argument("-c")
            .argument(format!("exec 2>&1\n{line}"))
            .variable("PATH", format!("{}:{path}", folder("bin").display()))
            .variable("HOME", folder("home"))
            .variable("LANG", "C.UTF-8")
            .variable("COLUMNS", "80")
            .variable("GRADUS_CACHE_DIR", &self.context.cache);
        for (name, own) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
            let there = environment.get(name).map(Into::into);
            let there = there.or_else(|| Some(environment.home()?.join(own)));
            if let Some(there) = there {
                job = job.variable(name, there);
            }
        }
        for name in ["RUSTUP_TOOLCHAIN", CHOICE] {
            if let Some(value) = environment.get(name) {
                job = job.variable(name, value);
            }
        }
        let mut came = Came::of(&self.context.sandbox.run(job, &self.context.cancel)?);
        came.printed = without(&came.printed, &folder("here"));
        Ok(came)
    }
}

fn without(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}
