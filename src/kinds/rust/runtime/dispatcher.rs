//! The learner's side: answers calls, one after the other, on the socket that came as descriptor 0.

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

/// Answers one call: reads the arguments, calls the learner's function, writes the result.
pub type Answer = fn(&mut &'static [u8], &mut Vec<u8>) -> Option<()>;

/// Where answers go, for the allocator to say that memory ran out, once somebody serves.
static OUTPUT: OnceLock<Output> = OnceLock::new();

/// The socket to Gradus, and what waits to be sent on it.
pub type Output = Arc<Mutex<BufWriter<File>>>;

unsafe extern "C" {
    fn dup(old: i32) -> i32;
    fn dup2(old: i32, new: i32) -> i32;
}

/// Reads arguments of the type `A`.
pub fn arguments<A: Get>(bytes: &mut &'static [u8]) -> Option<A> {
    let arguments = A::get(bytes)?;
    bytes.is_empty().then_some(arguments)
}

/// Writes the result of a call.
pub fn result<R: Put>(value: R, out: &mut Vec<u8>) -> Option<()> {
    value.put(out);
    Some(())
}

/// Answers calls until the other side closes. With the argument `careful`, each answer is sent
/// before the next call begins, so that the call that ends this process can be named.
pub fn serve(answers: &[Option<Answer>]) {
    let careful = std::env::args().nth(1).is_some_and(|word| word == "careful");
    let Some(socket) = take_socket() else { return };
    panics::watch();
    let Ok(copy) = socket.try_clone() else { return };
    let output = Arc::new(Mutex::new(BufWriter::with_capacity(64 << 10, copy)));
    tell_of_memory(&output);
    if !careful {
        flush_now_and_then(Arc::clone(&output));
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

/// Lets the allocator say on `output` that memory ran out.
pub fn tell_of_memory(output: &Output) {
    OUTPUT.set(Arc::clone(output)).ok();
}

/// Sends finished answers on while a later call takes its time, so that a call without end is
/// known by the answers before it.
fn flush_now_and_then(output: Output) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(20));
            if output.lock().unwrap_or_else(PoisonError::into_inner).flush().is_err() {
                return;
            }
        }
    });
}

/// Takes descriptor 0 for the calls and leaves nothing to read there.
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

fn answer(answers: &[Option<Answer>], call: Vec<u8>, reply: &mut Vec<u8>) -> u8 {
    reply.clear();
    let mut bytes: &'static [u8] = call.leak();
    let index = u32::get(&mut bytes).unwrap_or(u32::MAX) as usize;
    let Some(Some(answer)) = answers.get(index) else { return frame::LACKING };
    panics::take_words();
    let before = panics::count();
    let done = panic::catch_unwind(AssertUnwindSafe(|| answer(&mut bytes, reply)));
    let swallowed = panics::count() != before;
    match done {
        Ok(Some(())) if !swallowed => frame::RETURNED,
        Ok(None) => frame::LACKING,
        Ok(Some(())) | Err(_) => {
            let words = panics::take_words();
            let words = if words.is_empty() { "a panic without words" } else { &words };
            reply.clear();
            reply.extend_from_slice(words.as_bytes());
            frame::PANICKED
        }
    }
}

/// The system's allocator, which notes when memory runs out. That alone is no offence: code may have
/// asked whether there is room, and do with less. What counts is how the process ends after it.
struct Watchful;

#[global_allocator]
static ALLOCATOR: Watchful = Watchful;

// SAFETY: every call goes to the system's allocator as it came, and so does what it returns.
unsafe impl GlobalAlloc for Watchful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `alloc` asks for: a layout that is not empty.
        told(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `alloc_zeroed` asks for: a layout that is not empty.
        told(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: all memory of this allocator is the system's, and the caller promises that `old` was
        // given for `layout`.
        told(unsafe { System.realloc(old, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: all memory of this allocator is the system's, and the caller promises that `memory` was
        // given for `layout`.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn told(memory: *mut u8) -> *mut u8 {
    // Who holds the lock is in the middle of a message; nothing here may allocate.
    if memory.is_null()
        && let Some(output) = OUTPUT.get()
        && let Ok(mut output) = output.try_lock()
    {
        frame::write(&mut *output, frame::MEMORY, &[]).and_then(|()| output.flush()).ok();
    }
    memory
}
