//! What became of a call, as it crosses between the dispatcher, Gradus and the judge.

use std::borrow::Cow;

use crate::sandbox::{End, Exit};

#[path = "runtime/frame.rs"]
pub mod frame;

/// The most bytes of a panic's words that are kept.
const MOST_WORDS: usize = 64 << 10;

/// After so many calls that took too long no more are made.
pub const MOST_TIMEOUTS: usize = 2;
/// After so many calls that never returned no more are made.
pub const MOST_LOSSES: usize = 8;

/// A call as bytes: the number of the function and its arguments.
pub type Call = Vec<u8>;

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It returned these bytes.
    Returned(Vec<u8>),
    /// It panicked, or swallowed a panic, with these words.
    Panicked(String),
    /// The learner's crate lacks the function.
    Lacking,
    /// It never returned.
    Lost(Loss),
}

/// Why a call never returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The code ended the process with this code.
    Exited(i32),
    /// This signal ended the process.
    Signalled(i32),
    /// It took too long.
    Time,
    /// It wanted too much memory.
    Memory,
    /// It wrote too much.
    Output,
    /// It was not made, for this reason.
    NotMade(GivenUp),
}

/// Why no more calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// Earlier calls had used up the time of the check.
    Time,
    /// [`MOST_TIMEOUTS`] calls took too long.
    Timeouts,
    /// [`MOST_LOSSES`] calls never returned.
    Losses,
}

impl GivenUp {
    const ALL: [Self; 3] = [Self::Time, Self::Timeouts, Self::Losses];

    /// Returns the words for a test whose call was not made.
    pub fn words(self) -> &'static str {
        match self {
            Self::Time => "earlier calls had used up the time",
            Self::Timeouts => "two calls before had taken too long",
            Self::Losses => "eight calls before had ended the process",
        }
    }
}

impl Loss {
    /// Returns what the end of a dispatcher says of the call it was answering.
    pub fn of(exit: &Exit, out_of_memory: bool) -> Self {
        match exit.end {
            _ if out_of_memory => Self::Memory,
            End::Code(code) => Self::Exited(code),
            End::Signal(signal) => Self::Signalled(signal),
            End::TimeLimit => Self::Time,
            End::OutputLimit => Self::Output,
            End::Cancelled | End::NotEntered => Self::NotMade(GivenUp::Time),
        }
    }

    /// Reads the words that [`Reply::message`] sent.
    pub fn parse(words: &str) -> Option<Self> {
        let (kind, value) = words.split_once(' ')?;
        let value = value.parse().ok()?;
        let given_up = usize::try_from(value).ok();
        let given_up = given_up.and_then(|index| GivenUp::ALL.get(index).copied());
        let all = [
            Self::Exited(value),
            Self::Signalled(value),
            Self::Time,
            Self::Memory,
            Self::Output,
            Self::NotMade(given_up.unwrap_or(GivenUp::Time)),
        ];
        all.get(kind.parse::<usize>().ok()?).copied()
    }

    fn code(self) -> (u8, i32) {
        match self {
            Self::Exited(code) => (0, code),
            Self::Signalled(signal) => (1, signal),
            Self::Time => (2, 0),
            Self::Memory => (3, 0),
            Self::Output => (4, 0),
            Self::NotMade(given_up) => (5, given_up as i32),
        }
    }
}

impl Reply {
    /// Returns how many bytes are kept of it.
    pub fn size(&self) -> usize {
        match self {
            Self::Returned(bytes) => bytes.len(),
            Self::Panicked(words) => words.len(),
            Self::Lacking | Self::Lost(_) => 0,
        }
    }

    /// Returns the kind of message and its bytes for a judge.
    pub fn message(&self) -> (u8, Cow<'_, [u8]>) {
        match self {
            Self::Returned(bytes) => (frame::RETURNED, bytes.into()),
            Self::Panicked(words) => (frame::PANICKED, words.as_bytes().into()),
            Self::Lacking => (frame::LACKING, Cow::default()),
            Self::Lost(loss) => {
                let (kind, value) = loss.code();
                (frame::LOST, format!("{kind} {value}").into_bytes().into())
            }
        }
    }

    /// Reads what a dispatcher sent; `None` when it is no reply.
    pub fn read(kind: u8, bytes: Vec<u8>) -> Option<Self> {
        match kind {
            frame::RETURNED => Some(Self::Returned(bytes)),
            frame::PANICKED => {
                let words = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_WORDS)]);
                Some(Self::Panicked(crate::text::visible(&words)))
            }
            frame::LACKING => Some(Self::Lacking),
            _ => None,
        }
    }
}
