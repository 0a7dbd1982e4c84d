//! Calling off a check: every process that belongs to it is killed at once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

/// A token shared by everyone who works on one check.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    groups: BTreeSet<i32>,
}

impl Cancel {
    /// Returns a token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Kills every process that runs under this token; those started later die at once.
    pub fn cancel(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cancelled = true;
        for group in &state.groups {
            kill_group(*group);
        }
    }

    /// Returns whether the work was called off.
    pub fn is_cancelled(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cancelled
    }

    /// Puts the process group `group` under this token.
    pub(super) fn watch(&self, group: i32) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.groups.insert(group);
        if state.cancelled {
            kill_group(group);
        }
    }

    /// Takes the process group `group` out: it has ended.
    pub(super) fn forget(&self, group: i32) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .groups
            .remove(&group);
    }
}

/// Kills the process group `group`; that it is gone already is no error.
pub(super) fn kill_group(group: i32) {
    if let Some(pid) = Pid::from_raw(group) {
        kill_process_group(pid, Signal::KILL).ok();
    }
}
