//! Runs the real binary in an environment of its own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

use tempfile::TempDir;

use crate::pty::Pty;

/// A scratch folder with a copy of a small course in `course`, a home, and a current folder `here`.
pub(crate) struct Desk {
    scratch: TempDir,
}

impl Desk {
    /// Returns a fresh one.
    pub(crate) fn new() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-small");
        copy(&fixture, &scratch.path().join("course"));
        for folder in ["home", "here"] {
            fs::create_dir(scratch.path().join(folder)).expect("a folder");
        }
        Self { scratch }
    }

    /// Returns one with a workspace of the small course in the current folder.
    pub(crate) fn with_workspace() -> Self {
        let desk = Self::new();
        let run = desk.gradus(&["init", "--course", "../course"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        desk
    }

    /// Returns one with the fixture `course-labs` in `labs`.
    pub(crate) fn with_labs() -> Self {
        let desk = Self::new();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-labs");
        copy(&fixture, &desk.path("labs"));
        desk
    }

    /// Returns the path of `name` below the scratch folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Returns the text of the file `name`.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes the file `name`.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Runs Gradus in the current folder, without input.
    pub(crate) fn gradus(&self, arguments: &[&str]) -> Run {
        self.gradus_with(arguments, "", &[])
    }

    /// Runs Gradus in the current folder with `input`, and these variables.
    pub(crate) fn gradus_with(
        &self,
        arguments: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Run {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let mut child = command.spawn().expect("gradus starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that needs no input may have ended already.
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        self.run(&child.wait_with_output().expect("gradus ends"))
    }

    /// Runs Gradus in the current folder on a terminal, and returns its exit code.
    pub(crate) fn on_terminal(&self, arguments: &[&str]) -> u32 {
        Pty::start(&self.path("here"), arguments, &[], (80, 24)).wait_end()
    }

    /// Starts Gradus in the current folder and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.start_with(arguments, &[])
    }

    /// Starts Gradus with these variables and leaves it running.
    pub(crate) fn start_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        command.spawn().expect("gradus starts")
    }

    /// Runs one line of shell in the current folder, where `gradus` is a command.
    pub(crate) fn shell(&self, line: &str) -> Run {
        let mut command = self.program("sh", &["-c", line]);
        let gradus = Path::new(env!("CARGO_BIN_EXE_gradus"));
        let mut folders = vec![gradus.parent().expect("a folder").to_path_buf()];
        let (_, path) = toolchain().pop().expect("the last is PATH");
        folders.extend(env::split_paths(&path));
        command.env("PATH", env::join_paths(folders).expect("a path"));
        command.stdin(Stdio::null());
        self.run(&command.output().expect("sh runs"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_gradus"), arguments)
    }

    #[expect(clippy::disallowed_methods, reason = "the tests start the binary")]
    pub(crate) fn program(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path("here"));
        command.env_clear().envs(toolchain());
        command.env("HOME", self.path("home")).env("COLUMNS", "80");
        command.env("GRADUS_CACHE_DIR", cache());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, output: &Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: self.redacted(&output.stdout),
            stderr: self.redacted(&output.stderr),
        }
    }

    /// Takes out what differs between machines.
    fn redacted(&self, bytes: &[u8]) -> String {
        let scratch = fs::canonicalize(self.scratch.path()).expect("it is there");
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        text.replace(env!("CARGO_BIN_EXE_gradus"), "gradus")
            .replace(&*scratch.to_string_lossy(), "[SCRATCH]")
            .replace(&*self.scratch.path().to_string_lossy(), "[SCRATCH]")
    }
}

/// Returns the cache that tests share: what is made once for an exercise is made once for all of them.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// How much of the tests is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// What takes two minutes: each claim is tested, on fewer moments and combinations.
    Ordinary,
    /// What a change is judged by.
    Whole,
    /// Everything, however long it takes.
    Long,
}

impl Extent {
    /// Returns what `GRADUS_EXTENT` says: `whole`, `long`, or nothing.
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so")]
    pub(crate) fn wanted() -> Self {
        match env::var("GRADUS_EXTENT").as_deref() {
            Ok("whole") => Self::Whole,
            Ok("long") => Self::Long,
            Ok(other) => panic!("GRADUS_EXTENT is `whole` or `long`, not `{other}`"),
            Err(_) => Self::Ordinary,
        }
    }

    /// Returns whether at least this much is wanted; else the test that asks is skipped.
    pub(crate) fn is_wanted(self) -> bool {
        let is_wanted = Self::wanted() >= self;
        if !is_wanted {
            skip("GRADUS_EXTENT=whole");
        }
        is_wanted
    }
}

/// Says that the test that runs is skipped and what it needs, past what libtest keeps to itself.
pub(crate) fn skip(needs: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    writeln!(io::stderr(), "skipped: {test}: needs {needs}").ok();
}

/// Returns whether the superuser runs the tests, who alone can become another user; else the test that
/// asks is skipped.
pub(crate) fn is_superuser() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skip("the superuser");
    }
    is_root
}

/// Returns the variables that lead to the compiler.
#[expect(clippy::disallowed_methods, reason = "the compiler is the machine's")]
pub(crate) fn toolchain() -> Vec<(&'static str, std::ffi::OsString)> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let below_home = |name: &str| home.join(name).into_os_string();
    let rustup = env::var_os("RUSTUP_HOME").unwrap_or_else(|| below_home(".rustup"));
    let cargo = env::var_os("CARGO_HOME").unwrap_or_else(|| below_home(".cargo"));
    let path = env::var_os("PATH").unwrap_or_default();
    vec![
        ("RUSTUP_HOME", rustup),
        ("CARGO_HOME", cargo),
        ("PATH", path),
    ]
}

/// What a run of Gradus did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// Returns all of it as one text, for a snapshot.
    pub(crate) fn whole(&self) -> String {
        let mut whole = self.stdout.clone();
        if !self.stderr.is_empty() {
            whole.push_str("--- stderr\n");
            whole.push_str(&self.stderr);
        }
        let code = self
            .code
            .map_or_else(|| "signal".to_owned(), |code| code.to_string());
        whole + "--- exit " + &code + "\n"
    }

    /// Returns standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}
