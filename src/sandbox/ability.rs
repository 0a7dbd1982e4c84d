//! The features of a machine that sandboxes need.

use super::HardLimit;

/// The file in the state folder that marks that the user has seen the warning "limits only, no sandbox".
pub(crate) const LIMITS_NOTICE: &str = "told-of-limits-only";

/// The user that a learner's code can run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The user that Gradus runs as, who is not root.
    Ordinary,
    /// Gradus runs as root and can switch to an unprivileged uid that no account has.
    Spare,
    /// Gradus runs as root and cannot switch to another user.
    Stuck,
}

/// The features of this machine for sandboxes, as reported by the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability {
    /// The Landlock ABI version, if the kernel has Landlock.
    pub landlock: Option<i32>,
    /// Whether system calls can be filtered.
    pub seccomp: bool,
    /// The user that a learner's code can run as.
    pub user: User,
    /// Whether a job can have its own network and PID namespaces, as far as the kernel says.
    pub namespaces: bool,
}

/// A feature that a machine lacks for a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    /// The kernel has no Landlock.
    #[error("the kernel has no Landlock, or has it switched off")]
    Landlock,
    /// Landlock is too old; holds its ABI version.
    #[error("the kernel's Landlock is version {0}; version 2 is needed")]
    Version(i32),
    /// System calls cannot be filtered.
    #[error("the kernel cannot filter system calls (seccomp)")]
    Seccomp,
    /// Root cannot switch to another user.
    #[error("root cannot switch to another user here")]
    SpareUser,
    /// This user may not create namespaces.
    #[error("this user cannot create a network namespace here")]
    Namespaces,
    /// A hard limit is too low.
    #[error(transparent)]
    HardLimit(#[from] HardLimit),
    /// Everything seems to be there, but a trial run failed; holds the message.
    #[error("the sandbox does not work here: {0}")]
    Trial(String),
}

impl Lacking {
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
                "run Gradus as root, or let users create namespaces (`sysctl user.max_user_namespaces`)"
            }
            Self::HardLimit(_) => HardLimit::HELP,
            Self::Trial(_) => {
                "check what this machine's container runtime or security module forbids"
            }
        }
    }
}

impl Ability {
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
