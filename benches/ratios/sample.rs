//! Samples: how long something takes, in wall and in processor time, and how samples are summed up.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// What one run of something took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Wall time.
    pub(crate) wall: Duration,
    /// Processor time of this process and of the children that have ended.
    pub(crate) cpu: Duration,
}

/// Two things that ran one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// Ours.
    pub(crate) ours: Sample,
    /// What it is compared with.
    pub(crate) peer: Sample,
}

/// The middle of many figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    /// A quarter is lower.
    pub(crate) low: f64,
    /// A half is lower.
    pub(crate) median: f64,
    /// Three quarters are lower.
    pub(crate) high: f64,
}

impl Spread {
    /// Sums up `figures`; of none it is zero.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let last = figures.len().saturating_sub(1);
        let at = |place: usize| figures.get(place).copied().unwrap_or_default();
        Self {
            low: at(last / 4),
            median: at(figures.len() / 2),
            high: at(last - last / 4),
        }
    }

    /// Returns the ratio of ours to the peer's in each of `pairs`, which is the same whatever else
    /// the machine does meanwhile.
    pub(crate) fn of_ratios(pairs: &[Pair], of: impl Fn(&Sample) -> Duration) -> Self {
        let ratio = |pair: &Pair| of(&pair.ours).as_secs_f64() / of(&pair.peer).as_secs_f64();
        Self::of(pairs.iter().map(ratio))
    }
}

/// A moment: by the clock, and by the processor time that was used until then.
pub(crate) type Moment = (Instant, Duration);

/// Returns this moment.
pub(crate) fn now() -> Moment {
    (Instant::now(), used())
}

/// Returns what was taken from one moment to a later one.
pub(crate) fn between(from: Moment, to: Moment) -> Sample {
    Sample {
        wall: to.0.duration_since(from.0),
        cpu: to.1.saturating_sub(from.1),
    }
}

/// Runs `work` and returns what it took.
pub(crate) fn measure(work: impl FnOnce()) -> Sample {
    let from = now();
    work();
    between(from, now())
}

/// Returns the processor time that this process and its ended children have used.
pub(crate) fn used() -> Duration {
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .map(|who| {
            let usage = getrusage(who).expect("the kernel knows");
            let micros = (usage.user_time() + usage.system_time()).num_microseconds();
            Duration::from_micros(micros.unsigned_abs())
        })
        .iter()
        .sum()
}

/// Runs `command` to its end, with nothing on the terminal; how it ends does not matter, as long as
/// it did its work.
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

/// Runs two things in turn, `times` times, and returns the pairs. Every second time the peer is
/// first: what the one leaves behind meets the other as often.
pub(crate) fn in_turn(
    times: usize,
    mut ours: impl FnMut(usize),
    mut peer: impl FnMut(usize),
) -> Vec<Pair> {
    // The first round fills caches and is not counted.
    ours(0);
    peer(0);
    let pair = |round: usize| {
        if round.is_multiple_of(2) {
            let ours = measure(|| ours(round));
            let peer = measure(|| peer(round));
            return Pair { ours, peer };
        }
        let peer = measure(|| peer(round));
        let ours = measure(|| ours(round));
        Pair { ours, peer }
    };
    (1..=times).map(pair).collect()
}

/// Returns the median.
pub(crate) fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
