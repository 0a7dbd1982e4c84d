//! Calls into the learner's code, which runs in a process of its own (the dispatcher). If that process
//! exits, its exit is the reply to the pending call.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::learner;
use super::replies::{Call, GivenUp, Loss, MOST_LOSSES, Reply, frame, most_timeouts};
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::sandbox::{End, Exit, Input, Limits, SandboxError, Turn};
use crate::sys::clock::Stopwatch;

/// The most bytes that all replies of a check may take. A reply of this size, together with its call, still
/// fits into one message to the judge.
const MOST_HELD: u64 = 48 << 20;
/// The time limit of all calls of a check, in multiples of the wall-clock limit of one process.
const MOST_WAITS: u32 = 2;

/// Starts dispatchers of one program and collects what the learner's code prints.
#[derive(Debug)]
pub(crate) struct Dispatch<'a> {
    program: PathBuf,
    toolchain: &'a Toolchain,
    context: &'a Context,
    limits: Limits,
    dispatcher: Option<Dispatcher>,
    /// Calls that never returned, and those among them that timed out.
    losses: usize,
    timeouts: usize,
    watch: Stopwatch,
    printed: Vec<u8>,
    /// Bytes of all replies so far.
    held: u64,
}

#[derive(Debug)]
struct Dispatcher {
    input: BufReader<UnixStream>,
    output: BufWriter<UnixStream>,
    end: JoinHandle<Exit>,
    turn: Turn,
    since: Stopwatch,
}

/// The pending call of a dispatcher that exited.
#[derive(Debug, Clone, Copy)]
struct LostCall {
    loss: Loss,
    /// Whether it was the first call of that process.
    is_first: bool,
    /// How long it was pending.
    waited: Duration,
    /// How long the process had been running.
    lived: Duration,
}

impl LostCall {
    /// Whether earlier calls of the same process used up the time limit. Wall-clock times are compared: on a
    /// busy machine both are longer than the processor time, by the same factor.
    fn was_starved(self) -> bool {
        self.loss == Loss::Time && !self.is_first && self.waited * 10 < self.lived * 9
    }
}

/// What is known about memory during a call.
#[derive(Debug, Default)]
struct OutOfMemory {
    /// An allocation failed in the learner's process, which may have handled it.
    is_noted: bool,
    /// The reply exceeds [`MOST_HELD`].
    is_ours: bool,
}

impl OutOfMemory {
    /// Reads the next message, and records those that report a failed allocation.
    fn read(&mut self, input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
        loop {
            match frame::read(input)? {
                Some((frame::MEMORY, _)) => self.is_noted = true,
                message => return Ok(message),
            }
        }
    }

    /// Whether lack of memory ended the process: Rust aborts if a failed allocation is not handled.
    fn ended(&self, exit: &Exit) -> bool {
        self.is_ours || self.is_noted && matches!(exit.end, End::Signal(_))
    }
}

impl<'a> Dispatch<'a> {
    /// A dispatch of `program`; starts no process yet.
    pub(crate) fn new(
        program: &Path,
        toolchain: &'a Toolchain,
        context: &'a Context,
        limits: Limits,
    ) -> Self {
        let watch = Stopwatch::start();
        let program = program.to_owned();
        Self {
            program,
            toolchain,
            context,
            limits,
            dispatcher: None,
            losses: 0,
            timeouts: 0,
            watch,
            printed: Vec::new(),
            held: 0,
        }
    }

    /// Makes `calls`, in order, and returns a reply for each. `starts` are the indexes at which the calls of
    /// a test begin. After a lost call the rest of its test is skipped: those calls have no reply.
    pub(crate) fn call_all(
        &mut self,
        calls: &[Call],
        starts: &[usize],
    ) -> Result<Vec<Option<Reply>>, CheckError> {
        let mut replies = Vec::with_capacity(calls.len());
        let mut careful = false;
        while replies.len() < calls.len() {
            if let Some(given_up) = self.given_up() {
                replies.resize(calls.len(), Some(Reply::Lost(Loss::NotMade(given_up))));
                break;
            }
            let dispatcher = self.start_dispatcher(careful)?;
            let lost = self.call_on(dispatcher, &calls[replies.len()..], &mut replies)?;
            match lost {
                None => {}
                // Earlier calls used up the time: this one gets a fresh process, if there is time.
                Some(lost) if lost.was_starved() || self.ran_out_with_check(lost.loss) => {}
                // Buffered replies may have been lost with the process: a careful run identifies the call.
                // A timeout needs none: by then the periodic flush has sent all earlier replies.
                Some(LostCall { loss, .. }) if !careful && loss != Loss::Time => careful = true,
                Some(LostCall { loss, .. }) => {
                    self.count_loss(loss);
                    replies.push(Some(Reply::Lost(loss)));
                    let next = starts.partition_point(|start| *start < replies.len());
                    replies.resize(starts.get(next).map_or(calls.len(), |next| *next), None);
                }
            }
        }
        Ok(replies)
    }

    /// Makes one call, in the running dispatcher if there is one. Retried once, in a fresh process, if
    /// earlier calls used up the time.
    pub(crate) fn call(&mut self, call: &[u8]) -> Result<Reply, CheckError> {
        let since = self.dispatcher.as_ref().map(|dispatcher| dispatcher.since);
        let watch = Stopwatch::start();
        let mut reply = self.call_once(call)?;
        if let Reply::Lost(loss) = reply {
            let lost = LostCall {
                loss,
                is_first: since.is_none(),
                waited: watch.elapsed(),
                lived: since.unwrap_or(watch).elapsed(),
            };
            if lost.was_starved() || self.ran_out_with_check(loss) {
                reply = self.call_once(call)?;
            }
        }
        if let Reply::Lost(loss) = reply {
            self.count_loss(loss);
        }
        Ok(reply)
    }

    fn call_once(&mut self, call: &[u8]) -> Result<Reply, CheckError> {
        if let Some(given_up) = self.given_up() {
            return Ok(Reply::Lost(Loss::NotMade(given_up)));
        }
        let mut dispatcher = match self.dispatcher.take() {
            Some(dispatcher) => dispatcher,
            None => self.start_dispatcher(true)?,
        };
        dispatcher.turn.give();
        let sent = frame::write(&mut dispatcher.output, frame::CALL, call)
            .and_then(|()| dispatcher.output.flush());
        let mut memory = OutOfMemory::default();
        let reply = sent.and_then(|()| memory.read(&mut dispatcher.input));
        dispatcher.turn.take();
        if let Ok(Some((kind, bytes))) = reply {
            let reply = Reply::read(kind, bytes);
            memory.is_ours = !self.fits(reply.as_ref());
            if let Some(reply) = reply.filter(|_| !memory.is_ours) {
                self.dispatcher = Some(dispatcher);
                return Ok(reply);
            }
        }
        let exit = self.close(dispatcher)?;
        Ok(Reply::Lost(Loss::of(&exit, memory.ended(&exit))))
    }

    /// Ends the dispatcher and returns what the learner's code printed.
    pub(crate) fn finish(mut self) -> Result<String, CheckError> {
        if let Some(dispatcher) = self.dispatcher.take() {
            self.close(dispatcher)?;
        }
        if self.printed.is_empty() {
            return Ok(String::new());
        }
        Ok(super::diagnostics::visible_lines(&String::from_utf8_lossy(
            &self.printed,
        )))
    }

    /// Counts a reply, and returns whether it fits: replies are held here and in the judge.
    fn fits(&mut self, reply: Option<&Reply>) -> bool {
        self.held += reply.map_or(0, Reply::size) as u64;
        self.held <= MOST_HELD
    }

    fn count_loss(&mut self, loss: Loss) {
        self.losses += 1;
        self.timeouts += usize::from(loss == Loss::Time);
    }

    fn given_up(&self) -> Option<GivenUp> {
        if self.timeouts >= most_timeouts(self.context) {
            Some(if self.context.awaited {
                GivenUp::Timeout
            } else {
                GivenUp::Timeouts
            })
        } else if self.losses >= MOST_LOSSES {
            Some(GivenUp::Losses)
        } else {
            self.is_time_over().then_some(GivenUp::Time)
        }
    }

    fn is_time_over(&self) -> bool {
        let waited = self.watch.elapsed();
        self.context.budget.is_exhausted() || waited > self.limits.wall * MOST_WAITS
    }

    /// Whether a call timed out only because the check as a whole did.
    fn ran_out_with_check(&self, loss: Loss) -> bool {
        loss == Loss::Time && self.is_time_over()
    }

    fn start_dispatcher(&self, careful: bool) -> Result<Dispatcher, CheckError> {
        let pipe = |source| SandboxError::Pipe {
            program: self.program.clone(),
            source,
        };
        let (ours, theirs) = UnixStream::pair().map_err(pipe)?;
        let mut job = learner::job(&self.program, self.limits, self.toolchain, self.context)?
            .reading(Input::Descriptor(OwnedFd::from(theirs)));
        if careful {
            job = job.argument("careful");
        }
        let turn = Turn::default();
        job = job.with_turn(turn.clone());
        let (started, wait) = std::sync::mpsc::channel();
        let (sandbox, cancel) = (self.context.sandbox.clone(), self.context.cancel.clone());
        // The thread that starts a process also waits for it: PDEATHSIG fires when that thread ends.
        let end = thread::Builder::new()
            .name("dispatcher".into())
            .spawn(move || match sandbox.spawn(job, &cancel) {
                Ok(process) => {
                    started.send(Ok(())).ok();
                    process.finish()
                }
                Err(error) => {
                    started.send(Err(error)).ok();
                    Exit {
                        end: End::Cancelled,
                        stdout: Vec::new(),
                        stderr: Vec::new(),
                        duration: Duration::ZERO,
                        hard_limit: None,
                    }
                }
            });
        let end = end.map_err(pipe)?;
        wait.recv().map_err(|_| CheckError::Cancelled)??;
        let input = BufReader::with_capacity(64 << 10, ours.try_clone().map_err(pipe)?);
        Ok(Dispatcher {
            input,
            output: BufWriter::with_capacity(64 << 10, ours),
            end,
            turn,
            since: Stopwatch::start(),
        })
    }

    /// Sends `calls` and reads replies until all have arrived or the process exits.
    fn call_on(
        &mut self,
        dispatcher: Dispatcher,
        calls: &[Call],
        replies: &mut Vec<Option<Reply>>,
    ) -> Result<Option<LostCall>, CheckError> {
        let Dispatcher {
            mut input,
            output,
            end,
            turn,
            since,
        } = dispatcher;
        let mut memory = OutOfMemory::default();
        let before = replies.len();
        let wanted = before + calls.len();
        let mut watch = Stopwatch::start();
        let output = thread::scope(|scope| {
            let writer = scope.spawn(move || send(output, calls));
            while replies.len() < wanted {
                memory.is_noted = false;
                let Ok(Some((kind, bytes))) = memory.read(&mut input) else {
                    break;
                };
                turn.give();
                let reply = Reply::read(kind, bytes);
                memory.is_ours = !self.fits(reply.as_ref());
                let reply = reply.filter(|_| !memory.is_ours);
                if reply.is_none() {
                    break;
                }
                replies.push(reply);
                watch = Stopwatch::start();
            }
            if replies.len() < wanted {
                input.get_ref().shutdown(std::net::Shutdown::Both).ok();
            }
            writer.join().expect("the writer does not panic")
        });
        let complete = replies.len() == wanted;
        let idle = watch.elapsed();
        let lived = since.elapsed();
        let dispatcher = Dispatcher {
            input,
            output,
            end,
            turn,
            since,
        };
        let exit = self.close(dispatcher)?;
        Ok((!complete).then(|| LostCall {
            loss: Loss::of(&exit, memory.ended(&exit)),
            is_first: replies.len() == before,
            waited: idle,
            lived,
        }))
    }

    /// Closes the connection and waits for the exit.
    fn close(&mut self, dispatcher: Dispatcher) -> Result<Exit, CheckError> {
        dispatcher
            .input
            .get_ref()
            .shutdown(std::net::Shutdown::Both)
            .ok();
        drop(dispatcher.output);
        let exit = dispatcher.end.join().map_err(|_| CheckError::Cancelled)?;
        CheckError::unless_ran(&exit)?;
        for bytes in [&exit.stdout, &exit.stderr] {
            let room = (16_usize << 10).saturating_sub(self.printed.len());
            self.printed
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok(exit)
    }
}

fn send(mut output: BufWriter<UnixStream>, calls: &[Call]) -> BufWriter<UnixStream> {
    for call in calls {
        if frame::write(&mut output, frame::CALL, call).is_err() {
            return output;
        }
    }
    output.flush().ok();
    output
}
