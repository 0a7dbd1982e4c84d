//! The learner's side: answers calls one after the other, on the socket passed as descriptor 0.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::frame;
use crate::panics;
use crate::wire::{Get, Put};

/// Answers one call: parses the arguments, calls the learner's function, serialises the result.
pub type Handler = fn(&mut &'static [u8], &mut Vec<u8>) -> Option<()>;

/// The reply socket, for the allocator to report a failed allocation; set once `serve` runs.
static OUTPUT: OnceLock<Output> = OnceLock::new();

pub type Output = Arc<Mutex<BufWriter<File>>>;

unsafe extern "C" {
    fn dup(old: i32) -> i32;
    fn dup2(old: i32, new: i32) -> i32;
}

pub fn arguments<A: Get>(bytes: &mut &'static [u8]) -> Option<A> {
    let arguments = A::get(bytes)?;
    bytes.is_empty().then_some(arguments)
}

pub fn result<R: Put>(value: R, out: &mut Vec<u8>) -> Option<()> {
    value.put(out);
    Some(())
}

/// Answers calls until the peer closes. With the argument `careful`, each reply is flushed before the next
/// call begins, so that the call which ends this process can be identified.
pub fn serve(answers: &[Option<Handler>]) {
    let careful = std::env::args().nth(1).is_some_and(|word| word == "careful");
    let Some(socket) = take_socket() else { return };
    panics::watch();
    let Ok(copy) = socket.try_clone() else { return };
    let output = Arc::new(Mutex::new(BufWriter::with_capacity(64 << 10, copy)));
    report_out_of_memory_on(&output);
    if !careful {
        flush_periodically(Arc::clone(&output));
    }
    let mut input = BufReader::with_capacity(64 << 10, &socket);
    let mut reply = Vec::new();
    while let Ok(Some((_, call))) = frame::read(&mut input) {
        let kind = answer(answers, call, &mut reply);
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = frame::write(&mut *output, kind, &reply);
        let flush = careful || input.buffer().is_empty();
        if sent.and_then(|()| if flush { output.flush() } else { Ok(()) }).is_err() {
            return;
        }
    }
}

/// Lets the allocator report failed allocations on `output`.
pub fn report_out_of_memory_on(output: &Output) {
    OUTPUT.set(Arc::clone(output)).ok();
}

/// Flushes replies while a later call is running, so that an endless call is identified by the replies
/// before it.
fn flush_periodically(output: Output) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(20));
            if output.lock().unwrap_or_else(PoisonError::into_inner).flush().is_err() {
                return;
            }
        }
    });
}

/// Takes over descriptor 0 and leaves `/dev/null` there.
fn take_socket() -> Option<File> {
    let null = File::open("/dev/null").ok()?;
    // SAFETY: `dup` returns a descriptor that is new, so nothing else owns it, and `dup2` replaces
    // descriptor 0 alone, which no `OwnedFd` of this process holds.
    unsafe {
        let copy = dup(0);
        dup2(null.as_raw_fd(), 0);
        (copy >= 0).then(|| File::from_raw_fd(copy))
    }
}

fn answer(answers: &[Option<Handler>], call: Vec<u8>, reply: &mut Vec<u8>) -> u8 {
    reply.clear();
    let mut bytes: &'static [u8] = call.leak();
    let index = u32::get(&mut bytes).unwrap_or(u32::MAX) as usize;
    let Some(Some(answer)) = answers.get(index) else { return frame::LACKING };
    panics::take_message();
    let before = panics::count();
    let done = panic::catch_unwind(AssertUnwindSafe(|| answer(&mut bytes, reply)));
    let swallowed = panics::count() != before;
    match done {
        Ok(Some(())) if !swallowed => frame::RETURNED,
        Ok(None) => frame::LACKING,
        Ok(Some(())) | Err(_) => {
            let (words, place) = panics::take_message();
            let words = if words.is_empty() { "a panic without a message" } else { &words };
            reply.clear();
            reply.extend_from_slice(words.as_bytes());
            reply.push(0);
            reply.extend_from_slice(place.as_bytes());
            frame::PANICKED
        }
    }
}

/// The system's allocator, which reports failed allocations. A failed allocation alone is no offence: code
/// may handle it. How the process ends decides.
struct ReportingAllocator;

#[global_allocator]
static ALLOCATOR: ReportingAllocator = ReportingAllocator;

// SAFETY: every call goes to the system's allocator as it came, and so does what it returns.
unsafe impl GlobalAlloc for ReportingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `alloc` asks for: a layout that is not empty.
        report_if_null(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `alloc_zeroed` asks for: a layout that is not empty.
        report_if_null(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: all memory of this allocator is the system's, and the caller promises that `old` was
        // given for `layout`.
        report_if_null(unsafe { System.realloc(old, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: all memory of this allocator is the system's, and the caller promises that `memory` was
        // given for `layout`.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn report_if_null(memory: *mut u8) -> *mut u8 {
    // `try_lock`: the thread that holds the lock may be this one, in the middle of a message. Nothing here
    // may allocate.
    if memory.is_null()
        && let Some(output) = OUTPUT.get()
        && let Ok(mut output) = output.try_lock()
    {
        frame::write(&mut *output, frame::MEMORY, &[]).and_then(|()| output.flush()).ok();
    }
    memory
}
