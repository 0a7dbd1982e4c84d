//! Where attacks are made: a course, a folder of hand-ins, and everything outside that nobody may
//! touch.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::corpus::Level;
use crate::harness::{copy, toolchain};
use crate::processes::of_folder;
use crate::repository::root;

/// The word that stands in every hidden test, in any case.
pub(crate) const CANARY: &str = "zebrafinch";
/// The number of an ordinary user and group.
const ORDINARY: u32 = 65_534;
/// Exercises of the built-in course that are graded here.
const BUILT_IN: [&str; 7] = [
    "safe-divide",
    "first-of-pool",
    "probe-all",
    "wrong-port",
    "header-too-big",
    "pool-with-a-dead-server",
    "classify-the-log",
];

/// Who grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grader {
    /// Whoever runs the tests.
    Myself,
    /// An ordinary user; only the superuser can become one.
    Ordinary,
}

/// A scratch folder with the course, hand-ins and what lies outside.
pub(crate) struct Scene {
    root: TempDir,
    cache: PathBuf,
    grader: Grader,
    customers: TcpListener,
    datagrams: UdpSocket,
    visitors: UnixListener,
    before: BTreeMap<PathBuf, Trace>,
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

/// What of a file shows that somebody touched it.
type Trace = (u32, i64, u64, Vec<u8>);

impl Scene {
    /// Returns one in which `grader` grades.
    pub(crate) fn new(grader: Grader) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["hand-ins", "home", "outside/evil/bin", "tmp", "cache"] {
            fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        let local = |name: &str| root.path().join(name);
        write_course(&local("course"));
        fs::write(local("outside/secret.txt"), format!("{CANARY} outside\n")).expect("a file");
        fs::write(local("outside/marker"), "as it was\n").expect("a file");
        fs::write(local("home/.profile"), "# as it was\n").expect("a file");
        for name in ["cargo", "rustc", "runner"] {
            let file = local("outside/evil/bin").join(name);
            let text = format!("#!/bin/sh\ntouch {}/sprung\n", local("outside").display());
            fs::write(&file, text).expect("a file");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        let cache = match grader {
            // What is made once for an exercise is kept for the next run.
            Grader::Myself => Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacked"),
            Grader::Ordinary => local("cache"),
        };
        let customers = TcpListener::bind("127.0.0.1:0").expect("a port");
        customers.set_nonblocking(true).expect("it is ours");
        let datagrams =
            UdpSocket::bind(customers.local_addr().expect("an address")).expect("a port");
        datagrams.set_nonblocking(true).expect("it is ours");
        let visitors = UnixListener::bind(local("outside/socket")).expect("a socket");
        visitors.set_nonblocking(true).expect("it is ours");
        Self {
            root,
            cache,
            grader,
            customers,
            datagrams,
            visitors,
            before: BTreeMap::new(),
            graded: None,
        }
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
        let port = self.customers.local_addr().expect("an address").port();
        let mut text = text.replace("@PORT@", &port.to_string());
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

    /// Grades every hand-in.
    pub(crate) fn grade(&mut self, arguments: &[&str]) -> &Graded {
        if self.grader == Grader::Ordinary {
            give_away(self.root.path());
        }
        self.before = self.outside();
        fs::remove_dir_all(self.path("out")).ok();
        let output = self.command(arguments).output().expect("gradus starts");
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

    #[expect(clippy::disallowed_methods, reason = "the test starts the binary")]
    fn command(&self, arguments: &[&str]) -> Command {
        let user = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
        let mut words = match self.grader {
            Grader::Myself => Vec::new(),
            Grader::Ordinary => vec!["setpriv", &user[0], &user[1], "--clear-groups"],
        };
        words.push(env!("CARGO_BIN_EXE_gradus"));
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .arg("grade")
            .arg(self.path("hand-ins"));
        command
            .arg("--course")
            .arg(self.path("course"))
            .arg("--out")
            .arg(self.path("out"));
        command
            .args(arguments)
            .current_dir(self.path("home"))
            .env_clear();
        match self.grader {
            Grader::Myself => command.envs(toolchain()),
            Grader::Ordinary => command.env("PATH", readable_toolchain()),
        };
        command
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("GRADUS_CACHE_DIR", &self.cache)
            // What a CI job has in its environment.
            .env("CLASS_TOKEN", CANARY)
            .stdin(std::process::Stdio::null());
        command
    }

    /// Returns what lies outside the grading: files that nobody may touch.
    fn outside(&self) -> BTreeMap<PathBuf, Trace> {
        let mut found = BTreeMap::new();
        for folder in ["outside", "home", "course"] {
            traces(&self.path(folder), &mut found);
        }
        found
    }

    /// Expects that the last grading touched nothing but its own folder, left nothing running, and
    /// told nobody the hidden word.
    pub(crate) fn expect_untouched(&self) {
        let Graded {
            output, records, ..
        } = self.graded.as_ref().expect("it was graded");
        assert_eq!(self.outside(), self.before, "something outside was touched");
        let none = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
        assert!(
            self.customers.accept().is_err_and(|error| none(&error)),
            "a connection was made"
        );
        assert!(
            self.visitors.accept().is_err_and(|error| none(&error)),
            "a socket was used"
        );
        let datagram = self.datagrams.recv(&mut [0; 1]);
        assert!(
            datagram.is_err_and(|error| none(&error)),
            "a datagram was sent"
        );
        let running = of_folder(self.root.path());
        assert_eq!(running, Vec::<String>::new(), "something is left running");
        assert_eq!(
            names(&self.path("tmp")),
            Vec::<String>::new(),
            "scratch folders are left"
        );
        assert_eq!(names(&self.path("out")), ["journal.jsonl", "results.jsonl"]);
        let files =
            ["out/journal.jsonl", "out/results.jsonl"].map(|name| fs::read(self.path(name)));
        let files = files.map(|bytes| bytes.expect("a file"));
        for bytes in files.iter().chain([&output.stdout, &output.stderr]) {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            let place = text.find(CANARY).map(|at| {
                text[text.floor_char_boundary(at.saturating_sub(500))..]
                    .chars()
                    .take(700)
                    .collect::<String>()
            });
            assert_eq!(place, None, "the hidden word got out");
            assert!(!text.contains('\u{1b}'), "an escape sequence got out");
        }
        for record in records.values() {
            // What a folder is called is a fact; everything else loses its control characters.
            let mut told = record.clone();
            let told = told.as_object_mut().expect("an object");
            told.retain(|key, _| key != "learner" && key != "submission");
            let told = serde_json::to_string(told).expect("JSON");
            assert!(!told.contains("\\u001b"), "an escape sequence: {told}");
        }
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(bytes);
            assert!(
                !text.lines().any(|line| line.starts_with("::")),
                "a workflow command: {text}"
            );
        }
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

/// Writes a course of the fixtures' exercises and some of the built-in course, the word in the
/// hidden part of each.
fn write_course(folder: &Path) {
    let fixtures = root().join("tests/fixtures");
    copy(
        &fixtures.join("course-check/exercises"),
        &folder.join("exercises"),
    );
    copy(
        &fixtures.join("course-labs/exercises"),
        &folder.join("exercises"),
    );
    for name in BUILT_IN {
        let to = folder.join("exercises").join(name);
        copy(&root().join("exercises").join(name), &to);
        for (file, note) in [("hidden/tests.rs", "//"), ("hidden/probes.toml", "#")] {
            if let Ok(text) = fs::read_to_string(to.join(file)) {
                fs::write(to.join(file), format!("{text}\n{note} {CANARY}\n")).expect("a file");
            }
        }
    }
    // Values are told where the exercise allows it: what a learner's code returns, too.
    let told = folder.join("exercises/first-of-pool/exercise.toml");
    let text = fs::read_to_string(&told).expect("a manifest");
    fs::write(told, format!("feedback = \"full\"\n{text}")).expect("a file");
    let mut lesson = String::from("+++\ntitle = \"All\"\nsummary = \"All of them.\"\n+++\nAll.\n");
    for name in names(&folder.join("exercises")) {
        lesson.push_str("\n<!-- exercise: ");
        lesson.push_str(&name);
        lesson.push_str(" -->\n");
    }
    fs::create_dir(folder.join("lessons")).expect("a folder");
    fs::write(folder.join("lessons/01-all.md"), lesson).expect("a file");
    let tracks = ["all", "operator", "rust"]
        .map(|id| format!("[[tracks]]\nid = \"{id}\"\ntitle = \"{id}\"\n"));
    let head = "format = 1\nid = \"attacked\"\ntitle = \"What is attacked\"\ndescription = \"Everything.\"\n";
    fs::write(
        folder.join("course.toml"),
        head.to_owned() + &tracks.concat(),
    )
    .expect("a file");
}

/// Returns the names in `folder`, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn traces(path: &Path, found: &mut BTreeMap<PathBuf, Trace>) {
    let metadata = fs::symlink_metadata(path).expect("it is there");
    let bytes = if metadata.is_file() {
        fs::read(path).expect("a file")
    } else {
        Vec::new()
    };
    let time = metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec();
    found.insert(
        path.to_owned(),
        (metadata.mode(), time, metadata.len(), bytes),
    );
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            traces(&entry.expect("an entry").path(), found);
        }
    }
}

/// Gives everything below `path` to the ordinary user.
fn give_away(path: &Path) {
    lchown(path, Some(ORDINARY), Some(ORDINARY)).expect("we may");
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
        for entry in fs::read_dir(path).expect("a folder") {
            give_away(&entry.expect("an entry").path());
        }
    }
}

/// Returns a `PATH` with a compiler that everybody can run: the toolchain may lie in a home that
/// nobody else may enter.
fn readable_toolchain() -> OsString {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("toolchain");
    let (_, path) = toolchain().pop().expect("the last is PATH");
    if !copy.join("whole").is_file() {
        let sysroot = sysroot();
        fs::remove_dir_all(&copy).ok();
        for part in ["bin", "lib"] {
            link_all(&sysroot.join(part), &copy.join(part));
        }
        fs::write(copy.join("whole"), "").expect("a file");
    }
    let folders = [copy.join("bin")]
        .into_iter()
        .chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("a path")
}

#[expect(clippy::disallowed_methods, reason = "the compiler is the machine's")]
fn sysroot() -> PathBuf {
    let mut rustc = Command::new("rustc");
    let output = rustc.args(["--print", "sysroot"]).output();
    let output = output.expect("a compiler").stdout;
    PathBuf::from(String::from_utf8(output).expect("UTF-8").trim_end())
}

/// Links the files below `from` to the same places below `to`; where that is another file system,
/// copies them.
fn link_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            link_all(&entry.path(), &to);
        } else if fs::hard_link(entry.path(), &to).is_err() {
            fs::copy(entry.path(), &to).expect("a file");
        }
    }
}
