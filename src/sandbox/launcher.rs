//! The launcher: a re-exec of Gradus that sets the limits of a job (processor time, memory, output), confines
//! itself, then execs the job's program.
//!
//! It runs before anything else in `main`, in a fresh process with one thread. Unlike code between fork
//! and exec, it may allocate, take locks and open files.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::Resource;

use super::job::Stage;
use super::own_process::{die_with_parent, set_limit};
use super::policy::Policy;
use super::seclusion::Seclusion;

/// The first argument of a launcher.
pub(crate) const ENTRY: &str = "__sandbox";
/// The first argument of a launcher that is already inside the job's namespaces.
pub(super) const INSIDE: &str = "__inside";
/// The exit code of a launcher that could not start the program. A program may exit with it too, so it
/// counts only together with the policy's token on standard error.
pub(super) const FAILED: u8 = 126;

pub(super) fn arguments(policy: &Policy) -> Vec<OsString> {
    let mut arguments = vec![ENTRY.into()];
    arguments.append(&mut policy.words());
    arguments
}

/// Limits and confines this process as the policy in `arguments` (without Gradus's own name) says, and
/// execs the program that follows it. Returns an exit code where that fails, where no program is named
/// (a trial run), or where the job ran in namespaces.
pub(crate) fn enter(arguments: &[OsString]) -> u8 {
    let (policy, job) = match Policy::read(arguments.get(1..).unwrap_or_default()) {
        Ok(read) => read,
        Err(error) => return report_failure("", &error),
    };
    let inside = arguments.first().is_some_and(|entry| entry == INSIDE);
    if policy.seclusion.has_processes() && !inside {
        return seclude(&policy, arguments)
            .unwrap_or_else(|error| report_failure(&policy.token, &error));
    }
    let parent = if inside { 0 } else { policy.parent };
    match confine(&policy, parent) {
        Ok(()) => {}
        Err(error) => return report_failure(&policy.token, &error),
    }
    let [program, arguments @ ..] = job else {
        return 0;
    };
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let error = Command::new(program).args(arguments).exec();
    report_failure(&policy.token, &error)
}

#[cfg(target_os = "linux")]
fn seclude(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    super::namespaces::run(policy, arguments)
}

#[cfg(not(target_os = "linux"))]
fn seclude(_policy: &Policy, _arguments: &[OsString]) -> io::Result<u8> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Runs this process as the init of new namespaces, and returns its exit code.
#[cfg(target_os = "linux")]
pub(super) fn run_init(arguments: &[OsString]) -> u8 {
    let read = Policy::read(arguments.get(1..).unwrap_or_default());
    let (policy, _) = match read {
        Ok(read) => read,
        Err(error) => return report_failure("", &error),
    };
    let ended = super::namespaces::run_init(&policy, arguments);
    ended.unwrap_or_else(|error| report_failure(&policy.token, &error))
}

/// Writes `error`, marked by the policy's token, to standard error, which Gradus reads.
fn report_failure(token: &str, error: &io::Error) -> u8 {
    // Gradus may be gone; the exit code says the same.
    writeln!(io::stderr(), "{token}{error}").ok();
    FAILED
}

fn confine(policy: &Policy, parent: u64) -> io::Result<()> {
    limit(policy)?;
    #[cfg(target_os = "linux")]
    if policy.seclusion == Seclusion::View {
        super::namespaces::show_view(policy)?;
    }
    policy.guard.confine(policy)?;
    // The kernel clears PDEATHSIG when credentials change, so it comes after the switch of user.
    die_with_parent(parent)?;
    policy.guard.seal(policy)
}

fn limit(policy: &Policy) -> io::Result<()> {
    if policy.stage != Stage::Trusted {
        raise_oom_score();
    }
    let cpu = policy.limits.cpu.as_secs();
    set_limit(Resource::Cpu, cpu, cpu + 1)?;
    set_limit(Resource::As, policy.limits.memory, policy.limits.memory)?;
    set_limit(Resource::Fsize, policy.limits.file, policy.limits.file)?;
    set_limit(Resource::Core, 0, 0)
}

/// Makes the OOM killer choose this process before Gradus: many processes, each within its limits, can
/// together use more memory than the machine has.
#[cfg(target_os = "linux")]
fn raise_oom_score() {
    // Best effort: a container may hide or protect the file.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
}

#[cfg(not(target_os = "linux"))]
fn raise_oom_score() {}
