//! The user a job runs as, and how many threads that user may have.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use rustix::process::{Gid, Resource, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::ability::User;
use super::job::Stage;
use super::own_process::set_limit;
use super::policy::Policy;
use super::rule::Rule;
use super::seclusion::Seclusion;
use super::view::Access;

/// Unprivileged uids that no account has: systemd's range for `DynamicUser=` services.
const SPARE: std::ops::Range<u32> = 61_184..65_520;
/// How many threads a learner's code may have at a time.
const THREADS: u64 = 128;

/// Returns the user that a learner's code can run as here.
pub(super) fn available() -> User {
    if !rustix::process::geteuid().is_root() {
        return User::Ordinary;
    }
    let can = rustix::thread::capabilities(None).is_ok_and(|sets| {
        sets.effective
            .contains(CapabilitySet::SETUID | CapabilitySet::SETGID)
    });
    if can && maps_spare() {
        User::Spare
    } else if is_root_inside_only() {
        User::Ordinary
    } else {
        User::Stuck
    }
}

/// Returns a number that no concurrent job has: the process id, or a random number in a PID namespace,
/// where ids start from 1.
fn number(policy: &Policy) -> u32 {
    let digits = policy.token.get(..8).unwrap_or_default();
    let random = u32::from_str_radix(digits, 16);
    match policy.seclusion {
        Seclusion::Files => random.unwrap_or_default(),
        Seclusion::None | Seclusion::Network | Seclusion::View => std::process::id(),
    }
}

fn spare(number: u32) -> u32 {
    SPARE.start + number % (SPARE.end - SPARE.start)
}

pub(super) fn limit_threads(policy: &Policy) -> io::Result<()> {
    if !policy.holds(Rule::Threads) {
        return Ok(());
    }
    // RLIMIT_NPROC counts all threads of the user in this user namespace. A spare user, or one in its own
    // user namespace, has no others.
    let is_alone = policy.as_spare_user || policy.seclusion == Seclusion::Files;
    let others = if is_alone {
        0
    } else {
        count_threads(rustix::process::getuid())
    };
    let most = others + THREADS;
    let most = super::hard_limit::threads(most);
    set_limit(Resource::Nproc, most, most)
}

/// Switches to the policy's user; root, where it stays root, gives up its capabilities.
pub(super) fn drop_privileges(policy: &Policy) -> io::Result<()> {
    if !policy.as_spare_user {
        let is_root = rustix::process::geteuid().is_root();
        let kept = match (policy.stage, policy.seclusion) {
            // The toolchain may belong to another user.
            (Stage::Compile, _) => CapabilitySet::DAC_READ_SEARCH,
            (_, Seclusion::Files) => CapabilitySet::empty(),
            (_, Seclusion::None | Seclusion::Network | Seclusion::View) => return Ok(()),
        };
        if !is_root || !policy.holds(Rule::User) {
            return Ok(());
        }
        let only = kept & rustix::thread::capabilities(None)?.permitted;
        let sets = CapabilitySets {
            effective: only,
            permitted: only,
            inheritable: CapabilitySet::empty(),
        };
        return Ok(rustix::thread::set_capabilities(None, sets)?);
    }
    let user = spare(number(policy));
    for path in policy.view.paths(Access::Write) {
        // A lab's shell may write to folders that were made for it alone.
        if path.is_file() || policy.seclusion == Seclusion::Files {
            chown_tree(path, user)?;
        }
    }
    for socket in policy.view.paths(Access::Connect) {
        for path in socket.parent().into_iter().chain([socket]) {
            lchown(path, Some(user), Some(user))?;
        }
    }
    let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
    rustix::thread::set_thread_groups(&[])?;
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    Ok(rustix::thread::set_thread_res_uid(uid, uid, uid)?)
}

/// Changes the owner of `path` and everything below it; follows no links.
fn chown_tree(path: &Path, user: u32) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // Devices such as `/dev/null` keep their owner.
    if !(metadata.is_dir() || metadata.is_file()) {
        return Ok(());
    }
    lchown(path, Some(user), Some(user))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            chown_tree(&entry?.path(), user)?;
        }
    }
    Ok(())
}

fn count_threads(user: Uid) -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|process| threads_of(&process.path(), user))
        .sum()
}

/// Counts the threads of `process`, a folder of `/proc`; 0 if it is not `user`'s. The link count of
/// `/proc/PID/task` is the number of threads plus two.
fn threads_of(process: &Path, user: Uid) -> u64 {
    let Ok(threads) = fs::metadata(process.join("task")) else {
        return 0;
    };
    if threads.uid() == user.as_raw() {
        threads.nlink().saturating_sub(2)
    } else {
        0
    }
}

/// Returns whether the spare uids are mapped in this user namespace.
fn maps_spare() -> bool {
    let Ok(map) = fs::read_to_string("/proc/self/uid_map") else {
        return true;
    };
    ranges(&map).any(|(inside, _, count)| inside <= SPARE.start && SPARE.end <= inside + count)
}

/// Returns whether root of this user namespace is an ordinary user outside, to whom `RLIMIT_NPROC`
/// applies.
fn is_root_inside_only() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    ranges(&map).any(|(inside, outside, _)| inside == 0 && outside != 0)
}

/// Parses a `uid_map`: first uid inside, first uid outside, count.
fn ranges(map: &str) -> impl Iterator<Item = (u32, u32, u32)> {
    map.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some((next()?, next()?, next()?))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn jobs_side_by_side_are_different_users() {
        assert_ne!(spare(100), spare(101));
        assert!((0..100_000).all(|number| SPARE.contains(&spare(number))));
    }

    #[test]
    fn every_thread_of_a_user_is_counted_and_none_of_another() {
        const MANY: usize = 100;
        let me = rustix::process::getuid();
        let another = Uid::from_raw(me.as_raw() + 1);
        let this = Path::new("/proc/self");
        let before = threads_of(this, me);
        let hold = Barrier::new(MANY + 1);
        let (mine, of_another, all) = thread::scope(|scope| {
            for _ in 0..MANY {
                scope.spawn(|| hold.wait());
            }
            let counts = (
                threads_of(this, me),
                threads_of(this, another),
                count_threads(me),
            );
            hold.wait();
            counts
        });
        // Tests beside this one end threads of their own meanwhile, though not that many.
        assert!(mine > before + MANY as u64 / 2, "{before}, then {mine}");
        assert!(all >= MANY as u64, "{all}");
        assert_eq!(of_another, 0);
    }

    #[test]
    fn a_map_of_users_is_read() {
        let map = "         0     100000      65536\n";
        assert_eq!(ranges(map).collect::<Vec<_>>(), [(0, 100_000, 65_536)]);
    }
}
