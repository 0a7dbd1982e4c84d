//! The sandbox: each rule stops its attacks, which succeed when that rule alone is taken away.

mod seclusion;

use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use gradus::check::Verdict;
use gradus::sandbox::{
    Ability, Access, Cancel, End, Job, Lacking, Limits, Rule, Sandbox, Stage, TimeBudget, Turn,
    View, guard,
};
use tempfile::TempDir;

use crate::bench::{Bench, told};
use crate::harness::{self, Extent, is_superuser, skip};
use crate::processes::wait_until;

/// What the probe tries, the kind of target, and the rule that stops it.
const ATTACKS: [(&str, Target, Rule); 23] = [
    ("read", Target::Secret, Rule::Files),
    ("list", Target::Folder, Rule::Files),
    ("write", Target::Open, Rule::Files),
    ("make", Target::New, Rule::Files),
    ("memory", Target::None, Rule::Files),
    ("load", Target::Program, Rule::Files),
    ("execute", Target::Readable, Rule::Execute),
    ("tcp", Target::Tcp, Rule::Sockets),
    ("udp", Target::Udp, Rule::Sockets),
    ("unix", Target::Unix, Rule::Sockets),
    ("fork", Target::None, Rule::Processes),
    ("leave", Target::None, Rule::Processes),
    ("threads", Target::None, Rule::Threads),
    ("signal", Target::Process, Rule::Signals),
    ("thread-signal", Target::Process, Rule::Signals),
    ("owner-signal", Target::Process, Rule::Signals),
    ("limit", Target::Process, Rule::Limits),
    ("trace", Target::None, Rule::Tracing),
    ("ring", Target::None, Rule::Kernel),
    ("keys", Target::None, Rule::Kernel),
    ("namespace", Target::None, Rule::Kernel),
    ("program-in-memory", Target::None, Rule::Kernel),
    ("descriptors", Target::None, Rule::Descriptors),
];

/// What tests need that are about the sandbox.
const SANDBOX: &str = "a sandbox";
/// A program that is no part of any job.
const PROGRAM: &str = "/bin/true";

/// What an attack is aimed at.
#[derive(Debug, Clone, Copy)]
enum Target {
    None,
    Secret,
    Folder,
    Open,
    New,
    Program,
    /// A program that may be read.
    Readable,
    Tcp,
    Udp,
    Unix,
    Process,
}

/// The probe, compiled once for its source.
static PROBE: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/probe/probe.rs");
    let text = fs::read(&source).expect("the probe's source");
    let mut name = gradus::sys::fingerprint::Fingerprint::new();
    name.add(text);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("probe-{}", name.finish()));
    if !program.is_file() {
        compile_probe(&source, &program);
    }
    program
});

#[expect(clippy::disallowed_methods, reason = "the test compiles its probe")]
fn compile_probe(source: &Path, program: &Path) {
    let unfinished = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let output = unfinished.path().join("probe");
    let mut rustc = Command::new("rustc");
    rustc.env_clear().envs(harness::toolchain());
    rustc
        .args(["--edition=2024", "-o"])
        .arg(&output)
        .arg(source);
    assert!(rustc.status().expect("rustc").success());
    fs::rename(output, program).expect("it is ours");
}

/// What attacks are aimed at: all of it within reach of everybody, so that only the sandbox is in
/// the way.
struct Range {
    folder: TempDir,
    tcp: TcpListener,
    udp: UdpSocket,
    _unix: UnixListener,
    process: Child,
    _inherited: File,
}

impl Range {
    #[expect(clippy::disallowed_methods, reason = "the test starts a victim")]
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("secret"), "secret").expect("a file");
        fs::write(path("open"), "").expect("a file");
        fs::create_dir(path("probe")).expect("a folder");
        fs::copy(&*PROBE, path("probe/probe")).expect("a copy");
        let unix = UnixListener::bind(path("socket")).expect("a socket");
        for (name, mode) in [("open", 0o666), ("socket", 0o777), ("", 0o777)] {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(path(name), mode).expect("it is ours");
        }
        let inherited = File::open(path("secret")).expect("a file");
        rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).expect("it is open");
        Self {
            tcp: TcpListener::bind("127.0.0.1:0").expect("a port"),
            udp: UdpSocket::bind("127.0.0.1:0").expect("a port"),
            _unix: unix,
            process: Command::new("/bin/sleep")
                .arg("600")
                .spawn()
                .expect("it runs"),
            _inherited: inherited,
            folder,
        }
    }

    /// Returns how a target is named to the probe; each attempt finds it as it was.
    fn target(&self, target: Target) -> String {
        let path = |name: &str| self.folder.path().join(name);
        let text = |name: &str| path(name).to_str().expect("UTF-8").to_owned();
        match target {
            Target::None => String::new(),
            Target::Secret => text("secret"),
            Target::Folder => text(""),
            Target::Open => text("open"),
            Target::New => {
                fs::remove_file(path("new")).ok();
                text("new")
            }
            Target::Program | Target::Readable => PROGRAM.to_owned(),
            Target::Tcp => self.tcp.local_addr().expect("a port").to_string(),
            Target::Udp => self.udp.local_addr().expect("a port").to_string(),
            Target::Unix => text("socket"),
            Target::Process => self.process.id().to_string(),
        }
    }

    /// Returns whether `attack` on `target` succeeds in `sandbox`.
    fn succeeds(&self, attack: &str, target: Target, sandbox: &Sandbox) -> bool {
        let mut view = View::of_program("./probe");
        if matches!(target, Target::Readable) {
            view = view.with(Access::Read, PROGRAM);
        }
        let job = Job::new(Stage::Learner, "./probe", self.folder.path().join("probe"))
            .arguments([attack, &self.target(target)])
            .variable("MALLOC_ARENA_MAX", "1")
            .seeing(view);
        let exit = sandbox.run(job, &Cancel::new()).expect("it starts");
        exit.entered().expect("the sandbox is entered");
        exit.end == End::Code(0)
    }
}

impl Drop for Range {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Returns the strongest sandbox, or none where there is no strong one.
fn strong() -> Option<Sandbox> {
    Sandbox::strong(env!("CARGO_BIN_EXE_gradus"), Ability::of_machine()).ok()
}

fn none() -> Sandbox {
    let none = guard::guard("none").expect("it is always there");
    let sandbox = Sandbox::new(env!("CARGO_BIN_EXE_gradus")).with_guard(none);
    sandbox.expect("it needs nothing")
}

#[test]
fn what_a_process_wrote_last_is_heard_although_its_end_is_known_first() {
    let sandbox = Bench::fixture().context.sandbox;
    // Whoever has left the group, which is waited for, writes when the process itself is gone.
    let script =
        "{ setsid sh -c 'echo left; exec >&-; sleep 0.3; echo last >&2' & } | head -n 1 >&2";
    let job = Job::new(Stage::Trusted, "/bin/sh", "/")
        .arguments(["-c", script])
        .variable("PATH", "/usr/bin:/bin");
    let mut process = sandbox.spawn(job, &Cancel::new()).expect("it starts");
    wait_until("its end", || process.wait_for_end(Duration::ZERO));
    process.drain_output();
    assert_eq!(process.stderr(), b"left\nlast\n");
}

#[test]
fn a_process_that_does_nothing_while_it_is_its_turn_is_ended() {
    let limits = Limits {
        idle: Some(Duration::from_millis(500)),
        ..Limits::trusted()
    };
    let turn = Turn::default();
    let end = |script| {
        let job = Job::new(Stage::Trusted, "/bin/sh", "/")
            .arguments(["-c", script])
            .variable("PATH", "/usr/bin:/bin")
            .within(limits)
            .with_turn(turn.clone());
        let exit = none().run(job, &Cancel::new());
        exit.expect("it starts").end
    };
    assert_eq!(end("sleep 10"), End::TimeLimit);
    let computes = "i=0; while [ $i -lt 600000 ]; do i=$((i + 1)); done";
    assert_eq!(end(computes), End::Code(0));
    turn.take();
    assert_eq!(end("sleep 2"), End::Code(0));
}

#[test]
fn wall_time_and_what_all_share_end_a_process_that_sleeps() {
    let short = Limits {
        wall: Duration::from_millis(300),
        ..Limits::trusted()
    };
    let over = TimeBudget::unlimited().or_limited_to(Duration::ZERO);
    for (limits, budget) in [(short, TimeBudget::unlimited()), (Limits::trusted(), over)] {
        let job = Job::new(Stage::Trusted, "/bin/sleep", "/").argument("10");
        let job = job.within(limits).with_budget(budget);
        let exit = none().run(job, &Cancel::new());
        assert_eq!(exit.expect("it starts").end, End::TimeLimit);
    }
}

#[test]
fn every_rule_stops_its_attacks_and_no_other_rule_does() {
    let Some(sandbox) = strong() else {
        skip(SANDBOX);
        return;
    };
    let range = Range::new();
    assert!(range.succeeds("nothing", Target::None, &sandbox));
    for (attack, target, rule) in ATTACKS {
        if !range.succeeds(attack, target, &none()) {
            eprintln!("`{attack}` is not possible on this machine at all");
            continue;
        }
        assert!(!range.succeeds(attack, target, &sandbox), "`{attack}`");
        let mut open = sandbox.clone().without(rule);
        if matches!(target, Target::Process) {
            // Another user has no power over the process anyway; an ordinary one would.
            let same = sandbox.clone().without(Rule::User);
            assert!(!range.succeeds(attack, target, &same), "`{attack}`");
            open = open.without(Rule::User);
        }
        let succeeds = range.succeeds(attack, target, &open);
        assert!(succeeds, "`{attack}` is stopped by more than {rule:?}");
    }
}

#[test]
fn the_superuser_runs_code_of_learners_as_somebody_else() {
    let Some(sandbox) = strong().filter(Sandbox::changes_user) else {
        skip("the superuser, and a sandbox");
        return;
    };
    let range = Range::new();
    let same = sandbox.clone().without(Rule::User);
    // The kernel does not count the superuser's threads.
    for attack in ["superuser", "threads"] {
        assert!(!range.succeeds(attack, Target::None, &sandbox), "{attack}");
        assert!(range.succeeds(attack, Target::None, &same), "{attack}");
    }
}

#[test]
fn where_memory_runs_out_what_a_learner_runs_is_ended_first() {
    let score = "/proc/self/oom_score_adj";
    let Ok(own) = fs::read_to_string(score) else {
        skip("a kernel that says whom it ends first");
        return;
    };
    let told = |stage| {
        let job = Job::new(stage, "/bin/cat", "/").argument(score);
        let exit = none().run(job, &Cancel::new()).expect("it starts");
        String::from_utf8(exit.stdout).expect("a number")
    };
    assert_eq!(told(Stage::Trusted), own);
    for stage in [Stage::Compile, Stage::Lab, Stage::Learner] {
        assert_eq!(told(stage), "1000\n");
    }
}

#[test]
fn whether_a_file_is_there_is_all_that_can_be_learnt_of_it() {
    let Some(sandbox) = strong() else {
        skip(SANDBOX);
        return;
    };
    let range = Range::new();
    assert!(range.succeeds("stat", Target::Secret, &sandbox));
    assert!(!range.succeeds("read", Target::Secret, &sandbox));
}

#[test]
fn every_rule_stops_its_attacks_for_an_ordinary_user() {
    again_as_ordinary("sandbox::every_rule_stops_its_attacks_and_no_other_rule_does");
}

/// Runs the test `name` once more, as an ordinary user.
#[expect(clippy::disallowed_methods, reason = "the test starts itself again")]
pub(crate) fn again_as_ordinary(name: &str) {
    if !is_superuser() {
        return;
    }
    let probe = &*PROBE;
    assert!(probe.is_file());
    let mut again = Command::new("setpriv");
    again.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    again.arg(std::env::current_exe().expect("a test binary"));
    again.args(["--exact", "--nocapture"]);
    again.arg(name);
    let output = again.current_dir("/").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn a_compiler_reads_no_files_but_those_of_the_submission() {
    if strong().is_none() {
        skip(SANDBOX);
        return;
    }
    let range = Range::new();
    let secret = range.target(Target::Secret);
    let bench = Bench::fixture();
    // The kit is there, with its hidden tests, once something was checked.
    let passed = bench.check("pair", bench.solution("pair"));
    assert_eq!(passed.verdict(), Verdict::Passed, "{}", told(&passed));
    let hidden = hidden_tests(&bench);
    let open = Bench::fixture().without(Rule::Files);
    for path in [secret.as_str(), hidden.to_str().expect("UTF-8")] {
        let text = format!("pub const TEXT: &str = include_str!({path:?});\n");
        let source = text + bench.solution("pair");
        let outcome = bench.check("pair", &source);
        assert_eq!(outcome.verdict(), Verdict::CompileError, "{path}");
        assert!(told(&outcome).contains("Permission denied"), "{path}");
        let outcome = open.check("pair", &source);
        assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
    }
}

fn hidden_tests(bench: &Bench) -> PathBuf {
    let kits = fs::read_dir(bench.context.cache.join("kits")).expect("kits");
    let mut hidden = kits
        .flatten()
        .filter(|kit| kit.file_name().to_string_lossy().starts_with("pair-"))
        .map(|kit| kit.path().join("hidden/tests.rs"));
    hidden.find(|tests| tests.is_file()).expect("hidden tests")
}

#[test]
fn a_compiler_reads_nothing_without_end() {
    if strong().is_none() {
        skip(SANDBOX);
        return;
    }
    let bench = Bench::fixture();
    for path in ["/dev/zero", "/dev/urandom", "/proc/self/mem"] {
        let text = format!("pub const BYTES: &[u8] = include_bytes!({path:?});\n");
        let outcome = bench.check("pair", &(text + bench.solution("pair")));
        assert_eq!(outcome.verdict(), Verdict::CompileError);
        let told = told(&outcome);
        assert!(told.contains("Permission denied"), "{told}");
    }
}

#[test]
fn a_library_of_the_learners_choice_is_not_linked() {
    let bench = Bench::fixture();
    for block in ["extern \"C\" {}", "unsafe extern \"C\" {}"] {
        let link = format!("#[link(name = \":../../../etc/shadow\")] {block}\n");
        let outcome = bench.check("pair", &(link + bench.solution("pair")));
        assert_eq!(outcome.verdict(), Verdict::CompileError);
    }
}

#[test]
fn a_compiler_that_computes_without_end_is_stopped() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let bench = Bench::fixture();
    let source = "#![allow(long_running_const_eval)]\npub const END: () = loop {};\n";
    let outcome = bench.check("pair", &(source.to_owned() + bench.solution("pair")));
    assert_eq!(
        outcome.verdict(),
        Verdict::CompileError,
        "{}",
        told(&outcome)
    );
    assert!(told(&outcome).contains("stopped"), "{}", told(&outcome));
}

#[test]
fn a_machine_that_lacks_something_has_no_strong_sandbox() {
    let launcher = env!("CARGO_BIN_EXE_gradus");
    let machine = Ability::of_machine();
    let old = Ability {
        landlock: Some(1),
        ..machine
    };
    for (ability, lacking) in [
        (Ability::none(), Lacking::Landlock),
        (old, Lacking::Version(1)),
    ] {
        let found = Sandbox::strong(launcher, ability).expect_err("it lacks something");
        assert_eq!(found, lacking);
        assert_eq!(
            Sandbox::with_ability(launcher, ability).guard().name(),
            "none"
        );
    }
}

#[test]
fn a_sandbox_that_cannot_be_entered_is_no_fault_of_the_submission() {
    let Some(sandbox) = strong() else {
        skip(SANDBOX);
        return;
    };
    let job = Job::new(Stage::Learner, "/nowhere/program", "/");
    let exit = sandbox
        .run(job, &Cancel::new())
        .expect("the launcher starts");
    assert_eq!(exit.end, End::NotEntered);
    let words = exit.entered().expect_err("it did not run").to_string();
    assert!(words.contains("No such file"), "{words}");
}

/// A supervisor ends its server whether its owner lets go of it or dies; what is in the folder of a lab that is
/// still up stays.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test is the owner")]
fn a_supervisor_removes_the_folder_of_an_owner_that_died_and_of_no_other() {
    for (said, stays) in [(&b"r"[..], true), (b"", false), (b"o", false)] {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let mut supervisor = Command::new(env!("CARGO_BIN_EXE_gradus"))
            .arg("__supervise")
            .arg(&folder)
            .args(["/bin/sh", "-c", "trap : USR1; while :; do sleep 0.1; done"])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("a supervisor");
        let mut pipe = supervisor.stdin.take().expect("a pipe");
        pipe.write_all(said).expect("it reads");
        drop(pipe);
        supervisor.wait().expect("it ends");
        assert_eq!(folder.exists(), stays, "{said:?}");
        fs::remove_dir_all(folder).ok();
    }
}
