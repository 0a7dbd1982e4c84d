//! Code that never comes back: how long a check of it is waited for, from an idle learner's seat.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::pairs::Bench;
use super::sample::{Spread, measure, quietly};
use super::table::{Goal, Row, Table};

/// The most seconds a check with the default limits may take.
const MOST: f64 = 6.0;
/// How often each is checked.
const ROUNDS: usize = 3;
/// Ways to never come back.
const HANGS: [(&str, &str); 3] = [
    ("loops", "loop { std::hint::spin_loop() }"),
    (
        "sleeps",
        "loop { std::thread::sleep(std::time::Duration::MAX) }",
    ),
    (
        "is deadlocked",
        "let lock = std::sync::Mutex::new(()); let _one = lock.lock(); let _two = lock.lock(); unreachable!()",
    ),
];
/// An exercise of each tier, in a fixture, and its function.
const EXERCISES: [(&str, &str, &str); 2] = [
    ("called", "pair", "pub fn half(n: i64) -> Option<i64>"),
    (
        "linked",
        "keep",
        "pub fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T>",
    ),
];

impl Bench {
    /// Checks that hang, in both tiers.
    pub(crate) fn hangs(&self, table: &mut Table) {
        let course = self.with_default_limits();
        for (tier, exercise, function) in EXERCISES {
            let folder = self.path(&format!("hangs-{tier}"));
            fs::create_dir_all(folder.join("src")).expect("a folder");
            for (name, body) in HANGS {
                let source = format!("#![allow(warnings)]\n{function} {{ {body} }}\n");
                fs::write(folder.join("src/lib.rs"), source).expect("a file");
                let check = || {
                    let mut check = self.gradus(&["check", exercise, "--course"]);
                    check.arg(&course).arg("--path").arg(&folder);
                    check.stdout(Stdio::null()).stderr(Stdio::null());
                    let status = check.status().expect("gradus runs");
                    assert_eq!(status.code(), Some(1), "it hangs");
                };
                // The first makes the exercise ready.
                let samples = (0..=self.rounds(ROUNDS)).map(|_| measure(check)).skip(1);
                let figure = Spread::of(samples.map(|sample| sample.wall.as_secs_f64()));
                table.row(&Row {
                    name: &format!("check of code that {name}, {tier}"),
                    ours: format!("{:.1} s", figure.median),
                    peer: String::new(),
                    figure,
                    unit: "s",
                    goal: Goal::AtMost(MOST),
                });
            }
        }
    }
    /// Returns a copy of the fixture whose exercises have the default limits.
    fn with_default_limits(&self) -> PathBuf {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-check");
        let course = self.path("hanging-course");
        quietly(Command::new("cp").arg("-r").arg(fixture).arg(&course));
        for (_, exercise, _) in EXERCISES {
            let manifest = course.join(format!("exercises/{exercise}/exercise.toml"));
            let text = fs::read_to_string(&manifest).expect("a manifest");
            fs::write(&manifest, text.replace("cpu_seconds = 1\n", "")).expect("a file");
        }
        course
    }
}
