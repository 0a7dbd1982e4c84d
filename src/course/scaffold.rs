//! Scaffolding of new courses, lessons and exercises. They validate, except for placeholder texts. Existing
//! files are never overwritten.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Course;
use crate::kind::Kind;
use crate::source::id::NotASlug;
use crate::source::{ExerciseId, LessonId};

/// New files could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScaffoldError {
    /// A file exists already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The name cannot be used.
    #[error(transparent)]
    NotASlug(#[from] NotASlug),
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Writes a new course called `id` to `folder`, and returns its files.
pub(crate) fn course(folder: &Path, id: &str, title: &str) -> Result<Vec<PathBuf>, ScaffoldError> {
    if !crate::source::id::is_slug(id) {
        id.parse::<LessonId>()?;
    }
    let manifest = format!(
        "format = 1\nid = {}\ntitle = {}\n\
         description = \"What one can do after this course, in one sentence.\"\n\n\
         # A track is a way through the course with a finish of its own. Exercises name theirs.\n\
         [[tracks]]\nid = \"main\"\ntitle = \"Main\"\ndescription = \"Everything.\"\n",
        quoted(id),
        quoted(title)
    );
    let files = [
        ("course.toml".to_owned(), manifest),
        ("lessons/01-start.md".to_owned(), lesson_text("Start")),
    ];
    write_all(folder, &files)
}

/// Writes a new lesson called `id` at the end of `course`, whose folder is `folder`, and returns its file.
pub(crate) fn lesson(
    folder: &Path,
    course: &Course,
    id: &LessonId,
    title: &str,
) -> Result<Vec<PathBuf>, ScaffoldError> {
    if let Some(lesson) = course.lesson(id) {
        return Err(ScaffoldError::Exists(folder.join(&lesson.file)));
    }
    let last = course.lessons.iter().map(|lesson| lesson.number).max();
    let number = last.unwrap_or(0) + 1;
    let file = format!("lessons/{number:02}-{id}.md");
    write_all(folder, &[(file, lesson_text(title))])
}

/// Writes a new exercise called `id` of the kind `kind` to the course in `folder`, and returns its files.
pub(crate) fn exercise(
    folder: &Path,
    id: &ExerciseId,
    kind: &dyn Kind,
) -> Result<Vec<PathBuf>, ScaffoldError> {
    let below = folder.join("exercises").join(id.as_str());
    if below.exists() {
        return Err(ScaffoldError::Exists(below));
    }
    let mut files = kind.scaffold(id);
    if !files.iter().any(|(path, _)| path == "README.md") {
        files.push(("README.md".to_owned(), README.to_owned()));
    }
    let index = files.iter().position(|(path, _)| path == "exercise.toml");
    let own = index.map(|index| files.swap_remove(index).1);
    let manifest = manifest(id, kind.id(), &own.unwrap_or_default());
    files.push(("exercise.toml".to_owned(), manifest));
    files.sort();
    write_all(&below, &files)
}

/// Makes a title from an id.
pub(crate) fn title_of(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut chars = words.chars();
    let first = chars.next().map(|char| char.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

const README: &str = "\
What is to be done, in plain words. Replace this text.

## Contract

- Every rule that the hidden tests check.

## Example

One or two.
";

fn lesson_text(title: &str) -> String {
    format!(
        "+++\ntitle = {}\nsummary = \"What one can do after this lesson, in one sentence.\"\n\
         minutes = 10\n+++\n\
         The introduction. Say what the reader can do at the end.\n\n\
         ## First section\n\n\
         Text. A section marked `{{.further}}` after its title is beyond the core.\n\n\
         ```quiz\n\
         id = \"first-question\"\n\
         type = \"single\"\n\
         prompt = \"A question about what was just read?\"\n\
         [[choice]]\n\
         text = \"The right answer\"\n\
         correct = true\n\
         explain = \"Why it is right.\"\n\
         [[choice]]\n\
         text = \"A tempting wrong answer\"\n\
         explain = \"Why it is wrong.\"\n\
         ```\n",
        quoted(title)
    )
}

/// Returns the text of `exercise.toml`: the kind's part, after the common keys unless the kind wrote these
/// as well.
fn manifest(id: &ExerciseId, kind: &str, own: &str) -> String {
    let is_whole = own
        .parse::<toml::Table>()
        .is_ok_and(|table| table.contains_key("kind"));
    if is_whole {
        return own.to_owned();
    }
    format!(
        "kind = {}\ntitle = {}\nsummary = \"What is to be done, in one sentence.\"\n\
         # Without `tracks` the exercise is on every track.\n\
         hints = [\n    \"A gentle one.\",\n    \"A clearer one.\",\n    \"Nearly there.\",\n]\n{own}",
        quoted(kind),
        quoted(&title_of(id.as_str()))
    )
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Writes all of `files`, or none if one exists already.
fn write_all(folder: &Path, files: &[(String, String)]) -> Result<Vec<PathBuf>, ScaffoldError> {
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        return Err(ScaffoldError::Exists(path.clone()));
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        write_new(path, text).map_err(|source| ScaffoldError::File {
            path: path.clone(),
            source,
        })?;
    }
    Ok(paths)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    use io::Write as _;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::{load, rules};
    use super::*;
    use crate::kinds::KINDS;
    use crate::source::Tree;

    fn read(folder: &Path) -> (Course, Vec<String>) {
        let (course, mut problems) = load(&Tree::read(folder).expect("a course"), KINDS);
        problems.extend(rules::check(&course));
        (course, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_written_validates() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        course(folder, "my-course", "My \"own\" course").unwrap();
        let (read_back, problems) = read(folder);
        assert_eq!(read_back.title, "My \"own\" course");
        assert_eq!(problems, [""; 0]);
        lesson(folder, &read_back, &"more".parse().unwrap(), "More").unwrap();
        let (read_back, problems) = read(folder);
        assert_eq!(read_back.lessons[1].number, 2);
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_new_exercise_of_every_kind_lacks_only_a_lesson() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        course(folder, "c", "C").unwrap();
        for kind in KINDS {
            let id = format!("new-{}", kind.id()).parse().unwrap();
            exercise(folder, &id, *kind).unwrap();
        }
        let (read_back, problems) = read(folder);
        assert_eq!(read_back.exercises.len(), KINDS.len());
        let unled = |problem: &String| problem.contains("no lesson leads to this exercise");
        assert!(problems.iter().all(unled), "{problems:#?}");
    }

    #[test]
    fn nothing_is_written_over_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lessons/01-start.md");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let refused = course(folder.path(), "c", "C");
        assert!(matches!(refused, Err(ScaffoldError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert!(!folder.path().join("course.toml").exists());
    }
}
