//! Courses in a folder, which are loaded once and opened from then on.

use std::path::Path;

use super::super::Course;
use super::{load, open};
use crate::kind::Kinds;
use crate::source::{Problem, Tree};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// Loads the course in `tree`, and leaves a mark in `marks` if it has no problem; a course with a mark is opened. A
/// mark is an empty file, named after the state of the folder and the version that loaded it.
pub(crate) fn load_or_open(tree: &Tree, kinds: Kinds, marks: &Path) -> (Course, Vec<Problem>) {
    let mark = mark(tree, kinds).map(|name| marks.join(name));
    if mark.as_deref().is_some_and(Path::is_file) {
        return (open(tree, kinds), Vec::new());
    }
    let (course, problems) = load(tree, kinds);
    if let Some(mark) = mark.filter(|_| problems.is_empty()) {
        // Where the cache cannot be written, each command loads the course.
        files::write_whole(&mark, b"").ok();
    }
    (course, problems)
}

fn mark(tree: &Tree, kinds: Kinds) -> Option<String> {
    let mut fingerprint = Fingerprint::new();
    fingerprint.add(tree.state()?);
    fingerprint.add(env!("CARGO_PKG_VERSION"));
    for kind in kinds {
        fingerprint.add(kind.id());
    }
    Some(fingerprint.finish())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::kinds::KINDS;

    const LESSON: &str = "+++\ntitle = \"L\"\n+++\nText.\n";

    #[test]
    fn only_a_course_without_a_problem_is_opened_next_time_and_a_change_loads_it_again() {
        let scratch = tempfile::tempdir().unwrap();
        let [course, marks] = ["course", "marks"].map(|name| scratch.path().join(name));
        let save = |path: &str, text: &str| fs::write(course.join(path), text).unwrap();
        fs::create_dir_all(course.join("lessons")).unwrap();
        save("course.toml", "format = 1\nid = \"c\"\ntitle = \"C\"\n");
        save("lessons/01-l.md", LESSON);
        let problems = || {
            let tree = Tree::read(&course).unwrap();
            let (read, problems) = load_or_open(&tree, KINDS, &marks);
            let loaded = load(&tree, KINDS);
            assert_eq!(problems, loaded.1);
            assert_eq!(
                format!("{:?}", read.lessons),
                format!("{:?}", loaded.0.lessons)
            );
            problems.len()
        };
        let marked = || fs::read_dir(&marks).map_or(0, Iterator::count);
        assert_eq!((problems(), marked()), (0, 1));
        assert_eq!((problems(), marked()), (0, 1));
        // Of the same size.
        save("lessons/01-l.md", &LESSON.replace("title", "tilte"));
        assert_eq!((problems(), marked()), (1, 1));
        assert_eq!((problems(), marked()), (1, 1));
        save("lessons/01-l.md", LESSON);
        save("lessons/02-l.md", LESSON);
        assert_eq!((problems(), marked()), (1, 1));
        fs::remove_file(course.join("lessons/02-l.md")).unwrap();
        assert_eq!((problems(), marked()), (0, 2));
    }
}
