//! `gradus new`.

use std::mem;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Args, Command, Subcommand};

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::source;
use crate::course::Course;
use crate::course::scaffold::{self, ScaffoldError, title_of};
use crate::kind::{self, Kinds};
use crate::source::{ExerciseId, LessonId};
use crate::text::Line;

/// Create a course, a lesson or an exercise
#[derive(Debug, Args)]
pub(crate) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Create a course in a folder
    Course {
        /// The folder; its name becomes the course's id
        dir: PathBuf,
        /// The title [default: derived from the folder's name]
        #[arg(long)]
        title: Option<String>,
    },
    /// Add a lesson at the end of a course
    Lesson {
        /// The lesson's id: lower-case letters, digits and single hyphens
        id: String,
        /// The title [default: derived from the id]
        #[arg(long)]
        title: Option<String>,
    },
    /// Add an exercise to a course
    Exercise {
        /// The exercise's id: lower-case letters, digits and single hyphens
        id: String,
        /// The kind of exercise
        // Its values and its default are those of `with_kinds`.
        #[arg(long, required = false)]
        kind: String,
    },
}

/// Returns `command` with the names of `kinds` as those that a new exercise may be of.
pub(super) fn with_kinds(mut command: Command, kinds: Kinds) -> Command {
    let new = command.find_subcommand_mut("new");
    if let Some(exercise) = new.and_then(|new| new.find_subcommand_mut("exercise")) {
        let names = kinds
            .iter()
            .map(|kind| PossibleValue::new(kind.id()).help(kind.about().summary));
        let names = PossibleValuesParser::new(names);
        let default = kinds.first().map(|kind| kind.id());
        let in_exercise = |argument: Arg| argument.value_parser(names).default_value(default);
        *exercise = mem::take(exercise).mut_arg("kind", in_exercise);
    }
    command
}

impl New {
    pub(super) fn run(self, app: &App) -> Done {
        match self.what {
            What::Course { dir, title } => course(app, &dir, title),
            What::Lesson { id, title } => lesson(app, &id, title),
            What::Exercise { id, kind } => exercise(app, &id, &kind),
        }
    }
}

fn course(app: &App, dir: &Path, title: Option<String>) -> Done {
    let folder = app.path(dir);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let id = name.to_lowercase().replace([' ', '_', '.'], "-");
    let title = title.unwrap_or_else(|| title_of(&id));
    tell(app, &scaffold::course(&folder, &id, &title)?)?;
    let shown = super::invocation::quoted(&app.shown(&folder));
    let validate = app.command(&format!("validate {shown}"));
    app.output
        .line(Line::plain(format!("Edit them, then: {validate}")))?;
    Ok(Code::Fine)
}

fn lesson(app: &App, id: &str, title: Option<String>) -> Done {
    let (course, folder) = editable(app)?;
    let id: LessonId = id.parse().map_err(ScaffoldError::from)?;
    let title = title.unwrap_or_else(|| title_of(id.as_str()));
    tell(app, &scaffold::lesson(&folder, &course, &id, &title)?)?;
    Ok(Code::Fine)
}

fn exercise(app: &App, id: &str, kind: &str) -> Done {
    let (_, folder) = editable(app)?;
    let id: ExerciseId = id.parse().map_err(ScaffoldError::from)?;
    let kind = kind::find(app.guests.kinds, kind).expect("clap lets only known kinds through");
    tell(app, &scaffold::exercise(&folder, &id, kind)?)?;
    app.output.lines(&[
        Line::plain(format!(
            "Put this on a line of a lesson: <!-- exercise: {id} -->"
        )),
        Line::plain(format!(
            "Then prove it with: {}",
            app.command(&format!("validate --exercise {id}"))
        )),
    ])?;
    Ok(Code::Fine)
}

fn editable(app: &App) -> Result<(Course, PathBuf), Failure> {
    let (course, _) = source::open(app, None)?;
    let folder = course.tree.folder().map(Path::to_path_buf);
    Ok((course, folder.ok_or(Failure::BuiltIn)?))
}

fn tell(app: &App, files: &[PathBuf]) -> Result<(), Failure> {
    let lines = files
        .iter()
        .map(|file| Line::plain(format!("wrote {}", app.shown(file))));
    Ok(app.output.lines(&lines.collect::<Vec<_>>())?)
}
