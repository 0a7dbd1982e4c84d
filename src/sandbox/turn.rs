//! Whose turn it is in a request-response exchange between Gradus and a process: one that waits for the
//! next request is not idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter of turns, shared by the thread that talks to a process and the one that enforces its
/// limits. The process has the first turn; even numbers are its turns, odd ones are Gradus's.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<AtomicU64>);

impl Turn {
    /// Begins a new turn of the process, even if the last was its own: a request was sent to it.
    pub(crate) fn give(&self) {
        self.next(false);
    }

    /// Begins Gradus's turn: the process has answered.
    pub fn take(&self) {
        self.next(true);
    }

    /// Returns the number of the current turn if it is the process's.
    pub(super) fn of_process(&self) -> Option<u64> {
        let turn = self.0.load(Ordering::SeqCst);
        turn.is_multiple_of(2).then_some(turn)
    }

    fn next(&self, is_ours: bool) {
        let next = |turn: u64| Some((turn | 1) + 1 + u64::from(is_ours));
        // `fetch_update` fails only where the closure returns `None`.
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, next)
            .ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_of_the_process_has_a_number_of_its_own() {
        let turn = Turn::default();
        let mut seen = vec![turn.of_process()];
        for _ in 0..2 {
            turn.give();
            seen.push(turn.of_process());
            turn.take();
            assert_eq!(turn.of_process(), None);
        }
        turn.give();
        seen.push(turn.of_process());
        seen.dedup();
        assert_eq!(seen.iter().flatten().count(), 4, "{seen:?}");
    }
}
