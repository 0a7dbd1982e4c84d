//! Cancellation of a check: all processes that belong to it are killed at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::process_group::Group;

/// A cancellation token; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<CancelInner>);

#[derive(Debug, Default)]
struct CancelInner {
    state: Mutex<CancelState>,
    called_off: Condvar,
}

#[derive(Debug, Default)]
struct CancelState {
    cancelled: bool,
    groups: Vec<Group>,
}

impl Cancel {
    /// Returns a token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Kills every process that runs under this token; those started later die at once.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = true;
        state.groups.iter().for_each(Group::kill);
        drop(state);
        self.0.called_off.notify_all();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Waits for `time` or until cancellation; returns whether the token is cancelled.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let goes_on = |state: &mut CancelState| !state.cancelled;
        let waited = self
            .0
            .called_off
            .wait_timeout_while(self.state(), time, goes_on);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.cancelled
    }

    fn state(&self) -> MutexGuard<'_, CancelState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds `group` to those that [`Cancel::cancel`] kills; kills it now if that has been called.
    pub(super) fn watch(&self, group: &Group) {
        let mut state = self.state();
        state.groups.push(group.clone());
        if state.cancelled {
            group.kill();
        }
    }

    /// Removes `group`, which has ended.
    pub(super) fn forget(&self, group: &Group) {
        self.state().groups.retain(|known| !known.is(group));
    }
}
