//! Seclusion: what a job has to itself, and that nothing of it remains.

use std::fs;
use std::path::Path;

use gradus::sandbox::{
    Ability, Access, Cancel, End, Exit, Job, Lacking, Limits, Room, Rule, Sandbox, Seclusion,
    Stage, View,
};

use super::{Range, SANDBOX, Target, again_as_ordinary, strong};
use crate::harness::skip;
use crate::processes::{of_folder, wait_until};

/// What the probe tries from a network of its own, and the rule that stops it.
const FROM_A_NETWORK: [(&str, Target, Rule); 4] = [
    ("tcp", Target::Tcp, Rule::Network),
    ("udp-answered", Target::Udp, Rule::Network),
    ("signal", Target::Process, Rule::Company),
    ("descriptors", Target::None, Rule::Descriptors),
];
/// The same for one who has its files to itself.
const FROM_A_VIEW: [(&str, Target, Rule); 3] = [
    ("unix", Target::Unix, Rule::Root),
    ("stat", Target::Secret, Rule::Root),
    ("signal", Target::Process, Rule::Company),
];

/// Returns a sandbox in which jobs can be secluded; none where there is none.
fn secluding() -> Option<Sandbox> {
    let sandbox = strong().filter(|sandbox| sandbox.rehearse_seclusion().is_ok());
    if sandbox.is_none() {
        skip(SANDBOX);
    }
    sandbox
}

fn sh(script: &str, folder: &Path) -> Job {
    Job::new(Stage::Trusted, "/bin/sh", folder)
        .arguments(["-c", script])
        .variable("PATH", "/usr/bin:/bin")
        .secluded(Seclusion::Network)
}

fn run(job: Job, sandbox: &Sandbox) -> Exit {
    let exit = sandbox.run(job, &Cancel::new()).expect("it starts");
    exit.entered().expect("the sandbox is entered");
    exit
}

impl Range {
    /// Returns whether `attack` on `target` succeeds for a job like this.
    fn is_reached(
        &self,
        attack: &str,
        target: Target,
        job: (Stage, Seclusion),
        sandbox: &Sandbox,
    ) -> bool {
        let (stage, seclusion) = job;
        if attack == "udp-answered" {
            return self.hears(job, sandbox);
        }
        let folder = self.folder.path().join("probe");
        let job = Job::new(stage, folder.join("probe"), &folder)
            .arguments([attack, &self.target(target)])
            .seeing(View::of_program("./probe").with(Access::Read, &folder))
            .secluded(seclusion);
        let exit = run(job, sandbox);
        exit.end == End::Code(0)
    }

    /// Returns whether a datagram arrives; that one can be sent into nothing is no harm.
    fn hears(&self, job: (Stage, Seclusion), sandbox: &Sandbox) -> bool {
        self.is_reached("udp", Target::Udp, job, sandbox);
        self.udp.set_nonblocking(true).expect("it is ours");
        self.udp.recv(&mut [0; 16]).is_ok()
    }
}

#[test]
fn a_secluded_job_reaches_nothing_and_each_rule_is_why() {
    let Some(sandbox) = secluding() else { return };
    let range = Range::new();
    let network = (Stage::Trusted, Seclusion::Network);
    let files = (Stage::Lab, Seclusion::Files);
    let from_a_network = FROM_A_NETWORK.map(|row| (network, row));
    let from_a_view = FROM_A_VIEW.map(|row| (files, row));
    for (job, (attack, target, rule)) in from_a_network.into_iter().chain(from_a_view) {
        // Another user has no power over a process anyway.
        let sandbox = sandbox.clone().without(Rule::User);
        let told = format!("`{attack}` {job:?}");
        assert!(!range.is_reached(attack, target, job, &sandbox), "{told}");
        let open = sandbox.without(rule);
        assert!(
            range.is_reached(attack, target, job, &open),
            "{told} is stopped by more than {rule:?}"
        );
    }
}

#[test]
fn what_a_job_leaves_ends_with_it() {
    let Some(sandbox) = secluding() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let script = "setsid sh -c 'touch left; exec sleep 600' & (nohup sleep 601 >nohup 2>&1 &); \
                  while [ ! -e left ]; do :; done; rm left; exit 7";
    let exit = run(sh(script, folder.path()), &sandbox);
    assert_eq!(exit.end, End::Code(7));
    assert_eq!(of_folder(folder.path()), Vec::<String>::new());
    let open = sandbox.without(Rule::Company);
    run(sh(script, folder.path()), &open);
    let left = of_folder(folder.path());
    assert!(
        left.iter().any(|line| line.contains("sleep 600")),
        "{left:?}"
    );
    end_all(folder.path());
}

#[expect(clippy::disallowed_methods, reason = "the test ends what it let stay")]
fn end_all(folder: &Path) {
    for process in fs::read_dir("/proc").expect("processes").flatten() {
        let place = fs::read_link(process.path().join("cwd")).unwrap_or_default();
        let number = process.file_name();
        if place == folder {
            let mut kill = std::process::Command::new("kill");
            kill.arg("-9").arg(number).status().expect("it runs");
        }
    }
    wait_until("they end", || of_folder(folder).is_empty());
}

#[test]
fn the_end_of_a_secluded_job_is_told_as_it_was() {
    let Some(sandbox) = secluding() else { return };
    for (script, end) in [
        ("exit 0", End::Code(0)),
        ("exit 152", End::Code(152)),
        ("kill -9 $$", End::Signal(9)),
        ("kill -TERM $$", End::Signal(15)),
        ("kill -XCPU $$", End::TimeLimit),
        ("kill -9 1; exit 3", End::Code(3)),
        ("kill -9 -1; exit 4", End::Code(4)),
    ] {
        let exit = run(sh(script, Path::new("/")), &sandbox);
        assert_eq!(exit.end, end, "{script}");
    }
}

#[test]
fn a_secluded_job_sees_its_own_processes_variables_and_loopback() {
    let Some(sandbox) = secluding() else { return };
    let script = "cd /proc; echo [0-9]*; tr '\\0' ' ' <1/environ; echo; cut -d: -f1 net/dev";
    let exit = run(sh(script, Path::new("/")).variable("OWN", "1"), &sandbox);
    let said = String::from_utf8(exit.stdout).expect("UTF-8");
    let mut lines = said.lines();
    let processes: Vec<&str> = lines.next().expect("processes").split(' ').collect();
    assert_eq!(processes[..2], ["1", "2"]);
    assert!(processes.len() < 6, "{said}");
    let variables = lines.next().expect("variables");
    assert_eq!(variables, "OWN=1 PATH=/usr/bin:/bin ");
    assert_eq!(lines.last().map(str::trim), Some("lo"), "{said}");
}

#[test]
fn a_job_with_its_view_alone_finds_what_is_in_it_and_writes_where_it_may() {
    let Some(sandbox) = secluding() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("work");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("given"), "given").expect("a file");
    // Others may pass, as where a lab is.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(scratch.path(), open).expect("it is ours");
    let script = "echo made >made; cat given made; rm given; ls -d /home /root /etc/shadow; \
                  ls /proc | grep -c '^1$'; touch /made";
    let job = Job::new(Stage::Lab, "/bin/sh", &folder)
        .arguments(["-c", script])
        .variable("PATH", "/usr/bin:/bin")
        .seeing(
            View::of_lab()
                .with(Access::Read, "/proc")
                .with(Access::Write, scratch.path()),
        )
        .secluded(Seclusion::Files);
    let exit = run(job, &sandbox);
    let said = String::from_utf8(exit.stdout).expect("UTF-8");
    assert_eq!(
        said,
        "givenmade\n0\n",
        "{}",
        String::from_utf8_lossy(&exit.stderr)
    );
    assert_ne!(exit.end, End::Code(0), "the root can be written");
    assert_eq!(fs::read_to_string(folder.join("made")).unwrap(), "made\n");
    assert!(!folder.join("given").exists());
}

/// A file of the machine is hidden by the one that is made in its place, and never written to.
#[test]
fn a_file_that_is_made_takes_the_place_of_one_of_the_machine() {
    let Some(sandbox) = secluding() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let file = scratch.path().join("file");
    fs::write(&file, "of the machine").expect("a file");
    let job = |view: View| {
        let job = Job::new(Stage::Trusted, "/bin/sh", "/").arguments(["-c", "cat \"$FILE\""]);
        job.variable("FILE", &file)
            .variable("PATH", "/usr/bin:/bin")
            .seeing(view.with_made(&file, "made"))
            .secluded(Seclusion::View)
    };
    let exit = run(job(View::of_lab().with(Access::Read, &file)), &sandbox);
    assert_eq!(String::from_utf8_lossy(&exit.stdout), "made", "{exit:?}");
    let around = job(View::of_lab().with(Access::Read, scratch.path()));
    let exit = sandbox.run(around, &Cancel::new()).expect("it starts");
    assert!(
        exit.entered().is_err(),
        "the folder would hide it: {exit:?}"
    );
    let bare = sandbox.without(Rule::Root);
    let exit = run(job(View::of_lab()), &bare);
    assert_eq!(String::from_utf8_lossy(&exit.stdout), "of the machine");
    assert_eq!(fs::read_to_string(&file).expect("a file"), "of the machine");
}

/// Returns how `script` ends with two rooms, one in the other.
fn end_in_rooms(script: &str, sandbox: &Sandbox) -> End {
    let scratch = tempfile::tempdir().expect("a folder");
    let room = |name, bytes, files| Room {
        folder: scratch.path().join(name),
        bytes,
        files,
    };
    let rooms = [
        room("large", 8 << 20, 500),
        room("large/small", 1 << 20, 50),
    ];
    let script = format!("mkdir -p large/small; {script}");
    let exit = run(sh(&script, scratch.path()).with_rooms(rooms), sandbox);
    let left = fs::read_dir(scratch.path().join("large")).map_or(0, Iterator::count);
    assert!(
        left == 0 || sandbox.disabled_rules().contains(&Rule::Sum),
        "{script}: it left {left}"
    );
    exit.end
}

#[test]
fn what_a_secluded_job_writes_is_bounded_in_sum_and_the_rule_is_why() {
    let Some(sandbox) = secluding() else { return };
    let open = sandbox.clone().without(Rule::Sum);
    for script in [
        "for i in 1 2 3 4 5; do head -c 500000 /dev/urandom >large/small/$i || exit 3; done",
        "for i in 1 2 3 4 5; do head -c 5000000 /dev/urandom >large/$i || exit 3; done",
        "i=0; while [ $i -lt 100 ]; do mkdir large/small/$i || exit 3; i=$((i+1)); done",
        "i=0; while [ $i -lt 1000 ]; do true >large/$i || exit 3; i=$((i+1)); done",
    ] {
        assert_eq!(end_in_rooms(script, &sandbox), End::Code(3), "{script}");
        assert_eq!(end_in_rooms(script, &open), End::Code(0), "{script}");
    }
}

#[test]
fn what_secluded_commands_have_in_memory_is_bounded_in_sum_and_the_rule_is_why() {
    let Some(sandbox) = secluding() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    // Each is far below the limit, and goes on until the last one ends.
    let script = "test $1 -lt 15 || exit 7\nx=$(yes | head -c 30000000)\nsh ./deeper $(($1+1))\n";
    fs::write(folder.path().join("deeper"), script).expect("a file");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.path(), open).expect("it is ours");
    let end = |sandbox: &Sandbox| {
        let limits = Limits {
            memory: 200 << 20,
            ..Limits::trusted()
        };
        let job = Job::new(Stage::Lab, "/bin/sh", folder.path())
            .arguments(["./deeper", "0"])
            .variable("PATH", "/usr/bin:/bin")
            .within(limits)
            .seeing(View::of_lab().with(Access::Read, folder.path()))
            .secluded(Seclusion::Files);
        run(job, sandbox).end
    };
    assert_eq!(end(&sandbox), End::Signal(9));
    assert_eq!(end(&sandbox.without(Rule::Sum)), End::Code(7));
}

#[test]
fn an_ordinary_user_can_seclude_too() {
    let tests = [
        "a_file_that_is_made_takes_the_place_of_one_of_the_machine",
        "what_a_secluded_job_writes_is_bounded_in_sum_and_the_rule_is_why",
        "what_secluded_commands_have_in_memory_is_bounded_in_sum_and_the_rule_is_why",
        "a_secluded_job_reaches_nothing_and_each_rule_is_why",
        "what_a_job_leaves_ends_with_it",
        "the_end_of_a_secluded_job_is_told_as_it_was",
        "a_secluded_job_sees_its_own_processes_variables_and_loopback",
        "a_job_with_its_view_alone_finds_what_is_in_it_and_writes_where_it_may",
    ];
    for test in tests {
        again_as_ordinary(&format!("sandbox::seclusion::{test}"));
    }
}

#[test]
fn a_machine_without_namespaces_says_so() {
    let ability = Ability {
        namespaces: false,
        ..Ability::of_machine()
    };
    let sandbox = Sandbox::with_ability(env!("CARGO_BIN_EXE_gradus"), ability);
    assert_eq!(sandbox.rehearse_seclusion(), Err(Lacking::Namespaces));
}
