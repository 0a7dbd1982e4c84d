//! One run of a judge: its tests call, Gradus answers, libtest's own log file says how each ended.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::super::{CheckError, Context};
use super::compile::library_path;
use super::replies::{Call, Loss, Reply, frame};
use super::toolchain::Toolchain;
use crate::sandbox::{Access, End, Input, Job, Limits, SandboxError, Stage};
use crate::sys::scratch::Scratch;

/// libtest's log file, in the folder of its program.
const LOG: &str = "log";

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
    /// What became of it.
    pub end: CallEnd,
}

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

/// Runs `judge`, which knows the replies `known` from the start and asks `answer` for any other.
///
/// # Errors
/// Fails when the judge cannot be started, when `answer` fails, or when the check is called off.
pub fn run(
    judge: &Path,
    known: &[(Call, Reply)],
    answer: &mut Answerer<'_>,
    toolchain: &Toolchain,
    context: &Context,
) -> Result<Trial, CheckError> {
    let limits = Limits {
        cpu: Duration::from_secs(20),
        wall: Duration::from_secs(200),
        ..Limits::trusted()
    };
    let scratch = Scratch::new().map_err(|source| CheckError::File {
        path: judge.to_owned(),
        source,
    })?;
    let (name, libraries) = library_path(toolchain);
    let job = Job::new(Stage::Trusted, judge, scratch.path())
        .variable(name, libraries)
        .within(limits);
    run_job(job, known, answer, context)
}

/// Does what [`run`] does for another program of libtest's, which `job` starts; its log file is
/// made in the job's folder.
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
    let log = job.folder.join(LOG);
    // A program that may make no file can write one that is there.
    fs::write(&log, "").map_err(pipe)?;
    let (ours, theirs) = UnixStream::pair().map_err(pipe)?;
    let view = job.view.clone().with(Access::Write, LOG);
    let job = job
        .seeing(view)
        .arguments(["--test-threads=1", "--logfile", LOG])
        .reading(Input::Descriptor(OwnedFd::from(theirs)));
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let (exit, served) = thread::scope(|scope| {
        let server = scope.spawn(|| serve(ours, known, answer));
        let exit = process.finish();
        (exit, server.join())
    });
    CheckError::unless_ran(&exit)?;
    let (calls, notes) = served.map_err(|_| CheckError::Cancelled)??;
    let log = fs::read_to_string(&log).unwrap_or_default();
    Ok(Trial {
        end: exit.end,
        passed: read_log(&log),
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

/// Reads libtest's log file: a line a test, `ok NAME` or `failed NAME`.
fn read_log(log: &str) -> BTreeMap<String, bool> {
    let lines = log.lines().filter_map(|line| line.split_once(' '));
    let ended = lines.filter(|(word, _)| matches!(*word, "ok" | "failed"));
    ended
        .map(|(word, name)| (name.to_owned(), word == "ok"))
        .collect()
}
