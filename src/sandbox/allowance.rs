//! How long everything together may take that one submission causes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sys::clock::Stopwatch;

/// On a busy machine everything may take so many times as long.
pub(super) const MOST_EXTENT: u32 = 3;

/// A time that several processes use up together; clones share it. What they waited for a busy machine
/// is given back, up to twice the whole, and so is what Gradus did for itself.
#[derive(Debug, Clone)]
pub struct Allowance(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    watch: Stopwatch,
    whole: Duration,
    credit: Mutex<Credit>,
    is_ended: AtomicBool,
}

/// Time that does not count.
#[derive(Debug, Clone, Copy, Default)]
struct Credit {
    /// What processes waited for a processor.
    queued: Duration,
    /// What Gradus did for itself.
    own_work: Duration,
}

impl Credit {
    fn extend(self, whole: Duration) -> Duration {
        whole + self.queued.min(whole * (MOST_EXTENT - 1)) + self.own_work
    }
}

impl Allowance {
    /// Returns an allowance that never ends.
    pub fn endless() -> Self {
        Self(None)
    }

    /// Returns an allowance of `whole`, which begins now.
    pub(crate) fn of(whole: Duration) -> Self {
        Self(Some(Arc::new(Shared {
            watch: Stopwatch::start(),
            whole,
            credit: Mutex::default(),
            is_ended: AtomicBool::new(false),
        })))
    }

    /// Returns this allowance, or one of `whole` in the place of one that never ends.
    #[must_use]
    pub fn or_of(self, whole: Duration) -> Self {
        if self.0.is_some() {
            self
        } else {
            Self::of(whole)
        }
    }

    /// Ends it now, whatever is left. One that never ends goes on.
    pub fn end(&self) {
        if let Some(shared) = &self.0 {
            shared.is_ended.store(true, Ordering::SeqCst);
        }
    }

    /// Returns whether it is used up.
    pub(crate) fn is_over(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| {
            let credit = *shared.credit();
            let is_ended = shared.is_ended.load(Ordering::SeqCst);
            is_ended || shared.watch.elapsed() >= credit.extend(shared.whole)
        })
    }

    /// Does `work` of Gradus's own, whose time does not count.
    pub(crate) fn outside<T>(&self, work: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let done = work();
        if let Some(shared) = &self.0 {
            shared.credit().own_work += watch.elapsed();
        }
        done
    }

    /// Gives back the time that a process waited for a processor.
    pub(super) fn give_back(&self, queued: Duration) {
        if let Some(shared) = &self.0 {
            shared.credit().queued += queued;
        }
    }
}

impl Shared {
    fn credit(&self) -> MutexGuard<'_, Credit> {
        self.credit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_ends_for_all_its_clones_and_an_endless_one_does_not() {
        let none = Allowance::of(Duration::ZERO);
        assert!(none.is_over() && none.clone().is_over());
        let day = Allowance::endless().or_of(Duration::from_hours(24));
        let same = day.clone().or_of(Duration::ZERO);
        assert!(!day.is_over() && !same.is_over());
        same.end();
        assert!(day.is_over());
        let endless = Allowance::endless();
        endless.end();
        assert!(!endless.is_over());
    }

    #[test]
    fn what_was_waited_for_a_busy_machine_is_given_back_up_to_twice_the_whole() {
        let second = Duration::from_secs(1);
        let whole = 10 * second;
        for (waited, extended) in [(0, 10), (5, 15), (20, 30), (1000, 30)] {
            let credit = Credit {
                queued: second * waited,
                ..Credit::default()
            };
            assert_eq!(credit.extend(whole), second * extended, "{waited}");
        }
        let credit = Credit {
            own_work: 100 * second,
            ..Credit::default()
        };
        assert_eq!(credit.extend(whole), 110 * second);
    }
}
