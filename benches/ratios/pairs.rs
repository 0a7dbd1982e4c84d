//! The pairs of commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::sample::{Sample, in_turn, median, quietly};

const ROUNDS: usize = 25;
const MANIFEST: &str =
    "[package]\nname = \"safe-divide\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// What the pairs work with: a scratch folder with the crate of an exercise, solved.
pub(crate) struct Bench {
    /// The release binary.
    pub(crate) gradus: PathBuf,
    rustc: PathBuf,
    scratch: tempfile::TempDir,
}

impl Bench {
    /// Makes the scratch folder.
    pub(crate) fn new() -> Self {
        let sysroot = Command::new("rustc")
            .args(["--print", "sysroot"])
            .output()
            .expect("rustc starts");
        let sysroot = String::from_utf8(sysroot.stdout).expect("a UTF-8 path");
        let bench = Self {
            gradus: PathBuf::from(env!("CARGO_BIN_EXE_gradus")),
            rustc: Path::new(sysroot.trim()).join("bin/rustc"),
            scratch: tempfile::tempdir().expect("a scratch folder"),
        };
        for name in ["ours", "peer", "rustlings/exercises/01"] {
            fs::create_dir_all(bench.path(name)).expect("a folder");
        }
        for name in ["ours", "peer"] {
            bench.fill(name);
        }
        bench
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
    pub(crate) fn check_against_rustc(&self) {
        let (ours, peer) = in_turn(ROUNDS, |round| self.check(round), |round| self.plain(round));
        cpu(
            "check after an edit : rustc lib, rustc --test, run",
            &ours,
            &peer,
            "CPU <= 0.75",
        );
    }

    /// A check after an edit, against `cargo test`, warm and from nothing.
    pub(crate) fn check_against_cargo(&self) {
        let (ours, peer) = in_turn(
            ROUNDS,
            |round| self.check(round),
            |round| self.cargo_test(round),
        );
        cpu(
            "check after an edit : cargo test, warm",
            &ours,
            &peer,
            "CPU <= 0.65",
        );
        let cold = |round| {
            fs::remove_dir_all(self.path("peer/target")).ok();
            self.cargo_test(round);
        };
        let (ours, peer) = in_turn(ROUNDS / 2, |round| self.check(round), cold);
        cpu(
            "check after an edit : cargo test, cold",
            &ours,
            &peer,
            "CPU <= 0.35",
        );
    }

    /// A check after an edit, against `rustlings run` on an exercise with one test.
    pub(crate) fn check_against_rustlings(&self) {
        if Command::new("rustlings").arg("--version").output().is_err() {
            println!("rustlings is not there: cargo install rustlings --locked");
            return;
        }
        let folder = self.path("rustlings");
        let info = "format_version = 1\n[[exercises]]\nname = \"one\"\ndir = \"01\"\nhint = \"\"\nskip_check_unsolved = true\n";
        fs::write(folder.join("info.toml"), info).expect("a file");
        let manifest = "[[bin]]\nname = \"one\"\npath = \"exercises/01/one.rs\"\n";
        let manifest = format!(
            "bin = [{{ name = \"one\", path = \"exercises/01/one.rs\" }}]\n\n[package]\nname = \"exercises\"\nedition = \"2024\"\npublish = false\n# {}\n",
            manifest.len()
        );
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
        let (ours, peer) = in_turn(ROUNDS, |round| self.check(round), run);
        cpu(
            "check after an edit : rustlings run, one test",
            &ours,
            &peer,
            "CPU <= 0.25",
        );
    }

    /// The first compile error, against the compiler that only reads.
    pub(crate) fn first_error(&self) {
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
        let (ours, peer) = in_turn(ROUNDS, ours, peer);
        wall_ratio(
            "first compile error : rustc --emit=metadata",
            &ours,
            &peer,
            "wall <= 1.5",
        );
    }

    /// Screens without a session, against a program that does nothing.
    pub(crate) fn screens(&self) {
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
            (
                "first lesson, plain : an empty program",
                &read[..],
                "+ 5 ms",
            ),
            (
                "first lesson, coloured : an empty program",
                &colour[..],
                "+ 15 ms",
            ),
            ("list : an empty program", &["list"][..], "+ 5 ms"),
        ] {
            let ours = |_| quietly(&mut self.gradus(arguments));
            let peer = |_| quietly(&mut Command::new(&nothing));
            let (ours, peer) = in_turn(ROUNDS * 2, ours, peer);
            let (ours, peer) = (median(&ours, |s| s.wall), median(&peer, |s| s.wall));
            let more = ours.saturating_sub(peer);
            println!(
                "{name:<58} {} {} +{:>4.1} ms  wall <= {goal}",
                ms(ours),
                ms(peer),
                more.as_secs_f64() * 1e3
            );
        }
    }
}

fn cpu(name: &str, ours: &[Sample], peer: &[Sample], goal: &str) {
    print(name, median(ours, |s| s.cpu), median(peer, |s| s.cpu), goal);
}

fn wall_ratio(name: &str, ours: &[Sample], peer: &[Sample], goal: &str) {
    print(
        name,
        median(ours, |s| s.wall),
        median(peer, |s| s.wall),
        goal,
    );
}

fn print(name: &str, ours: Duration, peer: Duration, goal: &str) {
    let ratio = ours.as_secs_f64() / peer.as_secs_f64();
    println!("{name:<58} {} {} {ratio:>7.2}  {goal}", ms(ours), ms(peer));
}

fn ms(time: Duration) -> String {
    format!("{:>6.1} ms", time.as_secs_f64() * 1e3)
}
