//! The rules of a sandbox, one by one.

/// A rule of the sandbox. All hold, but in debug builds a test can disable one, to show that it is this
/// rule that stops an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Only the files of the view can be read, listed and written.
    Files,
    /// Only the programs of the view can be executed.
    Execute,
    /// No sockets but inherited ones.
    Sockets,
    /// No child processes, only threads.
    Processes,
    /// A limited number of threads.
    Threads,
    /// No signals to other processes.
    Signals,
    /// No changes of other processes' limits.
    Limits,
    /// No tracing of other processes.
    Tracing,
    /// None of the kernel's large interfaces: namespaces, `io_uring`, `bpf`, keys, memfds.
    Kernel,
    /// No root privileges.
    User,
    /// No descriptors but the three standard ones.
    Descriptors,
    /// A network namespace, for a job that is secluded so.
    Network,
    /// A PID namespace, for a job that is secluded so.
    Company,
    /// A root folder with only the view, for a job that is secluded so.
    Root,
    /// Limits of a whole job: the size of its folders and the memory of all its processes.
    Sum,
}

impl Rule {
    /// Every rule, with its name in a policy.
    pub(crate) const ALL: [(Self, &'static str); 15] = [
        (Self::Files, "files"),
        (Self::Execute, "execute"),
        (Self::Sockets, "sockets"),
        (Self::Processes, "processes"),
        (Self::Threads, "threads"),
        (Self::Signals, "signals"),
        (Self::Limits, "limits"),
        (Self::Tracing, "tracing"),
        (Self::Kernel, "kernel"),
        (Self::User, "user"),
        (Self::Descriptors, "descriptors"),
        (Self::Network, "network"),
        (Self::Company, "company"),
        (Self::Root, "root"),
        (Self::Sum, "sum"),
    ];

    pub(crate) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(rule, _)| *rule == self);
        known.map_or("", |(_, word)| word)
    }

    #[cfg(debug_assertions)]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == word);
        known.map(|(rule, _)| *rule)
    }
}
