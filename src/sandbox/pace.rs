//! How a process spends its time, from what the system tells of it a few times a second.
//!
//! A process that neither ends nor uses its processor (it sleeps, waits for input or for a lock) is
//! told from one that waits for a busy machine: the second is ready to run.

use std::time::Duration;

use crate::sys::processes::Usage;

/// How often a process is looked at.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// One part in so many of a tick is as good as nothing.
const LEAST_PART: u32 = 10;

/// What a process did with its time so far.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Usage,
    idle: Duration,
    queued: Duration,
}

impl Pace {
    /// Takes in that after a further `time` the system tells `usage`. Of a `time` longer than a tick
    /// nobody saw more than a tick: whoever looks was kept waiting too. Returns how much of it was waited
    /// for a processor.
    pub(super) fn note(&mut self, time: Duration, usage: Usage) -> Duration {
        let time = time.min(TICK);
        let ran = usage.ran.saturating_sub(self.last.ran);
        let queued = usage.queued.saturating_sub(self.last.queued);
        let used = ran + queued;
        // The system adds a wait to the others only when it is over.
        let is_starved = usage.is_ready && used * LEAST_PART < time;
        let waited = if is_starved { time } else { queued.min(time) };
        self.queued += waited;
        // One that runs a good part of the time is no sleeper: of its threads that have ended nobody
        // tells how long they waited.
        if !is_starved && ran * LEAST_PART < time {
            self.idle += time.saturating_sub(used);
        }
        self.last = usage;
        waited
    }

    /// Forgets how long it was idle: something else is wanted of it now.
    pub(super) fn begin_turn(&mut self) {
        self.idle = Duration::ZERO;
    }

    /// Returns how long it was idle since its turn began.
    pub(super) fn idle(&self) -> Duration {
        self.idle
    }

    /// Returns how long it could have run and had no processor.
    pub(super) fn queued(&self) -> Duration {
        self.queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the pace of a process that in each of `ticks` ran and was queued for so many
    /// milliseconds, and was then ready to run or not.
    fn pace(ticks: impl IntoIterator<Item = (u64, u64, bool)>) -> Pace {
        let mut pace = Pace::default();
        let mut usage = Usage::default();
        for (ran, queued, is_ready) in ticks {
            usage.ran += Duration::from_millis(ran);
            usage.queued += Duration::from_millis(queued);
            usage.is_ready = is_ready;
            pace.note(TICK, usage);
        }
        pace
    }

    #[test]
    fn a_process_that_sleeps_is_idle_and_waits_for_no_processor() {
        let sleeps = pace([(0, 0, false); 8]);
        assert_eq!((sleeps.idle(), sleeps.queued()), (TICK * 8, Duration::ZERO));
        // A thread that wakes up often, and has nothing to do, waits for a busy machine each time.
        let wakes = pace([(1, 49, false), (1, 49, true)]);
        assert_eq!(wakes.idle(), Duration::from_millis(200) * 2);
    }

    #[test]
    fn a_process_that_computes_is_not_idle() {
        let pace = pace([(250, 0, true), (125, 0, false), (250, 0, true)]);
        assert_eq!(
            (pace.idle(), pace.queued()),
            (Duration::ZERO, Duration::ZERO)
        );
    }

    #[test]
    fn a_process_on_a_busy_machine_is_not_idle_and_its_wait_is_known() {
        let a_tenth = pace([(20, 230, false); 8]);
        assert_eq!(a_tenth.idle(), Duration::ZERO);
        assert_eq!(a_tenth.queued(), Duration::from_millis(230) * 8);
        // Nobody tells how long threads waited that have ended since.
        let threads = pace([(60, 0, false); 8]);
        assert_eq!(threads.idle(), Duration::ZERO);
        // One that got no processor at all: the system tells of the wait when it is over.
        let none = pace([(0, 0, true), (0, 0, true), (0, 0, true)]);
        assert_eq!((none.idle(), none.queued()), (Duration::ZERO, TICK * 3));
    }

    #[test]
    fn each_turn_begins_with_no_idle_time() {
        let mut pace = pace([(0, 0, false); 4]);
        pace.begin_turn();
        assert_eq!(pace.idle(), Duration::ZERO);
    }

    #[test]
    fn of_a_time_that_nobody_looked_a_tick_counts() {
        let mut pace = Pace::default();
        pace.note(Duration::from_mins(10), Usage::default());
        assert_eq!(pace.idle(), TICK);
    }
}
