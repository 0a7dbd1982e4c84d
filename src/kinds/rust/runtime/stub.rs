//! The judge's side: the contract's functions as calls into another process.

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

/// The most bytes of a value in a note.
const LONGEST_VALUE: usize = 64 << 10;

type Reply = (u8, &'static [u8]);

/// The connection to Gradus, and the replies it sent beforehand. It is used as a file, with `read` and
/// `write`: the seccomp filter of the learner's own tests allows no socket calls.
struct Connection {
    input: BufReader<File>,
    output: BufWriter<File>,
    known: HashMap<Vec<u8>, VecDeque<Reply>>,
    /// The thread that made the last call; libtest runs each test on its own.
    asker: Option<ThreadId>,
}

/// The last call of a test, serialised: it is formatted only if the test fails.
#[derive(Clone, Copy)]
struct LastCall {
    function: &'static str,
    call: &'static [u8],
    reply: Reply,
    show_arguments: fn(&'static [u8]) -> String,
    show_result: fn(&'static [u8]) -> String,
}

thread_local! {
    static LAST_CALL: RefCell<Option<LastCall>> = const { RefCell::new(None) };
}

static CONNECTION: OnceLock<Mutex<Connection>> = OnceLock::new();
static HOOK: Once = Once::new();

/// The payload of the panic for a call that did not return.
struct Lost;

/// Calls function `index` of the learner's crate. `P` are the arguments as passed, `A` the same types as
/// they are read back, `R` is the result.
///
/// # Panics
/// Panics if the learner's function did, or if it did not return.
pub fn call<P: Put, A: Get + Show, R: Get + Debug>(index: u32, function: &'static str, arguments: &P) -> R {
    HOOK.call_once(|| panic::set_hook(Box::new(|info| note(info.payload()))));
    let mut call = Vec::new();
    index.put(&mut call);
    arguments.put(&mut call);
    let reply = CONNECTION.get_or_init(connect).lock().unwrap_or_else(PoisonError::into_inner).ask(&call);
    let last = LastCall {
        function,
        call: call.leak(),
        reply,
        show_arguments: |mut bytes| A::get(&mut bytes).map_or_else(String::new, |arguments| arguments.show()),
        show_result: |mut bytes| R::get(&mut bytes).map_or_else(String::new, |result| format!("{result:?}")),
    };
    LAST_CALL.with(|slot| *slot.borrow_mut() = Some(last));
    let (kind, mut bytes) = reply;
    match kind {
        frame::RETURNED => R::get(&mut bytes).unwrap_or_else(|| panic::panic_any(Lost)),
        // The place of the panic follows a zero byte, for Gradus.
        frame::PANICKED => panic!("{}", String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or(bytes))),
        _ => panic::panic_any(Lost),
    }
}

fn connect() -> Mutex<Connection> {
    // SAFETY: Gradus opens descriptor 0 as a socket before the judge begins, and the cell that holds this
    // connection is filled once, so it is taken once.
    let socket = unsafe { File::from_raw_fd(0) };
    let input = socket.try_clone().expect("a socket can be shared");
    let mut connection = Connection {
        input: BufReader::with_capacity(64 << 10, input),
        output: BufWriter::new(socket),
        known: HashMap::new(),
        asker: None,
    };
    connection.read_known();
    Mutex::new(connection)
}

impl Connection {
    fn read_known(&mut self) {
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

/// Sends the state of a test that panicked: values, and the author's message.
fn note(payload: &(dyn Any + Send)) {
    let words = payload.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
    let (left, right) = sides(words).map(|(left, right)| (clipped(left), clipped(right))).unzip();
    let last = LAST_CALL.with(|slot| *slot.borrow());
    let thread = thread::current();
    let mut message = Vec::new();
    thread.name().unwrap_or_default().put(&mut message);
    left.put(&mut message);
    right.put(&mut message);
    let input = last.map(|last| clipped(format!("{}({})", last.function, (last.show_arguments)(&last.call[4..]))));
    input.put(&mut message);
    let returned = last.filter(|last| last.reply.0 == frame::RETURNED);
    returned.map(|last| clipped((last.show_result)(last.reply.1))).put(&mut message);
    message_of_author(words).map(clipped).put(&mut message);
    let (kind, bytes) = last.map_or((frame::RETURNED, &[][..]), |last| last.reply);
    kind.put(&mut message);
    let end: &[u8] = if kind == frame::RETURNED { &[] } else { bytes };
    end.put(&mut message);
    let call = last.map(|last| last.call).filter(|call| call.len() <= LONGEST_VALUE);
    call.unwrap_or_default().put(&mut message);
    if let Some(connection) = CONNECTION.get() {
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = frame::write(&mut connection.output, frame::NOTE, &message);
        drop(sent.and_then(|()| connection.output.flush()));
    }
}

/// Truncates a text that is longer than anyone reads.
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

/// The author's part of a panic message: not the asserted condition, which is source code of the tests.
pub(crate) fn message_of_author(words: &str) -> Option<String> {
    let said = match words.strip_prefix("assertion `left ") {
        // "assertion `left == right` failed: MESSAGE\n  left: …"
        Some(rest) => rest.split_once("` failed: ")?.1.rsplit_once("\n  left: ")?.0,
        None if words.starts_with("assertion failed: ") => return None,
        None => words,
    };
    (!said.is_empty()).then(|| said.to_owned())
}

pub trait Show {
    /// The arguments, separated by commas.
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
