//! A class of submissions: how many a second, beside what would grade them otherwise.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::pairs::Bench;
use super::sample::{Pair, Spread, in_turn, quietly};
use super::table::{Goal, Row, Table, WALL};

/// How many submissions are graded against bare compilers.
const CLASS: usize = 60;
/// How many are graded against cargo, which takes longer.
const SMALL_CLASS: usize = 16;
/// How many at a time, ours and theirs.
const AT_A_TIME: usize = 2;
/// How often each side of a pair runs.
const ROUNDS: usize = 5;

impl Bench {
    /// The throughput of a class.
    pub(crate) fn class(&self, table: &mut Table) {
        self.hand_in("class", CLASS);
        self.hand_in("small", SMALL_CLASS);
        table.ready();
        self.sandboxed(table);
        let bare = |folder: &Path| self.plain_in(folder);
        let name = "rustc, two at a time";
        self.throughput(table, ("class", CLASS), name, 1.9, bare);
        let class = ("small", SMALL_CLASS);
        let name = "cargo test, fresh targets";
        self.throughput(table, class, name, 3.0, |folder| {
            test_in(folder, &["test", "--quiet", "--offline"]);
        });
        if !is_there("cargo-nextest") {
            println!("cargo nextest is not there: cargo install cargo-nextest --locked");
            return;
        }
        self.throughput(table, class, "cargo nextest", 3.0, |folder| {
            test_in(folder, &["nextest", "run", "--offline"]);
        });
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

    /// Returns a grading of `class` into `out`, which is begun anew.
    pub(super) fn grade(&self, class: &str, out: &str, more: &[&str]) -> Command {
        fs::remove_dir_all(self.path(out)).ok();
        let mut command = self.gradus(&["grade", class, "--exercise", "safe-divide"]);
        command.args(["--jobs", &AT_A_TIME.to_string(), "--out", out]);
        command.args(more);
        command
    }

    /// What the sandbox costs a class: the time of a grading with it and without.
    fn sandboxed(&self, table: &mut Table) {
        let grade = |more: &[&str]| quietly(&mut self.grade("class", "graded", more));
        let ours = |_| grade(&["--require-pass"]);
        let peer = |_| grade(&["--require-pass", "--sandbox", "none"]);
        let pairs = in_turn(self.rounds(ROUNDS), ours, peer);
        let name = format!("grade {CLASS}: in the sandbox : limits alone");
        table.ratio(&name, &pairs, WALL, Goal::AtMost(1.12));
    }

    /// The submissions a second of both sides, as a ratio.
    fn throughput(
        &self,
        table: &mut Table,
        (class, size): (&str, usize),
        peer: &str,
        goal: f64,
        by_peer: impl Fn(&Path) + Sync,
    ) {
        let folders: Vec<PathBuf> = (0..size)
            .map(|number| self.path(&format!("{class}/learner-{number:05}/safe-divide")))
            .collect();
        let ours = |_| quietly(&mut self.grade(class, "graded", &["--require-pass"]));
        let theirs = |_| {
            for folder in &folders {
                fs::remove_dir_all(folder.join("target")).ok();
            }
            two_at_a_time(&folders, &by_peer);
        };
        let pairs = in_turn(self.rounds(ROUNDS), ours, theirs);
        let rate = |times: &[f64]| {
            let size = u32::try_from(size).unwrap_or(u32::MAX);
            format!(
                "{:.1} /s",
                f64::from(size) / Spread::of(times.iter().copied()).median
            )
        };
        let times = |of: fn(&Pair) -> f64| pairs.iter().map(of).collect::<Vec<_>>();
        let ratio = |pair: &Pair| pair.peer.wall.as_secs_f64() / pair.ours.wall.as_secs_f64();
        table.row(&Row {
            name: &format!("grade {size} : {peer}"),
            ours: rate(&times(|pair| pair.ours.wall.as_secs_f64())),
            peer: rate(&times(|pair| pair.peer.wall.as_secs_f64())),
            figure: Spread::of(pairs.iter().map(ratio)),
            unit: "rate",
            goal: Goal::AtLeast(goal),
        });
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
}

/// Returns whether `program` is installed.
pub(super) fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
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
