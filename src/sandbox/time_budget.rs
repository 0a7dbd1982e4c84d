//! A time budget that all processes of one submission share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sys::clock::Stopwatch;

/// Time spent waiting for a CPU can stretch a limit to at most so many times its length.
pub(super) const MAX_STRETCH: u32 = 3;

/// Wall time that several processes use up together; clones share it. Time that a process was runnable
/// but had no CPU does not count, up to twice the budget, nor does Gradus's own work.
#[derive(Debug, Clone)]
pub struct TimeBudget(Option<Arc<BudgetState>>);

#[derive(Debug)]
struct BudgetState {
    watch: Stopwatch,
    whole: Duration,
    credit: Mutex<Credit>,
    is_spent: AtomicBool,
}

/// Time that does not count.
#[derive(Debug, Clone, Copy, Default)]
struct Credit {
    /// How long processes were runnable and had no CPU.
    queued: Duration,
    /// How long Gradus's own work took.
    own_work: Duration,
}

impl Credit {
    fn extend(self, whole: Duration) -> Duration {
        whole + self.queued.min(whole * (MAX_STRETCH - 1)) + self.own_work
    }
}

impl TimeBudget {
    /// Returns a budget that never runs out.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Returns a budget of `whole`, which starts to run now.
    pub(crate) fn new(whole: Duration) -> Self {
        Self(Some(Arc::new(BudgetState {
            watch: Stopwatch::start(),
            whole,
            credit: Mutex::default(),
            is_spent: AtomicBool::new(false),
        })))
    }

    /// Returns this budget, or a new one of `whole` if this is unlimited.
    #[must_use]
    pub fn or_limited_to(self, whole: Duration) -> Self {
        if self.0.is_some() {
            self
        } else {
            Self::new(whole)
        }
    }

    /// Uses up the whole budget at once; does nothing to an unlimited one.
    pub fn exhaust(&self) {
        if let Some(shared) = &self.0 {
            shared.is_spent.store(true, Ordering::SeqCst);
        }
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| {
            let credit = *shared.credit();
            let is_spent = shared.is_spent.load(Ordering::SeqCst);
            is_spent || shared.watch.elapsed() >= credit.extend(shared.whole)
        })
    }

    /// Runs `work` of Gradus's own, whose time does not count.
    pub(crate) fn exclude<T>(&self, work: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let done = work();
        if let Some(shared) = &self.0 {
            shared.credit().own_work += watch.elapsed();
        }
        done
    }

    /// Excludes time that a process was runnable and had no CPU.
    pub(super) fn exclude_queued(&self, queued: Duration) {
        if let Some(shared) = &self.0 {
            shared.credit().queued += queued;
        }
    }
}

impl BudgetState {
    fn credit(&self) -> MutexGuard<'_, Credit> {
        self.credit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_exhausted_for_all_its_clones_and_an_unlimited_one_never_is() {
        let none = TimeBudget::new(Duration::ZERO);
        assert!(none.is_exhausted() && none.clone().is_exhausted());
        let day = TimeBudget::unlimited().or_limited_to(Duration::from_hours(24));
        let same = day.clone().or_limited_to(Duration::ZERO);
        assert!(!day.is_exhausted() && !same.is_exhausted());
        same.exhaust();
        assert!(day.is_exhausted());
        let unlimited = TimeBudget::unlimited();
        unlimited.exhaust();
        assert!(!unlimited.is_exhausted());
    }

    #[test]
    fn time_without_a_cpu_is_excluded_up_to_twice_the_budget() {
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
