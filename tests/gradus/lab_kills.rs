//! A lab's check that is killed at any moment leaves nothing behind, and the next one works.

use gradus::kinds::KINDS;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Extent;
use crate::lab::{lab_folders, living_in};

/// How many checks are killed, in the ordinary run and where more is wanted.
const CHECKS: [usize; 2] = [40, 200];
/// What they check: a configuration, and deeds in a shell.
const EXERCISES: [&str; 2] = ["wrong-port", "app-down"];
/// How many run at a time.
const AT_ONCE: usize = 4;
/// The time in which a check has long ended, in milliseconds.
const LATEST: u64 = 300;
/// How long what was started may live on.
const GONE: Duration = Duration::from_secs(1);

#[test]
#[expect(clippy::disallowed_methods, reason = "the test watches the clock")]
fn checks_killed_at_any_moment_leave_nothing_and_the_next_works() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    for exercise in EXERCISES {
        solution(exercise, &scratch.path().join(exercise));
    }
    let mut runner = TestRunner::default();
    let moments = (0..LATEST, 0..3_usize);
    let signals = [Signal::INT, Signal::TERM, Signal::KILL];
    let (_sender, never) = mpsc::channel::<()>();
    let temporary = scratch.path().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    let mut ended = 0;
    let checks = CHECKS[usize::from(Extent::wanted() > Extent::Ordinary)];
    for _ in 0..checks / AT_ONCE {
        let mut victims: Vec<(Child, u64, Signal)> = EXERCISES
            .into_iter()
            .cycle()
            .take(AT_ONCE)
            .map(|exercise| {
                let drawn = moments.new_tree(&mut runner).expect("a moment").current();
                let (moment, signal) = drawn;
                (check(exercise, &temporary), moment, signals[signal])
            })
            .collect();
        victims.sort_by_key(|(_, moment, _)| *moment);
        let start = Instant::now();
        for (victim, moment, signal) in &mut victims {
            let rest = Duration::from_millis(*moment).saturating_sub(start.elapsed());
            never.recv_timeout(rest).ok();
            let pid = i32::try_from(victim.id()).ok().and_then(Pid::from_raw);
            // It may have ended by itself.
            kill_process(pid.expect("a process"), *signal).ok();
        }
        for (victim, ..) in &mut victims {
            // A check that comes to its end passes.
            ended += usize::from(victim.wait().expect("its end").success());
        }
    }
    assert!(
        ended < checks / 2,
        "{ended} of {checks} ended before they were killed"
    );
    let end = Instant::now();
    while living_in(&temporary) > 0 {
        assert!(end.elapsed() < GONE, "a process is left");
        never.recv_timeout(Duration::from_millis(5)).ok();
    }
    for exercise in EXERCISES {
        let next = check(exercise, &temporary).wait().expect("its end");
        assert_eq!(next.code(), Some(0), "the next check of {exercise} works");
    }
    // One that was killed before it had a supervisor leaves a folder for the next to sweep.
    assert_eq!(lab_folders(&temporary), 0, "a folder is left");
}

/// Writes the solution of a lab to `folder`.
pub(crate) fn solution(exercise: &str, folder: &Path) {
    let (course, _) = gradus::course::load(&gradus::course::builtin::tree(), KINDS);
    let id = exercise.parse().expect("a name");
    let exercise = course.exercise(&id).expect("the lab");
    fs::create_dir_all(folder).expect("a folder");
    // A solution holds only what it changes.
    for file in exercise
        .task()
        .workspace()
        .into_iter()
        .chain(exercise.task().solution())
    {
        let path = folder.join(file.path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, file.text).expect("a file");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test starts what it kills")]
fn check(exercise: &str, temporary: &Path) -> Child {
    let home = temporary.parent().expect("a parent");
    let path = std::env::var_os("PATH").unwrap_or_default();
    Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["check", exercise, "--path"])
        .arg(home.join(exercise))
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("TMPDIR", temporary)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}
