//! The judge's side: the functions of the contract as calls into another process.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::fmt::{Debug, Write as _};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::os::fd::FromRawFd;
use std::panic;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

use crate::frame;
use crate::wire::{Get, Put};

/// The most bytes of a value that a failure tells.
const LONGEST_VALUE: usize = 64 << 10;

type Reply = (u8, &'static [u8]);

/// The line to Gradus, which is read and written as a file is (the calls for sockets are not open to
/// the tests that a learner wrote), and the answers it gave beforehand.
struct Line {
    input: BufReader<File>,
    output: BufWriter<File>,
    known: HashMap<Vec<u8>, VecDeque<Reply>>,
    /// The thread, one a test, that asked last.
    asker: Option<ThreadId>,
}

/// The last call of a test, kept as bytes: words are made of it only when the test fails.
#[derive(Clone, Copy)]
struct Last {
    function: &'static str,
    call: &'static [u8],
    reply: Reply,
    show_arguments: fn(&'static [u8]) -> String,
    show_result: fn(&'static [u8]) -> String,
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

static LINE: OnceLock<Mutex<Line>> = OnceLock::new();
static HOOK: Once = Once::new();

/// What a test panics with when a call did not return: the test is lost with it.
struct Lost;

/// Calls function `index` of the learner's crate: `P` are the arguments as they came, `A` the same
/// as they can be read back, `R` the result.
///
/// # Panics
/// Panics as the learner's function did, or when it did not return.
pub fn call<P: Put, A: Get + Show, R: Get + Debug>(index: u32, function: &'static str, arguments: &P) -> R {
    HOOK.call_once(|| panic::set_hook(Box::new(|info| note(info.payload()))));
    let mut call = Vec::new();
    index.put(&mut call);
    arguments.put(&mut call);
    let reply = LINE.get_or_init(connect).lock().unwrap_or_else(PoisonError::into_inner).ask(&call);
    let last = Last {
        function,
        call: call.leak(),
        reply,
        show_arguments: |mut bytes| A::get(&mut bytes).map_or_else(String::new, |arguments| arguments.show()),
        show_result: |mut bytes| R::get(&mut bytes).map_or_else(String::new, |result| format!("{result:?}")),
    };
    LAST.with(|slot| *slot.borrow_mut() = Some(last));
    let (kind, mut bytes) = reply;
    match kind {
        frame::RETURNED => R::get(&mut bytes).unwrap_or_else(|| panic::panic_any(Lost)),
        frame::PANICKED => panic!("{}", String::from_utf8_lossy(bytes)),
        _ => panic::panic_any(Lost),
    }
}

fn connect() -> Mutex<Line> {
    // SAFETY: Gradus opens descriptor 0 as a socket before the judge begins, and the cell that holds this
    // connection is filled once, so it is taken once.
    let socket = unsafe { File::from_raw_fd(0) };
    let input = socket.try_clone().expect("a socket can be shared");
    let mut line = Line {
        input: BufReader::with_capacity(64 << 10, input),
        output: BufWriter::new(socket),
        known: HashMap::new(),
        asker: None,
    };
    line.learn();
    Mutex::new(line)
}

impl Line {
    /// Reads the answers that Gradus knows beforehand.
    fn learn(&mut self) {
        while let Ok(Some((frame::KNOWN, message))) = frame::read(&mut self.input) {
            let mut bytes: &'static [u8] = message.leak();
            let length = u32::get(&mut bytes).unwrap_or(0) as usize;
            if let Some((call, [kind, reply @ ..])) = bytes.split_at_checked(length) {
                self.known.entry(call.to_vec()).or_default().push_back((*kind, reply));
            }
        }
    }

    fn ask(&mut self, call: &[u8]) -> Reply {
        if let Some(replies) = self.known.get_mut(call) {
            let next = if replies.len() > 1 { replies.pop_front() } else { replies.front().copied() };
            if let Some(reply) = next {
                return reply;
            }
        }
        let asker = Some(thread::current().id());
        let asked = if self.asker == asker { Ok(()) } else { frame::write(&mut self.output, frame::TEST, &[]) };
        self.asker = asker;
        let asked = asked.and_then(|()| frame::write(&mut self.output, frame::CALL, call));
        let asked = asked.and_then(|()| self.output.flush());
        let reply = asked.and_then(|()| frame::read(&mut self.input));
        reply.ok().flatten().map_or((frame::LOST, &[]), |(kind, bytes)| (kind, &*bytes.leak()))
    }
}

/// Tells Gradus what a test was doing when it panicked: values and what its author meant to be read.
fn note(payload: &(dyn Any + Send)) {
    let words = payload.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
    let (left, right) = sides(words).map(|(left, right)| (clipped(left), clipped(right))).unzip();
    let last = LAST.with(|slot| *slot.borrow());
    let thread = thread::current();
    let mut message = Vec::new();
    thread.name().unwrap_or_default().put(&mut message);
    left.put(&mut message);
    right.put(&mut message);
    let input = last.map(|last| clipped(format!("{}({})", last.function, (last.show_arguments)(&last.call[4..]))));
    input.put(&mut message);
    let returned = last.filter(|last| last.reply.0 == frame::RETURNED);
    returned.map(|last| clipped((last.show_result)(last.reply.1))).put(&mut message);
    said(words).map(clipped).put(&mut message);
    let (kind, bytes) = last.map_or((frame::RETURNED, &[][..]), |last| last.reply);
    kind.put(&mut message);
    let words = if kind == frame::RETURNED { "".into() } else { String::from_utf8_lossy(bytes) };
    words.as_ref().put(&mut message);
    if let Some(line) = LINE.get() {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = frame::write(&mut line.output, frame::NOTE, &message);
        drop(sent.and_then(|()| line.output.flush()));
    }
}

/// Returns the start of a text that is longer than anybody reads.
fn clipped(mut text: String) -> String {
    if text.len() > LONGEST_VALUE {
        let end = (0..=LONGEST_VALUE).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

/// The two sides of a failed `assert_eq!`, as the standard library prints them.
pub(crate) fn sides(words: &str) -> Option<(String, String)> {
    let rest = words.strip_prefix("assertion `left ")?;
    let (rest, right) = rest.rsplit_once("\n right: ")?;
    let (_, left) = rest.rsplit_once("\n  left: ")?;
    Some((left.to_owned(), right.to_owned()))
}

/// The words of a panic that were written to be read: not the condition of an assert, which is source.
pub(crate) fn said(words: &str) -> Option<String> {
    let said = match words.strip_prefix("assertion `left ") {
        // Between the operator and the sides stands the message, if there is one.
        Some(rest) => rest.split_once("` failed: ")?.1.rsplit_once("\n  left: ")?.0,
        None if words.starts_with("assertion failed: ") => return None,
        None => words,
    };
    (!said.is_empty()).then(|| said.to_owned())
}

/// Arguments as a call shows them.
pub trait Show {
    /// Returns the arguments, with commas between them.
    fn show(&self) -> String;
}

impl Show for () {
    fn show(&self) -> String {
        String::new()
    }
}

macro_rules! show {
    ($(($($name:ident $index:tt),+))*) => { $(
        impl<$($name: Debug),+> Show for ($($name,)+) {
            fn show(&self) -> String {
                let mut text = String::new();
                $(
                    if $index > 0 {
                        text.push_str(", ");
                    }
                    write!(text, "{:?}", self.$index).expect("a string takes it");
                )+
                text
            }
        }
    )* };
}
show! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}
