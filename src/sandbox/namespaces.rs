//! Seclusion: a job in namespaces of its own, under a process that is the first one there.
//!
//! The launcher leaves the machine's namespaces, as an ordinary user by way of a user namespace. Who
//! does so stays what it was, only its children are inside. So there are three processes: the
//! launcher outside, which Gradus waits for; the first process inside ([`INIT`]), with which all
//! others there end; and the job. Each dies with the one before it, so that nothing is left of a
//! Gradus that was killed.

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

use super::memory::Meter;
use super::policy::Policy;
use super::rule::Rule;
use super::seclusion::Seclusion;
use super::{kernel, launcher, root};

/// The first argument that makes Gradus the first process of its namespaces.
pub(super) const INIT: &str = "__init";
/// What the first process needs, and nobody after it.
const NEEDED: CapabilitySet = CapabilitySet::SYS_ADMIN;

/// Returns whether this process may have namespaces of its own, as far as can be seen beforehand.
pub(super) fn are_there() -> bool {
    if rustix::process::geteuid().is_root() {
        return has_power();
    }
    let most = fs::read_to_string("/proc/sys/user/max_user_namespaces");
    most.is_ok_and(|most| most.trim() != "0")
}

fn has_power() -> bool {
    let needed = CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN;
    rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(needed))
}

/// Leaves the machine's namespaces, runs the job of `arguments` in new ones to its end, and returns
/// its exit code. A signal that ended it ends this process too.
pub(super) fn run(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    if policy.holds(Rule::Descriptors) {
        kernel::close_inherited()?;
    }
    leave(policy)?;
    launcher::die_with(policy.parent)?;
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = again(INIT, arguments)?
        .stdin(OwnedFd::from(theirs))
        .spawn()?;
    child.wait()?;
    let mut end = Vec::new();
    (&ours).read_to_end(&mut end)?;
    Ok(match end[..] {
        [0, code] => code,
        [1, signal] => die_by(i32::from(signal)),
        // Somebody killed the first process, and with it all others.
        _ => die_by(Signal::KILL.as_raw()),
    })
}

/// Returns a command that makes this program `entry`, with the rest of `arguments` as they are.
fn again(entry: &str, arguments: &[OsString]) -> io::Result<Command> {
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(entry)
        .args(arguments.get(1..).unwrap_or_default());
    Ok(command)
}

/// Makes the view of `policy` all that this process and its children can reach of the files.
pub(super) fn show_view(policy: &Policy) -> io::Result<()> {
    if !policy.holds(Rule::Root) {
        return Ok(());
    }
    unshare(UnshareFlags::NEWNS)?;
    root::show_only(&policy.view, &[])
}

fn leave(policy: &Policy) -> io::Result<()> {
    let mut flags = UnshareFlags::NEWNS | UnshareFlags::NEWIPC;
    if policy.holds(Rule::Company) {
        flags |= UnshareFlags::NEWPID;
    }
    let has_network = policy.seclusion == Seclusion::Network && policy.holds(Rule::Network);
    if has_network {
        flags |= UnshareFlags::NEWNET;
    }
    if unshare(flags)? {
        keep_across_exec()?;
    }
    if has_network {
        kernel::raise_loopback()?;
    }
    Ok(())
}

/// Leaves the namespaces of `flags`, that of mounts among them, as an ordinary user by way of a user
/// namespace; returns whether there is one.
fn unshare(flags: UnshareFlags) -> io::Result<bool> {
    let needs_user = !has_power();
    if needs_user {
        let user = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        kernel::unshare(flags | UnshareFlags::NEWUSER)?;
        // Whoever it is outside, it is inside: nothing that it starts takes itself for the superuser.
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    } else {
        kernel::unshare(flags)?;
    }
    // What is mounted from here on is mounted nowhere else.
    mount_change(
        "/",
        MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
    )?;
    Ok(needs_user)
}

/// Lets an ordinary user's next program have the powers that it needs in the new namespaces.
fn keep_across_exec() -> io::Result<()> {
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

/// Is the first process: makes `/proc` and the files what they should be, starts the job, and
/// returns when that has ended, whereupon the kernel ends all others. The end is told on standard
/// input, which is a socket.
pub(super) fn be_first(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if is_abandoned()? {
        return Err(io::Error::other("the launcher ended first"));
    }
    let meter = mount_processes(policy)?;
    for room in policy.rooms.iter().filter(|_| policy.holds(Rule::Sum)) {
        room.mount()?;
    }
    let mut command = again(launcher::INSIDE, arguments)?;
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
    let end = last_of(job.id(), meter.as_ref())?;
    // With nobody there to read it, it makes no difference.
    rustix::io::write(rustix::stdio::stdin(), &end).ok();
    Ok(0)
}

/// Makes `/proc` that of this process's namespace. Returns what measures a learner's commands there: they
/// see their own processes alone, and not this one, whose arguments say by what word it is known.
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

fn is_abandoned() -> io::Result<bool> {
    let stdin = rustix::stdio::stdin();
    let mut polled = [PollFd::new(&stdin, PollFlags::RDHUP)];
    poll(&mut polled, Some(&Timespec::default()))?;
    let gone = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
    Ok(polled[0].revents().intersects(gone))
}

/// Buries whoever ends here until the process `job` does; returns how that was. Where `meter` finds that all
/// have too much together, that is the end: the kernel kills them with this process.
fn last_of(job: u32, meter: Option<&Meter>) -> io::Result<[u8; 2]> {
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

/// Ends this process by `signal`; where that does not end it, the exit code says it.
fn die_by(signal: i32) -> u8 {
    if let Some(named) = Signal::from_named_raw(signal) {
        kill_process(getpid(), named).ok();
    }
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}
