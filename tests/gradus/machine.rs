//! A learner's machine: labs of the course, on ports that the test owns.

use std::borrow::Cow;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use gradus::course::builtin;
use gradus::kinds::gateway::lab::nginx::CHOICE;
use gradus::source::Tree;
use gradus::sys::clock::Stopwatch;

use crate::harness::{cache, toolchain};
use crate::pty::Pty;

/// How long something may take on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);
/// What even a small machine has for a learner's shell: no nginx, no curl, no ss.
const BARE: [&str; 5] = ["sh", "cat", "sed", "tail", "grep"];

/// A learner's machine: a home, a workspace, and a course whose labs are on ports that nobody else has.
pub(crate) struct Machine {
    scratch: tempfile::TempDir,
    variables: Vec<(String, String)>,
    ports: Ports,
}

impl Machine {
    /// Returns one with a workspace of a course of these labs of the built-in course, and its drill.
    pub(crate) fn new(labs: &[&str]) -> Self {
        Self::of(&builtin_part(labs), path)
    }

    /// Returns one with the lab `lab` of the built-in course, where no nginx, no `curl` and no `ss` is
    /// to be found.
    pub(crate) fn bare(lab: &str) -> Self {
        Self::of(&builtin_part(&[lab]), bare_path)
    }

    /// Returns one with a workspace of the fixture `course-labs`.
    pub(crate) fn of_fixture() -> Self {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-labs");
        Self::of(&Tree::read(&fixture).expect("a course"), path)
    }

    /// Returns one with a workspace of `course`; `path` says where its programs are.
    fn of(course: &Tree, path: impl Fn(&Path) -> String) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let below = |name: &str| scratch.path().join(name).to_string_lossy().into_owned();
        let mut variables = vec![
            ("GRADUS_WORKSPACE".to_owned(), below("work")),
            ("TMPDIR".to_owned(), below("tmp")),
            ("PATH".to_owned(), path(scratch.path())),
        ];
        // A run may choose another nginx than the one that Gradus carries.
        let chosen = crate::lab::context().environment.text(CHOICE);
        variables.extend(chosen.map(|choice| (CHOICE.to_owned(), choice)));
        fs::create_dir(below("tmp")).expect("a folder");
        let machine = Self {
            scratch,
            variables,
            ports: Ports::take(),
        };
        for (path, text) in course.below("") {
            let path = machine.path("course").join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, machine.with_ports(text)).expect("a file");
        }
        let made = machine.gradus(&["init", "work", "--course", "course"]);
        assert!(made.status.success(), "{made:?}");
        machine
    }

    /// Returns the port in the place of `port` of the built-in course.
    pub(crate) fn port(&self, port: u16) -> u16 {
        self.ports.of(port)
    }

    /// Returns `text` with this machine's ports.
    pub(crate) fn with_ports(&self, text: &str) -> String {
        let ports = PORTS.into_iter();
        ports.fold(text.to_owned(), |text, port| {
            text.replace(&port.to_string(), &self.port(port).to_string())
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    pub(crate) fn exercise(&self, file: &str) -> PathBuf {
        self.path("work/exercises").join(file)
    }

    #[expect(clippy::disallowed_methods, reason = "the tests start the binary")]
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
        command.args(arguments).current_dir(self.path(""));
        command.env_clear().envs(toolchain());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("GRADUS_CACHE_DIR", cache());
        command.env("HOME", self.path("")).env("COLUMNS", "80");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn gradus(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("gradus runs")
    }

    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.gradus(arguments);
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    }

    /// Returns Gradus with `arguments` on a terminal of its own.
    pub(crate) fn terminal(&self, arguments: &[&str]) -> Pty {
        self.pty(arguments, &[], (100, 40))
    }

    /// Returns Gradus on a terminal of this size, with `more` variables.
    pub(crate) fn pty(&self, arguments: &[&str], more: &[(&str, &str)], size: (u16, u16)) -> Pty {
        let variables = self.variables.iter();
        let mut variables: Vec<_> = variables
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        variables.extend(more);
        Pty::start(self.scratch.path(), arguments, &variables, size)
    }

    /// Checks a runbook, and returns the exit code and what is said.
    pub(crate) fn runbook(&self, text: &str) -> (Option<i32>, String) {
        // The first check hands the files out.
        self.gradus(&["check", "start-the-shop"]);
        fs::write(self.exercise("start-the-shop/runbook.sh"), text).expect("a runbook");
        let output = self.gradus(&["check", "start-the-shop"]);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    }

    pub(crate) fn up(&self, exercise: &str) -> Pty {
        let pty = self.terminal(&["lab", "up", exercise]);
        pty.wait_for("quit");
        pty
    }

    /// Waits until no folder of a lab is there, and nobody lives in one.
    pub(crate) fn wait_gone(&self, limit: Duration) {
        let watch = Stopwatch::start();
        let (_open, never) = channel::<()>();
        let left = || fs::read_dir(self.path("tmp")).expect("a folder").count();
        while left() > 0 || listens(self.port(8080)) {
            assert!(watch.elapsed() < limit, "something is left");
            never.recv_timeout(Duration::from_millis(10)).ok();
        }
    }
}

/// Returns the part of the built-in course that holds these labs, and its drill.
fn builtin_part(labs: &[&str]) -> Tree {
    let tree = builtin::tree();
    let is_part = |path: &str| {
        let mut labs = labs.iter();
        path == "course.toml"
            || path.starts_with("drill/")
            || labs.any(|lab| path.starts_with(&format!("exercises/{lab}/")))
    };
    let files = tree.below("").filter(|(path, _)| is_part(path));
    Tree::new(files.map(|(path, text)| (path.to_owned(), Cow::Owned(text.to_owned()))))
}

fn path(_scratch: &Path) -> String {
    let path = toolchain().pop().expect("the last is PATH").1;
    path.to_string_lossy().into_owned()
}

/// Makes the folder `bin` in `scratch` with what every machine has, and nothing else.
fn bare_path(scratch: &Path) -> String {
    let bin = scratch.join("bin");
    fs::create_dir(&bin).expect("a folder");
    for name in BARE {
        let mut folders = ["/usr/bin", "/bin"]
            .iter()
            .map(|it| Path::new(it).join(name));
        let program = folders
            .find(|it| it.exists())
            .expect("every machine has it");
        std::os::unix::fs::symlink(program, bin.join(name)).expect("a link");
    }
    bin.to_string_lossy().into_owned()
}

/// The ports that labs of the built-in course use.
const PORTS: [u16; 7] = [8080, 3000, 3001, 3002, 3003, 3004, 3005];

/// Ports that stand for [`PORTS`], in their order, beginning with this one. They have four digits like
/// those, so that lines break at the same places, and are below those that systems hand out.
#[derive(Clone, Copy)]
struct Ports(u16);

impl Ports {
    /// Returns ports that nobody listens on and no other test has.
    fn take() -> Self {
        static TAKEN: AtomicU16 = AtomicU16::new(0);
        let count = u16::try_from(PORTS.len()).expect("a few");
        // Another run of the tests begins elsewhere.
        let start = u16::try_from(std::process::id() % 512).expect("less than 512");
        let tries = std::iter::repeat_with(|| TAKEN.fetch_add(1, Ordering::SeqCst)).take(512);
        let ports = tries.map(|taken| 5000 + (start + taken) % 512 * count);
        let mut free = ports.filter(|first| {
            let mut ports = *first..*first + count;
            ports.all(|port| {
                !PORTS.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok()
            })
        });
        Self(free.next().expect("some ports are free"))
    }

    fn of(self, port: u16) -> u16 {
        let place = PORTS.iter().position(|known| *known == port);
        self.0 + u16::try_from(place.expect("a port of the course")).expect("a few")
    }
}

pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Returns the status line and the rest of what a customer gets.
pub(crate) fn get(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("nginx listens");
    let request = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}
