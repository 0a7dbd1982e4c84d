//! What a class is given: a course that Gradus opens, without anything that is hidden.
//!
//! Only what is named here goes in. A folder or key that a later Gradus adds stays out until
//! somebody decides otherwise.

use std::path::Path;

use toml::Table;

use super::{PackError, Packed};
use crate::course::{Course, Exercise};

/// The public examples of an exercise, where its kind knows any.
const EXAMPLES: &str = "starter/tests/examples.rs";
/// Files of an exercise's folder that are handed out, apart from `starter/`.
const PUBLIC: [&str; 2] = ["README.md", "contract.rs"];
/// What a lab's nginx runs with at first: whoever puts the lab up can see it.
const RUNNING: (&str, &str) = ("hidden/running.conf", "running.conf");
/// Keys of `exercise.toml` that are handed out.
const KEYS: [&str; 7] = [
    "kind", "title", "summary", "story", "tracks", "further", "feedback",
];
/// Keys of the kinds' own tables that are handed out: what a learner's code may use, and what a lab
/// consists of.
const KEYS_OF_KINDS: [(&str, &[&str]); 2] = [
    ("rust", &["cpu_seconds", "memory_mib"]),
    (
        "gateway",
        &["listen", "upstream", "customers", "edit", "needs", "judge"],
    ),
];

/// Returns the files of the student edition of `course`, with the hints if `hints` says so.
///
/// # Errors
/// Fails when an exercise has nothing that a class could check with.
pub fn files(course: &Course, hints: bool) -> Result<Vec<Packed>, PackError> {
    let mut files = vec![manifest(course)?];
    for (path, text) in course.tree.below("lessons/") {
        if Path::new(path).extension().is_some_and(|end| end == "md") {
            files.push(packed(format!("lessons/{path}"), text));
        }
    }
    for exercise in &course.exercises {
        add(course, exercise, hints, &mut files)?;
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
    if text("contract.rs").is_some() && text(EXAMPLES).is_none() {
        return Err(PackError::NoExamples {
            exercise: exercise.id.clone(),
            path: format!("{folder}{EXAMPLES}"),
        });
    }
    let path = format!("{folder}exercise.toml");
    let whole = table(&path, text("exercise.toml").unwrap_or_default())?;
    files.push(Packed {
        path,
        text: public_keys(whole, hints).to_string(),
    });
    for name in PUBLIC {
        files.extend(text(name).map(|text| packed(format!("{folder}{name}"), text)));
    }
    let (from, to) = RUNNING;
    files.extend(text(from).map(|text| packed(format!("{folder}{to}"), text)));
    let starter = format!("{folder}starter/");
    for (path, text) in course.tree.below(&starter) {
        files.push(packed(format!("{starter}{path}"), text));
    }
    Ok(())
}

/// Returns the part of an exercise's manifest that is handed out.
fn public_keys(mut whole: Table, hints: bool) -> Table {
    let mut public = Table::new();
    let also = hints.then_some("hints");
    for key in KEYS.into_iter().chain(also) {
        if let Some(value) = whole.remove(key) {
            public.insert(key.to_owned(), value);
        }
    }
    for (kind, keys) in KEYS_OF_KINDS {
        let Some(toml::Value::Table(mut own)) = whole.remove(kind) else {
            continue;
        };
        own.retain(|key, _| keys.contains(&key));
        public.insert(kind.to_owned(), own.into());
    }
    if let Some(points) = whole.get("grade").and_then(|grade| grade.get("points")) {
        let grade = Table::from_iter([("points".to_owned(), points.clone())]);
        public.insert("grade".to_owned(), grade.into());
    }
    public
}
