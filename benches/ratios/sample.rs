//! Samples: how long a command takes, in wall and in processor time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// What one run of something took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Wall time.
    pub(crate) wall: Duration,
    /// Processor time of the children.
    pub(crate) cpu: Duration,
}

/// Runs `work` and returns what it and its children took.
pub(crate) fn measure(work: impl FnOnce()) -> Sample {
    let before = children();
    let start = Instant::now();
    work();
    let wall = start.elapsed();
    Sample {
        wall,
        cpu: children().saturating_sub(before),
    }
}

fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel knows");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}

/// Runs `command` to its end, with nothing on the terminal; how it ends does not matter.
pub(crate) fn quietly(command: &mut Command) {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().expect("the command starts");
    assert!(
        status
            .code()
            .is_some_and(|code| code != 3 && code != 4 && code < 100),
        "{command:?}: {status}"
    );
}

/// Runs two things in turn, `times` times, and returns their samples.
pub(crate) fn in_turn(
    times: usize,
    mut ours: impl FnMut(usize),
    mut peer: impl FnMut(usize),
) -> (Vec<Sample>, Vec<Sample>) {
    // The first round fills caches and is not counted.
    ours(0);
    peer(0);
    (1..=times)
        .map(|round| (measure(|| ours(round)), measure(|| peer(round))))
        .unzip()
}

/// Returns the median.
pub(crate) fn median(samples: &[Sample], of: impl Fn(&Sample) -> Duration) -> Duration {
    let mut times: Vec<_> = samples.iter().map(of).collect();
    times.sort();
    times[times.len() / 2]
}
