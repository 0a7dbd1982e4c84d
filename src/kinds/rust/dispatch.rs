//! The learner's code in a process of its own: calls go in, replies come out, and a process that
//! ends is the reply to the call it was answering.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::learner;
use super::replies::{Call, GivenUp, Loss, MOST_LOSSES, MOST_TIMEOUTS, Reply, frame};
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::sandbox::{End, Exit, Input, Limits, SandboxError, Turn};
use crate::sys::clock::Stopwatch;

/// So many bytes may all replies of a check have together. With its call, a reply of so many still
/// fits into a message to the judge.
const MOST_HELD: u64 = 48 << 20;
/// So many times as long as one process may all of a check together take.
const MOST_WAITS: u32 = 2;

/// Starts dispatchers of one program, and remembers what the learner's code printed.
#[derive(Debug)]
pub(crate) struct Dispatch<'a> {
    program: PathBuf,
    toolchain: &'a Toolchain,
    context: &'a Context,
    limits: Limits,
    running: Option<Running>,
    /// The calls that never returned, and those among them that took too long.
    losses: usize,
    timeouts: usize,
    watch: Stopwatch,
    printed: Vec<u8>,
    /// The bytes of all replies together.
    held: u64,
}

#[derive(Debug)]
struct Running {
    input: BufReader<UnixStream>,
    output: BufWriter<UnixStream>,
    end: JoinHandle<Exit>,
    turn: Turn,
    since: Stopwatch,
}

/// A process that ended before it had answered everything.
#[derive(Debug, Clone, Copy)]
struct Lost {
    loss: Loss,
    /// Whether the call that it did not answer was its first.
    is_first: bool,
    /// How long that call was waited for.
    waited: Duration,
    /// How long the process lived.
    lived: Duration,
}

impl Lost {
    /// Returns whether earlier calls of the same process had used up the time of this one: on a machine
    /// that is busy with others, both are longer than the processor time that they stand for.
    fn is_early(self) -> bool {
        self.loss == Loss::Time && !self.is_first && self.waited * 10 < self.lived * 9
    }
}

/// What is known of a lack of memory in a call.
#[derive(Debug, Default)]
struct Shortage {
    /// The learner's process had none for something. It may have done with less.
    is_noted: bool,
    /// Its answer is more than is kept here.
    is_ours: bool,
}

impl Shortage {
    /// Reads the next message that is no note of a lack of memory.
    fn read(&mut self, input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
        loop {
            match frame::read(input)? {
                Some((frame::MEMORY, _)) => self.is_noted = true,
                message => return Ok(message),
            }
        }
    }

    /// Returns whether a lack of memory is what ended the process: Rust aborts one that cannot go on.
    fn ended(&self, exit: &Exit) -> bool {
        self.is_ours || self.is_noted && matches!(exit.end, End::Signal(_))
    }
}

impl<'a> Dispatch<'a> {
    /// Returns a dispatch of `program` that has started nothing yet.
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
            running: None,
            losses: 0,
            timeouts: 0,
            watch,
            printed: Vec::new(),
            held: 0,
        }
    }

    /// Makes `calls`, in order, and returns a reply for each. The calls of a test begin at each of
    /// `starts`; after one that never returned its test makes no more, and those have no reply.
    ///
    /// # Errors
    /// Fails when a process cannot be started, or the check is called off.
    pub(crate) fn batch(
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
            let running = self.start(careful)?;
            let lost = self.pass(running, &calls[replies.len()..], &mut replies)?;
            match lost {
                None => {}
                // The calls before had used up the time: this one gets a fresh process, if there is time.
                Some(lost) if lost.is_early() || self.is_out_of_time(lost.loss) => {}
                // Replies may have been under way: the same again, one at a time, names the call.
                // One that takes too long is waited for long enough for all before it to arrive.
                Some(Lost { loss, .. }) if !careful && loss != Loss::Time => careful = true,
                Some(Lost { loss, .. }) => {
                    self.count(loss);
                    replies.push(Some(Reply::Lost(loss)));
                    let next = starts.partition_point(|start| *start < replies.len());
                    replies.resize(starts.get(next).map_or(calls.len(), |next| *next), None);
                }
            }
        }
        Ok(replies)
    }

    /// Makes one call, in the process that made the last one if it still lives.
    ///
    /// # Errors
    /// Fails when a process cannot be started, or the check is called off.
    pub(crate) fn call(&mut self, call: &[u8]) -> Result<Reply, CheckError> {
        let since = self.running.as_ref().map(|running| running.since);
        let watch = Stopwatch::start();
        let mut reply = self.ask(call)?;
        if let Reply::Lost(loss) = reply {
            let lost = Lost {
                loss,
                is_first: since.is_none(),
                waited: watch.elapsed(),
                lived: since.unwrap_or(watch).elapsed(),
            };
            if lost.is_early() || self.is_out_of_time(loss) {
                reply = self.ask(call)?;
            }
        }
        if let Reply::Lost(loss) = reply {
            self.count(loss);
        }
        Ok(reply)
    }

    /// Makes one call, once.
    fn ask(&mut self, call: &[u8]) -> Result<Reply, CheckError> {
        if let Some(given_up) = self.given_up() {
            return Ok(Reply::Lost(Loss::NotMade(given_up)));
        }
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start(true)?,
        };
        running.turn.give();
        let sent = frame::write(&mut running.output, frame::CALL, call)
            .and_then(|()| running.output.flush());
        let mut shortage = Shortage::default();
        let reply = sent.and_then(|()| shortage.read(&mut running.input));
        running.turn.take();
        if let Ok(Some((kind, bytes))) = reply {
            let reply = Reply::read(kind, bytes);
            shortage.is_ours = !self.holds(reply.as_ref());
            if let Some(reply) = reply.filter(|_| !shortage.is_ours) {
                self.running = Some(running);
                return Ok(reply);
            }
        }
        let exit = self.end(running)?;
        Ok(Reply::Lost(Loss::of(&exit, shortage.ended(&exit))))
    }

    /// Ends what runs and returns what the learner's code printed.
    ///
    /// # Errors
    /// Fails when the check was called off.
    pub(crate) fn finish(mut self) -> Result<String, CheckError> {
        if let Some(running) = self.running.take() {
            self.end(running)?;
        }
        if self.printed.is_empty() {
            return Ok(String::new());
        }
        Ok(super::diagnostics::clean(&String::from_utf8_lossy(
            &self.printed,
        )))
    }

    /// Counts a reply, and returns whether there is room for it: replies are kept here and in the judge.
    fn holds(&mut self, reply: Option<&Reply>) -> bool {
        self.held += reply.map_or(0, Reply::size) as u64;
        self.held <= MOST_HELD
    }

    fn count(&mut self, loss: Loss) {
        self.losses += 1;
        self.timeouts += usize::from(loss == Loss::Time);
    }

    /// Returns why no more calls are made, if none are.
    fn given_up(&self) -> Option<GivenUp> {
        if self.timeouts >= MOST_TIMEOUTS {
            Some(GivenUp::Timeouts)
        } else if self.losses >= MOST_LOSSES {
            Some(GivenUp::Losses)
        } else {
            self.is_over().then_some(GivenUp::Time)
        }
    }

    fn is_over(&self) -> bool {
        let waited = self.watch.elapsed();
        self.context.allowance.is_over() || waited > self.limits.wall * MOST_WAITS
    }

    /// Returns whether a call was lost because all had no more time, however short it was itself.
    fn is_out_of_time(&self, loss: Loss) -> bool {
        loss == Loss::Time && self.is_over()
    }

    fn start(&self, careful: bool) -> Result<Running, CheckError> {
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
        job = job.taking(turn.clone());
        let (started, wait) = std::sync::mpsc::channel();
        let (sandbox, cancel) = (self.context.sandbox.clone(), self.context.cancel.clone());
        // The thread that starts a process waits for it: the process would die with the thread.
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
                    }
                }
            });
        let end = end.map_err(pipe)?;
        wait.recv().map_err(|_| CheckError::Cancelled)??;
        let input = BufReader::with_capacity(64 << 10, ours.try_clone().map_err(pipe)?);
        Ok(Running {
            input,
            output: BufWriter::with_capacity(64 << 10, ours),
            end,
            turn,
            since: Stopwatch::start(),
        })
    }

    /// Sends `calls` and reads replies until all are there or the process ends.
    fn pass(
        &mut self,
        running: Running,
        calls: &[Call],
        replies: &mut Vec<Option<Reply>>,
    ) -> Result<Option<Lost>, CheckError> {
        let Running {
            mut input,
            output,
            end,
            turn,
            since,
        } = running;
        let mut shortage = Shortage::default();
        let before = replies.len();
        let wanted = before + calls.len();
        let mut watch = Stopwatch::start();
        let output = thread::scope(|scope| {
            let writer = scope.spawn(move || send(output, calls));
            while replies.len() < wanted {
                shortage.is_noted = false;
                let Ok(Some((kind, bytes))) = shortage.read(&mut input) else {
                    break;
                };
                turn.give();
                let reply = Reply::read(kind, bytes);
                shortage.is_ours = !self.holds(reply.as_ref());
                let reply = reply.filter(|_| !shortage.is_ours);
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
        let running = Running {
            input,
            output,
            end,
            turn,
            since,
        };
        let exit = self.end(running)?;
        Ok((!complete).then(|| Lost {
            loss: Loss::of(&exit, shortage.ended(&exit)),
            is_first: replies.len() == before,
            waited: idle,
            lived,
        }))
    }

    /// Closes the line and waits for the end.
    fn end(&mut self, running: Running) -> Result<Exit, CheckError> {
        running
            .input
            .get_ref()
            .shutdown(std::net::Shutdown::Both)
            .ok();
        drop(running.output);
        let exit = running.end.join().map_err(|_| CheckError::Cancelled)?;
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
