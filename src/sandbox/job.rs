//! What to run, and within which limits.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use super::allowance::Allowance;
use super::room::Room;
use super::seclusion::Seclusion;
use super::turn::Turn;
use super::view::View;

/// What kind of code a job runs; a sandbox decides by it what to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A compiler or linker that reads what a learner wrote.
    Compile,
    /// A lab's server, or a shell in a lab: what it runs is known, what it is told comes from a
    /// learner.
    Lab,
    /// Code of ours, or code we trust as much: the judge, a tool.
    Trusted,
    /// Code that a learner wrote.
    Learner,
}

impl Stage {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Compile, "compile"),
        (Self::Lab, "lab"),
        (Self::Trusted, "trusted"),
        (Self::Learner, "learner"),
    ];

    pub(super) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(stage, _)| *stage == self);
        known.map_or("", |(_, word)| word)
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == word);
        known.map(|(stage, _)| *stage)
    }
}

/// How much a job may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processor time; the kernel counts whole seconds.
    pub cpu: Duration,
    /// Wall time. What it waits for a busy machine does not count, up to twice as much.
    pub wall: Duration,
    /// How long it may neither end nor use its processor while it is its turn, where that is less than
    /// its wall time.
    pub idle: Option<Duration>,
    /// Address space in bytes. The processes of a job that has its [files](Seclusion::Files) to itself
    /// may have no more in memory together.
    pub memory: u64,
    /// Bytes written to standard output and standard error together.
    pub output: usize,
    /// The largest file it may write, in bytes.
    pub file: u64,
}

impl Limits {
    /// Returns the limits for a compiler.
    pub(crate) const fn compiler() -> Self {
        Self {
            cpu: Duration::from_secs(20),
            wall: Duration::from_mins(1),
            idle: None,
            memory: 4 << 30,
            output: 8 << 20,
            file: 256 << 20,
        }
    }

    /// Returns the limits for a learner's code where an exercise sets no others.
    pub(crate) const fn learner() -> Self {
        Self {
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(20),
            idle: Some(Duration::from_secs(2)),
            memory: 512 << 20,
            output: 1 << 20,
            file: 1 << 20,
        }
    }

    /// Returns the limits for code of ours: generous, a guard against our own mistakes.
    pub const fn trusted() -> Self {
        Self {
            cpu: Duration::from_mins(1),
            wall: Duration::from_mins(10),
            idle: None,
            memory: 8 << 30,
            output: 16 << 20,
            file: 256 << 20,
        }
    }
}

/// What a job reads on its standard input.
#[derive(Debug, Default)]
pub enum Input {
    /// Nothing.
    #[default]
    Null,
    /// The other end of this descriptor, in both directions if it is a socket.
    Descriptor(OwnedFd),
}

/// One process to run.
#[derive(Debug)]
pub struct Job {
    /// What kind of code it runs.
    pub stage: Stage,
    /// The program, as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder it starts in.
    pub folder: PathBuf,
    /// What it may use.
    pub limits: Limits,
    /// What it reads.
    pub input: Input,
    /// What it can see of the files, where something confines it.
    pub view: View,
    /// What it has to itself; one that has anything reads nothing.
    pub seclusion: Seclusion,
    /// Whose turn it is, where Gradus talks to it.
    pub turn: Turn,
    /// What it may take together with others.
    pub allowance: Allowance,
    /// Folders of its own that are bounded, where it has processes to itself.
    pub rooms: Vec<Room>,
}

impl Job {
    /// Returns a job for `program` in `folder`, with no arguments and an empty environment.
    pub fn new(stage: Stage, program: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        let limits = match stage {
            Stage::Compile => Limits::compiler(),
            Stage::Lab | Stage::Trusted => Limits::trusted(),
            Stage::Learner => Limits::learner(),
        };
        Self {
            stage,
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: folder.into(),
            limits,
            input: Input::Null,
            view: View::new(),
            seclusion: Seclusion::None,
            turn: Turn::default(),
            allowance: Allowance::endless(),
            rooms: Vec::new(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds one environment variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what it can see of the files.
    #[must_use]
    pub fn seeing(mut self, view: View) -> Self {
        self.view = view;
        self
    }

    /// Sets what it has to itself.
    #[must_use]
    pub fn secluded(mut self, seclusion: Seclusion) -> Self {
        self.seclusion = seclusion;
        self
    }

    /// Sets who says whose turn it is.
    #[must_use]
    pub fn taking(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// Sets what it may take together with others.
    #[must_use]
    pub fn sharing(mut self, allowance: Allowance) -> Self {
        self.allowance = allowance;
        self
    }

    /// Sets the folders of its own that are bounded.
    #[must_use]
    pub fn with_rooms(mut self, rooms: impl Into<Vec<Room>>) -> Self {
        self.rooms = rooms.into();
        self
    }

    /// Sets the input.
    #[must_use]
    pub(crate) fn reading(mut self, input: Input) -> Self {
        self.input = input;
        self
    }
}
