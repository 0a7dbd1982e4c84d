//! Closed pipes, damaged and newer files, and odd environments are handled.

use crate::harness::Desk;

const PROGRESS: &str = "here/gradus-workspace/.gradus/progress.json";

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::with_workspace();
    for arguments in [
        ["list"].as_slice(),
        &["read", "1"],
        &["completions", "bash"],
    ] {
        let mut child = desk.start(arguments);
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn progress_of_a_newer_gradus_is_refused_and_kept() {
    let desk = Desk::with_workspace();
    let newer = r#"{"version": 2}"#;
    desk.write(PROGRESS, newer);
    for arguments in [["status"].as_slice(), &["read", "1"], &["check", "double"]] {
        let run = desk.gradus(arguments);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(run.stderr.contains("nothing was changed"), "{run:?}");
    }
    assert_eq!(desk.read(PROGRESS), newer);
}

#[test]
fn damaged_progress_is_moved_aside_and_told() {
    let desk = Desk::with_workspace();
    desk.write(PROGRESS, "{\"version\": 1, \"lessons\": ");
    let run = desk.gradus(&["status"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("damaged"), "{run:?}");
    assert!(desk.path(&format!("{PROGRESS}.damaged")).is_file());
}

#[test]
fn colour_is_used_only_when_it_is_asked_for() {
    let desk = Desk::with_workspace();
    let plain = desk.gradus(&["list"]);
    assert!(!plain.stdout.contains('\u{1b}'), "{plain:?}");
    let coloured = desk.gradus(&["list", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{coloured:?}");
    let never = [("CLICOLOR_FORCE", "1")];
    let never = desk.gradus_with(&["list", "--color", "never"], "", &never);
    assert!(!never.stdout.contains('\u{1b}'), "{never:?}");
}

#[test]
fn a_narrow_terminal_gets_narrow_text() {
    let desk = Desk::with_workspace();
    let run = desk.gradus_with(&["read", "1"], "", &[("COLUMNS", "40")]);
    let is_text = |line: &&str| !line.contains("gradus ");
    let mut lines = run.stdout.lines().filter(is_text);
    assert!(lines.all(|line| line.chars().count() <= 40), "{run:?}");
}

#[test]
fn a_workspace_of_another_course_is_refused() {
    let desk = Desk::with_workspace();
    let marker = "here/gradus-workspace/.gradus/workspace.json";
    let text = desk.read(marker).replace("\"small\"", "\"other\"");
    desk.write(marker, &text);
    let run = desk.gradus(&["list"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("--workspace"), "{run:?}");
}

#[test]
fn printed_commands_work_as_printed() {
    let desk = Desk::with_workspace();
    let cargo = [("CARGO", "cargo"), ("CARGO_PKG_NAME", "gradus")];
    let run = desk.gradus_with(&["next"], "", &cargo);
    assert!(run.stdout.contains("  cargo run"), "{run:?}");
    let named = desk.gradus(&["next", "--workspace", "gradus-workspace"]);
    assert!(
        named
            .stdout
            .contains("--workspace gradus-workspace read start"),
        "{named:?}"
    );
}

#[test]
fn the_workspace_can_be_named_by_the_environment() {
    let desk = Desk::with_workspace();
    let variables = [("GRADUS_WORKSPACE", "nowhere")];
    let run = desk.gradus_with(&["list"], "", &variables);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(
        run.stderr.contains("nowhere is not a Gradus workspace"),
        "{run:?}"
    );
}
