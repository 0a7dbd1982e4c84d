//! The threads that watch a child: one that waits for its end, and one that reads each stream.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::super::process_group::Group;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputStream {
    Stdout,
    Stderr,
}

#[derive(Debug)]
pub(super) enum ChildEvent {
    Output(OutputStream, Vec<u8>),
    Closed,
    Ended(ExitStatus),
}

/// A child that is watched by threads.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) group: Group,
    pub(super) events: Receiver<ChildEvent>,
    /// How many output streams it has.
    pub(super) streams: usize,
}

type ThreadBody = Box<dyn FnOnce() + Send>;

/// Watches `child` on threads that `start` starts. If one cannot be started, the child is killed: a child
/// without a waiter would never be reaped.
pub(super) fn watch(
    mut child: Child,
    mut start: impl FnMut(&str, ThreadBody) -> io::Result<()>,
) -> io::Result<Watched> {
    let stdout = child.stdout.take().map(OwnedFd::from);
    let stderr = child.stderr.take().map(OwnedFd::from);
    let pipes = [
        (OutputStream::Stdout, stdout),
        (OutputStream::Stderr, stderr),
    ];
    let files = pipes.map(|(stream, pipe)| pipe.map(|pipe| (stream, File::from(pipe))));
    let streams: Vec<_> = files.into_iter().flatten().collect();
    let group = Group::led_by(child);
    let (sender, events) = channel();
    let watched = Watched {
        group: group.clone(),
        events,
        streams: streams.len(),
    };
    let start_all = || {
        for (stream, pipe) in streams {
            let sender = sender.clone();
            start("read", Box::new(move || forward(stream, pipe, &sender)))?;
        }
        let group = group.clone();
        let wait = move || {
            if let Ok(status) = group.reap() {
                sender.send(ChildEvent::Ended(status)).ok();
            }
        };
        start("wait", Box::new(wait))
    };
    let started = start_all();
    if started.is_err() {
        group.kill();
        group.reap()?;
    }
    started.map(|()| watched)
}

pub(super) fn start_thread(name: &str, work: ThreadBody) -> io::Result<()> {
    let thread = thread::Builder::new()
        .name(name.into())
        .stack_size(128 << 10);
    thread.spawn(work).map(drop)
}

fn forward(stream: OutputStream, mut pipe: File, sender: &Sender<ChildEvent>) {
    let mut buffer = vec![0; 32 << 10];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                if sender
                    .send(ChildEvent::Output(stream, buffer[..count].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    sender.send(ChildEvent::Closed).ok();
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::sys::processes;

    #[test]
    fn a_child_that_cannot_be_watched_is_killed_and_is_an_error() {
        for threads in 0..3 {
            #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
            let mut command = Command::new("/bin/sleep");
            command.arg("600").process_group(0);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = command.spawn().expect("it starts");
            let id = i32::try_from(child.id()).expect("process ids are small");
            let mut left = threads;
            let error = watch(child, |name, work| {
                left -= 1;
                if left < 0 {
                    return Err(ErrorKind::OutOfMemory.into());
                }
                start_thread(name, work)
            });
            let kind = error.map(drop).map_err(|error| error.kind());
            assert_eq!(kind, Err(ErrorKind::OutOfMemory), "{threads}");
            assert_eq!(processes::state(id), None, "{threads}");
        }
    }
}
