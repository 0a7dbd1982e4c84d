//! Seclusion: a job in its own namespaces, under an init process.
//!
//! The launcher unshares namespaces, as an ordinary user by way of a user namespace. A new PID namespace
//! holds only children of the process that made it, so there are three processes: the launcher
//! outside, which Gradus waits for; the init inside ([`INIT`]), with which the kernel ends all others
//! there; and the job. Each dies with its parent (PDEATHSIG), so nothing survives a Gradus that was
//! killed.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::meter::Meter;
use super::policy::Policy;
use super::rule::Rule;
use super::seclusion::Seclusion;
use super::{kernel, launcher, own_process, root};

/// The first argument that makes Gradus the init of its namespaces.
pub(super) const INIT: &str = "__init";
/// The capability that init needs, to mount; the job has none.
const NEEDED: CapabilitySet = CapabilitySet::SYS_ADMIN;

/// Returns whether this process may create namespaces, as far as can be seen without trying.
pub(super) fn are_available() -> bool {
    if rustix::process::geteuid().is_root() {
        return may_unshare();
    }
    let most = fs::read_to_string("/proc/sys/user/max_user_namespaces");
    most.is_ok_and(|most| most.trim() != "0")
}

fn may_unshare() -> bool {
    let needed = CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN;
    rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(needed))
}

/// Runs the job of `arguments` in new namespaces to its end, and returns its exit code. If a signal
/// ended it, this process ends itself by the same signal.
pub(super) fn run(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    if policy.holds(Rule::Descriptors) {
        kernel::close_inherited()?;
    }
    enter_namespaces(policy)?;
    own_process::die_with_parent(policy.parent)?;
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = reexec(INIT, arguments)?
        .stdin(OwnedFd::from(theirs))
        .spawn()?;
    child.wait()?;
    let mut end = Vec::new();
    (&ours).read_to_end(&mut end)?;
    Ok(match end[..] {
        [0, code] => code,
        [1, signal] => die_by(i32::from(signal)),
        // Init was killed, and with it the job.
        _ => die_by(Signal::KILL.as_raw()),
    })
}

/// Returns a command that runs Gradus again with `entry` in place of the first argument.
fn reexec(entry: &str, arguments: &[OsString]) -> io::Result<Command> {
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(entry)
        .args(arguments.get(1..).unwrap_or_default());
    Ok(command)
}

/// Replaces the root folder of this process by one that holds only the view of `policy`.
pub(super) fn show_view(policy: &Policy) -> io::Result<()> {
    if !policy.holds(Rule::Root) {
        return Ok(());
    }
    unshare(UnshareFlags::NEWNS)?;
    root::show_only(&policy.view, &[])
}

fn enter_namespaces(policy: &Policy) -> io::Result<()> {
    let mut flags = UnshareFlags::NEWNS | UnshareFlags::NEWIPC;
    if policy.holds(Rule::Company) {
        flags |= UnshareFlags::NEWPID;
    }
    let has_network = policy.seclusion == Seclusion::Network && policy.holds(Rule::Network);
    if has_network {
        flags |= UnshareFlags::NEWNET;
    }
    if unshare(flags)? {
        keep_capabilities()?;
    }
    if has_network {
        kernel::raise_loopback()?;
    }
    Ok(())
}

/// Unshares the namespaces of `flags`, which include that of mounts, as an ordinary user by way of a
/// user namespace; returns whether it made one.
fn unshare(flags: UnshareFlags) -> io::Result<bool> {
    let needs_user = !may_unshare();
    if needs_user {
        let user = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        kernel::unshare(flags | UnshareFlags::NEWUSER)?;
        // The uid is mapped to itself, not to 0: programs inside must not take themselves for root.
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    } else {
        kernel::unshare(flags)?;
    }
    // Mounts made from here on do not propagate to the machine.
    mount_change(
        "/",
        MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
    )?;
    Ok(needs_user)
}

/// Keeps [`NEEDED`] across the exec of init: an ordinary user loses all but ambient capabilities.
fn keep_capabilities() -> io::Result<()> {
    let sets = rustix::thread::capabilities(None)?;
    let inheritable = NEEDED;
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            inheritable,
            ..sets
        },
    )?;
    Ok(rustix::thread::configure_capability_in_ambient_set(
        NEEDED, true,
    )?)
}

/// Runs as init: mounts `/proc` and the job's files, starts the job, and returns when that has ended,
/// whereupon the kernel kills all other processes. Standard input is a socket, to which it writes two
/// bytes: 0 and the exit code, or 1 and the signal.
pub(super) fn run_init(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if is_abandoned()? {
        return Err(io::Error::other("the launcher ended first"));
    }
    let meter = mount_processes(policy)?;
    for room in policy.rooms.iter().filter(|_| policy.holds(Rule::Sum)) {
        room.mount()?;
    }
    let mut command = reexec(launcher::INSIDE, arguments)?;
    if policy.seclusion == Seclusion::Files && policy.holds(Rule::Root) {
        let more = [PathBuf::from(command.get_program()), "/proc".into()];
        root::show_only(&policy.view, &more)?;
    }
    if !rustix::process::geteuid().is_root() {
        let none = CapabilitySet::empty();
        let sets = CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        };
        rustix::thread::set_capabilities(None, sets)?;
    }
    let job = command.stdin(Stdio::null()).spawn()?;
    let end = reap_until(job.id(), meter.as_ref())?;
    // The launcher may be gone; then nothing needs the answer.
    rustix::io::write(rustix::stdio::stdin(), &end).ok();
    Ok(0)
}

/// Mounts the `/proc` of this PID namespace, and returns the meter of a runbook's memory. A runbook's
/// `/proc` hides the processes that it may not trace, such as init, whose arguments hold the token.
fn mount_processes(policy: &Policy) -> io::Result<Option<Meter>> {
    if !policy.holds(Rule::Company) {
        return Ok(None);
    }
    let mount = |data| {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", "/proc", "proc", flags, data)
    };
    mount(None)?;
    if policy.seclusion != Seclusion::Files {
        return Ok(None);
    }
    let meter = Meter::new(policy.limits.memory)?;
    mount(Some(c"hidepid=ptraceable"))?;
    Ok(policy.holds(Rule::Sum).then_some(meter))
}

/// Returns whether the launcher has closed its end of the socket on standard input.
fn is_abandoned() -> io::Result<bool> {
    let stdin = rustix::stdio::stdin();
    let mut polled = [PollFd::new(&stdin, PollFlags::RDHUP)];
    poll(&mut polled, Some(&Timespec::default()))?;
    let gone = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
    Ok(polled[0].revents().intersects(gone))
}

/// Reaps every process of this namespace, as init must, until `job` ends; returns how it ended. Returns
/// at once where `meter` finds that the processes hold too much memory: the kernel kills them when this
/// process ends.
fn reap_until(job: u32, meter: Option<&Meter>) -> io::Result<[u8; 2]> {
    let options = match meter {
        Some(_) => WaitOptions::NOHANG,
        None => WaitOptions::empty(),
    };
    let pid = i32::try_from(job).ok().and_then(Pid::from_raw);
    loop {
        if let (Some(meter), Some(pid)) = (meter, pid) {
            if meter.is_exceeded()? {
                return Ok([1, 9]);
            }
            Meter::wait(pid)?;
        }
        let (pid, status) = match rustix::process::wait(options) {
            Ok(Some(ended)) => ended,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        if pid.as_raw_nonzero().get().unsigned_abs() != job {
            continue;
        }
        let byte = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
        return Ok(match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => [0, byte(code)],
            (None, Some(signal)) => [1, byte(signal)],
            (None, None) => [0, u8::MAX],
        });
    }
}

/// Ends this process by `signal`; returns the shell's exit code for it (128 + signal) if it survives.
fn die_by(signal: i32) -> u8 {
    if let Some(named) = Signal::from_named_raw(signal) {
        kill_process(getpid(), named).ok();
    }
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}
