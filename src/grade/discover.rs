//! Finds submissions in a folder or in a list.

use std::fs;
use std::io::{BufRead, ErrorKind};
use std::path::{Path, PathBuf};

use super::{GradeError, Submission};
use crate::source::ExerciseId;
use crate::workspace::FOLDER_NAME;

/// What tools leave beside hand-ins.
const OF_TOOLS: [&str; 5] = [".DS_Store", ".git", ".github", ".gitignore", ".gradus"];

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The submissions, by learner and then in the order of the exercises.
    pub submissions: Vec<Submission>,
    /// What is no submission, and why.
    pub ignored: Vec<Ignored>,
}

/// Something that is no submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ignored {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub why: &'static str,
}

/// Finds the hand-ins below `root`, a folder with one folder a learner. In each may lie a folder
/// for each of `exercises`; or a workspace, as a repository does; or, where one exercise is graded,
/// the work itself.
///
/// # Errors
/// Fails when `root` cannot be read.
pub(crate) fn hand_ins(root: &Path, exercises: &[ExerciseId]) -> Result<Found, GradeError> {
    let mut found = Found::default();
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
            Some(name) if OF_TOOLS.contains(&name) => {}
            Some(name) if name.starts_with('.') => {
                found.ignore(path, "its name starts with a dot");
            }
            _ if !is_folder => found.ignore(path, "no folder"),
            Some(name) => found.take(name, path, exercises),
            None => found.ignore(path, "its name is no UTF-8 text"),
        }
    }
    found.lead(root);
    Ok(found)
}

/// Finds the work of `learner` in their checkout `folder`.
pub(crate) fn checkout(learner: &str, folder: &Path, exercises: &[ExerciseId]) -> Found {
    let mut found = Found::default();
    found.take(learner, folder.to_path_buf(), exercises);
    found.lead(folder);
    found
}

/// Returns `path` by a way without links. From here on every link on the way is somebody else's: a
/// submission is read from no folder that is behind one.
fn without_links(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns whether `folder` is one learner's workspace, and not a folder of learners.
pub(crate) fn is_checkout(folder: &Path, exercises: &[ExerciseId]) -> bool {
    workspace_of(folder).is_some_and(|home| {
        let mut folders = exercises.iter().map(|id| home.join(id.as_str()));
        folders.any(|folder| is_folder(&folder))
    })
}

/// Reads a list of submissions: in each line learner, exercise and folder, with tabs between.
/// Folders are looked for from `here`.
///
/// # Errors
/// Fails when a line cannot be read, or says something else.
pub(crate) fn list(
    lines: impl BufRead,
    here: &Path,
    exercises: &[ExerciseId],
) -> Result<Found, GradeError> {
    let mut found = Found::default();
    for (index, line) in lines.lines().enumerate() {
        let line = line.map_err(GradeError::file("-"))?;
        if line.is_empty() {
            continue;
        }
        let read = entry(&line, here, exercises);
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

/// Returns `name` if a learner can be called that.
///
/// # Errors
/// Fails with the reason where it is empty, or would be more than one part of a path.
pub(crate) fn learner_name(name: &str) -> Result<String, String> {
    if name.is_empty() || name.contains('/') {
        return Err(format!("`{name}` cannot be the name of a learner"));
    }
    Ok(name.to_owned())
}

/// Reads one line of a list; an exercise that is not graded now is passed over.
fn entry(line: &str, here: &Path, exercises: &[ExerciseId]) -> Result<Option<Submission>, String> {
    let mut fields = line.trim_end_matches('\r').split('\t');
    let (Some(learner), Some(exercise), Some(folder), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("a line has a learner, an exercise and a folder, with tabs between".to_owned());
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

impl Found {
    /// Has submissions read by a way to `root` without links, what is below it as it was found.
    fn lead(&mut self, root: &Path) {
        let way = without_links(root);
        for submission in &mut self.submissions {
            if let Ok(below) = submission.folder.strip_prefix(root) {
                submission.folder = way.join(below);
            }
        }
    }

    fn ignore(&mut self, path: PathBuf, why: &'static str) {
        self.ignored.push(Ignored { path, why });
    }

    /// Takes what `learner` has in `folder`.
    fn take(&mut self, learner: &str, folder: PathBuf, exercises: &[ExerciseId]) {
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

/// Returns the folder with the exercises of the workspace that `folder` is or holds.
fn workspace_of(folder: &Path) -> Option<PathBuf> {
    let below = Some(folder.join(FOLDER_NAME)).filter(|root| is_folder(root));
    let roots = [Some(folder.to_path_buf()), below];
    let mut homes = roots
        .into_iter()
        .flatten()
        .map(|root| root.join("exercises"));
    homes.find(|home| is_folder(home))
}

/// Returns whether `path` is a folder, and no link to one: behind a link may be somebody else's.
fn is_folder(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        // What cannot be looked at is told when it is read.
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

    fn names(found: &Found, root: &Path) -> Vec<String> {
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
        let found = hand_ins(root.path(), &ids(&["one", "two"])).unwrap();
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
        let found = hand_ins(root.path(), &ids(&["one"])).unwrap();
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
        let found = hand_ins(root.path(), &ids(&["one", "two"])).unwrap();
        assert_eq!(names(&found, root.path()), ["ada/one ada/one"]);
    }

    #[test]
    fn a_list_is_sorted_and_its_faults_have_lines() {
        let exercises = ids(&["one", "two"]);
        let read = |text: &str| list(text.as_bytes(), Path::new("/h"), &exercises);
        let found = read("bob\tone\tx\nada\ttwo\t/y\nada\tone\tz\nada\tthree\tw\n").unwrap();
        assert_eq!(
            names(&found, Path::new("/")),
            ["ada/one h/z", "ada/two y", "bob/one h/x"]
        );
        let fault = |text: &str| read(text).unwrap_err().to_string();
        assert!(fault("ada\tone\tz\n\nada one\n").starts_with("-:3: "));
        assert!(fault("a/b\tone\tz\n").contains("cannot be the name of a learner"));
        assert!(fault("ada\tone\tz\nada\tone\ty\n").contains("ada/one is there twice"));
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
        let found = checkout("ada", root.path(), &exercises);
        assert_eq!(names(&found, root.path()), ["ada/one exercises/one"]);
    }

    #[test]
    fn links_on_the_way_to_the_folder_are_the_graders_own() {
        let root = tree(&["real/ada/one"]);
        let link = root.path().join("link");
        std::os::unix::fs::symlink("real", &link).unwrap();
        let found = hand_ins(&link, &ids(&["one", "two"])).unwrap();
        assert_eq!(names(&found, root.path()), ["ada/one real/ada/one"]);
    }
}
