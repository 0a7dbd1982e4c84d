//! What comes from outside while a session runs: keys or lines, signals, a new size. Each comes
//! from a thread that blocks until there is something to tell.

use std::io::{self, PipeReader, PipeWriter, Read, Write, pipe};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use super::keys::{Decoder, Key, Typed};
use super::modes::Modes;
use super::screen::Size;

/// Something that happens on the terminal, or to the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TerminalEvent {
    Key(Key),
    /// Text that was pasted: never keys.
    Paste(String),
    /// A line, without its end.
    Line(String),
    /// The screen has a new size.
    Resize(Size),
    /// A signal that asks us to end.
    Signal(i32),
    /// The terminal or the input is gone.
    Closed,
}

/// Takes the events; it must not block.
pub(crate) type Listener = Arc<dyn Fn(TerminalEvent) + Send + Sync>;

/// How the input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Keys,
    Lines,
}

/// The threads that wait for events. Reading stops while another program has the terminal.
#[derive(Debug)]
pub(super) struct Source {
    wake: PipeWriter,
    paused: Receiver<()>,
    foreign: Arc<AtomicBool>,
    signals: Handle,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.signals.close();
    }
}

const PAUSE: u8 = b'p';
const RESUME: u8 = b'r';

impl Source {
    /// Starts to listen.
    pub(super) fn start(reading: Reading, modes: &Modes, listener: &Listener) -> io::Result<Self> {
        let foreign = Arc::new(AtomicBool::new(false));
        let signals = listen_to_signals(modes.clone(), Arc::clone(&foreign), Arc::clone(listener))?;
        let (control, wake) = pipe()?;
        let (pausing, paused) = sync_channel(1);
        let reader = InputReader {
            reading,
            control,
            pausing,
            listener: Arc::clone(listener),
            decoder: Decoder::default(),
            line: Vec::new(),
        };
        thread::Builder::new()
            .name("input".into())
            .spawn(move || reader.run())?;
        Ok(Self {
            wake,
            paused,
            foreign,
            signals,
        })
    }

    /// Stops reading; returns when nothing more will be taken from the terminal.
    pub(super) fn pause(&mut self) -> io::Result<()> {
        self.foreign.store(true, Ordering::SeqCst);
        self.wake.write_all(&[PAUSE])?;
        // The reader is gone when the input is closed; then there is nothing to stop.
        self.paused.recv().ok();
        Ok(())
    }

    /// Goes on reading.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.foreign.store(false, Ordering::SeqCst);
        self.wake.write_all(&[RESUME])
    }
}

/// Reports signals. While another program has the terminal nothing takes events, so a wish to end
/// is carried out at once; an interrupt is meant for the other then.
fn listen_to_signals(
    modes: Modes,
    foreign: Arc<AtomicBool>,
    listener: Listener,
) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGWINCH])?;
    let handle = signals.handle();
    let listen = move || {
        for signal in signals.forever() {
            let foreign = foreign.load(Ordering::SeqCst);
            match signal {
                SIGWINCH => listener(TerminalEvent::Resize(size())),
                SIGINT if foreign => {}
                _ if foreign => {
                    modes.restore_for_good();
                    emulate_default_handler(signal).ok();
                }
                _ => listener(TerminalEvent::Signal(signal)),
            }
        }
    };
    thread::Builder::new()
        .name("signals".into())
        .spawn(listen)?;
    Ok(handle)
}

/// Stops this process until a shell continues it, as after Ctrl-Z.
pub(crate) fn suspend() -> io::Result<()> {
    emulate_default_handler(SIGTSTP)
}

/// Returns the size of the screen.
pub(super) fn size() -> Size {
    let (columns, rows) = termimad::crossterm::terminal::size().unwrap_or((80, 24));
    Size {
        columns: usize::from(columns.max(1)),
        rows: usize::from(rows.max(1)),
    }
}

struct InputReader {
    reading: Reading,
    control: PipeReader,
    pausing: SyncSender<()>,
    listener: Listener,
    decoder: Decoder,
    line: Vec<u8>,
}

impl InputReader {
    fn run(mut self) {
        let ended = self.listen();
        if ended.is_err() {
            self.end_line();
            (self.listener)(TerminalEvent::Closed);
        }
    }

    /// Listens until the input ends, which is the error, or the source is dropped.
    fn listen(&mut self) -> io::Result<()> {
        loop {
            let (input, control) = self.wait(self.decoder.patience())?;
            if control.intersects(PollFlags::IN) {
                self.rest()?;
                continue;
            }
            if control.intersects(PollFlags::HUP | PollFlags::ERR) {
                return Ok(());
            }
            let gone = input.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
            if gone && (self.reading == Reading::Keys || !input.intersects(PollFlags::IN)) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if input.intersects(PollFlags::IN) {
                self.read()?;
            } else {
                let typed = self.decoder.flush();
                self.tell_all(typed);
            }
        }
    }

    /// Waits until there is input or a control byte, at most for `limit`.
    fn wait(&self, limit: Option<Duration>) -> io::Result<(PollFlags, PollFlags)> {
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let stdin = io::stdin();
        let mut descriptors = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::new(&self.control, PollFlags::IN),
        ];
        loop {
            match poll(&mut descriptors, limit.as_ref()) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok((descriptors[0].revents(), descriptors[1].revents())),
            }
        }
    }

    /// Stops reading until the next control byte.
    fn rest(&mut self) -> io::Result<()> {
        let mut word = [0];
        self.control.read_exact(&mut word)?;
        if word == [PAUSE] {
            self.pausing.send(()).ok();
            self.control.read_exact(&mut word)?;
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<()> {
        let bytes = read_some()?;
        match self.reading {
            Reading::Keys => {
                let typed = self.decoder.feed(&bytes);
                self.tell_all(typed);
            }
            Reading::Lines => self.add_to_line(&bytes),
        }
        Ok(())
    }

    fn tell_all(&self, typed: Vec<Typed>) {
        for one in typed {
            (self.listener)(match one {
                Typed::Key(key) => TerminalEvent::Key(key),
                Typed::Paste(text) => TerminalEvent::Paste(text),
            });
        }
    }

    fn add_to_line(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                self.tell_line();
            } else {
                self.line.push(byte);
            }
        }
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.tell_line();
        }
    }

    fn tell_line(&mut self) {
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        (self.listener)(TerminalEvent::Line(line.trim().to_owned()));
    }
}

fn read_some() -> io::Result<Vec<u8>> {
    let mut buffer = [0; 1024];
    let length = rustix::io::read(io::stdin(), &mut buffer)?;
    if length == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(buffer[..length].to_vec())
}
