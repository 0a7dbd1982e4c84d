//! Gradus on a pseudo-terminal, as a learner sees it. Nothing sleeps: a test waits until the screen shows
//! something, and at a deadline prints the screen.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use gradus::sys::clock::Stopwatch;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::harness::cache;

/// A line of an error.log, as a terminal sends it when it is pasted. Each of its letters is a key.
pub(crate) const PASTE: &str = "\x1b[200~2026/11/30 10:15:02 [error] 7#7: *1 connect() failed (111: Connection \
    refused) while connecting to upstream, client: 127.0.0.1, server: _, request: \"GET / HTTP/1.1\"\r\n\
    q\r\n\x1b[201~";

/// Long: the machine may be busy with other tests.
const DEADLINE: Duration = Duration::from_mins(1);

/// A running Gradus and its screen.
pub(crate) struct Pty {
    child: Owned,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
    closing: Arc<AtomicBool>,
    changes: Receiver<()>,
    modes: String,
}

/// A process that does not outlive a test that failed.
struct Owned(Box<dyn Child + Send + Sync>);

impl Drop for Owned {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            self.0.kill().ok();
        }
    }
}

/// What the terminal got.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Pty {
    /// Starts Gradus with `arguments` in `folder`, which is its home too.
    pub(crate) fn start(
        folder: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        let size = pty_size(columns, rows);
        let pair = native_pty_system().openpty(size).expect("a pty");
        let modes = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_gradus"));
        command.args(arguments);
        command.env_clear();
        let fixed = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")];
        for (name, value) in fixed.iter().chain(variables) {
            command.env(name, value);
        }
        command.env("HOME", folder);
        command.env("GRADUS_CACHE_DIR", cache());
        command.cwd(folder);
        let child = pair.slave.spawn_command(command).expect("gradus starts");
        let writer = pair.master.take_writer().expect("a writer");
        let reader = pair.master.try_clone_reader().expect("a reader");
        let closing = Arc::new(AtomicBool::new(false));
        let (sender, changes) = channel();
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(cells(rows), cells(columns), 1000),
            bytes: Vec::new(),
        }));
        let read = watch(reader, Arc::clone(&seen), Arc::clone(&closing), sender);
        Self {
            child: Owned(child),
            master: pair.master,
            writer,
            seen,
            reader: thread::spawn(read),
            closing,
            changes,
            modes,
        }
    }

    /// Waits until the screen shows `text`, wherever its lines break: a process id or a path of another
    /// length moves every break.
    pub(crate) fn wait_for(&self, text: &str) {
        let wanted = folded(text);
        self.wait_until(&format!("{text:?}"), |screen| {
            folded(&screen.contents()).contains(&wanted)
        });
    }

    /// Waits until the screen shows `text` no more.
    pub(crate) fn wait_gone(&self, text: &str) {
        let unwanted = folded(text);
        let gone = |screen: &vt100::Screen| !folded(&screen.contents()).contains(&unwanted);
        self.wait_until(&format!("no {text:?}"), gone);
    }

    /// Waits until the terminal got `text` at any time.
    pub(crate) fn wait_heard(&self, text: &str) {
        let watch = Stopwatch::start();
        while !self.heard().contains(text) {
            let changed = self.changes.recv_timeout(watch.remaining(DEADLINE));
            let heard = self.heard();
            let goes_on = changed.is_ok() || heard.contains(text);
            assert!(goes_on, "{text:?} did not come; this did:\n{heard}");
        }
    }

    /// Waits until `holds` is true of the screen; `what` names it.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let watch = Stopwatch::start();
        loop {
            if holds(self.seen().parser.screen()) {
                return;
            }
            let changed = self.changes.recv_timeout(watch.remaining(DEADLINE));
            let holds = changed.is_ok() || holds(self.seen().parser.screen());
            assert!(
                holds,
                "waited for {what}; the screen was\n{}",
                self.screen()
            );
        }
    }

    /// Types `keys`.
    pub(crate) fn send(&mut self, keys: &str) {
        let sent = self.writer.write_all(keys.as_bytes());
        sent.and_then(|()| self.writer.flush())
            .expect("gradus listens");
    }

    /// Gives the screen a new size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.seen()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master
            .resize(pty_size(columns, rows))
            .expect("a new size");
    }

    /// Returns the text on the screen.
    pub(crate) fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Returns all that the terminal got.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.seen().bytes).into_owned()
    }

    /// Returns whether modes and cursor are as they were before the start.
    pub(crate) fn is_restored(&self) -> bool {
        let hidden = self.seen().parser.screen().hide_cursor();
        !hidden && format!("{:?}", self.master.get_termios()) == self.modes
    }

    /// Waits until Gradus has set the terminal's modes: a prompt shows its words before it does.
    pub(crate) fn wait_taken(&self) {
        let watch = Stopwatch::start();
        let (_sender, never) = channel::<()>();
        while self.is_restored() {
            assert!(!watch.remaining(DEADLINE).is_zero(), "the modes stay");
            never.recv_timeout(Duration::from_millis(2)).ok();
        }
    }

    /// Sends a signal to Gradus.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = self
            .child
            .0
            .process_id()
            .and_then(|id| i32::try_from(id).ok());
        let id = id
            .and_then(rustix::process::Pid::from_raw)
            .expect("it runs");
        rustix::process::kill_process(id, signal).expect("it can be signalled");
    }

    /// Waits until Gradus ends and all it wrote is on the screen; returns its exit code.
    pub(crate) fn wait_end(&mut self) -> u32 {
        let watch = Stopwatch::start();
        loop {
            match self.changes.recv_timeout(watch.remaining(DEADLINE)) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("gradus goes on; the screen is\n{}", self.screen())
                }
            }
        }
        self.child.0.wait().expect("a child").exit_code()
    }

    /// Closes the terminal, as a learner closes a window, and waits for the end.
    ///
    /// Every descriptor of our side must go: a new size makes Gradus draw, which ends the reader.
    /// The writer types Enter and Ctrl-D when it goes, so a pager should be open, which they do
    /// not end.
    pub(crate) fn close(self) {
        self.closing.store(true, Ordering::SeqCst);
        self.resize(81, 24);
        let Self {
            mut child,
            master,
            writer,
            reader,
            ..
        } = self;
        reader.join().expect("the reader does not panic");
        drop(writer);
        drop(master);
        let (sender, ended) = channel();
        thread::spawn(move || sender.send(child.0.wait().is_ok()));
        let ended = ended.recv_timeout(DEADLINE);
        assert_eq!(ended, Ok(true), "gradus outlives its terminal");
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("the reader does not panic")
    }
}

/// Returns `text` without blanks and line breaks.
fn folded(text: &str) -> String {
    text.split_whitespace().collect()
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("not zero")
}

/// Returns what reads the terminal until its end, or until we close it.
fn watch(
    mut reader: Box<dyn Read + Send>,
    filled: Arc<Mutex<Seen>>,
    closing: Arc<AtomicBool>,
    sender: Sender<()>,
) -> impl FnOnce() + Send {
    move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            let mut seen = filled
                .lock()
                .expect("tests do not panic while they hold it");
            seen.parser.process(&buffer[..length]);
            seen.bytes.extend_from_slice(&buffer[..length]);
            drop(seen);
            sender.send(()).ok();
            if closing.load(Ordering::SeqCst) {
                return;
            }
        }
    }
}
