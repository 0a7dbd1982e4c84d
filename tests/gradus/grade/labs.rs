//! Labs are graded as they are checked, but in network and PID namespaces of their own.

use gradus::kinds::KINDS;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::mpsc::channel;
use std::time::Duration;

use gradus::check::CheckError;
use gradus::course::{Course, load};
use gradus::grade::worker;
use gradus::sandbox::{Ability, Guard, Sandbox, SandboxError, guard};
use gradus::source::Tree;
use gradus::sys::clock::Stopwatch;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::class::{hand_in, results, verdicts};
use crate::harness::{Desk, Extent, Run, copy, is_superuser, skip};
use crate::processes::{of_folder, wait_until};

/// The lab of the fixture.
const EXERCISE: &str = "start-the-shop";
/// How many gradings are killed, in the ordinary run and where more is wanted.
const KILLED: [usize; 2] = [8, 30];
/// The time in which a grading has long ended, in milliseconds.
const LATEST: u64 = 400;
/// The time in which a process ends that is killed; a runbook has longer.
const GONE: Duration = Duration::from_secs(10);
/// The number of an ordinary user and group.
const ORDINARY: u32 = 65_534;

/// Hands in the files of `part` of the lab for `learner`.
fn hand_in_lab(desk: &Desk, learner: &str, part: &str) {
    let exercise = desk.path("labs/exercises").join(EXERCISE);
    let folder = desk.path("class").join(learner).join(EXERCISE);
    copy(&exercise.join("starter"), &folder);
    copy(&exercise.join(part), &folder);
}

/// Returns a desk with one hand-in for each `part` of the lab.
fn class(parts: &[&str]) -> Desk {
    let desk = Desk::with_labs();
    fs::create_dir(desk.path("tmp")).expect("a folder");
    for part in parts {
        hand_in_lab(&desk, &learner(part), part);
    }
    desk
}

fn learner(part: &str) -> String {
    part.replace('/', "-")
}

fn arguments<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["grade", "../class", "--course", "../labs", "--out", out];
    arguments.extend(more);
    arguments
}

fn grade(desk: &Desk, out: &str, more: &[&str], variables: &[(&str, &str)]) -> Run {
    let temporary = desk.path("tmp");
    let mut variables = variables.to_vec();
    variables.push(("TMPDIR", temporary.to_str().expect("UTF-8")));
    desk.gradus_with(&arguments(out, more), "", &variables)
}

/// Returns whether labs can be graded on this machine.
fn can_be_apart() -> bool {
    let sandbox = Sandbox::strong(env!("CARGO_BIN_EXE_gradus"), Ability::of_machine());
    let is_there = sandbox.is_ok_and(|sandbox| sandbox.rehearse_seclusion().is_ok());
    if !is_there {
        skip("a network of one's own");
    }
    is_there
}

/// The parts of the lab that are handed in, and the verdict of each.
const PARTS: [(&str, &str); 6] = [
    ("solution", "passed"),
    ("starter", "failed"),
    ("wrong/01-reload", "failed"),
    ("wrong/02-no-such-service", "failed"),
    ("wrong/03-stops-again", "failed"),
    ("wrong/04-nginx-gone", "failed"),
];

fn expected() -> Vec<(String, String)> {
    let mut expected =
        PARTS.map(|(part, verdict)| (format!("{}/{EXERCISE}", learner(part)), verdict.to_owned()));
    expected.sort();
    expected.to_vec()
}

#[test]
fn labs_get_the_verdicts_of_a_check_several_at_a_time() {
    let desk = class(&PARTS.map(|(part, _)| part));
    if !can_be_apart() {
        return;
    }
    let run = grade(&desk, "apart", &["--jobs", "3"], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(verdicts(&desk, "apart"), expected());
    let run = grade(&desk, "shared", &["--sandbox", "none"], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("without a sandbox"), "{run:?}");
    let (apart, shared) = (results(&desk, "apart"), results(&desk, "shared"));
    assert_eq!(
        apart[1..],
        shared[1..],
        "but for the header they are the same"
    );
    let left = fs::read_dir(desk.path("tmp")).expect("a folder").count();
    assert_eq!(left, 0, "a folder is left");
}

#[test]
fn an_ordinary_user_grades_labs_too() {
    let desk = class(&PARTS.map(|(part, _)| part));
    if !is_superuser() || !can_be_apart() {
        return;
    }
    let output = as_ordinary(&desk, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(verdicts(&desk, "out"), expected());
    let output = as_ordinary(&desk, &[("GRADUS_NO_NAMESPACES", "1")]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// Grades as an ordinary user, with these variables, into a folder `out` of their own.
#[expect(clippy::disallowed_methods, reason = "the test starts the binary")]
fn as_ordinary(desk: &Desk, variables: &[(&str, &str)]) -> Output {
    let here = desk.path("here");
    fs::remove_dir_all(here.join("out")).ok();
    let cache = desk.path("cache");
    fs::create_dir_all(&cache).expect("a folder");
    for folder in [&here, &cache, &desk.path("tmp")] {
        chown(folder, Some(ORDINARY), Some(ORDINARY)).expect("it is ours");
    }
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(desk.path(""), open).expect("it is ours");
    let user = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
    let mut command = std::process::Command::new("setpriv");
    command.args(user).args(["--clear-groups"]);
    command.arg(env!("CARGO_BIN_EXE_gradus"));
    command.args(arguments("out", &[])).current_dir(&here);
    command.env_clear().envs(variables.iter().copied());
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.env("HOME", &here).env("TMPDIR", desk.path("tmp"));
    command.env("GRADUS_CACHE_DIR", cache);
    command.output().expect("it starts")
}

#[test]
fn where_no_network_can_be_had_labs_are_refused_and_the_rest_is_graded() {
    let desk = class(&["solution"]);
    if !can_be_apart() {
        return;
    }
    copy(
        &desk.path("course/exercises/double"),
        &desk.path("labs/exercises/double"),
    );
    let manifest = "labs/exercises/double/exercise.toml";
    desk.write(manifest, &desk.read(manifest).replace("writer", "operator"));
    let lesson = fs::read_dir(desk.path("labs/lessons")).expect("lessons");
    let lesson = lesson.flatten().next().expect("a lesson").path();
    let text = fs::read_to_string(&lesson).expect("a text") + "\n<!-- exercise: double -->\n";
    fs::write(&lesson, text).expect("it is ours");
    hand_in(
        &desk,
        "ann",
        "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }",
    );
    let without = [("GRADUS_NO_NAMESPACES", "1")];
    let run = grade(&desk, "out", &[], &without);
    assert_eq!(run.code, Some(3), "{run:?}");
    let told = format!("not graded: {EXERCISE}: its servers must run in a network of their own");
    assert!(run.stderr.contains(&told), "{run:?}");
    let text = |text: &str| text.to_owned();
    let name = format!("solution/{EXERCISE}");
    let refused = (name.clone(), text("internal-error"));
    assert_eq!(
        verdicts(&desk, "out"),
        [(text("ann/double"), text("passed")), refused]
    );
    let reason = results(&desk, "out")[2]["error"].clone();
    let reason = reason.as_str().expect("a reason");
    assert!(
        reason.contains("this user cannot create a network namespace"),
        "{reason}"
    );
    let run = grade(&desk, "out", &[], &[]);
    assert_eq!(run.code, Some(0), "what was refused is graded now: {run:?}");
    let run = grade(&desk, "shared", &["--sandbox", "none"], &without);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_grading_that_is_killed_at_any_moment_leaves_no_process() {
    let desk = class(&["solution", "wrong/03-stops-again"]);
    if !can_be_apart() {
        return;
    }
    let temporary = desk.path("tmp");
    let variables = [("TMPDIR", temporary.to_str().expect("UTF-8"))];
    let mut runner = TestRunner::default();
    let (_open, never) = channel::<()>();
    let mut ended = 0;
    let killed = KILLED[usize::from(Extent::wanted() > Extent::Ordinary)];
    for number in 0..killed {
        let moment = (0..LATEST).new_tree(&mut runner).expect("a moment");
        let out = format!("out-{number}");
        let mut grader = desk.start_with(&arguments(&out, &[]), &variables);
        let moment = Duration::from_millis(moment.current());
        never.recv_timeout(moment).ok();
        ended += usize::from(grader.try_wait().expect("a child").is_some());
        grader.kill().expect("it is ours");
        grader.wait().expect("its end");
        wait_until("all of it to end", || of_folder(&temporary).is_empty());
    }
    assert!(ended < killed, "each ended before it was killed");
    let run = grade(&desk, "next", &[], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let left = fs::read_dir(temporary).expect("a folder").count();
    assert_eq!(left, 0, "the next grading sweeps what those left");
}

#[test]
fn a_grading_that_is_killed_takes_a_runbook_that_sleeps_with_it() {
    let desk = class(&["solution"]);
    if !can_be_apart() {
        return;
    }
    let runbook = format!("class/solution/{EXERCISE}/runbook.sh");
    desk.write(&runbook, "setsid sleep 600\n");
    let temporary = desk.path("tmp");
    let variables = [("TMPDIR", temporary.to_str().expect("UTF-8"))];
    let mut grader = desk.start_with(&arguments("out", &[]), &variables);
    let sleeps = |line: &String| line.trim() == "sleep 600";
    wait_until("the runbook to sleep", || {
        of_folder(&temporary).iter().any(sleeps)
    });
    grader.kill().expect("it runs");
    grader.wait().expect("its end");
    let watch = Stopwatch::start();
    wait_until("all of it to end", || of_folder(&temporary).is_empty());
    assert!(watch.elapsed() < GONE, "it went on to its own end");
}

#[test]
fn a_gradus_inside_that_does_not_say_what_it_found_is_a_fault_of_ours() {
    let context = crate::lab::context();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-labs");
    let (course, _) = load(&Tree::read(&root).expect("a course"), KINDS);
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = r#"{"judged":{"forbidden":[],"diagnostics":[],"own_tests":null,"printed":"","tests":[{"test":{"name":"x","title":"x"},"result":{"verdict":"passed","values":{}}}]}}"#;
    let says = |script: &str| {
        let mut context = context.clone();
        context.sandbox = pretender(&folder.path().join("gradus"), script);
        checked(&course, &context)
    };
    let whole = format!("echo '{outcome}'");
    assert_eq!(says(&whole), Ok(()), "it is the outcome that counts");
    for (script, words) in [
        ("exit 0", "ended with exit code 0"),
        ("echo '{\"judged\":{}}'", "ended with exit code 0"),
        ("echo passed", "ended with exit code 0"),
        (&*format!("{whole}; exit 1"), "ended with exit code 1"),
        (&*format!("{whole}; kill -9 $$"), "was killed by signal 9"),
        (&*format!("{whole}; {whole}"), "ended with exit code 0"),
        (
            "echo why >&2; exit 2",
            "exit code 2 before it printed a result: why",
        ),
        ("yes", "printed too much"),
        ("echo '{\"failed\":\"no nginx\"}'", "no nginx"),
    ] {
        let said = says(script).expect_err(script);
        assert!(said.contains(words), "{script}: {said}");
    }
}

/// Returns a sandbox whose Gradus is the shell script `script`.
fn pretender(path: &PathBuf, script: &str) -> Sandbox {
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, format!("#!/bin/sh\n{script}\n")).expect("a file");
    let run = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&unfinished, run).expect("it is ours");
    fs::rename(unfinished, path).expect("it is ours");
    let none: &dyn Guard = guard::guard("none").expect("it is always there");
    Sandbox::new(path)
        .with_guard(none)
        .expect("it needs nothing")
}

fn checked(course: &Course, context: &gradus::check::Context) -> Result<(), String> {
    loop {
        match worker::check(course, &course.exercises[0], &[], context) {
            Ok(outcome) => {
                assert_eq!(outcome.passed(), 1);
                return Ok(());
            }
            Err(CheckError::Apart(words)) => return Err(words),
            // Another test starts a process at this moment, which has the script open as yet.
            Err(CheckError::Sandbox(SandboxError::Start { source, .. }))
                if source.kind() == ErrorKind::ExecutableFileBusy => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}
