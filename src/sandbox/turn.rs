//! Whose turn it is, where a process and Gradus talk to each other: a process that waits for its next
//! question is not idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shared by whoever talks to a process and whoever watches it. At first it is the process's turn.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<AtomicU64>);

impl Turn {
    /// It is the process's turn: a new one, also where the last was its own.
    pub(crate) fn give(&self) {
        self.next(false);
    }

    /// It is Gradus's turn.
    pub fn take(&self) {
        self.next(true);
    }

    /// Returns the number of the turn if it is the process's.
    pub(super) fn of_process(&self) -> Option<u64> {
        let turn = self.0.load(Ordering::SeqCst);
        turn.is_multiple_of(2).then_some(turn)
    }

    /// The turns are counted, those of Gradus with odd numbers.
    fn next(&self, is_ours: bool) {
        let next = |turn: u64| Some((turn | 1) + 1 + u64::from(is_ours));
        // An update that always has a next value cannot fail.
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
