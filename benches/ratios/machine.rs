//! The machine: what else it does while something is measured.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::sample::used;

/// The kernel counts processor time in hundredths of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);
/// From this share of its processors on, others are more than a machine's own housekeeping.
const BUSY: f64 = 0.1;
/// A shorter time has too few ticks for a share.
const SHORTEST: Duration = Duration::from_millis(300);

/// Sees what processes that are not ours use of the processors.
pub(crate) struct Machine {
    processors: usize,
    since: Instant,
    all: Option<Duration>,
    ours: Duration,
    last: Option<f64>,
}

impl Machine {
    /// Begins to look.
    pub(crate) fn new() -> Self {
        Self {
            processors: thread::available_parallelism().map_or(1, usize::from),
            since: Instant::now(),
            all: all(),
            ours: used(),
            last: None,
        }
    }

    /// Returns which share of all processors others have used since the last look; `None` where the
    /// kernel does not say. What comes right after a look has the share of that one.
    pub(crate) fn others(&mut self) -> Option<f64> {
        let time = self.since.elapsed();
        if time < SHORTEST {
            return self.last;
        }
        let now = Self::new();
        let all = now.all?.saturating_sub(self.all?);
        let others = all.saturating_sub(now.ours.saturating_sub(self.ours));
        let processors = f64::from(u32::try_from(self.processors).unwrap_or(1));
        let share = others.as_secs_f64() / (time.as_secs_f64() * processors);
        *self = Self {
            last: Some(share),
            ..now
        };
        self.last
    }

    /// Returns what it is, in words.
    pub(crate) fn words(&self) -> String {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let kernel = read("/proc/sys/kernel/osrelease");
        let load = read("/proc/loadavg");
        format!(
            "{} processors, {} {}, load {}",
            self.processors,
            std::env::consts::OS,
            kernel.trim(),
            load.split(' ').next().unwrap_or("unknown")
        )
    }
}

/// Returns whether a share of [`Machine::others`] makes figures doubtful.
pub(crate) fn is_busy(share: Option<f64>) -> bool {
    share.is_some_and(|share| share > BUSY)
}

/// Returns the processor time that was used by anybody, or taken away by the host.
fn all() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let times: Vec<u32> = stat
        .lines()
        .next()?
        .split_ascii_whitespace()
        .skip(1)
        .map_while(|time| time.parse().ok())
        .collect();
    // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen.
    let used = [0, 1, 2, 5, 6, 7].map(|place| times.get(place).copied().unwrap_or_default());
    Some(TICK * used.iter().sum::<u32>())
}
