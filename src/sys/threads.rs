//! Parallel work on scoped threads.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Runs `work` for each of `jobs` on at most `most` threads, and returns the results in the order of the
/// jobs.
pub(crate) fn map_parallel<T: Sync, R: Send>(
    most: usize,
    jobs: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let mut results: Vec<Option<R>> = jobs.iter().map(|_| None).collect();
    for_each_parallel(most, jobs, work, |place, result| {
        results[place] = Some(result);
        ControlFlow::Continue(())
    });
    results.into_iter().flatten().collect()
}

/// Runs `work` for each of `jobs` on at most `most` threads. Calls `take` on this thread with each result as
/// it arrives and the index of its job. After `take` breaks, no further job begins, but results of jobs that
/// have begun still arrive.
pub(crate) fn for_each_parallel<T: Sync, R: Send>(
    most: usize,
    jobs: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(usize, R) -> ControlFlow<()>,
) {
    let most = most.clamp(1, jobs.len().max(1));
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    // Bounded, so that workers wait for this thread instead of piling up results.
    let (sender, results) = sync_channel(most * 2);
    thread::scope(|scope| {
        for _ in 0..most {
            let (sender, next, over, work) = (sender.clone(), &next, &over, &work);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(place) else { return };
                    // The receiver is gone if `take` panicked.
                    if sender.send((place, work(job))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (place, result) in results {
            if take(place, result).is_break() {
                over.store(true, Ordering::Relaxed);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_order_of_the_jobs() {
        let jobs: Vec<u64> = (0..100).collect();
        let doubled: Vec<u64> = jobs.iter().map(|job| job * 2).collect();
        for most in [0, 1, 3, 1000] {
            assert_eq!(map_parallel(most, &jobs, |job| job * 2), doubled);
        }
        assert_eq!(map_parallel(3, &[0; 0], |job| *job), [0; 0]);
    }

    #[test]
    fn no_job_begins_after_a_break_and_what_had_begun_still_comes() {
        let begun = AtomicUsize::new(0);
        let mut taken = 0;
        let work = |_: &u32| begun.fetch_add(1, Ordering::Relaxed);
        for_each_parallel(4, &[0; 1_000], work, |_, _| {
            taken += 1;
            ControlFlow::Break(())
        });
        assert_eq!(taken, begun.into_inner());
        assert!(taken < 1_000, "{taken}");
    }
}
