//! The course as its author sees it: read from its folder, with all its problems.

use std::path::Path;

use super::app::App;
use super::failure::Failure;
use crate::course::{Course, builtin, load};
use crate::kind::Edition;
use crate::source::{Problem, Tree};

/// Reads the author's course: the folder named, `--course`, the one around the current folder, else the
/// built-in course.
pub(super) fn open(app: &App, named: Option<&Path>) -> Result<(Course, Vec<Problem>), Failure> {
    let named = named.or(app.global.course.as_deref());
    let here = || {
        let mut folders = app.environment.folder().ancestors();
        folders.find(|folder| folder.join("course.toml").is_file())
    };
    let folder = match named {
        Some(named) => Some(app.path(named)),
        None => here().map(Path::to_path_buf),
    };
    let tree = match folder {
        Some(folder) => Tree::read(&folder)?,
        None => builtin::tree(),
    };
    Ok(load(&tree, app.guests.kinds))
}

/// The course, if it is complete and without problems: only such a course grades or is handed out.
pub(super) fn sound(app: &App) -> Result<Course, Failure> {
    let (course, problems) = open(app, None)?;
    if let Some(problem) = problems.first() {
        return Err(Failure::Refused {
            what: format!("the course has problems, the first in {}", problem.file),
            help: format!("{} lists them", app.command("validate")),
        });
    }
    if course.edition == Edition::Student {
        return Err(Failure::Refused {
            what: "this is a student edition: it has no hidden tests".to_owned(),
            help: "name the course that it was made from with `--course`".to_owned(),
        });
    }
    Ok(course)
}
