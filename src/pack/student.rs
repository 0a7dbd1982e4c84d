//! The student edition: a course for a class, without anything that is hidden.
//!
//! Only what is named here goes in. A folder or key that a later Gradus adds stays out until
//! somebody decides otherwise.

use crate::kind::Kind;
use std::path::Path;

use toml::Table;

use super::{PackError, Packed};
use crate::course::{Course, Exercise};

/// Keys of `exercise.toml` that are handed out.
const KEYS: [&str; 8] = [
    "kind", "title", "summary", "story", "tracks", "minutes", "further", "feedback",
];

/// Returns the files of the student edition of `course`, with the hints if `hints` says so.
pub(crate) fn files(course: &Course, hints: bool) -> Result<Vec<Packed>, PackError> {
    let mut files = vec![manifest(course)?];
    for (path, text) in course.tree.below("lessons/") {
        if Path::new(path).extension().is_some_and(|end| end == "md") {
            files.push(packed(format!("lessons/{path}"), text));
        }
    }
    for exercise in &course.exercises {
        add(course, exercise, hints, &mut files)?;
    }
    for program in &course.programs {
        let folder = program.prefix();
        let own = course.tree.below(&folder);
        files.extend(own.map(|(path, text)| packed(format!("{folder}{path}"), text)));
    }
    Ok(files)
}

fn packed(path: String, text: &str) -> Packed {
    let text = text.to_owned();
    Packed { path, text }
}

fn manifest(course: &Course) -> Result<Packed, PackError> {
    let path = "course.toml".to_owned();
    let mut table = table(&path, course.tree.get(&path).unwrap_or_default())?;
    table.insert("edition".to_owned(), "student".into());
    let text = table.to_string();
    Ok(Packed { path, text })
}

fn table(path: &str, text: &str) -> Result<Table, PackError> {
    text.parse().map_err(|source| PackError::Manifest {
        path: path.to_owned(),
        source,
    })
}

fn add(
    course: &Course,
    exercise: &Exercise,
    hints: bool,
    files: &mut Vec<Packed>,
) -> Result<(), PackError> {
    let folder = format!("exercises/{}/", exercise.id);
    let text = |path: &str| course.tree.get(&format!("{folder}{path}"));
    let own = exercise.task().public_files();
    let own = own.map_err(|path| PackError::NoExamples {
        exercise: exercise.id.clone(),
        path: format!("{folder}{path}"),
    })?;
    let path = format!("{folder}exercise.toml");
    let whole = table(&path, text("exercise.toml").unwrap_or_default())?;
    files.push(Packed {
        path,
        text: public_keys(whole, exercise.kind, hints).to_string(),
    });
    let readme = text("README.md").map(|text| ("README.md".to_owned(), text.to_owned()));
    let given = readme.into_iter().chain(own);
    files.extend(given.map(|(path, text)| packed(format!("{folder}{path}"), &text)));
    let starter = format!("{folder}starter/");
    for (path, text) in course.tree.below(&starter) {
        files.push(packed(format!("{starter}{path}"), text));
    }
    Ok(())
}

/// Returns the part of an exercise's manifest that is handed out.
fn public_keys(mut whole: Table, kind: &dyn Kind, hints: bool) -> Table {
    let mut public = Table::new();
    let also = hints.then_some("hints");
    for key in KEYS.into_iter().chain(also) {
        if let Some(value) = whole.remove(key) {
            public.insert(key.to_owned(), value);
        }
    }
    if let Some(toml::Value::Table(mut own)) = whole.remove(kind.id()) {
        own.retain(|key, _| kind.about().public_keys.contains(&key));
        public.insert(kind.id().to_owned(), own.into());
    }
    if let Some(points) = whole.get("grade").and_then(|grade| grade.get("points")) {
        let grade = Table::from_iter([("points".to_owned(), points.clone())]);
        public.insert("grade".to_owned(), grade.into());
    }
    public
}
