//! A class of submissions: throughput, memory, and what is not done again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gradus::grade::header::submissions;
use gradus::report::{Header, Record};

use super::pairs::Bench;
use super::sample::quietly;

/// How many submissions are graded against bare compilers.
const CLASS: usize = 60;
/// How many are graded against cargo, which takes longer.
const SMALL_CLASS: usize = 16;
/// How many at a time, ours and theirs.
const AT_A_TIME: usize = 2;
/// How often each side of a pair runs.
const ROUNDS: usize = 3;
const MANY: usize = 10_000;
const MERGED: usize = 100_000;
const PARTS: usize = 4;

impl Bench {
    /// Everything that is measured of a class.
    pub(crate) fn class(&self) {
        self.hand_in("class", CLASS);
        self.hand_in("small", SMALL_CLASS);
        self.throughput("class", CLASS, "rustc, two at a time", ">= 0.9", |folder| {
            self.plain_in(folder);
        });
        self.throughput(
            "small",
            SMALL_CLASS,
            "cargo test, fresh targets",
            ">= 3",
            |folder| test_in(folder, &["test", "--quiet", "--offline"]),
        );
        if Command::new("cargo-nextest")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
        {
            self.throughput("small", SMALL_CLASS, "cargo nextest", ">= 3", |folder| {
                test_in(folder, &["nextest", "run", "--offline"]);
            });
        } else {
            println!("cargo nextest is not there: not compared");
        }
        self.memory();
        self.merge();
    }

    /// Hands in the solution `size` times, each a little different, with the hidden tests where
    /// cargo looks for them.
    fn hand_in(&self, class: &str, size: usize) {
        for number in 0..size {
            let folder = format!("{class}/learner-{number:05}/safe-divide");
            self.fill(&folder);
            Self::edit(&self.path(&folder), number);
        }
    }

    fn grade(&self, class: &str, out: &str, more: &[&str]) -> Command {
        let mut command = self.gradus(&["grade", class, "--exercise", "safe-divide"]);
        command.args(["--jobs", &AT_A_TIME.to_string(), "--out", out]);
        command.args(more);
        command
    }

    /// The submissions a second of both sides, as a ratio.
    fn throughput(
        &self,
        class: &str,
        size: usize,
        peer: &str,
        goal: &str,
        by_peer: impl Fn(&Path) + Sync,
    ) {
        let folders: Vec<PathBuf> = (0..size)
            .map(|number| self.path(&format!("{class}/learner-{number:05}/safe-divide")))
            .collect();
        let ours = || {
            fs::remove_dir_all(self.path("graded")).ok();
            quietly(&mut self.grade(class, "graded", &["--require-pass"]));
        };
        let theirs = || {
            for folder in &folders {
                fs::remove_dir_all(folder.join("target")).ok();
            }
            two_at_a_time(&folders, &by_peer);
        };
        ours();
        let mut times: Vec<(Duration, Duration)> = Vec::new();
        for _ in 0..ROUNDS {
            times.push((wall(ours), wall(theirs)));
        }
        times.sort_by_key(|(ours, theirs)| theirs.as_nanos() * 1_000 / ours.as_nanos().max(1));
        let (ours, theirs) = times[ROUNDS / 2];
        let rate = |time: Duration| size_of(size) / time.as_secs_f64();
        let name = format!("grade {size} : {peer}");
        println!(
            "{name:<58} {:>6.1} /s {:>6.1} /s {:>7.2}  throughput {goal}",
            rate(ours),
            rate(theirs),
            rate(ours) / rate(theirs),
        );
    }

    /// The compilers that a grader without sandbox, judge and records would run.
    fn plain_in(&self, folder: &Path) {
        let rustc = |arguments: &[&str]| {
            let mut command = Command::new(self.rustc());
            command.args(["--edition=2024"]).args(arguments);
            quietly(command.current_dir(folder));
        };
        rustc(&[
            "--crate-type=rlib",
            "--crate-name=safe_divide",
            "src/lib.rs",
        ]);
        let library = "--extern=safe_divide=libsafe_divide.rlib";
        rustc(&["--test", "tests/hidden.rs", library, "-o", "hidden"]);
        quietly(&mut Command::new(folder.join("hidden")));
    }

    /// Memory between a hundred and ten thousand submissions, and the time of the latter: the same
    /// work, which the cache knows.
    fn memory(&self) {
        self.hand_in_same("hundred", 100);
        self.hand_in_same("many", MANY);
        quietly(&mut self.grade("hundred", "warm", &["--cache"]));
        let (few, _) = self.peak("hundred");
        let (many, time) = self.peak("many");
        let more = kilobytes(many.saturating_sub(few)) / size_of(MANY - 100);
        println!(
            "{:<58} {few:>6} kB {many:>6} kB {more:>7.2}  kB a submission <= 1",
            "memory of grade, 100 : 10,000"
        );
        println!(
            "{:<58} {:>7.1} s {:>18}  wall <= 10 s",
            "cached regrade of 10,000",
            time.as_secs_f64(),
            ""
        );
    }

    fn hand_in_same(&self, class: &str, size: usize) {
        let source = Self::course("solution/src/lib.rs");
        let tests = Self::course("solution/tests/mine.rs");
        for number in 0..size {
            let folder = self.path(&format!("{class}/learner-{number:05}/safe-divide"));
            for part in ["src", "tests"] {
                fs::create_dir_all(folder.join(part)).expect("a folder");
            }
            fs::write(folder.join("src/lib.rs"), &source).expect("a file");
            fs::write(folder.join("tests/mine.rs"), &tests).expect("a file");
        }
    }

    /// Returns the most memory, in kB, and the time of a grading that finds everything in the cache.
    fn peak(&self, class: &str) -> (u64, Duration) {
        let out = format!("peak-{class}");
        let start = Instant::now();
        let mut grader = self
            .grade(class, &out, &["--cache"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gradus starts");
        let status = format!("/proc/{}/status", grader.id());
        let mut peak = 0;
        while grader.try_wait().expect("a child").is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            peak = number.unwrap_or(0).max(peak);
            thread::sleep(Duration::from_millis(2));
        }
        (peak, start.elapsed())
    }

    fn merge(&self) {
        let text = fs::read_to_string(self.path("warm/results.jsonl")).expect("it was graded");
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next().expect("a header")).expect("one");
        let record: Record = serde_json::from_str(lines.next().expect("a record")).expect("one");
        let name = |number: usize| format!("learner-{number:06}");
        let all = (0..MERGED).map(|number| format!("{}/safe-divide", name(number)));
        let all = submissions(all);
        let mut parts = Vec::new();
        for part in 0..PARTS {
            let header = Header {
                partition: Some(format!("slice:{}/{PARTS}", part + 1)),
                submissions: all.clone(),
                ..header.clone()
            };
            let mut lines = vec![serde_json::to_string(&header).expect("JSON")];
            for number in (part..MERGED).step_by(PARTS) {
                let record = Record {
                    learner: name(number),
                    submission: format!("{}/safe-divide", name(number)),
                    ..record.clone()
                };
                lines.push(serde_json::to_string(&record).expect("JSON"));
            }
            let path = self.path(&format!("part-{part}.jsonl"));
            fs::write(&path, lines.join("\n") + "\n").expect("a file");
            parts.push(path);
        }
        let time = wall(|| {
            let mut command = self.gradus(&["merge", "--out", "merged"]);
            let output = command.args(&parts).output().expect("gradus starts");
            assert!(output.status.success(), "{output:?}");
        });
        println!(
            "{:<58} {:>7.1} s {:>18}  wall <= 5 s",
            "merge of 100,000 records in 4 parts",
            time.as_secs_f64(),
            ""
        );
    }
}

fn size_of(size: usize) -> f64 {
    u32::try_from(size).map_or(f64::INFINITY, f64::from)
}

fn kilobytes(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

fn wall(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn two_at_a_time(folders: &[PathBuf], work: &(impl Fn(&Path) + Sync)) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(folder);
                }
            });
        }
    });
}

fn test_in(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("cargo");
    command.args(arguments).args(["--test", "hidden"]);
    quietly(command.env_remove("CARGO_TARGET_DIR").current_dir(folder));
}
