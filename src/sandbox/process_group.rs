//! The process group of a job, killed only while its leader is running or a zombie.
//!
//! Once the leader is reaped, the kernel may give its number to an unrelated process.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus};
use rustix::process::{kill_process_group, waitid};

/// A process group and the child that leads it; clones name the same group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    id: Pid,
    /// The leader, until it is reaped.
    leader: Arc<Mutex<Option<Child>>>,
}

impl Group {
    pub(super) fn led_by(leader: Child) -> Self {
        Self {
            id: Pid::from_child(&leader),
            leader: Arc::new(Mutex::new(Some(leader))),
        }
    }

    pub(super) fn id(&self) -> i32 {
        self.id.as_raw_nonzero().get()
    }

    /// Returns whether `other` is this group; ids are reused, so these are not compared.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.leader, &other.leader)
    }

    /// Kills every process of the group; does nothing once the leader is reaped.
    pub(super) fn kill(&self) {
        self.kill_with(kill_all);
    }

    /// Waits for the leader's end, kills what it left running in the group, and reaps it.
    pub(super) fn reap(&self) -> io::Result<ExitStatus> {
        self.reap_with(kill_all)
    }

    fn kill_with(&self, kill: impl FnOnce(Pid)) {
        if self.leader().is_some() {
            kill(self.id);
        }
    }

    fn reap_with(&self, kill: impl FnOnce(Pid)) -> io::Result<ExitStatus> {
        wait_without_reaping(self.id)?;
        let mut leader = self.leader();
        let Some(mut child) = leader.take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        kill(self.id);
        child.wait()
    }

    fn leader(&self) -> MutexGuard<'_, Option<Child>> {
        self.leader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until the child `process` has ended, and leaves it a zombie: its number stays taken.
pub(super) fn wait_without_reaping(process: Pid) -> io::Result<WaitIdStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(process), options) {
            Ok(Some(status)) => return Ok(status),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Kills the process group `group`; that it is gone already is no error.
fn kill_all(group: Pid) {
    kill_process_group(group, Signal::KILL).ok();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;
    use crate::sys::processes;

    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).process_group(0);
        command
    }

    fn started(script: &str) -> Group {
        Group::led_by(shell(script).spawn().expect("a shell"))
    }

    #[test]
    fn a_group_is_killed_while_its_leader_is_a_zombie_and_then_reaped() {
        let group = started("exit 3");
        let mut state = None;
        let status = group.reap_with(|id| state = processes::state(id.as_raw_nonzero().get()));
        assert_eq!(status.expect("a child").code(), Some(3));
        assert_eq!(state, Some('Z'));
        assert_eq!(processes::state(group.id()), None);
    }

    #[test]
    fn a_group_whose_leader_was_reaped_is_not_killed() {
        let group = started("exit 0");
        group.reap().expect("a child");
        group.kill_with(|id| panic!("{id:?} may be another process"));
    }

    #[test]
    fn what_the_leader_left_in_its_group_is_killed() {
        // Only processes of the group hold the pipe: EOF means that they have ended.
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut command = shell("{ sleep 5; echo late; } & exit 0");
        command.stdout(writer);
        let group = Group::led_by(command.spawn().expect("a shell"));
        drop(command);
        group.reap().expect("a child");
        assert_eq!(io::copy(&mut reader, &mut io::sink()).expect("a pipe"), 0);
    }
}
