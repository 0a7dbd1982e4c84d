//! A job: a program to run, its limits, and what it may see and use.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use super::room::Room;
use super::seclusion::Seclusion;
use super::time_budget::TimeBudget;
use super::turn::Turn;
use super::view::View;

/// The kind of code a job runs; a guard decides by it what to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A compiler or linker that reads what a learner wrote.
    Compile,
    /// A lab's server or shell: known programs with a learner's configuration or commands.
    Lab,
    /// Gradus's own code or code trusted as much: the judge, a tool.
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

/// The resource limits of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of each process (`RLIMIT_CPU`), in whole seconds.
    pub cpu: Duration,
    /// Wall time. Time that it was runnable and had no CPU does not count, up to twice as much.
    pub wall: Duration,
    /// How long it may be idle, using no CPU, while a request to it is open (see [`Turn`]); `None` leaves
    /// that to the wall time.
    pub idle: Option<Duration>,
    /// Address space of each process (`RLIMIT_AS`) in bytes. All processes of a job with its own
    /// [files](Seclusion::Files) may together hold no more in memory.
    pub memory: u64,
    /// Bytes written to standard output and standard error together.
    pub output: usize,
    /// Size of each file it may write (`RLIMIT_FSIZE`), in bytes.
    pub file: u64,
}

impl Limits {
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

    /// Returns the limits of a learner's code where the exercise sets no others.
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

    /// Returns the limits of trusted code: generous, against mistakes only.
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
    /// This descriptor; a socket is written to as well.
    Descriptor(OwnedFd),
}

/// A program to run in a sandbox.
#[derive(Debug)]
pub struct Job {
    /// The kind of code it runs.
    pub stage: Stage,
    /// The program, as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder it starts in.
    pub folder: PathBuf,
    /// Its resource limits.
    pub limits: Limits,
    /// Its standard input.
    pub input: Input,
    /// The files it can see, where a guard confines it.
    pub view: View,
    /// Its own namespaces. Their init needs standard input, so a job that has a PID namespace reads none.
    pub seclusion: Seclusion,
    /// Whether a request to it is open, where Gradus exchanges messages with it.
    pub turn: Turn,
    /// The time it shares with other jobs of its submission.
    pub budget: TimeBudget,
    /// Size-limited folders, for a job that has a PID namespace.
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
            budget: TimeBudget::unlimited(),
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

    /// Sets the files it can see.
    #[must_use]
    pub fn seeing(mut self, view: View) -> Self {
        self.view = view;
        self
    }

    /// Sets its own namespaces.
    #[must_use]
    pub fn secluded(mut self, seclusion: Seclusion) -> Self {
        self.seclusion = seclusion;
        self
    }

    /// Sets the marker of open requests.
    #[must_use]
    pub fn with_turn(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// Sets the time it shares with other jobs.
    #[must_use]
    pub fn with_budget(mut self, budget: TimeBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets its size-limited folders.
    #[must_use]
    pub fn with_rooms(mut self, rooms: impl Into<Vec<Room>>) -> Self {
        self.rooms = rooms.into();
        self
    }

    #[must_use]
    pub(crate) fn reading(mut self, input: Input) -> Self {
        self.input = input;
        self
    }
}
