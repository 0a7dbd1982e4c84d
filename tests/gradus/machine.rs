//! A learner's machine, with an nginx or without: the labs of the course on the learner's ports.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gradus::lab::Nginx;
use gradus::lab::nginx::{CARRIED, CHOICE, carried};
use gradus::sys::clock::Stopwatch;

use crate::harness::toolchain;
use crate::pty::Pty;

/// How long something may take on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);
/// What even a small machine has for a learner's shell: no nginx, no curl, no ss.
const BARE: [&str; 5] = ["sh", "cat", "sed", "tail", "grep"];

/// A learner's machine: a home, a workspace, and nobody else on the labs' ports.
pub(crate) struct Machine {
    scratch: tempfile::TempDir,
    variables: Vec<(String, String)>,
    _alone: MutexGuard<'static, ()>,
}

/// The learner's own ports are there once.
static PORTS: Mutex<()> = Mutex::new(());

impl Machine {
    /// Returns one with the nginx that the tests use and a workspace of the built-in course, or of
    /// `course`; `None` without nginx.
    pub(crate) fn new(course: Option<&str>) -> Option<Self> {
        let context = crate::lab::context()?;
        let mut variables = Vec::new();
        if let Some(choice) = context.environment.text(CHOICE) {
            variables.push((CHOICE.to_owned(), choice));
        }
        Some(Self::with(variables, path(), course))
    }

    /// Returns one with the nginx that the machine itself has; `None` if it has none.
    pub(crate) fn with_installed_nginx() -> Option<Self> {
        let context = crate::lab::context()?;
        let nginx = Nginx::locate(&context).filter(|nginx| !nginx.starts_with(&context.cache));
        let Some(nginx) = nginx else {
            say("this machine has no nginx of its own: nothing was tested");
            return None;
        };
        let choice = (CHOICE.to_owned(), nginx.to_string_lossy().into_owned());
        Some(Self::with(vec![choice], path(), None))
    }

    /// Returns one where no nginx, no `curl` and no `ss` is to be found; `None` if Gradus carries
    /// no nginx either.
    pub(crate) fn bare() -> Option<Self> {
        if !carried::is_there() {
            say("this Gradus carries no nginx: nothing was tested");
            return None;
        }
        let choice = (CHOICE.to_owned(), CARRIED.to_owned());
        let machine = Self::with(vec![choice], String::new(), None);
        let bin = PathBuf::from(&machine.variables.last().expect("the last is PATH").1);
        fs::create_dir_all(&bin).expect("a folder");
        for name in BARE {
            let mut folders = ["/usr/bin", "/bin"]
                .iter()
                .map(|it| Path::new(it).join(name));
            let program = folders
                .find(|it| it.exists())
                .expect("every machine has it");
            std::os::unix::fs::symlink(program, bin.join(name)).expect("a link");
        }
        Some(machine)
    }

    /// An empty `path` stands for the folder `bin` of the machine.
    fn with(mut variables: Vec<(String, String)>, path: String, course: Option<&str>) -> Self {
        let alone = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let below = |name: &str| scratch.path().join(name).to_string_lossy().into_owned();
        let path = if path.is_empty() { below("bin") } else { path };
        variables.extend([
            ("GRADUS_WORKSPACE".to_owned(), below("work")),
            ("TMPDIR".to_owned(), below("tmp")),
            ("PATH".to_owned(), path),
        ]);
        fs::create_dir(below("tmp")).expect("a folder");
        let machine = Self {
            scratch,
            variables,
            _alone: alone,
        };
        let mut arguments = vec!["init", "work"];
        if let Some(course) = course {
            arguments.extend(["--course", course]);
        }
        let made = machine.gradus(&arguments);
        assert!(made.status.success(), "{made:?}");
        machine
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
        command.env("GRADUS_CACHE_DIR", self.path("cache"));
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
        while left() > 0 || listens(8080) {
            assert!(watch.elapsed() < limit, "something is left");
            never.recv_timeout(Duration::from_millis(10)).ok();
        }
    }
}

fn path() -> String {
    let path = toolchain().pop().expect("the last is PATH").1;
    path.to_string_lossy().into_owned()
}

#[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn say(what: &str) {
    eprintln!("{what}");
}

pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Returns the status line and the rest of what a customer gets.
pub(crate) fn get(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("nginx listens");
    let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}
