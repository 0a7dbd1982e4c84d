//! Landlock for files, a seccomp allow-list for system calls, and for root an unprivileged user.
//!
//! The job's view says which files a stage can see; what it can do with the kernel is decided here. A
//! compiler reads what a learner wrote but runs none of it: it may start its linker. A learner's code
//! may compute, have threads, and use the descriptors it was given. A lab's server and shell may have
//! processes and sockets, in the lab's folders. Trusted code is not confined.

use std::io;
use std::sync::Arc;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope, path_beneath_rules,
};
use rustix::fs::Mode;

use super::Guard;
use crate::sandbox::ability::{Ability, Lacking, User};
use crate::sandbox::job::Stage;
use crate::sandbox::policy::Policy;
use crate::sandbox::rule::Rule;
use crate::sandbox::seclusion::Seclusion;
use crate::sandbox::view::Access;
use crate::sandbox::{calls, kernel, user};

/// The oldest sufficient Landlock ABI: before 2 (`LANDLOCK_ACCESS_FS_REFER`) files cannot be renamed
/// across folders, which compilers do.
pub(crate) const OLDEST: i32 = 2;
/// The newest ABI whose rights are requested; an older kernel enforces those it knows.
const NEWEST: ABI = ABI::V7;

/// The sandbox of Linux 5.19 and later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landlock;

impl Guard for Landlock {
    fn name(&self) -> &'static str {
        "landlock"
    }

    fn summary(&self) -> &'static str {
        "only the files and system calls that the code needs"
    }

    fn is_strong(&self) -> bool {
        true
    }

    fn changes_user(&self, ability: &Ability) -> bool {
        ability.user == User::Spare
    }

    fn needs(&self, ability: &Ability) -> Result<(), Lacking> {
        match ability.landlock {
            None => return Err(Lacking::Landlock),
            Some(version) if version < OLDEST => return Err(Lacking::Version(version)),
            Some(_) => {}
        }
        if !ability.seccomp {
            return Err(Lacking::Seccomp);
        }
        match ability.user {
            User::Ordinary | User::Spare => Ok(()),
            User::Stuck => Err(Lacking::SpareUser),
        }
    }

    fn make_ready(&self, policy: &Policy) -> io::Result<Arc<str>> {
        if policy.stage == Stage::Trusted {
            return Ok(Arc::default());
        }
        calls::filter(policy)
    }

    fn confine(&self, policy: &Policy) -> io::Result<()> {
        if policy.holds(Rule::Descriptors) {
            kernel::close_inherited()?;
        }
        if policy.stage == Stage::Trusted {
            return Ok(());
        }
        if policy.stage != Stage::Lab {
            // Other users must not read what the compiler makes of a submission.
            rustix::process::umask(Mode::RWXG | Mode::RWXO);
        }
        let fence = fence(policy)?;
        if policy.stage == Stage::Learner || policy.seclusion == Seclusion::Files {
            user::limit_threads(policy)?;
        }
        user::drop_privileges(policy)?;
        rustix::thread::set_no_new_privs(true)?;
        fence.restrict_self().map_err(io::Error::other)?;
        Ok(())
    }

    fn seal(&self, policy: &Policy) -> io::Result<()> {
        if policy.stage == Stage::Trusted {
            return Ok(());
        }
        calls::install(policy, &policy.ready)
    }
}

/// Builds the ruleset. It opens the granted paths, so it must run before the process drops privileges.
fn fence(policy: &Policy) -> io::Result<RulesetCreated> {
    let needed = handled(policy, ABI::V2);
    let wanted = handled(policy, NEWEST);
    let fence = build(policy, needed, wanted).map_err(io::Error::other)?;
    let grantable = if policy.holds(Rule::Files) {
        wanted
    } else {
        wanted & AccessFs::Execute
    };
    let everywhere = (!policy.holds(Rule::Files)).then_some("/");
    Access::ALL
        .iter()
        .try_fold(fence, |fence, (access, _)| {
            let rights = rights(*access) & grantable;
            if rights.is_empty() {
                return Ok(fence);
            }
            fence.add_rules(path_beneath_rules(policy.view.paths(*access), rights))
        })
        .and_then(|fence| fence.add_rules(path_beneath_rules(everywhere, AccessFs::Refer)))
        .map_err(io::Error::other)
}

fn build(
    policy: &Policy,
    needed: BitFlags<AccessFs>,
    wanted: BitFlags<AccessFs>,
) -> Result<RulesetCreated, landlock::RulesetError> {
    let mut fence = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    if !needed.is_empty() {
        fence = fence.handle_access(needed)?;
    }
    fence = fence.set_compatibility(CompatLevel::BestEffort);
    if !wanted.is_empty() {
        fence = fence.handle_access(wanted)?;
    }
    if policy.stage == Stage::Lab {
        return fence.create();
    }
    if policy.holds(Rule::Sockets) {
        fence = fence
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::AbstractUnixSocket)?;
    }
    if policy.holds(Rule::Signals) {
        fence = fence.scope(Scope::Signal)?;
    }
    fence.create()
}

fn handled(policy: &Policy, version: ABI) -> BitFlags<AccessFs> {
    let mut handled = AccessFs::from_all(version);
    if !policy.holds(Rule::Files) {
        // Landlock denies renames across folders in every ruleset unless REFER is handled and granted.
        handled &= AccessFs::Execute | AccessFs::Refer;
    }
    if !policy.holds(Rule::Execute) {
        handled.remove(AccessFs::Execute);
    }
    handled
}

fn rights(access: Access) -> BitFlags<AccessFs> {
    match access {
        Access::Connect => BitFlags::empty(),
        Access::List => AccessFs::ReadDir.into(),
        Access::Read => AccessFs::ReadFile | AccessFs::ReadDir,
        Access::Execute => AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir,
        Access::Write => {
            let special = AccessFs::MakeChar | AccessFs::MakeBlock;
            let write = AccessFs::from_write(NEWEST) & !special;
            write | AccessFs::ReadFile | AccessFs::ReadDir
        }
    }
}
