//! Finds submissions in a folder or in a list.

use std::fs;
use std::io::{BufRead, ErrorKind};
use std::path::{Path, PathBuf};

use super::{GradeError, Submission};
use crate::source::ExerciseId;
use crate::workspace::FOLDER_NAME;

/// Files and folders that tools leave beside hand-ins.
const TOOL_FILES: [&str; 5] = [".DS_Store", ".git", ".github", ".gitignore", ".gradus"];

#[derive(Debug, Clone, Default)]
pub(crate) struct Discovered {
    /// Sorted by learner, then in the order of the exercises.
    pub submissions: Vec<Submission>,
    pub ignored: Vec<Ignored>,
}

/// A path that is not a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ignored {
    pub path: PathBuf,
    pub why: &'static str,
}

/// Finds the hand-ins below `root`, which has a folder for each learner. Such a folder may hold a folder
/// for each of `exercises`, or a workspace, as a repository does; or, where only one exercise is graded,
/// the solution itself.
pub(crate) fn find_hand_ins(
    root: &Path,
    exercises: &[ExerciseId],
) -> Result<Discovered, GradeError> {
    let mut found = Discovered::default();
    let mut entries = Vec::new();
    for entry in fs::read_dir(root).map_err(GradeError::file(root))? {
        let entry = entry.map_err(GradeError::file(root))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(GradeError::file(&path))?.is_dir();
        entries.push((entry.file_name(), path, is_folder));
    }
    entries.sort();
    for (name, path, is_folder) in entries {
        match name.to_str() {
            Some(name) if TOOL_FILES.contains(&name) => {}
            Some(name) if name.starts_with('.') => {
                found.ignore(path, "its name starts with a dot");
            }
            _ if !is_folder => found.ignore(path, "no folder"),
            Some(name) => found.add_learner(name, path, exercises),
            None => found.ignore(path, "its name is no UTF-8 text"),
        }
    }
    found.resolve_root(root);
    Ok(found)
}

/// Finds the submissions of `learner` in their checkout `folder`.
pub(crate) fn find_checkout(learner: &str, folder: &Path, exercises: &[ExerciseId]) -> Discovered {
    let mut found = Discovered::default();
    found.add_learner(learner, folder.to_path_buf(), exercises);
    found.resolve_root(folder);
    found
}

/// Resolves the links in a path that the grader gave. Below it no link is followed: a learner may have
/// made it.
fn without_links(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns whether `folder` is one learner's workspace rather than a folder of learners' folders.
pub(crate) fn is_checkout(folder: &Path, exercises: &[ExerciseId]) -> bool {
    workspace_of(folder).is_some_and(|home| {
        let mut folders = exercises.iter().map(|id| home.join(id.as_str()));
        folders.any(|folder| is_folder(&folder))
    })
}

/// Reads a list of submissions: lines of learner, exercise and folder, separated by tabs. Folders are
/// relative to `here`.
///
/// # Errors
/// Fails when a line cannot be read or has another format, or a submission appears twice.
pub(crate) fn read_list(
    lines: impl BufRead,
    here: &Path,
    exercises: &[ExerciseId],
) -> Result<Discovered, GradeError> {
    let mut found = Discovered::default();
    for (index, line) in lines.lines().enumerate() {
        let line = line.map_err(GradeError::file("-"))?;
        if line.is_empty() {
            continue;
        }
        let read = parse_entry(&line, here, exercises);
        let submission = read.map_err(|what| GradeError::Content {
            path: PathBuf::from("-"),
            line: index + 1,
            what,
        })?;
        found.submissions.extend(submission);
    }
    let place = |exercise: &ExerciseId| exercises.iter().position(|id| id == exercise);
    found
        .submissions
        .sort_by(|a, b| (&a.learner, place(&a.exercise)).cmp(&(&b.learner, place(&b.exercise))));
    for pair in found.submissions.windows(2) {
        if let [first, second] = pair
            && first.name() == second.name()
        {
            return Err(GradeError::Twice {
                submission: first.name(),
                first: first.folder.clone(),
                second: second.folder.clone(),
            });
        }
    }
    Ok(found)
}

/// Returns `name` if it is valid as a learner's name.
///
/// # Errors
/// Fails with a message when it is empty or has a `/`.
pub(crate) fn learner_name(name: &str) -> Result<String, String> {
    if name.is_empty() || name.contains('/') {
        return Err(format!("`{name}` is not a valid name for a learner"));
    }
    Ok(name.to_owned())
}

/// Parses a line of a list; `None` for an exercise that is not graded now.
fn parse_entry(
    line: &str,
    here: &Path,
    exercises: &[ExerciseId],
) -> Result<Option<Submission>, String> {
    let mut fields = line.trim_end_matches('\r').split('\t');
    let (Some(learner), Some(exercise), Some(folder), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("expected a learner, an exercise and a folder, separated by tabs".to_owned());
    };
    learner_name(learner)?;
    let exercise: ExerciseId = exercise.parse().map_err(|error| format!("{error}"))?;
    let is_graded = exercises.contains(&exercise);
    Ok(is_graded.then(|| Submission {
        learner: learner.to_owned(),
        exercise,
        folder: without_links(&here.join(folder)),
    }))
}

impl Discovered {
    /// Resolves the links in `root`, the common start of all paths, and none below it.
    fn resolve_root(&mut self, root: &Path) {
        let resolved = without_links(root);
        for submission in &mut self.submissions {
            if let Ok(below) = submission.folder.strip_prefix(root) {
                submission.folder = resolved.join(below);
            }
        }
    }

    fn ignore(&mut self, path: PathBuf, why: &'static str) {
        self.ignored.push(Ignored { path, why });
    }

    /// Adds the submissions of `learner` in `folder`, or ignores the folder.
    fn add_learner(&mut self, learner: &str, folder: PathBuf, exercises: &[ExerciseId]) {
        let before = self.submissions.len();
        let homes = [Some(folder.clone()), workspace_of(&folder)];
        for home in homes.into_iter().flatten() {
            for exercise in exercises {
                let folder = home.join(exercise.as_str());
                let is_new = self.submissions[before..]
                    .iter()
                    .all(|known| known.exercise != *exercise);
                if is_new && is_folder(&folder) {
                    self.submissions.push(Submission {
                        learner: learner.to_owned(),
                        exercise: exercise.clone(),
                        folder,
                    });
                }
            }
        }
        let place = |exercise: &ExerciseId| exercises.iter().position(|id| id == exercise);
        self.submissions[before..].sort_by_key(|submission| place(&submission.exercise));
        if self.submissions.len() > before {
            return;
        }
        match exercises {
            [only] if workspace_of(&folder).is_none() => self.submissions.push(Submission {
                learner: learner.to_owned(),
                exercise: only.clone(),
                folder,
            }),
            _ => self.ignore(folder, "it has no folder of an exercise that is graded"),
        }
    }
}

/// Returns the `exercises` folder of the workspace that `folder` is or contains.
fn workspace_of(folder: &Path) -> Option<PathBuf> {
    let below = Some(folder.join(FOLDER_NAME)).filter(|root| is_folder(root));
    let roots = [Some(folder.to_path_buf()), below];
    let mut homes = roots
        .into_iter()
        .flatten()
        .map(|root| root.join("exercises"));
    homes.find(|home| is_folder(home))
}

/// Returns whether `path` is a folder and not a link, which could lead to another learner's.
fn is_folder(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        // Reading it later reports the error.
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<ExerciseId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn tree(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        root
    }

    fn names(found: &Discovered, root: &Path) -> Vec<String> {
        let line = |submission: &Submission| {
            let folder = submission.folder.strip_prefix(root).unwrap();
            format!("{} {}", submission.name(), folder.display())
        };
        found.submissions.iter().map(line).collect()
    }

    #[test]
    fn each_layout_is_recognised() {
        let root = tree(&[
            "ada/two",
            "ada/one",
            "ada/other",
            "bob/exercises/one",
            "cyd/gradus-workspace/exercises/two",
            "dan/src",
            ".git",
            ".hidden/one",
        ]);
        fs::write(root.path().join("notes.txt"), "").unwrap();
        let found = find_hand_ins(root.path(), &ids(&["one", "two"])).unwrap();
        assert_eq!(
            names(&found, root.path()),
            [
                "ada/one ada/one",
                "ada/two ada/two",
                "bob/one bob/exercises/one",
                "cyd/two cyd/gradus-workspace/exercises/two",
            ]
        );
        let ignored: Vec<_> = found.ignored.iter().map(|it| it.why).collect();
        assert_eq!(
            ignored,
            [
                "its name starts with a dot",
                "it has no folder of an exercise that is graded",
                "no folder"
            ]
        );
    }

    #[test]
    fn the_work_itself_may_lie_in_a_learners_folder_when_one_exercise_is_graded() {
        let root = tree(&["ada/src", "bob/one/src", "cyd/exercises/two"]);
        let found = find_hand_ins(root.path(), &ids(&["one"])).unwrap();
        assert_eq!(
            names(&found, root.path()),
            ["ada/one ada", "bob/one bob/one"]
        );
        assert_eq!(found.ignored.len(), 1);
    }

    #[test]
    fn links_are_not_followed() {
        let root = tree(&["ada/one", "bob"]);
        std::os::unix::fs::symlink("../ada/one", root.path().join("bob/one")).unwrap();
        std::os::unix::fs::symlink("ada", root.path().join("eve")).unwrap();
        let other = tree(&["exercises/one"]);
        fs::create_dir(root.path().join("fay")).unwrap();
        std::os::unix::fs::symlink(other.path(), root.path().join("fay").join(FOLDER_NAME))
            .unwrap();
        let found = find_hand_ins(root.path(), &ids(&["one", "two"])).unwrap();
        assert_eq!(names(&found, root.path()), ["ada/one ada/one"]);
    }

    #[test]
    fn a_list_is_sorted_and_its_faults_have_lines() {
        let exercises = ids(&["one", "two"]);
        let read = |text: &str| read_list(text.as_bytes(), Path::new("/h"), &exercises);
        let found = read("bob\tone\tx\nada\ttwo\t/y\nada\tone\tz\nada\tthree\tw\n").unwrap();
        assert_eq!(
            names(&found, Path::new("/")),
            ["ada/one h/z", "ada/two y", "bob/one h/x"]
        );
        let fault = |text: &str| read(text).unwrap_err().to_string();
        assert!(fault("ada\tone\tz\n\nada one\n").starts_with("-:3: "));
        assert!(fault("a/b\tone\tz\n").contains("is not a valid name for a learner"));
        assert!(fault("ada\tone\tz\nada\tone\ty\n").contains("ada/one appears twice"));
    }

    #[test]
    fn a_checkout_is_one_learners_workspace() {
        let root = tree(&["exercises/one", "class/ada/exercises/one", "ada/one"]);
        let exercises = ids(&["one", "two"]);
        assert!(is_checkout(root.path(), &exercises));
        assert!(is_checkout(&root.path().join("class/ada"), &exercises));
        assert!(!is_checkout(root.path(), &ids(&["two"])));
        assert!(!is_checkout(&root.path().join("class"), &exercises));
        assert!(!is_checkout(&root.path().join("ada"), &exercises));
        let found = find_checkout("ada", root.path(), &exercises);
        assert_eq!(names(&found, root.path()), ["ada/one exercises/one"]);
    }

    #[test]
    fn links_on_the_way_to_the_folder_are_the_graders_own() {
        let root = tree(&["real/ada/one"]);
        let link = root.path().join("link");
        std::os::unix::fs::symlink("real", &link).unwrap();
        let found = find_hand_ins(&link, &ids(&["one", "two"])).unwrap();
        assert_eq!(names(&found, root.path()), ["ada/one real/ada/one"]);
    }
}
