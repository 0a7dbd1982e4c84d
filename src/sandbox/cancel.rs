//! Calling off a check: every process that belongs to it is killed at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::group::Group;

/// A token shared by everyone who works on one check.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    called_off: Condvar,
}

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    groups: Vec<Group>,
}

impl Cancel {
    /// Returns a token that nobody has cancelled.
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

    /// Returns whether the work was called off.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Waits for `time`, or until the work is called off; returns whether it was.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let goes_on = |state: &mut State| !state.cancelled;
        let waited = self
            .0
            .called_off
            .wait_timeout_while(self.state(), time, goes_on);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.cancelled
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `group` under this token.
    pub(super) fn watch(&self, group: &Group) {
        let mut state = self.state();
        state.groups.push(group.clone());
        if state.cancelled {
            group.kill();
        }
    }

    /// Takes `group` out: it has ended.
    pub(super) fn forget(&self, group: &Group) {
        self.state().groups.retain(|known| !known.is(group));
    }
}
