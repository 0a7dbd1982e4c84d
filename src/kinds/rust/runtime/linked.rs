//! Hidden tests linked with the learner's crate: one test a process, and a token that only a test
//! which came to its end sends back.

use std::fmt::Debug;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::os::fd::FromRawFd;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

use crate::frame;
use crate::panics;
use crate::wire::Put;

/// A test, and the words its panic must have where it should panic.
pub struct Test {
    /// Runs it.
    pub run: fn() -> bool,
    /// Whether it must panic, and with which words.
    pub should_panic: Option<&'static str>,
}

/// What a test function may return.
pub trait Finish {
    /// Returns whether the test holds.
    fn holds(self) -> bool;
}

impl Finish for () {
    fn holds(self) -> bool {
        true
    }
}

impl<E: Debug> Finish for Result<(), E> {
    fn holds(self) -> bool {
        self.is_ok()
    }
}

/// Runs the test whose number is the first argument. The token comes on descriptor 0 before any
/// code of the learner's runs, and goes back there when the test holds.
pub fn run(tests: &[Test]) {
    let number: Option<usize> = std::env::args().nth(1).and_then(|number| number.parse().ok());
    let Some(test) = number.and_then(|number| tests.get(number)) else { return };
    // SAFETY: Gradus opens descriptor 0 as a socket before this program begins, and `run`, which is called
    // once, is the only one that takes it.
    let mut socket = unsafe { File::from_raw_fd(0) };
    let mut token = [0; 16];
    if socket.read_exact(&mut token).is_err() {
        return;
    }
    panics::watch();
    let output = Arc::new(Mutex::new(BufWriter::new(socket)));
    crate::dispatcher::tell_of_memory(&output);
    let ended = panic::catch_unwind(AssertUnwindSafe(test.run));
    let words = panics::take_words();
    let panicked = panics::count() > 0;
    let holds = match test.should_panic {
        None => matches!(ended, Ok(true)) && !panicked,
        Some(expected) => ended.is_err() && words.contains(expected),
    };
    let note = note(&words);
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = if holds {
        frame::write(&mut *output, frame::READY, &token)
    } else {
        frame::write(&mut *output, frame::NOTE, &note)
    };
    drop(sent.and_then(|()| output.flush()));
    std::process::exit(i32::from(!holds));
}

/// What Gradus is told of a panic: the two sides of a failed assert of equality, and what else was said.
fn note(words: &str) -> Vec<u8> {
    let (left, right) = crate::stub::sides(words).unzip();
    let mut message = Vec::new();
    left.put(&mut message);
    right.put(&mut message);
    crate::stub::said(words).put(&mut message);
    message
}
