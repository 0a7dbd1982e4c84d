//! `gradus init`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::invocation::quoted;
use super::names;
use crate::course::load;
use crate::text::Line;
use crate::workspace::{FOLDER_NAME, Workspace};

/// Create a workspace: the folder with your work on a course
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to create; it must be new or empty [default: `gradus-workspace` in this folder]
    dir: Option<PathBuf>,
    /// Choose a track of the course
    #[arg(long, value_name = "TRACK")]
    track: Option<String>,
}

impl Init {
    pub(super) fn run(self, app: &App) -> Done {
        let named = self.dir.or_else(|| app.global.workspace.clone());
        let root = app.path(&named.unwrap_or_else(|| FOLDER_NAME.into()));
        let existing = Workspace::open(&root).ok();
        let (course, problems) = load(&app.tree(existing.as_ref())?, app.guests.kinds);
        if course.id.is_empty() {
            return Err(broken(&problems));
        }
        let track = match &self.track {
            Some(name) => Some(names::track(&course, name)?.id.clone()),
            None => None,
        };
        let workspace = Workspace::create(&root, &course)?;
        if track.is_some() {
            workspace.update(|progress| progress.track.clone_from(&track))?;
        }
        let said = if existing.is_none() { "Made" } else { "Opened" };
        let shown = app.shown(workspace.root());
        let is_found_from_here = app.workspace_root().as_deref() == Some(workspace.root());
        let next = if is_found_from_here {
            app.command("next")
        } else {
            app.command(&format!("next --workspace {}", quoted(&shown)))
        };
        app.output.lines(&[
            Line::plain(format!(
                "{said} the workspace {shown} for \u{201c}{}\u{201d}.",
                course.title
            )),
            Line::plain(format!("Continue with: {next}")),
        ])?;
        Ok(Code::Fine)
    }
}

fn broken(problems: &[crate::source::Problem]) -> Failure {
    let first = problems.first().map(ToString::to_string);
    Failure::Refused {
        what: format!("this is not a course yet: {}", first.unwrap_or_default()),
        help: "`gradus validate` lists every problem".to_owned(),
    }
}
