//! The scene of attacks: a course, a folder of hand-ins, and everything outside that no submission may touch.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::aftermath::Aftermath;
use super::course::CANARY;
pub(crate) use super::grader::Grader;
use super::outside::Outside;
use super::place::Place;

/// How many hand-ins are graded at a time: many of them wait, for a lab or for a limit.
const JOBS: &str = "4";

/// A scratch folder with the course, hand-ins and what lies outside.
pub(crate) struct Scene {
    root: TempDir,
    pub(crate) place: Place,
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
        let cache = match grader {
            // What is made once for an exercise is kept for the next run.
            Grader::Myself => Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacked"),
            Grader::Ordinary => root.path().join("cache"),
        };
        let outside = Outside::new(root.path());
        let place = Place::make(root.path().to_owned(), cache, outside.port());
        Self {
            root,
            place,
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
        self.place.path(name)
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
        let mut command = self.grading("out", arguments);
        let output = command.args(["--jobs", JOBS]).output();
        output.expect("gradus starts")
    }

    /// Returns the command that grades every hand-in into the folder `out`.
    pub(crate) fn grading(&self, out: &str, arguments: &[&str]) -> Command {
        let mut command = self.gradus("grade");
        command.arg(self.path("hand-ins"));
        command.arg("--course").arg(self.path("course"));
        command.arg("--out").arg(self.path(out)).args(arguments);
        command
    }

    /// Returns the command `name` of Gradus, as the grader runs it.
    pub(crate) fn gradus(&self, name: &str) -> Command {
        let mut command = self.grader.gradus();
        command
            .arg(name)
            .current_dir(self.path("home"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("GRADUS_CACHE_DIR", self.place.cache())
            // What a CI job has in its environment.
            .env("CLASS_TOKEN", CANARY)
            .stdin(Stdio::null());
        command
    }

    /// Returns what the last grading came to.
    pub(super) fn graded(&self) -> &Graded {
        self.graded.as_ref().expect("it was graded")
    }

    /// Returns what the last grading left that it should not have.
    pub(super) fn aftermath(&self) -> Aftermath {
        Aftermath::of(self)
    }

    /// Expects that the last grading touched nothing but its own folder, left nothing running, and
    /// told nobody the hidden word.
    pub(crate) fn expect_untouched(&self) {
        let aftermath = self.aftermath();
        assert!(aftermath.is_clean(), "{aftermath:#?}");
    }
}
