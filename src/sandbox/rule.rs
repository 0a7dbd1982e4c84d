//! The rules of a sandbox, one by one.

/// One rule of a sandbox. All hold, unless a test takes one away to show that it is this one that
/// stops an attack; only a debug build lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Only the files of the view can be read, listed and written.
    Files,
    /// Only the programs of the view can be executed.
    Execute,
    /// No sockets but those that were handed over.
    Sockets,
    /// No other processes, only threads.
    Processes,
    /// Only so many threads.
    Threads,
    /// No signals to others.
    Signals,
    /// No limits of others changed.
    Limits,
    /// No look into others.
    Tracing,
    /// None of the kernel's large interfaces: namespaces, `io_uring`, `bpf`, keys, files in memory.
    Kernel,
    /// Not the superuser.
    User,
    /// No descriptors but the three standard ones.
    Descriptors,
    /// No network but a job's own, where it is to have one.
    Network,
    /// No processes but a job's own, where it is to have them to itself.
    Company,
    /// No paths but those of the view, where they are to be all there is.
    Root,
    /// No more files than a bounded folder takes, and no more memory for all processes than for one.
    Sum,
}

impl Rule {
    /// Every rule, with its word among the launcher's arguments.
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

    /// Returns its word.
    pub(crate) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(rule, _)| *rule == self);
        known.map_or("", |(_, word)| word)
    }

    /// Returns the rule of `word`.
    #[cfg(debug_assertions)]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == word);
        known.map(|(rule, _)| *rule)
    }
}
