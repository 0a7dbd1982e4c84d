//! What became of a call, as it crosses between the dispatcher, Gradus and the judge.

use crate::sandbox::{End, Exit};

#[path = "../runtime/frame.rs"]
pub mod frame;

/// The most bytes of a panic's words that are kept.
pub const MOST_WORDS: usize = 64 << 10;

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
    /// Earlier calls had used up the time of the check.
    NotReached,
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
            End::Cancelled | End::NotEntered => Self::NotReached,
        }
    }

    /// Reads the words that [`Reply::message`] sent.
    pub fn parse(words: &str) -> Option<Self> {
        let (kind, value) = words.split_once(' ')?;
        let value = value.parse().ok()?;
        let all = [
            Self::Exited(value),
            Self::Signalled(value),
            Self::Time,
            Self::Memory,
            Self::Output,
            Self::NotReached,
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
            Self::NotReached => (5, 0),
        }
    }
}

impl Reply {
    /// Returns the kind of message and its bytes for a judge.
    pub fn message(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Returned(bytes) => (frame::RETURNED, bytes.clone()),
            Self::Panicked(words) => (frame::PANICKED, words.clone().into_bytes()),
            Self::Lacking => (frame::LACKING, Vec::new()),
            Self::Lost(loss) => {
                let (kind, value) = loss.code();
                (frame::LOST, format!("{kind} {value}").into_bytes())
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
