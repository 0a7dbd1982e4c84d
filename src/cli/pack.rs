//! `gradus pack`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use super::source;
use crate::pack::workflows::{self, Service};
use crate::pack::{Packed, autograder, student, write};
use crate::report::format;
use crate::text::{Line, Role, counted};

/// The report that an autograder hands in.
const GRADESCOPE: &str = "gradescope";

/// Export a student edition of the course, or a package for a grading platform
///
/// Hidden tests, probes and solutions stay with the instructor: `--student` exports none of them.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    #[command(flatten)]
    what: What,
    /// Where to write it: a new folder, or with `--gradescope` a new file
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Include the hints, the last of which may give the solution away
    #[arg(long, requires = "student")]
    hints: bool,
    /// The exercise of the Gradescope assignment
    #[arg(long, value_name = "EXERCISE", requires = "gradescope")]
    exercise: Option<String>,
    /// The executable to include: a Gradus built for Gradescope's image, such as a static one
    /// [default: this one]
    #[arg(long, value_name = "FILE", requires = "gradescope")]
    gradus: Option<PathBuf>,
    /// The shell command that installs Gradus in a workflow [default: this version, with Cargo]
    #[arg(long, value_name = "COMMAND", conflicts_with = "gradescope")]
    install: Option<String>,
}

/// What is made.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one option each, of which clap lets through one"
)]
struct What {
    /// The course without its hidden parts, with workflows that run its public examples
    #[arg(long)]
    student: bool,
    /// A GitHub Actions workflow for the instructor's repository: it grades a class in four parts
    #[arg(long)]
    github: bool,
    /// The same for GitLab CI
    #[arg(long)]
    gitlab: bool,
    /// A Gradescope autograder: a zip file with the course, hidden parts included
    #[arg(long, requires = "exercise")]
    gradescope: bool,
}

impl Pack {
    pub(super) fn run(self, app: &App) -> Done {
        let install = self.install.clone().unwrap_or_else(workflows::install);
        let files = if self.what.student {
            let mut files = student::files(&source::sound(app)?, self.hints)?;
            files.extend(workflows::of_class(&install));
            files
        } else if self.what.github {
            vec![workflows::of_instructor(Service::Github, &install)]
        } else if self.what.gitlab {
            vec![workflows::of_instructor(Service::Gitlab, &install)]
        } else {
            return self.autograder(app);
        };
        self.write(app, &files)
    }

    fn write(&self, app: &App, files: &[Packed]) -> Done {
        let folder = app.path(&self.out);
        let written = write(&folder, files)?;
        let text = counted(written.len(), "file");
        let line = Line::new().with(Role::Dim, format!("wrote {text} into "));
        app.output
            .line(line.with(Role::Accent, app.shown(&folder)))?;
        Ok(Code::Fine)
    }

    fn autograder(&self, app: &App) -> Done {
        if format::find(app.guests.formats, GRADESCOPE).is_none() {
            return Err(Failure::Refused {
                what: "this Gradus writes no reports for Gradescope".to_owned(),
                help: "use one that lists `gradescope` in `gradus grade --help`".to_owned(),
            });
        }
        let course = source::sound(app)?;
        let name = self.exercise.as_deref().unwrap_or_default();
        let exercise = names::exercise(&course, name)?;
        let program = match &self.gradus {
            Some(program) => app.path(program),
            None => std::env::current_exe()?,
        };
        let path = app.path(&self.out);
        autograder::write(&path, &course, exercise, &program)?;
        app.wrote(&path)?;
        if exercise.task().facts().needs_network {
            app.note(&format!(
                "{} is a lab: it is graded only where a container may have a network of its own. \
                 The log of the image's build says whether Gradescope's may.",
                exercise.id
            ));
        }
        Ok(Code::Fine)
    }
}
