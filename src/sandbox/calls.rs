//! The system calls that a job may make, as a seccomp filter. Every other call fails with ENOSYS,
//! because loaders, C libraries and compilers have a fallback for a call that the kernel lacks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::BASE64;
use libc::c_int;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

use super::job::Stage;
use super::policy::Policy;
use super::rule::Rule;
use super::seclusion::Seclusion;

macro_rules! calls {
    ($($call:ident)*) => { &[$(libc::$call),*] };
}

/// System calls that only older architectures have: an empty list on all but `x86_64`.
macro_rules! calls_x86 {
    ($($call:ident)*) => { &[$(#[cfg(target_arch = "x86_64")] libc::$call),*] };
}

/// What a process needs to compute, to have threads, and to use the files and descriptors it has.
const COMPUTE: &[i64] = calls! {
    SYS_brk SYS_clock_getres SYS_clock_gettime SYS_clock_nanosleep SYS_close SYS_dup SYS_dup3
    SYS_execve SYS_exit SYS_exit_group SYS_faccessat SYS_faccessat2 SYS_fstat SYS_ftruncate
    SYS_futex SYS_get_robust_list SYS_getcwd SYS_getegid SYS_geteuid SYS_getgid SYS_getpid
    SYS_getrandom SYS_getrusage SYS_gettid SYS_gettimeofday SYS_getuid SYS_lseek SYS_madvise
    SYS_membarrier SYS_mmap SYS_mprotect SYS_mremap SYS_munmap SYS_nanosleep SYS_newfstatat
    SYS_openat SYS_pipe2 SYS_ppoll SYS_pread64 SYS_preadv SYS_pwrite64 SYS_pwritev SYS_read
    SYS_readv SYS_restart_syscall SYS_rseq SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigreturn
    SYS_sched_getaffinity SYS_sched_yield SYS_set_robust_list SYS_set_tid_address SYS_sigaltstack
    SYS_statx SYS_times SYS_uname SYS_write SYS_writev
};
const COMPUTE_X86: &[i64] = calls_x86! {
    SYS_access SYS_arch_prctl SYS_dup2 SYS_getrlimit SYS_open SYS_pipe SYS_poll SYS_stat SYS_lstat
    SYS_time
};
/// What a compiler and its linker need beyond that: files to make, and processes to wait for.
const COMPILE: &[i64] = calls! {
    SYS_chdir SYS_copy_file_range SYS_eventfd2 SYS_fadvise64 SYS_fallocate SYS_fchmod SYS_fchmodat
    SYS_fdatasync SYS_flock SYS_fstatfs SYS_fsync SYS_getdents64 SYS_getpgid SYS_getppid SYS_linkat
    SYS_mincore SYS_mkdirat SYS_msync SYS_pselect6 SYS_readlinkat SYS_renameat2 SYS_sendfile
    SYS_setpgid SYS_statfs SYS_symlinkat SYS_sysinfo SYS_tgkill SYS_umask SYS_unlinkat SYS_utimensat
    SYS_wait4 SYS_waitid
};
const COMPILE_X86: &[i64] = calls_x86! {
    SYS_chmod SYS_getdents SYS_getpgrp SYS_link SYS_mkdir SYS_readlink SYS_rename SYS_rmdir
    SYS_select SYS_symlink SYS_unlink SYS_utimes SYS_vfork
};

const FILES: &[i64] = calls! {
    SYS_fchmod SYS_fchmodat SYS_fchown SYS_fchownat SYS_getdents64 SYS_getxattr SYS_linkat
    SYS_mkdirat SYS_mknodat SYS_readlinkat SYS_renameat2 SYS_setxattr SYS_symlinkat SYS_truncate
    SYS_unlinkat SYS_utimensat
};
const FILES_X86: &[i64] = calls_x86! {
    SYS_chmod SYS_chown SYS_getdents SYS_link SYS_mkdir SYS_mknod SYS_readlink SYS_rename SYS_rmdir
    SYS_symlink SYS_unlink SYS_utime SYS_utimes
};
/// What a server with workers of another user needs beyond that, and a shell with its tools.
const LAB: &[i64] = calls! {
    SYS_accept SYS_capget SYS_capset SYS_close_range SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait
    SYS_epoll_pwait2 SYS_fcntl SYS_fgetxattr SYS_flistxattr SYS_getgroups SYS_getitimer
    SYS_getpriority SYS_getresgid SYS_getresuid SYS_getsid SYS_inotify_add_watch SYS_inotify_init1
    SYS_inotify_rm_watch SYS_io_destroy SYS_io_getevents SYS_io_setup SYS_io_submit SYS_ioctl
    SYS_kill SYS_lgetxattr SYS_listxattr SYS_llistxattr SYS_mlock SYS_munlock SYS_prctl
    SYS_prlimit64 SYS_recvmmsg SYS_rt_sigpending SYS_rt_sigsuspend SYS_rt_sigtimedwait
    SYS_sched_getparam SYS_sched_getscheduler SYS_sched_setaffinity SYS_sendmmsg SYS_setgid
    SYS_setgroups SYS_setitimer SYS_setpriority SYS_setregid SYS_setresgid SYS_setresuid
    SYS_setreuid SYS_setuid SYS_signalfd4 SYS_splice SYS_tee SYS_timer_create SYS_timer_delete
    SYS_timer_settime SYS_timerfd_create SYS_timerfd_settime SYS_tkill SYS_vmsplice
};
const LAB_X86: &[i64] = calls_x86! {
    SYS_alarm SYS_creat SYS_epoll_create SYS_epoll_wait SYS_eventfd SYS_inotify_init SYS_lchown
    SYS_pause SYS_signalfd
};
const SOCKETS: &[i64] = calls! {
    SYS_accept4 SYS_bind SYS_connect SYS_getpeername SYS_getsockname SYS_getsockopt SYS_listen
    SYS_recvfrom SYS_recvmsg SYS_sendmsg SYS_sendto SYS_setsockopt SYS_shutdown SYS_socket
    SYS_socketpair
};
const PROCESSES: &[i64] = calls! {
    SYS_clone SYS_clone3 SYS_setpgid SYS_setsid SYS_wait4 SYS_waitid
};
const PROCESSES_X86: &[i64] = calls_x86! {
    SYS_fork SYS_vfork
};
const SIGNALS: &[i64] = calls! {
    SYS_fcntl SYS_kill SYS_rt_sigqueueinfo SYS_tgkill SYS_tkill
};
const LIMITS: &[i64] = calls! {
    SYS_prlimit64 SYS_setpriority
};
const TRACING: &[i64] = calls! {
    SYS_process_vm_readv SYS_process_vm_writev SYS_ptrace
};
const KERNEL: &[i64] = calls! {
    SYS_add_key SYS_bpf SYS_io_uring_enter SYS_io_uring_register SYS_io_uring_setup SYS_keyctl
    SYS_memfd_create SYS_mount SYS_perf_event_open SYS_unshare SYS_userfaultfd
};

/// `renameat` belongs to the files, `setrlimit` to the limits. `libc` does not name them on
/// architectures with the kernel's generic call numbers.
#[cfg(target_arch = "x86_64")]
const RENAMEAT: &[i64] = calls! { SYS_renameat };
#[cfg(target_arch = "x86_64")]
const SETRLIMIT: &[i64] = calls! { SYS_setrlimit };
#[cfg(not(target_arch = "x86_64"))]
const RENAMEAT: &[i64] = &[38];
#[cfg(not(target_arch = "x86_64"))]
const SETRLIMIT: &[i64] = &[164];

/// The error of a call that is not allowed.
const NOT_IMPLEMENTED: u32 = libc::ENOSYS.unsigned_abs();

// Flags and commands of the calls whose arguments are checked.
const CLONE_NAMESPACES: c_int = libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWTIME
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWUTS;
const SHARING: c_int = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
/// `fcntl` commands that send no signals: they duplicate descriptors, and get or set `FD_CLOEXEC` and
/// file status flags.
const HARMLESS_FCNTL: [c_int; 5] = [
    libc::F_DUPFD,
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_DUPFD_CLOEXEC,
];
/// `fcntl` record locks, which a linker sets: per process, and per open file description.
const LOCKS: [c_int; 6] = [
    libc::F_GETLK,
    libc::F_SETLK,
    libc::F_SETLKW,
    libc::F_OFD_GETLK,
    libc::F_OFD_SETLK,
    libc::F_OFD_SETLKW,
];
/// `ioctl` commands that ask whether a descriptor is a terminal, set non-blocking mode, and count the
/// bytes to read.
const HARMLESS_IOCTL: [libc::Ioctl; 3] = [libc::TCGETS, libc::FIONBIO, libc::FIONREAD];
/// The socket families that a lab needs; the C library lists the machine's addresses over `AF_NETLINK`.
const FAMILIES: [c_int; 4] = [
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
];
/// `prctl` options that name threads and memory mappings.
const HARMLESS_PRCTL: [c_int; 3] = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];

/// The argument rules of each allowed call: one match is enough, and an empty list allows any arguments.
type RulesByCall = BTreeMap<i64, Vec<SeccompRule>>;
type Condition = Result<SeccompCondition, BackendError>;
/// A call and one rule for its arguments.
type Allowed = Result<(i64, SeccompRule), BackendError>;

/// What a filter depends on: the stage, whether memory is measured, and the disabled rules.
type FilterKey = (&'static str, bool, Vec<&'static str>);
/// The filters that this process has compiled: compiling one takes longer than installing it.
static FILTERS: Mutex<BTreeMap<FilterKey, Arc<str>>> = Mutex::new(BTreeMap::new());

/// Returns the compiled filter of `policy`, encoded for [`install`].
pub(super) fn filter(policy: &Policy) -> io::Result<Arc<str>> {
    let off = policy.off.iter().map(|rule| rule.word()).collect();
    let mut filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    match filters.entry((policy.stage.word(), is_measured(policy), off)) {
        Entry::Occupied(made) => Ok(Arc::clone(made.get())),
        Entry::Vacant(vacant) => {
            let program = compile(policy)?;
            Ok(Arc::clone(vacant.insert(encode(&program).into())))
        }
    }
}

/// Installs `filter` in this process, for good: the kernel inherits it across `execve`.
pub(super) fn install(policy: &Policy, filter: &str) -> io::Result<()> {
    let program = decode(filter)?;
    if !unconditional(policy).contains(&libc::SYS_tgkill) {
        seccompiler::apply_filter(&signal_filter()?).map_err(io::Error::other)?;
    }
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// Returns a filter that lets `tgkill` reach only threads of this process. It cannot be compiled
/// beforehand, because it holds the process id. Every installed filter must allow a call, so all other
/// calls are left to the stage's filter.
fn signal_filter() -> io::Result<BpfProgram> {
    let me = u64::from(std::process::id());
    let other = [condition(0, SeccompCmpOp::Ne, me)];
    let (call, rule) = allowed(libc::SYS_tgkill, other).map_err(io::Error::other)?;
    let refused = SeccompAction::Errno(NOT_IMPLEMENTED);
    program(
        BTreeMap::from([(call, vec![rule])]),
        SeccompAction::Allow,
        refused,
    )
}

/// Encodes `program` in base64: eight bytes an instruction.
fn encode(program: &[sock_filter]) -> String {
    let bytes = program.iter().flat_map(|step| {
        let [one, two] = step.code.to_le_bytes();
        let [a, b, c, d] = step.k.to_le_bytes();
        [one, two, step.jt, step.jf, a, b, c, d]
    });
    BASE64.encode(&bytes.collect::<Vec<_>>())
}

fn decode(text: &str) -> io::Result<BpfProgram> {
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

fn compile(policy: &Policy) -> io::Result<BpfProgram> {
    let rules = rules(policy).map_err(io::Error::other)?;
    let refused = SeccompAction::Errno(NOT_IMPLEMENTED);
    program(rules, refused, SeccompAction::Allow)
}

fn program(
    rules: RulesByCall,
    otherwise: SeccompAction,
    on_match: SeccompAction,
) -> io::Result<BpfProgram> {
    let arch: TargetArch = std::env::consts::ARCH
        .try_into()
        .map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, otherwise, on_match, arch);
    let program = filter.and_then(BpfProgram::try_from);
    program.map_err(io::Error::other)
}

fn rules(policy: &Policy) -> Result<RulesByCall, BackendError> {
    let plain = unconditional(policy);
    let mut rules: RulesByCall = plain.iter().map(|call| (*call, Vec::new())).collect();
    // `signal_filter` restricts it.
    rules.insert(libc::SYS_tgkill, Vec::new());
    for entry in conditional(policy) {
        let (call, rule) = entry?;
        if !plain.contains(&call) {
            rules.entry(call).or_default().push(rule);
        }
    }
    Ok(rules)
}

/// Returns the calls that are allowed with any arguments.
fn unconditional(policy: &Policy) -> BTreeSet<i64> {
    let is_lab = policy.stage == Stage::Lab;
    let compiles = is_lab || policy.stage == Stage::Compile;
    let has_files = is_lab || !policy.holds(Rule::Files);
    let groups = [
        (COMPUTE, true),
        (COMPUTE_X86, true),
        (COMPILE, compiles),
        (COMPILE_X86, compiles),
        (LAB, is_lab),
        (LAB_X86, is_lab),
        (FILES, has_files),
        (FILES_X86, has_files),
        (RENAMEAT, has_files || compiles),
        (SOCKETS, is_lab || !policy.holds(Rule::Sockets)),
        (PROCESSES, !policy.holds(Rule::Processes)),
        (PROCESSES_X86, is_lab || !policy.holds(Rule::Processes)),
        (&[libc::SYS_setsid], is_lab),
        (SIGNALS, !policy.holds(Rule::Signals)),
        (LIMITS, !policy.holds(Rule::Limits)),
        (SETRLIMIT, is_lab || !policy.holds(Rule::Limits)),
        (TRACING, !policy.holds(Rule::Tracing)),
        (KERNEL, !policy.holds(Rule::Kernel)),
    ];
    let wanted = groups.into_iter().filter(|(_, wanted)| *wanted);
    let mut calls: BTreeSet<i64> = wanted.flat_map(|(calls, _)| calls).copied().collect();
    if is_measured(policy) {
        calls.remove(&libc::SYS_mmap);
    }
    if is_lab && policy.holds(Rule::Sockets) {
        // Some families, such as AF_VSOCK, reach beyond any network namespace.
        calls.remove(&libc::SYS_socket);
    }
    calls
}

/// Returns the calls that are allowed with some arguments.
fn conditional(policy: &Policy) -> Vec<Allowed> {
    let compiles = policy.stage != Stage::Learner;
    // A compiler starts its linker; a learner's code has threads only.
    let clone = if compiles {
        masks(0, CLONE_NAMESPACES, 0)
    } else {
        masks(0, libc::CLONE_THREAD, libc::CLONE_THREAD)
    };
    let flags = [equals(1, libc::F_SETFL), masks(2, libc::O_ASYNC, 0)];
    let mut entries = vec![
        allowed(libc::SYS_clone, [clone]),
        allowed(libc::SYS_fcntl, flags),
        allowed(libc::SYS_prlimit64, [equals(0, 0)]),
    ];
    let locks = LOCKS.into_iter().filter(|_| compiles);
    let families = FAMILIES.into_iter().filter(|_| policy.stage == Stage::Lab);
    entries.extend(families.map(|family| allowed(libc::SYS_socket, [equals(0, family)])));
    let commands = HARMLESS_FCNTL.into_iter().chain(locks);
    entries.extend(commands.map(|command| allowed(libc::SYS_fcntl, [equals(1, command)])));
    // Shared anonymous memory outlives its mapping as long as a descriptor of it is open, where the meter
    // of a job's memory cannot see it.
    let kinds = [0, libc::MAP_SHARED, libc::MAP_ANONYMOUS];
    entries.extend(kinds.map(|kind| allowed(libc::SYS_mmap, [masks(3, SHARING, kind)])));
    let ioctl = |command| condition(1, SeccompCmpOp::Eq, command);
    entries.extend(HARMLESS_IOCTL.map(|command| allowed(libc::SYS_ioctl, [ioctl(command)])));
    let options = HARMLESS_PRCTL.into_iter();
    entries.extend(options.map(|option| allowed(libc::SYS_prctl, [equals(0, option)])));
    entries
}

/// Returns whether the memory of all processes of the job together is [measured](super::meter).
fn is_measured(policy: &Policy) -> bool {
    policy.seclusion == Seclusion::Files && policy.holds(Rule::Sum)
}

fn allowed<const N: usize>(call: i64, conditions: [Condition; N]) -> Allowed {
    let conditions: Result<Vec<_>, _> = conditions.into_iter().collect();
    Ok((call, SeccompRule::new(conditions?)?))
}

fn equals(index: u8, value: c_int) -> Condition {
    condition(index, SeccompCmpOp::Eq, bits(value))
}

fn masks(index: u8, mask: c_int, value: c_int) -> Condition {
    condition(index, SeccompCmpOp::MaskedEq(bits(mask)), bits(value))
}

/// Returns a condition on the lower 32 bits of the argument at `index`, which is all that the kernel
/// reads of an `int`.
fn condition(index: u8, operator: SeccompCmpOp, value: u64) -> Condition {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)
}

fn bits(value: c_int) -> u64 {
    value.cast_unsigned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number of instructions and fingerprint of a filter.
    #[cfg(target_arch = "x86_64")]
    type Filter = (usize, &'static str);
    /// The filters of each stage with all rules and with none.
    #[cfg(target_arch = "x86_64")]
    const REVIEWED: [(Stage, Filter, Filter); 4] = [
        (
            Stage::Learner,
            (439, "183f802e135d3917"),
            (759, "e01ee15e572217b2"),
        ),
        (
            Stage::Compile,
            (694, "8652395bea7508e0"),
            (859, "609f90daabbb274e"),
        ),
        (
            Stage::Lab,
            (1085, "cd5508f7096ccd77"),
            (1145, "f7835dac645a2691"),
        ),
        (
            Stage::Trusted,
            (469, "75994920ba36e7ae"),
            (759, "e01ee15e572217b2"),
        ),
    ];

    /// A change here must be deliberate: review which calls the filters allow, then update the table.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn filters_are_those_that_were_reviewed() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let all = Rule::ALL.map(|(rule, _)| rule);
        let name = |stage, off: &[Rule]| {
            let mut policy = Policy::new(guard, stage);
            policy.off = off.to_vec();
            let program = compile(&policy).unwrap();
            let mut name = crate::sys::fingerprint::Fingerprint::new();
            name.add(encode(&program));
            (program.len(), name.finish())
        };
        for (stage, whole, open) in REVIEWED {
            assert_eq!(name(stage, &[]), (whole.0, whole.1.to_owned()), "{stage:?}");
            assert_eq!(name(stage, &all), (open.0, open.1.to_owned()), "{stage:?}");
        }
    }

    #[test]
    fn a_filter_is_made_once_and_read_as_it_was_written() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Learner);
        let text = filter(&policy).unwrap();
        assert!(Arc::ptr_eq(&text, &filter(&policy).unwrap()));
        let program = compile(&policy).unwrap();
        assert_eq!(encode(&decode(&text).unwrap()), encode(&program));
        policy.off = vec![Rule::Kernel];
        assert_ne!(text, filter(&policy).unwrap());
        for text in ["", "AAAA", "?", &text[4..]] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lab_has_sockets_of_some_families_only() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Lab);
        let any = |policy: &Policy| unconditional(policy).contains(&libc::SYS_socket);
        assert!(!any(&policy));
        let known = &rules(&policy).unwrap()[&libc::SYS_socket];
        assert_eq!(known.len(), FAMILIES.len());
        policy.off = vec![Rule::Sockets];
        assert!(any(&policy));
    }

    #[test]
    fn a_measured_job_has_no_shared_anonymous_memory() {
        let guard = super::super::guard::guard("landlock").unwrap();
        let mut policy = Policy::new(guard, Stage::Lab);
        let any = |policy: &Policy| unconditional(policy).contains(&libc::SYS_mmap);
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
        let plain = unconditional(&policy);
        for group in [
            FILES,
            FILES_X86,
            RENAMEAT,
            SOCKETS,
            PROCESSES,
            PROCESSES_X86,
            SIGNALS,
            LIMITS,
            SETRLIMIT,
            TRACING,
            KERNEL,
        ] {
            assert!(group.iter().all(|call| !plain.contains(call)), "{group:?}");
        }
    }
}
