//! The system calls that a job may make. Every other one answers "not implemented", for which
//! loaders, C libraries and compilers have another way.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::BASE64;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};
use serde_json::{Value, json};

use super::job::Stage;
use super::policy::Policy;
use super::rule::Rule;
use super::seclusion::Seclusion;

/// What a process needs to compute, to have threads, and to use the files and descriptors it has.
const COMPUTE: &str = "brk clock_getres clock_gettime clock_nanosleep close dup dup3 execve exit exit_group \
    faccessat faccessat2 fstat ftruncate futex get_robust_list getcwd getegid geteuid getgid \
    getpid getrandom getrusage gettid gettimeofday getuid lseek madvise membarrier mmap mprotect \
    mremap munmap nanosleep newfstatat openat pipe2 ppoll pread64 preadv pwrite64 pwritev read \
    readv restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity \
    sched_yield set_robust_list set_tid_address sigaltstack statx times uname write writev";
/// The same by names that newer processors have no longer.
const COMPUTE_X86: &str = "access arch_prctl dup2 getrlimit open pipe poll stat lstat time";
/// What a compiler and its linker need beyond that: files to make, and processes to wait for.
const COMPILE: &str = "chdir copy_file_range eventfd2 fadvise64 fallocate fchmod fchmodat fdatasync flock fstatfs \
    fsync getdents64 getpgid getppid linkat mincore mkdirat msync pselect6 readlinkat renameat \
    renameat2 sendfile setpgid statfs symlinkat sysinfo tgkill umask unlinkat utimensat wait4 \
    waitid";
/// The same by names that newer processors have no longer.
const COMPILE_X86: &str =
    "chmod getdents getpgrp link mkdir readlink rename rmdir select symlink unlink utimes vfork";

const FILES: &str = "fchmod fchmodat fchown fchownat getdents64 getxattr linkat mkdirat mknodat readlinkat \
    renameat renameat2 setxattr symlinkat truncate unlinkat utimensat";
const FILES_X86: &str =
    "chmod chown getdents link mkdir mknod readlink rename rmdir symlink unlink utime utimes";
/// What a server with workers of another user needs beyond that, and a shell with its tools.
const LAB: &str = "accept capget capset close_range epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 fcntl \
    fgetxattr flistxattr getgroups getitimer getpriority getresgid getresuid getsid \
    inotify_add_watch inotify_init1 inotify_rm_watch io_destroy io_getevents io_setup io_submit \
    ioctl kill lgetxattr listxattr llistxattr mlock munlock prctl prlimit64 recvmmsg \
    rt_sigpending rt_sigsuspend rt_sigtimedwait sched_getparam sched_getscheduler \
    sched_setaffinity sendmmsg setgid setgroups setitimer setpriority setregid setresgid \
    setresuid setreuid setrlimit setuid signalfd4 splice tee timer_create timer_delete \
    timer_settime timerfd_create timerfd_settime tkill vmsplice";
const LAB_X86: &str =
    "alarm creat epoll_create epoll_wait eventfd inotify_init lchown pause signalfd";
const SOCKETS: &str = "accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmsg sendmsg \
    sendto setsockopt shutdown socket socketpair";
const PROCESSES: &str = "clone clone3 setpgid setsid wait4 waitid";
const PROCESSES_X86: &str = "fork vfork";
const SIGNALS: &str = "fcntl kill rt_sigqueueinfo tgkill tkill";
const LIMITS: &str = "prlimit64 setrlimit setpriority";
const TRACING: &str = "process_vm_readv process_vm_writev ptrace";
const KERNEL: &str = "add_key bpf io_uring_enter io_uring_register io_uring_setup keyctl memfd_create mount \
    perf_event_open unshare userfaultfd";

/// What a call that is not allowed answers.
const NOT_IMPLEMENTED: u32 = libc::ENOSYS.unsigned_abs();

// Flags and commands of the calls that are looked at more closely.
const CLONE_THREAD: u64 = 0x0001_0000;
const CLONE_NAMESPACES: u64 = 0x7e02_0080;
const MAP_SHARED: u64 = 0x01;
const MAP_ANONYMOUS: u64 = 0x20;
const F_SETFL: u64 = 4;
const O_ASYNC: u64 = 0o20_000;
/// Commands of `fcntl` that send no signals: they copy descriptors, and read and set `FD_CLOEXEC`
/// and the flags of files.
const HARMLESS_FCNTL: [u64; 5] = [0, 1, 2, 3, 1030];
/// Locks, which a linker sets: `F_GETLK`, `F_SETLK`, `F_SETLKW`, and those of open files.
const LOCKS: [u64; 6] = [5, 6, 7, 36, 37, 38];
/// Whether a descriptor is a terminal, whether it waits, and how much there is to read: `TCGETS`,
/// `FIONBIO`, `FIONREAD`.
const HARMLESS_IOCTL: [u64; 3] = [0x5401, 0x5421, 0x541b];
/// The families of sockets that a lab needs: `AF_UNIX`, `AF_INET`, `AF_INET6`, and `AF_NETLINK`, by
/// which the C library learns what addresses there are.
const FAMILIES: [u64; 4] = [1, 2, 10, 16];
/// Names of threads and of memory: `PR_SET_NAME`, `PR_GET_NAME`, `PR_SET_VMA`.
const HARMLESS_PRCTL: [u64; 3] = [15, 16, 0x5356_4d41];

/// A stage, whether its memory is measured, and the rules that do not hold.
type Kind = (&'static str, bool, Vec<&'static str>);
/// The filters that this process has made: to make one takes longer than to make it part of a process.
static FILTERS: Mutex<BTreeMap<Kind, Arc<str>>> = Mutex::new(BTreeMap::new());

/// Returns the filter of jobs with this policy as text, for [`restrict`].
pub(super) fn filter(policy: &Policy) -> io::Result<Arc<str>> {
    let off = policy.off.iter().map(|rule| rule.word()).collect();
    let mut filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    match filters.entry((policy.stage.word(), is_measured(policy), off)) {
        Entry::Occupied(made) => Ok(Arc::clone(made.get())),
        Entry::Vacant(place) => {
            let program = compile(policy, arch()?).map_err(io::Error::other)?;
            Ok(Arc::clone(place.insert(written(&program).into())))
        }
    }
}

/// Lets this process make only the calls of its stage, by a `filter` for its policy.
pub(super) fn restrict(policy: &Policy, filter: &str) -> io::Result<()> {
    let program = read(filter)?;
    if !plain(policy, arch()?).contains(&"tgkill") {
        seccompiler::apply_filter(&signals_itself()?).map_err(io::Error::other)?;
    }
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// Returns a filter by which this process may signal its own threads, and no others: which these are
/// is not known before it is there. Calls that it lets through are left to the filter of the stage.
fn signals_itself() -> io::Result<BpfProgram> {
    let me = u64::from(std::process::id());
    let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, me);
    let rule = other.and_then(|other| SeccompRule::new(vec![other]));
    let rules = [(libc::SYS_tgkill, vec![rule.map_err(io::Error::other)?])];
    let filter = SeccompFilter::new(
        rules.into(),
        SeccompAction::Allow,
        SeccompAction::Errno(NOT_IMPLEMENTED),
        arch()?,
    );
    let program = filter.and_then(BpfProgram::try_from);
    program.map_err(io::Error::other)
}

/// Writes `program` as text: eight bytes an instruction.
fn written(program: &[sock_filter]) -> String {
    let bytes = program.iter().flat_map(|step| {
        let [one, two] = step.code.to_le_bytes();
        let [a, b, c, d] = step.k.to_le_bytes();
        [one, two, step.jt, step.jf, a, b, c, d]
    });
    BASE64.encode(&bytes.collect::<Vec<_>>())
}

/// Reads what [`written`] wrote.
fn read(text: &str) -> io::Result<BpfProgram> {
    let no_filter = || io::Error::new(io::ErrorKind::InvalidInput, "no filter of system calls");
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| no_filter())?;
    let (steps, []) = bytes.as_chunks() else {
        return Err(no_filter());
    };
    if steps.is_empty() {
        return Err(no_filter());
    }
    let step = |&[one, two, jt, jf, a, b, c, d]: &[u8; 8]| sock_filter {
        code: u16::from_le_bytes([one, two]),
        jt,
        jf,
        k: u32::from_le_bytes([a, b, c, d]),
    };
    Ok(steps.iter().map(step).collect())
}

fn arch() -> io::Result<TargetArch> {
    std::env::consts::ARCH.try_into().map_err(io::Error::other)
}

fn compile(policy: &Policy, arch: TargetArch) -> Result<BpfProgram, seccompiler::Error> {
    let filter = json!({ "job": {
        "mismatch_action": { "errno": NOT_IMPLEMENTED },
        "match_action": "allow",
        "filter": entries(policy, arch),
    }});
    let mut programs = seccompiler::compile_from_json(filter.to_string().as_bytes(), arch)?;
    Ok(programs.remove("job").unwrap_or_default())
}

/// Returns the entries of the filter: the calls that are allowed as they are, and those that are
/// allowed with some arguments.
fn entries(policy: &Policy, arch: TargetArch) -> Vec<Value> {
    let plain = plain(policy, arch);
    let mut entries: Vec<Value> = plain
        .iter()
        .map(|call| json!({ "syscall": call }))
        .collect();
    let closer = closer(policy).into_iter();
    entries.extend(closer.filter(|entry| !plain.iter().any(|call| entry["syscall"] == *call)));
    entries
}

fn plain(policy: &Policy, arch: TargetArch) -> Vec<&'static str> {
    let is_old = arch == TargetArch::x86_64;
    let is_lab = policy.stage == Stage::Lab;
    let compiles = is_lab || policy.stage == Stage::Compile;
    let groups = [
        (COMPUTE, true),
        (COMPUTE_X86, is_old),
        (COMPILE, compiles),
        (COMPILE_X86, compiles && is_old),
        (LAB, is_lab),
        (LAB_X86, is_lab && is_old),
        (FILES, is_lab || !policy.holds(Rule::Files)),
        (FILES_X86, is_old && (is_lab || !policy.holds(Rule::Files))),
        (SOCKETS, is_lab || !policy.holds(Rule::Sockets)),
        (PROCESSES, !policy.holds(Rule::Processes)),
        (
            PROCESSES_X86,
            is_old && (is_lab || !policy.holds(Rule::Processes)),
        ),
        ("setsid", is_lab),
        (SIGNALS, !policy.holds(Rule::Signals)),
        (LIMITS, !policy.holds(Rule::Limits)),
        (TRACING, !policy.holds(Rule::Tracing)),
        (KERNEL, !policy.holds(Rule::Kernel)),
    ];
    let wanted = groups.into_iter().filter(|(_, wanted)| *wanted);
    let mut calls: Vec<_> = wanted
        .flat_map(|(calls, _)| calls.split_whitespace())
        .collect();
    if is_measured(policy) {
        calls.retain(|call| *call != "mmap");
    }
    if is_lab && policy.holds(Rule::Sockets) {
        // Some families lead out of any network, such as those of virtual machines.
        calls.retain(|call| *call != "socket");
    }
    calls.sort_unstable();
    calls.dedup();
    calls
}

fn closer(policy: &Policy) -> Vec<Value> {
    let compiles = policy.stage != Stage::Learner;
    // A compiler starts its linker; a learner's code has threads only.
    let clone = if compiles {
        masked("clone", 0, CLONE_NAMESPACES, 0)
    } else {
        masked("clone", 0, CLONE_THREAD, CLONE_THREAD)
    };
    let mut entries = vec![
        clone,
        allowed("fcntl", &[equals(1, F_SETFL), masks(2, O_ASYNC, 0)]),
        allowed("prlimit64", &[equals(0, 0)]),
        // What the process may signal is for a filter of its own.
        json!({ "syscall": "tgkill" }),
    ];
    let locks = LOCKS.iter().filter(|_| compiles);
    let families = FAMILIES.iter().filter(|_| policy.stage == Stage::Lab);
    entries.extend(families.map(|family| allowed("socket", &[equals(0, *family)])));
    let commands = HARMLESS_FCNTL.iter().chain(locks);
    entries.extend(commands.map(|command| allowed("fcntl", &[equals(1, *command)])));
    // Shared memory without a file can be kept where no process maps it.
    let kinds = [0, MAP_SHARED, MAP_ANONYMOUS];
    entries.extend(kinds.map(|kind| masked("mmap", 3, MAP_SHARED | MAP_ANONYMOUS, kind)));
    let commands = HARMLESS_IOCTL.iter();
    entries.extend(commands.map(|command| allowed("ioctl", &[equals(1, *command)])));
    let options = HARMLESS_PRCTL.iter();
    entries.extend(options.map(|option| allowed("prctl", &[equals(0, *option)])));
    entries
}

/// Returns whether somebody measures the memory of all processes of a job with this policy.
fn is_measured(policy: &Policy) -> bool {
    policy.seclusion == Seclusion::Files && policy.holds(Rule::Sum)
}

fn masked(call: &str, index: u8, mask: u64, value: u64) -> Value {
    allowed(call, &[masks(index, mask, value)])
}

fn allowed(call: &str, conditions: &[Value]) -> Value {
    json!({ "syscall": call, "args": conditions })
}

fn equals(index: u8, value: u64) -> Value {
    json!({ "index": index, "type": "dword", "op": "eq", "val": value })
}

fn masks(index: u8, mask: u64, value: u64) -> Value {
    json!({ "index": index, "type": "dword", "op": { "masked_eq": mask }, "val": value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_exist_on_both_processors() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let off = Rule::ALL.map(|(rule, _)| rule).to_vec();
        for (stage, off) in [
            (Stage::Learner, Vec::new()),
            (Stage::Compile, Vec::new()),
            (Stage::Lab, Vec::new()),
            (Stage::Learner, off.clone()),
            (Stage::Compile, off),
        ] {
            let mut policy = Policy::new(guard, stage);
            policy.off = off;
            for arch in [TargetArch::x86_64, TargetArch::aarch64] {
                let program = compile(&policy, arch);
                let program = program.unwrap_or_else(|error| panic!("{arch:?}: {error}"));
                assert!(program.len() > 50, "{arch:?} {stage:?}");
            }
        }
    }

    #[test]
    fn a_filter_is_made_once_and_read_as_it_was_written() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Learner);
        let text = filter(&policy).unwrap();
        assert!(Arc::ptr_eq(&text, &filter(&policy).unwrap()));
        let program = compile(&policy, arch().unwrap()).unwrap();
        assert_eq!(written(&read(&text).unwrap()), written(&program));
        policy.off = vec![Rule::Kernel];
        assert_ne!(text, filter(&policy).unwrap());
        for text in ["", "AAAA", "?", &text[4..]] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lab_has_sockets_of_some_families_only() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Lab);
        let any = |policy: &Policy| plain(policy, TargetArch::x86_64).contains(&"socket");
        assert!(!any(&policy));
        let known = closer(&policy);
        let known = known.iter().filter(|entry| entry["syscall"] == "socket");
        assert_eq!(known.count(), FAMILIES.len());
        policy.off = vec![Rule::Sockets];
        assert!(any(&policy));
    }

    #[test]
    fn who_is_measured_shares_no_memory_without_a_file() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Lab);
        let any = |policy: &Policy| plain(policy, TargetArch::x86_64).contains(&"mmap");
        assert!(any(&policy));
        policy.seclusion = Seclusion::Files;
        assert!(!any(&policy));
        policy.off = vec![Rule::Sum];
        assert!(any(&policy));
    }

    #[test]
    fn no_call_of_a_rule_is_in_the_list_of_a_learner() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let policy = Policy::new(guard, Stage::Learner);
        let plain = plain(&policy, TargetArch::x86_64);
        for group in [
            FILES,
            FILES_X86,
            SOCKETS,
            PROCESSES,
            PROCESSES_X86,
            SIGNALS,
            LIMITS,
            TRACING,
            KERNEL,
        ] {
            assert!(
                group.split_whitespace().all(|call| !plain.contains(&call)),
                "{group}"
            );
        }
    }
}
