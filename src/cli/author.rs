//! `gradus author`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::invocation::quoted;
use super::{names, source};
use crate::kind::Workbench;
use crate::text::Line;
use crate::workspace::author;

/// Create a scratch project of an exercise's solution and hidden tests, for your editor and build tool
#[derive(Debug, Args)]
pub(crate) struct Author {
    /// The exercise
    exercise: String,
    /// Where to create it [default: a folder in the cache]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Author {
    pub(super) fn run(self, app: &App) -> Done {
        let (course, _) = source::open(app, None)?;
        let exercise = names::exercise(&course, &self.exercise)?;
        let root = match &self.into {
            Some(folder) => app.path(folder),
            None => app.environment.cache().join("author").join(&course.id),
        };
        let Some(workbench) = exercise.task().workbench() else {
            app.note(&format!(
                "Exercises of the kind `{}` have nothing to build: edit exercises/{} in the course itself.",
                exercise.kind.id(),
                exercise.id
            ));
            return Ok(Code::Nothing);
        };
        let folder = author::prepare(&root, &course, exercise, &workbench)?;
        let Workbench { name, command, .. } = workbench;
        let is_linked = course.tree.folder().is_some();
        let what = if is_linked {
            "Its folders are links: what you edit there is edited in the course."
        } else {
            "It is a copy: the built-in course cannot be changed."
        };
        let folder = quoted(&app.shown(&folder));
        app.output.lines(&[
            Line::plain(format!("Made a {name} of `{}`. {what}", exercise.id)),
            Line::plain(format!("  cd {folder} && {command}")),
            Line::plain(format!(
                "Prove it with: {}",
                app.command(&format!("validate --exercise {}", exercise.id))
            )),
        ])?;
        Ok(Code::Fine)
    }
}
