//! Progress is saved atomically: a program killed while it saves leaves a state that it has written.

use gradus::kinds::KINDS;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use gradus::course::{self, Course};
use gradus::progress::Progress;

use crate::harness::Extent;

/// Names the progress file in the process that is to be killed.
const FILE: &str = "GRADUS_TEST_PROGRESS_FILE";
/// This many kills, in the ordinary run and where more is wanted.
const KILLS: [u64; 2] = [30, 200];
/// This many states are written in turn.
const STATES: usize = 12;

/// Returns the state number `number`: the more, the longer the file.
fn state(course: &Course, number: usize) -> Progress {
    let mut progress = Progress::default();
    for lesson in course.lessons.iter().take(number) {
        for section in 0..lesson.sections().len() {
            progress.see(lesson, section);
        }
    }
    for exercise in course.exercises.iter().take(number) {
        progress.pass(exercise, 1_000 + number as u64);
    }
    progress
}

/// Saves states until it is killed; only the test below starts it so.
#[test]
fn saves_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the test tells its writer so")]
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let course = course::load(&course::builtin::tree(), KINDS).0;
    let states: Vec<Progress> = (0..STATES).map(|number| state(&course, number)).collect();
    for state in states.iter().cycle() {
        state.save(file.as_ref()).expect("it can be written");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_state_that_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("progress.json");
    let course = course::load(&course::builtin::tree(), KINDS).0;
    let states: Vec<Progress> = (0..STATES).map(|number| state(&course, number)).collect();
    state(&course, 0).save(&file).expect("it can be written");
    let mut moments = 0_u64;
    let (_open, never) = channel::<()>();
    for kill in 0..KILLS[usize::from(Extent::wanted() > Extent::Ordinary)] {
        let before = fs::metadata(&file).expect("it is there");
        #[expect(clippy::disallowed_methods, reason = "the test starts its writer")]
        let mut writer = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "kills::saves_until_it_is_killed", "--nocapture"])
            .env(FILE, &file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        while modified(&file) == before.modified().ok() {
            // It writes once it has started; how long that takes depends on the machine.
            never.recv_timeout(Duration::from_millis(1)).ok();
        }
        // Any moment within a few saves.
        moments = moments
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407 + kill);
        never
            .recv_timeout(Duration::from_micros((moments >> 33) % 3_000))
            .ok();
        writer.kill().expect("it runs");
        writer.wait().expect("it ends");
        let loaded = Progress::load(&file).expect("it can be read");
        assert_eq!(loaded.damaged, None, "kill {kill}");
        assert!(states.contains(&loaded.progress), "kill {kill}: {loaded:?}");
    }
}

fn modified(file: &std::path::Path) -> Option<std::time::SystemTime> {
    fs::metadata(file)
        .and_then(|metadata| metadata.modified())
        .ok()
}
