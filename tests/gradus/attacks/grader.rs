//! The user who grades: the one who runs the tests, or an ordinary one.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::fs::lchown;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{is_superuser, toolchain};

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

impl fmt::Display for Grader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = match self {
            Self::Myself => rustix::process::geteuid().as_raw(),
            Self::Ordinary => ORDINARY,
        };
        match user {
            0 => out.write_str("as the superuser"),
            user => write!(out, "as user {user}"),
        }
    }
}

impl Grader {
    /// Returns whether the tests can be run as this one; where they cannot, the test is skipped.
    pub(crate) fn can_be(self) -> bool {
        self == Self::Myself || is_superuser()
    }

    /// Returns a command that runs Gradus as this one, with nothing in its environment but a compiler.
    #[expect(clippy::disallowed_methods, reason = "the test starts the binary")]
    pub(super) fn gradus(self) -> Command {
        let user = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
        let mut words = match self {
            Self::Myself => Vec::new(),
            Self::Ordinary => vec!["setpriv", &user[0], &user[1], "--clear-groups"],
        };
        words.push(env!("CARGO_BIN_EXE_gradus"));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env_clear();
        match self {
            Self::Myself => command.envs(toolchain()),
            Self::Ordinary => command.env("PATH", readable_toolchain()),
        };
        command
    }

    /// Gives everything below `path` to this one.
    pub(super) fn take(self, path: &Path) {
        if self == Self::Ordinary {
            give_away(path);
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
