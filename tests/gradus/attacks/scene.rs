//! Where attacks are made: a course, a folder of hand-ins, and everything outside that nobody may
//! touch.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::course::CANARY;
use super::place::{Place, names};
use crate::harness::toolchain;
use crate::processes::of_folder;

/// The number of an ordinary user and group.
const ORDINARY: u32 = 65_534;

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
    pub(crate) place: Place,
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
        let cache = match grader {
            // What is made once for an exercise is kept for the next run.
            Grader::Myself => Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacked"),
            Grader::Ordinary => root.path().join("cache"),
        };
        let customers = TcpListener::bind("127.0.0.1:0").expect("a port");
        customers.set_nonblocking(true).expect("it is ours");
        let address = customers.local_addr().expect("an address");
        let place = Place::make(root.path().to_owned(), cache, address.port());
        let datagrams = UdpSocket::bind(address).expect("a port");
        datagrams.set_nonblocking(true).expect("it is ours");
        let visitors = UnixListener::bind(place.path("outside/socket")).expect("a socket");
        visitors.set_nonblocking(true).expect("it is ours");
        Self {
            root,
            place,
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
        self.place.path(name)
    }

    /// Grades every hand-in.
    pub(crate) fn grade(&mut self, arguments: &[&str]) -> &Graded {
        if self.grader == Grader::Ordinary {
            give_away(self.root.path());
        }
        self.before = self.outside();
        fs::remove_dir_all(self.path("out")).ok();
        let output = self.grading("out", arguments).output();
        let output = output.expect("gradus starts");
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

    /// Returns the command that grades every hand-in into the folder `out`.
    pub(crate) fn grading(&self, out: &str, arguments: &[&str]) -> Command {
        let mut command = self.gradus("grade");
        command.arg(self.path("hand-ins"));
        command.arg("--course").arg(self.path("course"));
        command.arg("--out").arg(self.path(out)).args(arguments);
        command
    }

    /// Returns the command `name` of Gradus, as the grader runs it.
    #[expect(clippy::disallowed_methods, reason = "the test starts the binary")]
    pub(crate) fn gradus(&self, name: &str) -> Command {
        let user = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
        let mut words = match self.grader {
            Grader::Myself => Vec::new(),
            Grader::Ordinary => vec!["setpriv", &user[0], &user[1], "--clear-groups"],
        };
        words.push(env!("CARGO_BIN_EXE_gradus"));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(name);
        command.current_dir(self.path("home")).env_clear();
        match self.grader {
            Grader::Myself => command.envs(toolchain()),
            Grader::Ordinary => command.env("PATH", readable_toolchain()),
        };
        command
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("GRADUS_CACHE_DIR", self.place.cache())
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
