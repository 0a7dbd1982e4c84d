//! CPU accounting of a process, from samples a few times a second: time idle and time queued.
//!
//! A process that sleeps, or waits for input or a lock, is idle. One that is runnable and has no CPU
//! because the machine is busy is queued, which is not its fault.

use std::time::Duration;

use crate::sys::processes::Usage;

/// How often a process is sampled.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// A process that used less than one part in so many of a tick counts as not having run.
const LEAST_PART: u32 = 10;

/// The idle and queued time of a process so far.
#[derive(Debug, Default)]
pub(super) struct UsageTracker {
    last: Usage,
    idle: Duration,
    queued: Duration,
}

impl UsageTracker {
    /// Adds a sample, taken `time` after the last one, and returns how much of that it was queued. A `time`
    /// longer than a tick means that the sampling thread was itself kept waiting; it counts as one tick.
    pub(super) fn add_sample(&mut self, time: Duration, usage: Usage) -> Duration {
        let time = time.min(TICK);
        let ran = usage.ran.saturating_sub(self.last.ran);
        let queued = usage.queued.saturating_sub(self.last.queued);
        let used = ran + queued;
        // The kernel adds a wait to `schedstat` only when it is over.
        let is_starved = usage.is_ready && used * LEAST_PART < time;
        let waited = if is_starved { time } else { queued.min(time) };
        self.queued += waited;
        // A process that runs a good part of the time is not idle: the rest may have been waits of threads
        // that have ended, whose `schedstat` is gone.
        if !is_starved && ran * LEAST_PART < time {
            self.idle += time.saturating_sub(used);
        }
        self.last = usage;
        waited
    }

    /// Resets the idle time, for a new request.
    pub(super) fn reset_idle(&mut self) {
        self.idle = Duration::ZERO;
    }

    pub(super) fn idle(&self) -> Duration {
        self.idle
    }

    pub(super) fn queued(&self) -> Duration {
        self.queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tracks a process that in each of `ticks` ran and was queued for so many milliseconds, and was
    /// then runnable or not.
    fn track(ticks: impl IntoIterator<Item = (u64, u64, bool)>) -> UsageTracker {
        let mut tracker = UsageTracker::default();
        let mut usage = Usage::default();
        for (ran, queued, is_ready) in ticks {
            usage.ran += Duration::from_millis(ran);
            usage.queued += Duration::from_millis(queued);
            usage.is_ready = is_ready;
            tracker.add_sample(TICK, usage);
        }
        tracker
    }

    #[test]
    fn a_process_that_sleeps_is_idle_and_waits_for_no_processor() {
        let sleeps = track([(0, 0, false); 8]);
        assert_eq!((sleeps.idle(), sleeps.queued()), (TICK * 8, Duration::ZERO));
        // A thread that wakes up often, and has nothing to do, waits for a busy machine each time.
        let wakes = track([(1, 49, false), (1, 49, true)]);
        assert_eq!(wakes.idle(), Duration::from_millis(200) * 2);
    }

    #[test]
    fn a_process_that_computes_is_not_idle() {
        let computes = track([(250, 0, true), (125, 0, false), (250, 0, true)]);
        let none = (Duration::ZERO, Duration::ZERO);
        assert_eq!((computes.idle(), computes.queued()), none);
    }

    #[test]
    fn a_process_on_a_busy_machine_is_not_idle_and_its_wait_is_known() {
        let a_tenth = track([(20, 230, false); 8]);
        assert_eq!(a_tenth.idle(), Duration::ZERO);
        assert_eq!(a_tenth.queued(), Duration::from_millis(230) * 8);
        // Threads that have ended leave no record of their waits.
        let threads = track([(60, 0, false); 8]);
        assert_eq!(threads.idle(), Duration::ZERO);
        // A process that got no CPU at all: its wait is recorded only when it is over.
        let none = track([(0, 0, true), (0, 0, true), (0, 0, true)]);
        assert_eq!((none.idle(), none.queued()), (Duration::ZERO, TICK * 3));
    }

    #[test]
    fn each_request_begins_with_no_idle_time() {
        let mut tracker = track([(0, 0, false); 4]);
        tracker.reset_idle();
        assert_eq!(tracker.idle(), Duration::ZERO);
    }

    #[test]
    fn a_gap_between_samples_counts_as_one_tick() {
        let mut tracker = UsageTracker::default();
        tracker.add_sample(Duration::from_mins(10), Usage::default());
        assert_eq!(tracker.idle(), TICK);
    }
}
