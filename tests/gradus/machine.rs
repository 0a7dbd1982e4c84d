//! A learner's machine with labs on it. Where there is no nginx, a test says so and returns.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gradus::sys::clock::Stopwatch;

use crate::harness::toolchain;
use crate::pty::Pty;

/// A learner's machine: a home, a workspace, and nobody else on the labs' ports.
pub(crate) struct Machine {
    scratch: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// The learner's own ports are there once.
static PORTS: Mutex<()> = Mutex::new(());

impl Machine {
    /// Returns one with a workspace of the built-in course, or of `course`; `None` without nginx.
    pub(crate) fn new(course: Option<&str>) -> Option<Self> {
        if !has_nginx() {
            #[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
            {
                eprintln!("there is no nginx: nothing was tested");
            }
            return None;
        }
        let alone = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
        let machine = Self {
            scratch: tempfile::tempdir().expect("a scratch folder"),
            _alone: alone,
        };
        fs::create_dir(machine.path("tmp")).expect("a folder");
        let mut arguments = vec!["init", "work"];
        if let Some(course) = course {
            arguments.extend(["--course", course]);
        }
        let made = machine.gradus(&arguments);
        assert!(made.status.success(), "{made:?}");
        Some(machine)
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
        command.envs(self.variables());
        command.env("GRADUS_CACHE_DIR", self.path("cache"));
        command.env("HOME", self.path("")).env("COLUMNS", "80");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let pairs = [
            ("GRADUS_WORKSPACE", text(self.path("work"))),
            ("TMPDIR", text(self.path("tmp"))),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).into()
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

    /// Puts the lab of an exercise up on a terminal.
    pub(crate) fn up(&self, exercise: &str) -> Pty {
        let pty = self.pty(&["lab", "up", exercise], &[], (100, 40));
        pty.wait_for("quit");
        pty
    }

    /// Runs Gradus on a terminal of this size.
    pub(crate) fn pty(&self, arguments: &[&str], more: &[(&str, &str)], size: (u16, u16)) -> Pty {
        let variables = self.variables();
        let mut variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let path = toolchain().pop().expect("the last is PATH").1;
        let path = path.to_string_lossy().into_owned();
        variables.push(("PATH", &path));
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

#[expect(clippy::disallowed_methods, reason = "nginx is where it is")]
fn has_nginx() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|it| it.join("nginx")).any(|it| it.exists())
}

pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
