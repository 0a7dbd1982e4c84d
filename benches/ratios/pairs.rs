//! What a learner waits for, beside what they would wait for anyway.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::class::is_there;
use super::sample::{Pair, Spread, in_turn, measure, median, quietly};
use super::table::{CPU, Goal, Row, Table, WALL, milliseconds, ms};

const ROUNDS: usize = 25;
const MANIFEST: &str =
    "[package]\nname = \"safe-divide\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// What the pairs work with: a scratch folder with the crate of an exercise, solved.
pub(crate) struct Bench {
    /// The release binary.
    pub(crate) gradus: PathBuf,
    rustc: PathBuf,
    scratch: tempfile::TempDir,
    quick: bool,
}

impl Bench {
    /// Makes the scratch folder; a `quick` bench takes fewer samples.
    pub(crate) fn new(quick: bool) -> Self {
        let sysroot = Command::new("rustc")
            .args(["--print", "sysroot"])
            .output()
            .expect("rustc starts");
        let sysroot = String::from_utf8(sysroot.stdout).expect("a UTF-8 path");
        let bench = Self {
            gradus: PathBuf::from(env!("CARGO_BIN_EXE_gradus")),
            rustc: Path::new(sysroot.trim()).join("bin/rustc"),
            scratch: tempfile::tempdir().expect("a scratch folder"),
            quick,
        };
        for name in ["ours", "peer", "rustlings/exercises/01"] {
            fs::create_dir_all(bench.path(name)).expect("a folder");
        }
        for name in ["ours", "peer"] {
            bench.fill(name);
        }
        bench
    }

    /// Returns how often something is measured that is worth `times` samples.
    pub(super) fn rounds(&self, times: usize) -> usize {
        if self.quick { times.div_ceil(5) } else { times }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Returns the compiler itself.
    pub(super) fn rustc(&self) -> &Path {
        &self.rustc
    }

    pub(super) fn course(path: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/safe-divide");
        fs::read_to_string(root.join(path)).expect("the built-in course")
    }

    /// Writes the solved crate; the peer's tests are the hidden ones, where cargo looks for them.
    pub(super) fn fill(&self, name: &str) {
        let folder = self.path(name);
        fs::create_dir_all(folder.join("src")).expect("a folder");
        fs::create_dir_all(folder.join("tests")).expect("a folder");
        fs::write(folder.join("Cargo.toml"), MANIFEST).expect("a file");
        fs::write(
            folder.join("tests/hidden.rs"),
            Self::course("hidden/tests.rs"),
        )
        .expect("a file");
        fs::write(
            folder.join("tests/mine.rs"),
            Self::course("solution/tests/mine.rs"),
        )
        .expect("a file");
        Self::edit(&folder, 0);
    }

    /// Saves the crate with a change that a compiler cannot skip.
    pub(super) fn edit(folder: &Path, round: usize) {
        let source = Self::course("solution/src/lib.rs");
        let source = format!("{source}\n/// Round {round}.\npub const ROUND: usize = {round};\n");
        fs::write(folder.join("src/lib.rs"), source).expect("a file");
    }

    pub(super) fn gradus(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.gradus);
        command
            .args(arguments)
            .env("GRADUS_CACHE_DIR", self.path("cache"))
            .env_remove("NO_COLOR");
        command.current_dir(self.scratch.path());
        command
    }

    fn check(&self, round: usize) {
        Self::edit(&self.path("ours"), round);
        quietly(
            self.gradus(&["check", "safe-divide", "--path"])
                .arg(self.path("ours")),
        );
    }

    fn plain(&self, round: usize) {
        let folder = self.path("peer");
        Self::edit(&folder, round);
        let rustc = |arguments: &[&str]| {
            quietly(
                Command::new(&self.rustc)
                    .args(["--edition=2024"])
                    .args(arguments)
                    .current_dir(&folder),
            );
        };
        rustc(&[
            "--crate-type=rlib",
            "--crate-name=safe_divide",
            "src/lib.rs",
        ]);
        rustc(&[
            "--test",
            "tests/hidden.rs",
            "--extern=safe_divide=libsafe_divide.rlib",
            "-o",
            "hidden",
        ]);
        quietly(&mut Command::new(folder.join("hidden")));
    }

    fn cargo_test(&self, round: usize) {
        let folder = self.path("peer");
        Self::edit(&folder, round);
        let mut command = Command::new("cargo");
        quietly(
            command
                .args(["test", "--quiet", "--offline", "--test", "hidden"])
                .current_dir(folder),
        );
    }

    /// A check after an edit, against the compiler called directly.
    pub(crate) fn check_against_rustc(&self, table: &mut Table) {
        let pairs = self.checks_and(ROUNDS, |round| self.plain(round));
        let name = "check after an edit : rustc lib, rustc --test, run";
        table.ratio(name, &pairs, CPU, Goal::AtMost(0.58));
    }

    /// A check after an edit, against `cargo test`, warm and from nothing.
    pub(crate) fn check_against_cargo(&self, table: &mut Table) {
        let pairs = self.checks_and(ROUNDS, |round| self.cargo_test(round));
        let name = "check after an edit : cargo test, warm";
        table.ratio(name, &pairs, CPU, Goal::AtMost(0.58));
        let pairs = self.checks_and(ROUNDS / 2, |round| {
            fs::remove_dir_all(self.path("peer/target")).ok();
            self.cargo_test(round);
        });
        let name = "check after an edit : cargo test, cold";
        table.ratio(name, &pairs, CPU, Goal::AtMost(0.35));
    }

    /// Checks after an edit, and something else in turn.
    fn checks_and(&self, times: usize, peer: impl FnMut(usize)) -> Vec<Pair> {
        in_turn(self.rounds(times), |round| self.check(round), peer)
    }

    /// A check after an edit, against `rustlings run` on an exercise with one test.
    pub(crate) fn check_against_rustlings(&self, table: &mut Table) {
        if !is_there("rustlings") {
            println!("rustlings is not there: cargo install rustlings --locked");
            return;
        }
        let folder = self.path("rustlings");
        let info = "format_version = 1\n[[exercises]]\nname = \"one\"\ndir = \"01\"\nhint = \"\"\nskip_check_unsolved = true\n";
        fs::write(folder.join("info.toml"), info).expect("a file");
        let manifest = "bin = [{ name = \"one\", path = \"exercises/01/one.rs\" }]\n\n[package]\nname = \"exercises\"\nedition = \"2024\"\npublish = false\n";
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
        let run = |round: usize| {
            let source = Self::course("solution/src/lib.rs");
            let test = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() { assert_eq!(super::safe_divide(6, 3), Some(2)); }\n}\n";
            let source = format!(
                "{source}\nfn main() {{ println!(\"{round} {{:?}}\", safe_divide(1, 2)); }}\n{test}"
            );
            fs::write(folder.join("exercises/01/one.rs"), source).expect("a file");
            quietly(
                Command::new("rustlings")
                    .args(["run", "one"])
                    .current_dir(&folder),
            );
        };
        let name = "check after an edit : rustlings run, one test";
        let pairs = self.checks_and(ROUNDS, run);
        table.ratio(name, &pairs, CPU, Goal::AtMost(0.25));
    }

    /// The first compile error, against the compiler that only reads.
    pub(crate) fn first_error(&self, table: &mut Table) {
        let break_it = |name: &str, round: usize| {
            let folder = self.path(name);
            let source = Self::course("solution/src/lib.rs").replace("Option<i64>", "Option<u8>");
            fs::write(folder.join("src/lib.rs"), format!("{source}\n// {round}\n"))
                .expect("a file");
        };
        let ours = |round| {
            break_it("ours", round);
            quietly(
                self.gradus(&["check", "safe-divide", "--path"])
                    .arg(self.path("ours")),
            );
        };
        let peer = |round| {
            break_it("peer", round);
            let mut command = Command::new(&self.rustc);
            command.args([
                "--edition=2024",
                "--emit=metadata",
                "--crate-type=rlib",
                "src/lib.rs",
            ]);
            quietly(command.current_dir(self.path("peer")));
        };
        let pairs = in_turn(self.rounds(ROUNDS), ours, peer);
        let name = "first compile error : rustc --emit=metadata";
        table.ratio(name, &pairs, WALL, Goal::AtMost(1.3));
    }

    /// The release build of Gradus itself, from nothing.
    pub(crate) fn build(&self, table: &mut Table) {
        let took = measure(|| {
            let mut cargo = Command::new("cargo");
            cargo.args(["build", "--release", "--locked", "--target-dir"]);
            cargo.arg(self.path("cold"));
            quietly(cargo.current_dir(env!("CARGO_MANIFEST_DIR")));
        });
        table.row(&Row {
            name: "cargo build --release, cold",
            ours: format!("{:.0} s", took.wall.as_secs_f64()),
            peer: String::new(),
            figure: Spread::of([took.wall.as_secs_f64()]),
            unit: "s",
            goal: Goal::AtMost(100.0),
        });
    }

    /// Screens without a session, against a program that does nothing.
    pub(crate) fn screens(&self, table: &mut Table) {
        let nothing = self.path("nothing");
        let source = self.path("nothing.rs");
        fs::write(&source, "fn main() {}").expect("a file");
        quietly(
            Command::new(&self.rustc)
                .arg("-O")
                .arg(&source)
                .arg("-o")
                .arg(&nothing),
        );
        let read = ["read", "first-502"];
        let colour = ["read", "first-502", "--color=always"];
        for (name, arguments, goal) in [
            ("first lesson, plain : an empty program", &read[..], 5.0),
            (
                "first lesson, coloured : an empty program",
                &colour[..],
                15.0,
            ),
            ("list : an empty program", &["list"][..], 5.0),
        ] {
            let ours = |_| quietly(&mut self.gradus(arguments));
            let peer = |_| quietly(&mut Command::new(&nothing));
            let pairs = in_turn(self.rounds(ROUNDS * 2), ours, peer);
            let more = |pair: &Pair| milliseconds(pair.ours.wall) - milliseconds(pair.peer.wall);
            table.row(&Row {
                name,
                ours: ms(median(pairs.iter().map(|pair| pair.ours.wall))),
                peer: ms(median(pairs.iter().map(|pair| pair.peer.wall))),
                figure: Spread::of(pairs.iter().map(more)),
                unit: "ms",
                goal: Goal::AtMost(goal),
            });
        }
    }
}
