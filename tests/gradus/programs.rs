//! Programs of a course: validated, handed out, built on a learner's crates and run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::harness::{Desk, Run};

/// The exercises that `triage` uses.
const USED: [&str; 6] = [
    "first-of-pool",
    "upstream-from-log",
    "bad-gateway-rate",
    "safe-divide",
    "classify-502",
    "probe-all",
];

fn repository(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes a workspace in which the learner has passed the exercises `done`.
fn workspace(done: &[&str]) -> Desk {
    let desk = Desk::new();
    let run = desk.gradus(&["init", "ws"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    solve(
        &desk,
        done,
        "\"passed\": {\"at\": 1, \"fingerprint\": \"f\"}",
    );
    desk
}

/// Makes the reference solutions of the exercises `done` the learner's, and `mark` what their progress says.
fn solve(desk: &Desk, done: &[&str], mark: &str) {
    let mut entries = String::new();
    for id in done {
        let run = desk.gradus(&["reset", id, "--workspace", "ws"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let solution = repository(&format!("exercises/{id}/solution/src/lib.rs"));
        desk.write(&format!("here/ws/exercises/{id}/src/lib.rs"), &solution);
        let comma = if entries.is_empty() { "" } else { ", " };
        write!(entries, "{comma}\"{id}\": {{{mark}}}").expect("a string takes it");
    }
    let progress = format!("{{\"version\": 1, \"track\": \"rust\", \"exercises\": {{{entries}}}}}");
    desk.write("here/ws/.gradus/progress.json", &progress);
}

fn hand_out(desk: &Desk, more: &[&str]) -> Run {
    let arguments = [&["program", "triage", "--workspace", "ws"], more].concat();
    desk.gradus(&arguments)
}

/// Runs `triage` as a learner does.
fn run_triage(desk: &Desk) -> Run {
    let mut cargo = desk.program("cargo", &["run", "--quiet", "--offline", "-p", "triage"]);
    cargo.current_dir(desk.path("here/ws"));
    desk.run(&cargo.output().expect("cargo runs"))
}

#[test]
fn triage_runs_whatever_was_skipped() {
    let output = repository("programs/triage/output.txt");
    for lacking in [
        &["classify-502"][..],
        &["first-of-pool", "probe-all"],
        &[
            "upstream-from-log",
            "bad-gateway-rate",
            "safe-divide",
            "classify-502",
        ],
        &USED,
    ] {
        let done = USED.into_iter().filter(|id| !lacking.contains(id));
        let desk = workspace(&done.collect::<Vec<_>>());
        let refused = hand_out(&desk, &[]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let mut named: Vec<_> = USED
            .into_iter()
            .filter(|id| refused.stderr.contains(id))
            .collect();
        named.sort_unstable();
        let mut expected = lacking.to_vec();
        expected.sort_unstable();
        assert_eq!(named, expected, "{refused:?}");
        assert!(!desk.path("here/ws/programs").exists());

        let run = hand_out(&desk, &["--yes"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let run = run_triage(&desk);
        assert_eq!(
            (run.stdout, run.code),
            (output.clone(), Some(0)),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn triage_uses_what_the_learner_wrote() {
    let desk = workspace(&USED);
    let divide = "here/ws/exercises/safe-divide/src/lib.rs";
    let mine = "pub fn safe_divide(_: i64, _: i64) -> Option<i64> { Some(4711) }\n";
    desk.write(divide, mine);
    let run = hand_out(&desk, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!desk.path("here/ws/programs/triage/reference").exists());
    assert_eq!(desk.read(divide), mine);
    let run = run_triage(&desk);
    assert!(
        run.stdout
            .starts_with("9 of 11 requests failed, 4711 in 1000"),
        "{run:?}"
    );

    // What the learner made of the program stays.
    let main = "here/ws/programs/triage/src/main.rs";
    desk.write(main, "fn main() {}\n");
    let run = hand_out(&desk, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(desk.read(main), "fn main() {}\n");
}

#[test]
fn a_class_builds_triage_of_its_own_functions_or_hears_what_is_missing() {
    let desk = Desk::new();
    let run = desk.gradus(&["pack", "--student", "--out", "class"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = desk.gradus(&["init", "ws", "--course", "class"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mark = "\"settled\": \"the public examples hold\"";
    solve(&desk, &USED[..4], mark);
    let run = hand_out(&desk, &["--yes"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr
            .contains("have not passed: classify-502, probe-all\n"),
        "{run:?}"
    );
    solve(&desk, &USED, mark);
    let run = hand_out(&desk, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = run_triage(&desk);
    assert_eq!(
        run.stdout,
        repository("programs/triage/output.txt"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_logs_of_triage_are_those_of_the_exam() {
    for log in ["error.log", "access.log"] {
        assert_eq!(
            repository(&format!("programs/triage/logs/{log}")),
            repository(&format!("exercises/classify-the-log/starter/{log}"))
        );
    }
}

/// Returns a desk whose course has the program `four`, which is declared to print `output`, and a page that shows
/// `shown` of it.
fn with_program(output: &str, shown: &str) -> Desk {
    let desk = Desk::new();
    let program = "course/programs/four";
    let manifest = "title = \"Four\"\nuses = [\"double\"]\n";
    desk.write(&format!("{program}/program.toml"), manifest);
    desk.write(&format!("{program}/output.txt"), output);
    let main = "fn main() {\n    println!(\"{:?}\", double::double(2));\n}\n";
    desk.write(&format!("{program}/src/main.rs"), main);
    let lesson = "course/exercises/double/README.md";
    let page = format!(
        "{}\n```text program=\"four\"\n{shown}\n```\n",
        desk.read(lesson)
    );
    desk.write(lesson, &page);
    desk
}

#[test]
fn validation_builds_programs_and_compares_what_they_print() {
    let desk = with_program("Some(4)\n", "Some(4)");
    let run = desk.gradus(&["validate", "../course"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("1 program built and run"), "{run:?}");

    let desk = with_program("Some(5)\n", "Some(6)");
    let run = desk.gradus(&["validate", "../course"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for part in [
        "programs/four/output.txt: this is not what the program prints",
        "this is not what the program `four` prints",
        "    Some(4)",
    ] {
        assert!(run.stdout.contains(part), "{part}: {run:?}");
    }

    desk.write(
        "course/programs/four/src/main.rs",
        "fn main() {\n    double::halve();\n}\n",
    );
    let run = desk.gradus(&["validate", "../course"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout
            .contains("programs/four/program.toml: it does not build")
            && run.stdout.contains("src/main.rs:2:13"),
        "{run:?}"
    );
}

#[test]
fn the_end_of_a_course_hands_its_program_out() {
    let desk = with_program("Some(4)\n", "Some(4)");
    let run = desk.gradus(&["init", ".", "--course", "../course"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for lesson in fs::read_dir(desk.path("course/lessons")).expect("lessons") {
        let name = lesson.expect("a lesson").file_name();
        assert_eq!(desk.on_terminal(&["read", &name.to_string_lossy()]), 0);
    }
    let source = "here/exercises/double/src/lib.rs";
    desk.gradus(&["reset", "double"]);
    desk.write(
        source,
        "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }\n",
    );
    let run = desk.gradus(&["check", "double"]);
    assert_eq!(run.code, Some(0), "{run:?}");

    let run = desk.gradus(&["status"]);
    assert!(
        run.stdout
            .ends_with("What is left is `four`:\n  gradus program four\n"),
        "{run:?}"
    );
    let run = desk.gradus(&["next"]);
    assert!(
        run.stdout
            .ends_with("Run `four` in programs/four:\n  cargo run -p four\n"),
        "{run:?}"
    );
    assert!(desk.read("here/Cargo.toml").contains("\"programs/four\""));
}
