//! One run of a judge: its tests call, Gradus answers, libtest's own lines say how each ended.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use super::super::{CheckError, Context};
use super::kit::Kit;
use super::learner;
use super::replies::{Call, Loss, Reply, frame};
use crate::sandbox::{End, Input, Job, Limits, SandboxError};

/// What a judge may use: it is an author's code, and only answers hold it up.
pub const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_secs(200),
    memory: 4 << 30,
    output: 16 << 20,
    file: 0,
};

/// What a test was doing when it panicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The left side of the assert, if it was one of equality.
    pub left: Option<String>,
    /// The right side.
    pub right: Option<String>,
    /// The last call, such as `safe_divide(7, 0)`.
    pub input: Option<String>,
    /// What it returned, if it did.
    pub got: Option<String>,
    /// What the test said of its own, such as the words of an assert.
    pub said: Option<String>,
    /// What became of it.
    pub end: CallEnd,
}

/// The stack of each test of a judge, in bytes.
const STACK: usize = 512 << 20;

/// What became of the last call of a test that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEnd {
    /// It returned, or there was none.
    Returned,
    /// It panicked with these words.
    Panicked(String),
    /// The crate lacks the function.
    Lacking,
    /// It never returned.
    Lost(Loss),
}

/// What a run of a judge found.
#[derive(Debug, Clone)]
pub struct Trial {
    /// How the judge itself ended.
    pub end: End,
    /// Whether each test that ended passed, by name.
    pub passed: BTreeMap<String, bool>,
    /// What the tests that panicked were doing, by name; a lost call is kept before any other.
    pub notes: BTreeMap<String, Note>,
    /// The calls that were not known beforehand, in order.
    pub calls: Vec<Call>,
}

/// Answers a call that was not known beforehand.
pub type Answerer<'a> = dyn FnMut(&[u8]) -> Result<Reply, CheckError> + Send + 'a;

/// Runs the judge of `kit`, which knows the replies `known` from the start and asks `answer` for any
/// other.
///
/// # Errors
/// Fails when the judge cannot be started, when `answer` fails, or when the check is called off.
pub fn run(
    kit: &Kit,
    known: &[(Call, Reply)],
    answer: &mut Answerer<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    // A value may be as deep as the learner's stack allows, and is read, compared and shown there.
    let job = learner::job(&kit.judge(), LIMITS, &kit.toolchain, context)?
        .variable("RUST_MIN_STACK", STACK.to_string());
    run_job(job, known, answer, context)
}

/// Does what [`run`] does for another program of libtest's, which `job` starts.
///
/// # Errors
/// As for [`run`].
pub fn run_job(
    job: Job,
    known: &[(Call, Reply)],
    answer: &mut Answerer<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    let pipe = |source| {
        CheckError::Sandbox(SandboxError::Pipe {
            program: job.program.clone(),
            source,
        })
    };
    let (ours, theirs) = UnixStream::pair().map_err(pipe)?;
    let job = job
        .arguments(["--test-threads=1", "--include-ignored", "--color=never"])
        .reading(Input::Descriptor(OwnedFd::from(theirs)));
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let (exit, served) = thread::scope(|scope| {
        let server = scope.spawn(|| serve(ours, known, answer));
        let exit = process.finish();
        (exit, server.join())
    });
    CheckError::unless_ran(&exit)?;
    let (calls, notes) = served.map_err(|_| CheckError::Cancelled)??;
    Ok(Trial {
        end: exit.end,
        passed: read_lines(&String::from_utf8_lossy(&exit.stdout), exit.end),
        notes,
        calls,
    })
}

type Served = (Vec<Call>, BTreeMap<String, Note>);

fn serve(
    socket: UnixStream,
    known: &[(Call, Reply)],
    answer: &mut Answerer<'_>,
) -> Result<Served, CheckError> {
    let mut served = Served::default();
    let Ok(copy) = socket.try_clone() else {
        return Ok(served);
    };
    let mut output = BufWriter::with_capacity(64 << 10, copy);
    let mut input = BufReader::with_capacity(64 << 10, socket);
    // A judge that makes no call never reads; its end closes the line.
    if teach(&mut output, known).is_err() {
        return Ok(served);
    }
    while let Ok(Some((kind, bytes))) = frame::read(&mut input) {
        match kind {
            frame::CALL => {
                let (kind, reply) = answer(&bytes)?.message();
                served.0.push(bytes);
                let sent = frame::write(&mut output, kind, &reply).and_then(|()| output.flush());
                if sent.is_err() {
                    break;
                }
            }
            frame::NOTE => add_note(&bytes, &mut served.1),
            _ => break,
        }
    }
    Ok(served)
}

fn teach(output: &mut impl Write, known: &[(Call, Reply)]) -> std::io::Result<()> {
    for (call, reply) in known {
        let (kind, reply) = reply.message();
        let length = u32::try_from(call.len()).map_err(std::io::Error::other)?;
        let mut message = length.to_le_bytes().to_vec();
        message.extend_from_slice(call);
        message.push(kind);
        message.extend_from_slice(&reply);
        frame::write(output, frame::KNOWN, &message)?;
    }
    frame::write(output, frame::READY, &[])?;
    output.flush()
}

fn add_note(bytes: &[u8], notes: &mut BTreeMap<String, Note>) {
    let Some((test, note)) = read_note(bytes) else {
        return;
    };
    let lost = matches!(
        notes.get(&test),
        Some(Note {
            end: CallEnd::Lost(_) | CallEnd::Lacking,
            ..
        })
    );
    if !lost {
        notes.insert(test, note);
    }
}

fn read_note(mut bytes: &[u8]) -> Option<(String, Note)> {
    let bytes = &mut bytes;
    let test = text(bytes)?;
    let (left, right, input, got) = (maybe(bytes)?, maybe(bytes)?, maybe(bytes)?, maybe(bytes)?);
    let said = maybe(bytes)?;
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    let words = text(bytes)?;
    let end = match *kind {
        frame::PANICKED => CallEnd::Panicked(words),
        frame::LACKING => CallEnd::Lacking,
        frame::LOST => CallEnd::Lost(Loss::parse(&words)?),
        _ => CallEnd::Returned,
    };
    Some((
        test,
        Note {
            left,
            right,
            input,
            got,
            said,
            end,
        },
    ))
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    Some(crate::text::visible(&String::from_utf8_lossy(text)))
}

// The outer `None` is a message that breaks off, the inner one a value that is not there.
#[expect(clippy::option_option, reason = "the two are told apart")]
pub(super) fn maybe(bytes: &mut &[u8]) -> Option<Option<String>> {
    let (there, rest) = bytes.split_first()?;
    *bytes = rest;
    if *there == 0 {
        Some(None)
    } else {
        text(bytes).map(Some)
    }
}

/// Reads libtest's lines, such as `test NAME ... ok`: whether each test that ended passed, by name.
///
/// A test that writes past libtest breaks these lines, and could write some of its own. So a test that
/// is told twice passes only if it does so both times, and the tests that pass are as many as the
/// summary and the exit code say; otherwise none does.
fn read_lines(text: &str, end: End) -> BTreeMap<String, bool> {
    let mut passed = BTreeMap::new();
    let mut summary = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            summary = numbers(rest);
        }
        let told = line
            .strip_prefix("test ")
            .and_then(|rest| rest.rsplit_once(" ... "));
        let Some((name, result @ ("ok" | "FAILED"))) = told else {
            continue;
        };
        let name = name.strip_suffix(" - should panic").unwrap_or(name);
        *passed.entry(name.to_owned()).or_insert(true) &= result == "ok";
    }
    let count = passed.values().filter(|passed| **passed).count();
    let holds = match summary {
        Some((ok, failed)) => count <= ok && end.is_success() == (failed == 0),
        // It ended before all tests had.
        None => !end.is_success(),
    };
    if !holds {
        passed.values_mut().for_each(|passed| *passed = false);
    }
    passed
}

/// Returns how many tests passed and failed: the first two numbers of libtest's summary.
fn numbers(summary: &str) -> Option<(usize, usize)> {
    let mut numbers = summary.split(|char: char| !char.is_ascii_digit());
    let mut next = || numbers.find(|word| !word.is_empty())?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, end: End) -> Vec<(String, bool)> {
        read_lines(text, end).into_iter().collect()
    }

    fn told(tests: &[(&str, bool)]) -> Vec<(String, bool)> {
        tests
            .iter()
            .map(|(name, passed)| ((*name).to_owned(), *passed))
            .collect()
    }

    const ALL: &str = "running 2 tests\ntest a ... ok\ntest b - should panic ... ok\n\ntest result: ok. \
                       2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
    const SOME: &str = "test a ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 \
                        ignored\n";

    #[test]
    fn tests_are_read_by_their_lines() {
        assert_eq!(read(ALL, End::Code(0)), told(&[("a", true), ("b", true)]));
        assert_eq!(
            read(SOME, End::Code(101)),
            told(&[("a", true), ("b", false)])
        );
    }

    #[test]
    fn lines_that_the_end_contradicts_are_no_pass() {
        let none = told(&[("a", false), ("b", false)]);
        assert_eq!(read(ALL, End::Code(101)), none);
        assert_eq!(read(ALL, End::Signal(6)), none);
        assert_eq!(read(SOME, End::Code(0)), none);
        let forged = SOME.replace("b ... FAILED", "b ... ok\nFAILED");
        assert_eq!(read(&forged, End::Code(101)), none);
        let twice = format!("test b ... ok\n{SOME}");
        assert_eq!(
            read(&twice, End::Code(101)),
            told(&[("a", true), ("b", false)])
        );
    }

    #[test]
    fn a_judge_that_ends_early_keeps_what_it_told() {
        let cut = "test a ... ok\ntest b ... ";
        assert_eq!(read(cut, End::Signal(6)), told(&[("a", true)]));
        assert_eq!(read(cut, End::Code(0)), told(&[("a", false)]));
    }
}
