//! Replies to calls, as they are sent between dispatcher, Gradus and judge.

use std::borrow::Cow;

use crate::check::Context;
use crate::sandbox::{End, Exit};

#[path = "runtime/frame.rs"]
#[expect(
    unreachable_pub,
    reason = "it is a part of the runtime too, a crate of its own"
)]
pub(crate) mod frame;

/// The most bytes kept of a panic message.
const MOST_WORDS: usize = 64 << 10;
/// The most bytes kept of the place of a panic.
const MOST_PLACE: usize = 1 << 10;

/// After this many timeouts no more calls are made.
pub(crate) const MOST_TIMEOUTS: usize = 2;

/// Returns after how many timeouts a check is given up: where a learner waits for it, the first says enough.
pub(crate) fn most_timeouts(context: &Context) -> usize {
    if context.awaited { 1 } else { MOST_TIMEOUTS }
}

/// After this many lost calls no more are made.
pub(crate) const MOST_LOSSES: usize = 8;

/// A serialised call: the index of the function and its arguments.
pub(crate) type Call = Vec<u8>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Returned(Vec<u8>),
    /// It panicked, or caught a panic.
    Panicked(Panic),
    /// The learner's crate lacks the function.
    Lacking,
    Lost(Loss),
}

/// A panic in the learner's process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Panic {
    pub words: String,
    /// Where, such as `src/lib.rs:6:17`, or empty. The learner's process says so: it may be any text.
    pub place: String,
}

impl Panic {
    /// Parses words and place, which a zero byte separates.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let zero = bytes.iter().rposition(|byte| *byte == 0);
        let (words, place) = bytes.split_at(zero.unwrap_or(bytes.len()));
        let text = |bytes: &[u8], most: usize| {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]);
            crate::text::visible(&text)
        };
        Self {
            words: text(words, MOST_WORDS),
            place: text(place.get(1..).unwrap_or_default(), MOST_PLACE),
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.words.len() + self.place.len()
    }

    fn message(&self) -> Vec<u8> {
        if self.place.is_empty() {
            return self.words.clone().into_bytes();
        }
        format!("{}\0{}", self.words, self.place).into_bytes()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Exited(i32),
    Signalled(i32),
    Time,
    Memory,
    Output,
    NotMade(GivenUp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenUp {
    /// Earlier calls used up the time of the check.
    Time,
    /// [`MOST_TIMEOUTS`] calls timed out.
    Timeouts,
    /// [`MOST_LOSSES`] calls never returned.
    Losses,
    /// A call timed out, and a learner waits.
    Timeout,
}

impl GivenUp {
    const ALL: [Self; 4] = [Self::Time, Self::Timeouts, Self::Losses, Self::Timeout];

    pub(crate) fn message_text(self) -> &'static str {
        match self {
            Self::Time => "earlier calls used up the time",
            Self::Timeouts => "two earlier calls took too long",
            Self::Losses => "eight earlier calls ended the process",
            Self::Timeout => "an earlier call took too long",
        }
    }
}

impl Loss {
    /// The loss of the pending call when its dispatcher exits.
    pub(crate) fn of(exit: &Exit, out_of_memory: bool) -> Self {
        match exit.end {
            _ if out_of_memory => Self::Memory,
            End::Code(code) => Self::Exited(code),
            End::Signal(signal) => Self::Signalled(signal),
            End::TimeLimit => Self::Time,
            End::OutputLimit => Self::Output,
            End::Cancelled | End::NotEntered => Self::NotMade(GivenUp::Time),
        }
    }

    /// Parses what [`Reply::message`] wrote.
    pub(crate) fn parse(words: &str) -> Option<Self> {
        let (kind, value) = words.split_once(' ')?;
        let value = value.parse().ok()?;
        let index = usize::try_from(value).ok();
        let given_up = index.and_then(|index| GivenUp::ALL.get(index).copied());
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
    /// Bytes held in memory, without the enum itself.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Returned(bytes) => bytes.len(),
            Self::Panicked(panic) => panic.size(),
            Self::Lacking | Self::Lost(_) => 0,
        }
    }

    /// The reply as a learner's own tests may see it: a place of the course's solutions is hidden from them.
    pub(crate) fn without_place(mut self) -> Self {
        if let Self::Panicked(panic) = &mut self {
            panic.place.clear();
        }
        self
    }

    /// The message to a judge: its kind and its bytes.
    pub(crate) fn message(&self) -> (u8, Cow<'_, [u8]>) {
        match self {
            Self::Returned(bytes) => (frame::RETURNED, bytes.into()),
            Self::Panicked(panic) => (frame::PANICKED, panic.message().into()),
            Self::Lacking => (frame::LACKING, Cow::default()),
            Self::Lost(loss) => {
                let (kind, value) = loss.code();
                (frame::LOST, format!("{kind} {value}").into_bytes().into())
            }
        }
    }

    /// Parses a message of a dispatcher; `None` if it is no reply.
    pub(crate) fn read(kind: u8, bytes: Vec<u8>) -> Option<Self> {
        match kind {
            frame::RETURNED => Some(Self::Returned(bytes)),
            frame::PANICKED => Some(Self::Panicked(Panic::parse(&bytes))),
            frame::LACKING => Some(Self::Lacking),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::sandbox::Sandbox;

    const LOSSES: [Loss; 10] = [
        Loss::Exited(-7),
        Loss::Exited(101),
        Loss::Signalled(11),
        Loss::Time,
        Loss::Memory,
        Loss::Output,
        Loss::NotMade(GivenUp::Time),
        Loss::NotMade(GivenUp::Timeouts),
        Loss::NotMade(GivenUp::Losses),
        Loss::NotMade(GivenUp::Timeout),
    ];

    #[test]
    fn the_end_of_a_dispatcher_says_what_became_of_the_call() {
        let exit = |end| Exit {
            end,
            stdout: Vec::new(),
            stderr: Vec::new(),
            duration: Duration::ZERO,
            hard_limit: None,
        };
        let ends = [
            (End::Code(3), Loss::Exited(3)),
            (End::Signal(6), Loss::Signalled(6)),
            (End::TimeLimit, Loss::Time),
            (End::OutputLimit, Loss::Output),
            (End::Cancelled, Loss::NotMade(GivenUp::Time)),
            (End::NotEntered, Loss::NotMade(GivenUp::Time)),
        ];
        for (end, loss) in ends {
            assert_eq!(Loss::of(&exit(end), false), loss);
            assert_eq!(Loss::of(&exit(end), true), Loss::Memory);
        }
    }

    #[test]
    fn who_waits_is_told_of_the_first_call_without_an_answer() {
        let mut context = Context::new(Sandbox::new("no-launcher"), Arc::default());
        assert_eq!(most_timeouts(&context), 2);
        context.awaited = true;
        assert_eq!(most_timeouts(&context), 1);
    }

    #[test]
    fn a_loss_is_read_as_it_was_told() {
        for loss in LOSSES {
            let reply = Reply::Lost(loss);
            let (kind, words) = reply.message();
            assert_eq!(kind, frame::LOST);
            assert_eq!(Loss::parse(str::from_utf8(&words).unwrap()), Some(loss));
        }
        for bad in ["", "3", "0 x", "6 0", "-1 0", "x 0"] {
            assert_eq!(Loss::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_reason_to_give_up_has_words_of_its_own() {
        let words = GivenUp::ALL.map(GivenUp::message_text);
        assert!(words.iter().all(|words| words.contains("earlier")));
        assert_ne!(words[0], words[1]);
        assert_ne!(words[1], words[2]);
    }

    fn panic(words: &str, place: &str) -> Reply {
        Reply::Panicked(Panic {
            words: words.to_owned(),
            place: place.to_owned(),
        })
    }

    #[test]
    fn own_tests_do_not_see_where_a_solution_panics() {
        let reply = panic("no", "src/lib.rs:1:1").without_place();
        assert_eq!(reply.message().1, b"no".as_slice());
        assert_eq!(Reply::Lacking.without_place(), Reply::Lacking);
    }

    #[test]
    fn what_a_dispatcher_replies_reaches_the_judge() {
        let replies = [
            (Reply::Returned(vec![1, 2, 3]), frame::RETURNED, 3),
            (panic("oh no", ""), frame::PANICKED, 5),
            (panic("oh", "src/lib.rs:1:2"), frame::PANICKED, 16),
            (Reply::Lacking, frame::LACKING, 0),
        ];
        for (reply, expected, size) in replies {
            let (kind, bytes) = reply.message();
            assert_eq!((kind, reply.size()), (expected, size));
            assert_eq!(Reply::read(kind, bytes.into_owned()), Some(reply));
        }
        assert_eq!(Reply::Lost(Loss::Time).size(), 0);
        // Only Gradus says that a call was lost, never a dispatcher.
        for kind in [frame::LOST, frame::CALL, b'?'] {
            assert_eq!(Reply::read(kind, Vec::new()), None);
        }
    }

    #[test]
    fn of_the_words_of_a_panic_the_first_64_kib_are_kept() {
        let words = |length: usize| match Reply::read(frame::PANICKED, vec![b'x'; length]) {
            Some(Reply::Panicked(panic)) => panic.words.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(words(100), 100);
        assert_eq!(words(65_536), 65_536);
        assert_eq!(words(65_537), 65_536);
    }
}
