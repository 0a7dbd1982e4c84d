//! The course as its author has it: read from its folder, with whatever is wrong with it.

use std::path::Path;

use super::app::App;
use super::failure::Failure;
use crate::course::{Course, builtin, load};
use crate::kind::Edition;
use crate::source::{Problem, Tree};

/// Reads the course that an author means: the folder named, `--course`, the one this folder lies
/// in, else the built-in one.
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
    Ok(load(&tree, app.kinds))
}

/// Returns the course that is meant, if it is whole and without problems: nobody is graded by
/// another, and nobody is given one.
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
            what: "this is what a class was given: it has no hidden tests".to_owned(),
            help: "name the course that it was made of with `--course`".to_owned(),
        });
    }
    Ok(course)
}
