//! What this machine can enforce.

#[cfg(target_os = "linux")]
use super::{kernel, namespaces, user};

/// The file in the state folder that says that somebody was told that checks here have limits alone.
pub(crate) const TOLD: &str = "told-of-limits-only";

/// As whom a learner's code can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// As the user of Gradus, who is no superuser.
    Ordinary,
    /// Gradus runs as the superuser, and can become a user that nobody is.
    Spare,
    /// Gradus runs as the superuser, and cannot become anybody else.
    Stuck,
}

/// What this machine can enforce, as the kernel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability {
    /// The version of Landlock, if there is one.
    pub landlock: Option<i32>,
    /// Whether system calls can be filtered.
    pub seccomp: bool,
    /// As whom a learner's code can run.
    pub user: User,
    /// Whether a job can have a network and processes of its own, as far as the kernel says.
    pub namespaces: bool,
}

/// What a machine lacks for a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    /// There is no Landlock.
    #[error("the kernel has no Landlock, or has it switched off")]
    Landlock,
    /// Landlock is too old; holds its version.
    #[error("the kernel's Landlock is version {0}; version 2 is needed")]
    Version(i32),
    /// System calls cannot be filtered.
    #[error("the kernel cannot filter system calls (seccomp)")]
    Seccomp,
    /// The superuser cannot become anybody else.
    #[error("the superuser cannot become another user here")]
    SpareUser,
    /// Nobody, or not this user, may have a network of their own.
    #[error("no network of one's own can be had here")]
    Namespaces,
    /// Everything seemed to be there, but it does not work; holds what was said.
    #[error("the sandbox does not work here: {0}")]
    Trial(String),
}

impl Lacking {
    /// Returns what to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Landlock => {
                "use Linux 5.19 or later with `landlock` among the `lsm` of its command line, and a container runtime that lets its system calls through"
            }
            Self::Version(_) => "use Linux 5.19 or later",
            Self::Seccomp => "use a kernel with `CONFIG_SECCOMP_FILTER`",
            Self::SpareUser => {
                "run Gradus as an ordinary user, or give the container CAP_SETUID and CAP_SETGID"
            }
            Self::Namespaces => {
                "run Gradus as root, or let users make namespaces (`sysctl user.max_user_namespaces`)"
            }
            Self::Trial(_) => {
                "look at what the container or security module of this machine forbids"
            }
        }
    }
}

impl Ability {
    /// Asks the kernel of this machine.
    #[cfg(target_os = "linux")]
    pub fn of_machine() -> Self {
        Self {
            landlock: kernel::landlock_version(),
            seccomp: std::path::Path::new("/proc/sys/kernel/seccomp/actions_avail").exists()
                || rustix::thread::secure_computing_mode().is_ok(),
            user: user::available(),
            namespaces: namespaces::are_there(),
        }
    }

    /// Asks the kernel of this machine: it has none of it.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of_machine() -> Self {
        Self::none()
    }

    /// Returns the ability of a machine that can enforce nothing but limits.
    pub const fn none() -> Self {
        Self {
            landlock: None,
            seccomp: false,
            user: User::Ordinary,
            namespaces: false,
        }
    }
}
