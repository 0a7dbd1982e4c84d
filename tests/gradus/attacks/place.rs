//! Where hand-ins are, and what is beside them: a course, a home, and files that no submission may touch.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::corpus::Level;
use super::course::{CANARY, write_course};

/// A folder with the course, hand-ins and what lies outside.
pub(crate) struct Place {
    root: PathBuf,
    cache: PathBuf,
    port: u16,
}

impl Place {
    /// Makes one in the folder `root`, without hand-ins; `cache` is where Gradus keeps what it made,
    /// and `port` is one that nobody may call.
    pub(crate) fn make(root: PathBuf, cache: PathBuf, port: u16) -> Self {
        for folder in ["hand-ins", "home", "outside/evil/bin", "tmp", "cache"] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        write_course(&root.join("course"));
        write_outside(&root);
        Self { root, cache, port }
    }

    /// Returns the path of `name` in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Returns where Gradus keeps what it made.
    pub(crate) fn cache(&self) -> &Path {
        &self.cache
    }

    /// Returns the folder of a new hand-in, with an empty `src` in it.
    pub(crate) fn hand_in(&self, learner: &str, exercise: &str) -> PathBuf {
        let folder = self.path("hand-ins").join(learner).join(exercise);
        fs::create_dir_all(folder.join("src")).expect("a folder");
        folder
    }

    /// Returns `text` with the names of this place in it: an attacker knows all of them.
    pub(crate) fn fill(&self, text: &str, exercise: &str) -> String {
        let mut text = text.replace("@PORT@", &self.port.to_string());
        for (name, path) in [
            ("@OUTSIDE@", self.path("outside")),
            ("@COURSE@", self.path("course")),
            ("@HANDINS@", self.path("hand-ins")),
            ("@OUT@", self.path("out")),
            ("@HOME@", self.path("home")),
            ("@CACHE@", self.cache.clone()),
        ] {
            text = text.replace(name, &path.display().to_string());
        }
        if text.contains("@KIT@") {
            text = text.replace("@KIT@", &self.kit(exercise).display().to_string());
        }
        text
    }

    /// Returns the kit of `exercise`, which an earlier grading made.
    fn kit(&self, exercise: &str) -> PathBuf {
        let prefix = format!("{exercise}-");
        let kits = fs::read_dir(self.cache.join("kits"))
            .expect("kits")
            .flatten();
        let is_meant = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&prefix)
        };
        let newest = kits
            .map(|entry| entry.path())
            .filter(is_meant)
            .max_by_key(|path| {
                fs::metadata(path.join("calls"))
                    .map(|file| file.mtime())
                    .unwrap_or_default()
            });
        newest.unwrap_or_else(|| panic!("no kit of {exercise}"))
    }

    /// Returns the solution of a lab with `line` as a line of its own at `level`.
    pub(crate) fn with_line(&self, exercise: &str, level: Level, line: &str) -> String {
        let file = self
            .path("course/exercises")
            .join(exercise)
            .join("solution/nginx.conf");
        let text = fs::read_to_string(file).expect("a solution");
        with_line(&text, level, line).0
    }
}

fn write_outside(root: &Path) {
    let outside = root.join("outside");
    fs::write(outside.join("secret.txt"), format!("{CANARY} outside\n")).expect("a file");
    fs::write(outside.join("marker"), "as it was\n").expect("a file");
    fs::write(root.join("home/.profile"), "# as it was\n").expect("a file");
    for name in ["cargo", "rustc", "runner"] {
        let file = outside.join("evil/bin").join(name);
        let text = format!("#!/bin/sh\ntouch {}/sprung\n", outside.display());
        fs::write(&file, text).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
}

/// Writes a file of a hand-in.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// Returns `text` with `line` as a line of its own at `level`, and the number of that line.
pub(crate) fn with_line(text: &str, level: Level, line: &str) -> (String, usize) {
    let opening = match level {
        Level::Main => return (format!("{line}\n{text}"), 1),
        Level::Http => "http {",
        Level::Server => "server {",
        Level::Location => "location / {",
    };
    let place = text
        .lines()
        .position(|known| known.trim_start().starts_with(opening));
    let place = place.unwrap_or_else(|| panic!("the solution has a `{opening}`"));
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(place + 1, line);
    (lines.join("\n") + "\n", place + 2)
}

/// Returns the names in `folder`, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
