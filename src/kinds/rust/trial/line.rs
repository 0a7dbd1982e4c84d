//! The connection to a judge: sends known replies, answers calls and keeps panic notes, within bounds.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::check::CheckError;
use crate::kinds::rust::replies::{Call, Loss, Panic, Reply, frame};
use crate::sandbox::Turn;

/// The most bytes of calls that are kept. Calls beyond are only answered.
const MOST_CALLS: usize = 16 << 20;
/// The most bytes of notes that are kept whole. Of notes beyond, only the call's end is kept.
const MOST_NOTES: usize = 16 << 20;
/// The approximate memory overhead of a kept call, in bytes.
const OVERHEAD: usize = 64;

/// The state of a test when it panicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PanicNote {
    /// The left side of the failed `assert_eq!`, if it was one.
    pub left: Option<String>,
    pub right: Option<String>,
    /// The last call, such as `safe_divide(7, 0)`.
    pub input: Option<String>,
    /// What it returned, if it did.
    pub got: Option<String>,
    /// The message written by the test's author.
    pub said: Option<String>,
    /// How the last call ended.
    pub end: CallEnd,
    /// The last call itself, unless it is long.
    pub call: Option<Call>,
}

impl PanicNote {
    fn values(&mut self) -> [&mut Option<String>; 5] {
        let Self {
            left,
            right,
            input,
            got,
            said,
            ..
        } = self;
        [left, right, input, got, said]
    }

    /// Bytes of text.
    fn size(&mut self) -> usize {
        let values = self.values().into_iter().flatten();
        let values: usize = values.map(|value| value.len()).sum();
        values
            + self.call.as_ref().map_or(0, Vec::len)
            + if let CallEnd::Panicked(panic) = &self.end {
                panic.size()
            } else {
                0
            }
    }

    fn drop_values(&mut self) {
        self.values().into_iter().for_each(|value| *value = None);
        self.call = None;
        if let CallEnd::Panicked(panic) = &mut self.end {
            *panic = Panic::default();
        }
    }
}

/// How the last call of a failed test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallEnd {
    /// It returned, or there was none.
    Returned,
    Panicked(Panic),
    Lacking,
    Lost(Loss),
}

/// Replies known before the judge runs.
pub(crate) type Known<'a> = [(&'a Call, &'a Reply)];

/// Pairs the calls that were made with their replies.
pub(crate) fn known<'a>(
    calls: &'a [Call],
    replies: &'a [Option<Reply>],
) -> Vec<(&'a Call, &'a Reply)> {
    let both = calls.iter().zip(replies);
    both.filter_map(|(call, reply)| Some((call, reply.as_ref()?)))
        .collect()
}

/// Answers a call whose reply is not known yet.
pub(crate) type AnswerCall<'a> = dyn FnMut(&[u8]) -> Result<Reply, CheckError> + Send + 'a;

/// The messages of a judge.
#[derive(Debug, Default)]
pub(super) struct JudgeTraffic {
    pub(super) calls: Vec<Call>,
    /// The indexes in `calls` at which a test begins.
    pub(super) starts: Vec<usize>,
    calls_size: usize,
    pub(super) notes: BTreeMap<String, PanicNote>,
    notes_size: usize,
}

/// Serves the judge at the other end of `socket`. A thread of its own writes, so that a judge which does not
/// read cannot block the reading side.
pub(super) fn serve_judge(
    socket: &UnixStream,
    known: &Known<'_>,
    answer: &mut AnswerCall<'_>,
    turn: &Turn,
) -> Result<JudgeTraffic, CheckError> {
    let (replies, queue) = channel();
    thread::scope(move |scope| {
        scope.spawn(move || {
            let mut output = BufWriter::with_capacity(64 << 10, socket);
            // A judge that makes no call never reads; its exit makes the write fail.
            send_known(&mut output, known)
                .and_then(|()| send_replies(&mut output, &queue))
                .ok();
        });
        let traffic = read_messages(socket, &replies, answer, turn);
        // Either lets the writer thread end.
        drop(replies);
        socket.shutdown(Shutdown::Both).ok();
        traffic
    })
}

fn read_messages(
    socket: &UnixStream,
    replies: &Sender<Reply>,
    answer: &mut AnswerCall<'_>,
    turn: &Turn,
) -> Result<JudgeTraffic, CheckError> {
    let mut traffic = JudgeTraffic::default();
    let mut input = BufReader::with_capacity(64 << 10, socket);
    while let Ok(Some((kind, bytes))) = frame::read(&mut input) {
        match kind {
            frame::CALL => {
                turn.take();
                let reply = answer(&bytes)?;
                traffic.keep_call(bytes);
                turn.give();
                if replies.send(reply).is_err() {
                    break;
                }
            }
            frame::TEST if traffic.starts.last() != Some(&traffic.calls.len()) => {
                traffic.starts.push(traffic.calls.len());
            }
            frame::TEST => {}
            frame::NOTE => traffic.add_note(&bytes),
            _ => break,
        }
    }
    Ok(traffic)
}

fn send_replies(output: &mut impl Write, queue: &Receiver<Reply>) -> io::Result<()> {
    for reply in queue {
        let (kind, bytes) = reply.message();
        frame::write(output, kind, &bytes)?;
        output.flush()?;
    }
    Ok(())
}

fn send_known(output: &mut impl Write, known: &Known<'_>) -> io::Result<()> {
    for (call, reply) in known {
        let (kind, reply) = reply.message();
        let length = size_of::<u32>() + call.len() + 1 + reply.len();
        if length > frame::LONGEST {
            // The judge makes the call instead.
            continue;
        }
        // `frame::write` in parts, to avoid a copy of up to 64 MiB.
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let call_length = u32::try_from(call.len()).map_err(io::Error::other)?;
        output.write_all(&[frame::KNOWN])?;
        output.write_all(&length.to_le_bytes())?;
        output.write_all(&call_length.to_le_bytes())?;
        output.write_all(call)?;
        output.write_all(&[kind])?;
        output.write_all(&reply)?;
    }
    frame::write(output, frame::READY, &[])?;
    output.flush()
}

impl JudgeTraffic {
    /// Keeps a call, within [`MOST_CALLS`].
    fn keep_call(&mut self, call: Call) {
        self.calls_size += call.len() + OVERHEAD;
        if self.calls_size <= MOST_CALLS {
            self.calls.push(call);
        }
    }

    fn add_note(&mut self, bytes: &[u8]) {
        let Some((test, mut note)) = read_note(bytes) else {
            return;
        };
        let is_lost = |note: &PanicNote| matches!(note.end, CallEnd::Lost(_) | CallEnd::Lacking);
        if self.notes.get(&test).is_some_and(is_lost) {
            return;
        }
        self.notes_size += test.len() + note.size();
        if self.notes_size > MOST_NOTES {
            note.drop_values();
        }
        self.notes.insert(test, note);
    }
}

fn read_note(mut bytes: &[u8]) -> Option<(String, PanicNote)> {
    let bytes = &mut bytes;
    let test = text(bytes)?;
    let (left, right, input, got) = (
        read_optional(bytes)?,
        read_optional(bytes)?,
        read_optional(bytes)?,
        read_optional(bytes)?,
    );
    let said = read_optional(bytes)?;
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    let words = block(bytes)?;
    let call = block(bytes).filter(|call| !call.is_empty());
    let end = match *kind {
        frame::PANICKED => CallEnd::Panicked(Panic::parse(words)),
        frame::LACKING => CallEnd::Lacking,
        frame::LOST => CallEnd::Lost(Loss::parse(str::from_utf8(words).ok()?)?),
        _ => CallEnd::Returned,
    };
    Some((
        test,
        PanicNote {
            left,
            right,
            input,
            got,
            said,
            end,
            call: call.map(<[u8]>::to_vec),
        },
    ))
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    let text = block(bytes)?;
    Some(crate::text::visible(&String::from_utf8_lossy(text)))
}

/// Takes bytes that follow their length.
fn block<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (block, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    Some(block)
}

// The outer `None` is a truncated message, the inner one an absent value.
#[expect(clippy::option_option, reason = "the two are told apart")]
pub(crate) fn read_optional(bytes: &mut &[u8]) -> Option<Option<String>> {
    let (there, rest) = bytes.split_first()?;
    *bytes = rest;
    if *there == 0 {
        Some(None)
    } else {
        text(bytes).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// How long a side waits for the other before the test fails instead of hanging.
    const DEADLINE: Duration = Duration::from_secs(30);

    fn note_of(test: &str, values: [Option<&str>; 5], kind: u8, words: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let put = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        put(&mut bytes, test);
        for value in values {
            bytes.push(u8::from(value.is_some()));
            if let Some(value) = value {
                put(&mut bytes, value);
            }
        }
        bytes.push(kind);
        put(&mut bytes, words);
        bytes
    }

    fn note(test: &str, input: &str) -> Vec<u8> {
        let values = [None, None, Some(input), None, None];
        note_of(test, values, frame::RETURNED, "")
    }

    fn note_with_call(note: &[u8], call: &[u8]) -> Vec<u8> {
        let length = u32::try_from(call.len()).unwrap().to_le_bytes();
        [note, &length, call].concat()
    }

    fn serve_to(
        known: &Known<'_>,
        answer: &mut AnswerCall<'_>,
        judge: impl FnOnce(UnixStream) + Send,
    ) -> JudgeTraffic {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_write_timeout(Some(DEADLINE)).unwrap();
        theirs.set_read_timeout(Some(DEADLINE)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| judge(theirs));
            serve_judge(&ours, known, answer, &Turn::default()).unwrap()
        })
    }

    #[test]
    fn a_judge_that_tells_before_it_has_read_is_heard() {
        let (call, reply) = (vec![1; 4 << 20], Reply::Returned(vec![2; 4 << 20]));
        let mut answer = |_: &[u8]| Ok(reply.clone());
        let traffic = serve_to(&[(&call, &reply)], &mut answer, |mut judge| {
            let long = "x".repeat(64 << 10);
            for test in 0..64 {
                let note = note(&format!("t{test}"), &long);
                frame::write(&mut judge, frame::NOTE, &note).unwrap();
            }
            frame::write(&mut judge, frame::CALL, &vec![3; 4 << 20]).unwrap();
            let kinds = [(); 3].map(|()| frame::read(&mut judge).unwrap().unwrap().0);
            assert_eq!(kinds, [frame::KNOWN, frame::READY, frame::RETURNED]);
        });
        assert_eq!((traffic.notes.len(), traffic.calls.len()), (64, 1));
    }

    #[test]
    fn a_judge_that_never_reads_and_talks_nonsense_is_left() {
        let (call, reply) = (vec![1; 4 << 20], Reply::Returned(vec![2; 4 << 20]));
        let mut answer = |_: &[u8]| Ok(Reply::Lacking);
        let traffic = serve_to(&[(&call, &reply)], &mut answer, |mut judge| {
            frame::write(&mut judge, b'?', &[]).unwrap();
            // Writing fails once Gradus has closed the connection.
            let error = loop {
                if let Err(error) = judge.write(&[0; 1 << 10]) {
                    break error;
                }
            };
            assert_ne!(
                error.kind(),
                io::ErrorKind::WouldBlock,
                "nobody closed the line"
            );
        });
        assert!(traffic.calls.is_empty());
    }

    #[test]
    fn what_is_too_long_to_be_told_beforehand_is_asked_for() {
        let call = vec![1; frame::LONGEST - 100];
        let reply = Reply::Returned(vec![2; 200]);
        let mut answer = |_: &[u8]| Ok(Reply::Lacking);
        serve_to(&[(&call, &reply)], &mut answer, |mut judge| {
            let (kind, _) = frame::read(&mut judge).unwrap().unwrap();
            assert_eq!(kind, frame::READY);
        });
    }

    #[test]
    fn of_many_long_calls_and_notes_no_more_is_kept_than_fits() {
        let mut traffic = JudgeTraffic::default();
        let long = "x".repeat(60 << 10);
        for test in 0..400 {
            traffic.keep_call(vec![0; 60 << 10]);
            traffic.add_note(&note(&format!("t{test}"), &long));
        }
        let calls: usize = traffic.calls.iter().map(Vec::len).sum();
        let notes: usize = traffic.notes.values_mut().map(PanicNote::size).sum();
        let (most, half) = (16 << 20, 8 << 20);
        assert!((half..=most).contains(&calls), "{calls}");
        assert!((half..=most).contains(&notes), "{notes}");
        assert_eq!(traffic.notes.len(), 400, "what became of a call is kept");
    }

    #[test]
    fn calls_without_arguments_fill_the_memory_too() {
        let mut traffic = JudgeTraffic::default();
        for _ in 0..300_000 {
            traffic.keep_call(Vec::new());
        }
        assert_eq!(traffic.calls.len(), (16 << 20) / OVERHEAD);
    }

    #[test]
    fn a_note_that_just_fits_is_kept_whole() {
        let (note, size) = (note("t", "four"), "tfour".len());
        for (free, is_whole) in [(size, true), (size - 1, false)] {
            let mut traffic = JudgeTraffic {
                notes_size: MOST_NOTES - free,
                ..JudgeTraffic::default()
            };
            traffic.add_note(&note);
            assert_eq!(traffic.notes["t"].input.is_some(), is_whole);
        }
    }

    #[test]
    fn a_note_is_read_as_the_judge_wrote_it() {
        let values = [Some("1"), Some("two"), Some("f(0)"), None, Some("it holds")];
        let read = |kind, words| read_note(&note_of("m::t", values, kind, words));
        let (test, note) = read(frame::PANICKED, "oh").unwrap();
        let expected = PanicNote {
            left: Some("1".to_owned()),
            right: Some("two".to_owned()),
            input: Some("f(0)".to_owned()),
            got: None,
            said: Some("it holds".to_owned()),
            end: CallEnd::Panicked(Panic {
                words: "oh".to_owned(),
                place: String::new(),
            }),
            call: None,
        };
        assert_eq!((&*test, note), ("m::t", expected));
        let end = |kind, words| read(kind, words).map(|(_, note)| note.end);
        assert_eq!(end(frame::LACKING, ""), Some(CallEnd::Lacking));
        assert_eq!(end(frame::LOST, "2 0"), Some(CallEnd::Lost(Loss::Time)));
        assert_eq!(end(frame::LOST, "time"), None);
        assert_eq!(end(frame::RETURNED, ""), Some(CallEnd::Returned));
    }

    #[test]
    fn a_note_has_its_call_unless_that_is_empty() {
        let call = |bytes: &[u8]| {
            let (_, note) = read_note(&note_with_call(&note("t", "f(0)"), bytes)).unwrap();
            note.call
        };
        assert_eq!(call(b"ab"), Some(b"ab".to_vec()));
        assert_eq!(call(b""), None);
    }

    #[test]
    fn a_note_that_breaks_off_is_none() {
        let whole = note("t", "f(0)");
        for end in 0..whole.len() {
            assert_eq!(read_note(&whole[..end]), None, "{end}");
        }
        assert!(read_note(&whole).is_some());
    }

    #[test]
    fn a_note_is_as_long_as_its_words_and_short_without_them() {
        let values = [Some("1"), Some("22"), None, Some("333"), None];
        let bytes = note_with_call(&note_of("t", values, frame::PANICKED, "oh no"), b"ab");
        let (_, mut note) = read_note(&bytes).unwrap();
        assert_eq!(note.size(), 13);
        note.drop_values();
        assert_eq!(note.size(), 0);
        assert_eq!(note.end, CallEnd::Panicked(Panic::default()));
    }

    #[test]
    fn of_a_lost_call_no_later_note_is_kept() {
        let mut traffic = JudgeTraffic::default();
        for (kind, words) in [
            (frame::RETURNED, ""),
            (frame::LOST, "3 0"),
            (frame::PANICKED, "late"),
        ] {
            traffic.add_note(&note_of("t", [None; 5], kind, words));
        }
        assert_eq!(traffic.notes["t"].end, CallEnd::Lost(Loss::Memory));
    }

    #[test]
    fn only_calls_that_were_made_are_known() {
        let calls = [vec![1], vec![2], vec![3]];
        let replies = [Some(Reply::Lacking), None, Some(Reply::Returned(vec![4]))];
        let known: Vec<_> = known(&calls, &replies)
            .into_iter()
            .map(|(call, reply)| (call.clone(), reply.clone()))
            .collect();
        let expected = [
            (vec![1], Reply::Lacking),
            (vec![3], Reply::Returned(vec![4])),
        ];
        assert_eq!(known, expected);
    }

    #[test]
    fn what_is_known_is_told_in_one_message_a_call() {
        let (call, reply) = (vec![1, 2, 3], Reply::Returned(vec![4, 5]));
        let mut told = Vec::new();
        send_known(&mut told, &[(&call, &reply)]).unwrap();
        let mut told = &*told;
        let message = [3, 0, 0, 0, 1, 2, 3, frame::RETURNED, 4, 5];
        let first = frame::read(&mut told).unwrap();
        assert_eq!(first, Some((frame::KNOWN, message.to_vec())));
        let last = frame::read(&mut told).unwrap();
        assert_eq!(last, Some((frame::READY, Vec::new())));
        assert!(told.is_empty());
    }

    #[test]
    fn what_is_known_may_be_as_long_as_a_message() {
        // Besides the two, the message has a length and the kind of the reply.
        let longest = frame::LONGEST - 200 - 5;
        let reply = Reply::Returned(vec![2; 200]);
        for (length, kind) in [(longest, frame::KNOWN), (longest + 1, frame::READY)] {
            let mut told = Vec::new();
            send_known(&mut told, &[(&vec![1; length], &reply)]).unwrap();
            assert_eq!(told[0], kind);
        }
    }

    #[test]
    fn the_calls_of_each_test_begin_where_it_says_so() {
        let mut answer = |_: &[u8]| Ok(Reply::Lacking);
        let traffic = serve_to(&[], &mut answer, |mut judge| {
            assert_eq!(frame::read(&mut judge).unwrap().unwrap().0, frame::READY);
            // The second test makes no call.
            for kind in [
                frame::TEST,
                frame::CALL,
                frame::TEST,
                frame::TEST,
                frame::CALL,
            ] {
                frame::write(&mut judge, kind, &[7]).unwrap();
            }
            for _ in 0..2 {
                assert_eq!(frame::read(&mut judge).unwrap().unwrap().0, frame::LACKING);
            }
        });
        assert_eq!(traffic.calls, [[7], [7]]);
        assert_eq!(traffic.starts, [0, 1]);
    }
}
