//! Where attacks are made: a course, a folder of hand-ins, and everything outside that nobody may
//! touch.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::aftermath::Aftermath;
use super::corpus::Level;
use super::course::{CANARY, write_course};
use super::grader::Grader;
use super::outside::Outside;

/// How many hand-ins are graded at a time: many of them wait, for a lab or for a limit.
const JOBS: &str = "4";

/// A scratch folder with the course, hand-ins and what lies outside.
pub(crate) struct Scene {
    root: TempDir,
    cache: PathBuf,
    pub(super) grader: Grader,
    pub(super) outside: Outside,
    graded: Option<Graded>,
}

/// What a grading left.
pub(crate) struct Graded {
    /// How Gradus ended, and what it said.
    pub(crate) output: Output,
    /// The first line of the results.
    pub(crate) header: Value,
    /// The records, by submission.
    pub(crate) records: BTreeMap<String, Value>,
}

impl Graded {
    /// Returns how many submissions passed.
    pub(super) fn accepted(&self) -> usize {
        let records = self.records.values();
        records
            .filter(|record| record["verdict"] == "passed")
            .count()
    }
}

impl Scene {
    /// Returns one in which `grader` grades.
    pub(crate) fn new(grader: Grader) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let local = |name: &str| root.path().join(name);
        for folder in ["hand-ins", "tmp", "cache"] {
            fs::create_dir(local(folder)).expect("a folder");
        }
        write_course(&local("course"));
        let outside = Outside::new(root.path());
        let cache = match grader {
            // What is made once for an exercise is kept for the next run.
            Grader::Myself => Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacked"),
            Grader::Ordinary => local("cache"),
        };
        Self {
            root,
            cache,
            grader,
            outside,
            graded: None,
        }
    }

    /// Returns the scene's folder.
    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the path of `name` below the scene.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Returns the folder of a new hand-in, with an empty `src` in it.
    pub(crate) fn hand_in(&self, learner: &str, exercise: &str) -> PathBuf {
        let folder = self.path("hand-ins").join(learner).join(exercise);
        fs::create_dir_all(folder.join("src")).expect("a folder");
        folder
    }

    /// Returns `text` with the names of this scene in it: an attacker knows all of them.
    pub(crate) fn fill(&self, text: &str, exercise: &str) -> String {
        let mut text = text.replace("@PORT@", &self.outside.port().to_string());
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

    /// Takes the hand-ins away.
    pub(super) fn clear(&self) {
        fs::remove_dir_all(self.path("hand-ins")).expect("it is there");
        fs::create_dir(self.path("hand-ins")).expect("a folder");
    }

    /// Grades every hand-in.
    pub(crate) fn grade(&mut self, arguments: &[&str]) -> &Graded {
        let output = self.run(arguments);
        let results = self.path("out/results.jsonl");
        let results =
            fs::read_to_string(results).unwrap_or_else(|_| panic!("no results: {output:?}"));
        let mut lines = results
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let header = lines.next().expect("a header");
        let name = |record: &Value| record["submission"].as_str().expect("a name").to_owned();
        let records = lines.map(|record| (name(&record), record)).collect();
        self.graded.insert(Graded {
            output,
            header,
            records,
        })
    }

    /// Runs a grading of every hand-in, whether it comes to results or not.
    pub(super) fn run(&mut self, arguments: &[&str]) -> Output {
        self.grader.take(self.root.path());
        self.outside.remember();
        fs::remove_dir_all(self.path("out")).ok();
        let mut command = self.grader.gradus();
        command.arg("grade").arg(self.path("hand-ins"));
        command.arg("--course").arg(self.path("course"));
        command.arg("--out").arg(self.path("out"));
        command
            .args(["--jobs", JOBS])
            .args(arguments)
            .current_dir(self.path("home"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("GRADUS_CACHE_DIR", &self.cache)
            // What a CI job has in its environment.
            .env("CLASS_TOKEN", CANARY)
            .stdin(Stdio::null());
        command.output().expect("gradus starts")
    }

    /// Returns what the last grading came to.
    pub(super) fn graded(&self) -> &Graded {
        self.graded.as_ref().expect("it was graded")
    }

    /// Returns what the last grading left that it should not have.
    pub(super) fn aftermath(&self) -> Aftermath {
        Aftermath::of(self)
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
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
