use super::super::{Editor, Farewell, Input, Opened, ProgressNote, Trouble};
use super::play::{Play, SCREEN};
use crate::check::{
    Diagnostic, Event, Outcome, TestOutcome, TestResult, TestTitle, TestVerdict, Values,
};
use crate::kind::WorkspaceFile;
use crate::progress::Progress;
use crate::source::ExerciseId;

fn play() -> Play {
    let mut play = Play::on("fast");
    play.go_to("Do both of them.");
    play
}

fn outcome(result: TestResult) -> Outcome {
    let title = |name: &str| TestTitle {
        name: name.into(),
        title: format!("Rule {name}"),
    };
    let tests = vec![
        TestOutcome {
            test: title("one"),
            result: TestResult::passed(),
        },
        TestOutcome {
            test: title("two"),
            result,
        },
    ];
    Outcome {
        tests,
        ..Outcome::default()
    }
}

fn failed() -> Outcome {
    outcome(TestVerdict::Failed.with(Values {
        input: Some("both(1)".into()),
        expected: Some("Some(2)".into()),
        got: Some("None".into()),
        note: None,
    }))
}

fn error(message: &str) -> Diagnostic {
    Diagnostic {
        error: true,
        message: message.into(),
        file: None,
        line: None,
        text: format!("error: {message}\n --> src/lib.rs:1:1"),
    }
}

fn both() -> ExerciseId {
    "both".parse().unwrap()
}

#[test]
fn an_exercise_shows_its_task_and_the_file_to_edit() {
    let play = play();
    assert!(
        play.page.contains("~/small/exercises/both/src/lib.rs"),
        "{}",
        play.page
    );
    assert!(
        play.footer.contains("checked at each save"),
        "{}",
        play.footer
    );
    assert!(play.notes.contains(&ProgressNote::Started(both())));
}

#[test]
fn a_save_checks_and_the_next_save_starts_the_next_check() {
    let mut play = play();
    play.tell(Input::Changed);
    play.tell(Input::Checking(1, Event::Step("compiling")));
    assert!(
        play.footer.contains("Checking: compiling"),
        "{}",
        play.footer
    );
    play.tell(Input::Changed);
    assert_eq!(play.checks, [1, 2]);
    play.tell(Input::Checked(1, Ok(failed())));
    assert!(
        !play.page.contains("Failed:"),
        "a result of the first:\n{}",
        play.page
    );
    play.tell(Input::Checked(2, Ok(failed())));
    assert!(
        play.page.contains("Failed: Both (1 of 2 tests passed)"),
        "{}",
        play.page
    );
}

#[test]
fn a_check_that_takes_its_time_shows_a_clock_until_it_ends() {
    let mut play = play();
    play.tell(Input::Changed);
    play.tell(Input::Checking(1, Event::Step("running the hidden tests")));
    assert!(!play.footer.contains(" s"), "{}", play.footer);
    play.tell(Input::Elapsed(1, 3));
    assert!(play.footer.contains("tests  3 s"), "{}", play.footer);
    play.tell(Input::Changed);
    play.tell(Input::Elapsed(1, 4));
    assert!(
        !play.footer.contains("4 s"),
        "of the first: {}",
        play.footer
    );
    play.tell(Input::Elapsed(2, 1));
    assert!(play.footer.contains("1 s"), "{}", play.footer);
    play.tell(Input::Checked(2, Ok(failed())));
    assert!(!play.footer.contains("1 s"), "{}", play.footer);
}

#[test]
fn a_failing_test_shows_its_title_and_its_values() {
    let mut play = play();
    play.keys("c");
    play.tell(Input::Checked(1, Ok(failed())));
    for text in ["✗ Rule two", "both(1)", "Some(2)", "None", "✓ Rule one"] {
        assert!(play.page.contains(text), "{text} in\n{}", play.page);
    }
}

#[test]
fn compile_errors_come_first_and_the_rest_is_in_the_pager() {
    let mut play = play();
    play.keys("c");
    let mut outcome = failed();
    let mut second = error("second fault");
    second.text += &"\n  |".repeat(20);
    outcome.diagnostics = vec![error("first fault"), error("in sight"), second];
    play.tell(Input::Checked(1, Ok(outcome)));
    assert!(play.page.contains("Compile error:"), "{}", play.page);
    assert!(play.page.contains("in sight"), "{}", play.page);
    assert!(play.page.contains("first fault"), "{}", play.page);
    assert!(!play.page.contains("second fault"), "{}", play.page);
    assert!(play.page.contains("1 more to see"), "{}", play.page);
    play.keys("v");
    assert!(
        play.frame
            .as_deref()
            .is_some_and(|frame| frame.contains("second fault"))
    );
}

#[test]
fn a_pass_is_noted_at_once_and_enter_goes_on() {
    let mut play = play();
    play.keys("\n");
    play.tell(Input::Checked(1, Ok(outcome(TestResult::passed()))));
    assert!(play.notes.contains(&ProgressNote::Passed(both())));
    assert!(play.page.contains("Passed: Both"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
}

#[test]
fn keys_work_while_a_check_runs() {
    let mut play = play();
    play.keys("ch");
    assert!(play.page.contains("hint one"), "{}", play.page);
    play.keys("?");
    play.tell(Input::Checked(1, Ok(failed())));
    assert!(play.page.contains("Keys"), "the help stays:\n{}", play.page);
    assert!(play.footer.contains("has ended"), "{}", play.footer);
    play.keys("\n");
    assert!(play.page.contains("Failed:"), "{}", play.page);
}

#[test]
fn leaving_calls_the_check_off() {
    let mut play = play();
    play.keys("cn");
    assert_eq!(play.cancelled, 1);
    play.tell(Input::Checked(1, Ok(failed())));
    assert!(!play.page.contains("Failed:"), "{}", play.page);
    let mut play = self::play();
    play.keys("cq");
    assert_eq!((play.cancelled, play.ended), (1, Some(Farewell::Done)));
}

#[test]
fn a_save_elsewhere_is_no_check() {
    let mut play = Play::on("fast");
    play.tell(Input::Changed);
    assert!(play.checks.is_empty());
}

#[test]
fn hints_come_one_at_a_time_and_can_be_read_back() {
    let mut play = play();
    play.keys("H");
    assert!(play.footer.contains("No hint"), "{}", play.footer);
    play.keys("h");
    assert!(play.page.contains("Hint 1 of 2") && !play.page.contains("hint two"));
    play.keys("h");
    assert!(play.page.contains("hint two") && !play.page.contains("hint one"));
    assert!(play.footer.contains("o solution"), "{}", play.footer);
    play.keys("h");
    assert!(play.footer.contains("the last hint"), "{}", play.footer);
    play.keys("H");
    assert!(play.page.contains("hint one") && play.page.contains("hint two"));
    let hinted: Vec<_> = play
        .notes
        .iter()
        .filter(|note| matches!(note, ProgressNote::Hinted(..)))
        .collect();
    assert_eq!(hinted.len(), 2);
    play.keys("t");
    assert!(play.page.contains("Do both of them."));
}

#[test]
fn a_reset_asks_and_says_where_the_copy_is() {
    let mut play = play();
    play.keys("r");
    assert!(play.footer.contains("Restore the files"), "{}", play.footer);
    play.keys("n");
    assert!(
        play.footer.contains("Nothing was changed"),
        "{}",
        play.footer
    );
    play.keys("ry");
    assert!(play.footer.contains("/copy"), "{}", play.footer);
}

#[test]
fn the_solution_needs_a_yes_before_a_pass_and_none_after() {
    let mut play = play();
    play.keys("o");
    assert!(
        play.footer.contains("before yours passes"),
        "{}",
        play.footer
    );
    play.keys("y");
    assert!(play.page.contains("A solution of Both"), "{}", play.page);
    assert!(play.notes.contains(&ProgressNote::SolutionSeen(both())));
    let mut play = self::play();
    play.keys("c");
    play.tell(Input::Checked(1, Ok(outcome(TestResult::passed()))));
    play.keys("o");
    assert!(play.page.contains("A solution of Both"), "{}", play.page);
}

#[test]
fn the_solution_is_compared_with_the_learners_own_files_too() {
    let mut play = play();
    play.changes = vec![WorkspaceFile {
        path: "src/lib.rs".into(),
        text: "-mine\n+theirs\n".into(),
        editable: true,
        language: "diff",
    }];
    play.keys("oy");
    assert!(play.page.contains("as handed out"), "{}", play.page);
    play.keys("o");
    for text in ["your own files", "-mine", "+theirs"] {
        assert!(play.page.contains(text), "{text} in\n{}", play.page);
    }
    play.keys("o");
    assert!(!play.page.contains("-mine"), "{}", play.page);
    play.keys("b");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
}

#[test]
fn settling_needs_a_yes_and_goes_on() {
    let mut play = play();
    play.keys("sy");
    assert!(
        play.notes
            .iter()
            .any(|note| matches!(note, ProgressNote::Settled(id, _) if *id == both()))
    );
    assert!(play.page.contains("Which ones?"), "{}", play.page);
}

#[test]
fn a_missing_requirement_is_told_and_settles_at_once() {
    let mut play = play();
    let opened = Opened {
        missing: Some("Install rustc.".into()),
        ..Opened::default()
    };
    play.tell(Input::Opened(both(), Ok(opened)));
    assert!(play.page.contains("Install rustc."), "{}", play.page);
    play.keys("s");
    let reason = play.notes.iter().find_map(|note| match note {
        ProgressNote::Settled(_, reason) => Some(reason.clone()),
        _ => None,
    });
    assert!(reason.is_some_and(|reason| reason.contains("Install rustc.")));
    assert!(play.page.contains("Which ones?"));
}

#[test]
fn files_that_were_renewed_are_told_and_all_that_are_theirs_are_named() {
    let mut play = play();
    let opened = Opened {
        file: "~/x/src/lib.rs".into(),
        files: vec!["src/lib.rs".into(), "tests/mine.rs".into()],
        told: vec!["Cargo.toml was renewed.".into()],
        ..Opened::default()
    };
    play.tell(Input::Opened(both(), Ok(opened)));
    assert!(
        play.footer.contains("Cargo.toml was renewed."),
        "{}",
        play.footer
    );
    for file in ["~/x/src/lib.rs", "tests/mine.rs"] {
        assert!(play.page.contains(file), "{}", play.page);
    }
}

#[test]
fn a_result_that_fails_is_not_called_passed() {
    let mut play = play();
    play.keys("c");
    play.tell(Input::Checked(1, Ok(outcome(TestResult::passed()))));
    assert!(play.footer.contains("· passed"), "{}", play.footer);
    play.keys("c");
    play.tell(Input::Checked(2, Ok(failed())));
    assert!(play.footer.contains("· passed before"), "{}", play.footer);
}

#[test]
fn after_the_last_hint_the_next_steps_are_named() {
    let mut play = play();
    for _ in 0..10 {
        play.keys("h");
    }
    assert!(
        play.footer.contains("H shows all of them, o a solution"),
        "{}",
        play.footer
    );
}

#[test]
fn warnings_beside_a_failing_test_are_counted() {
    let mut play = play();
    play.keys("c");
    let mut failed = failed();
    failed.diagnostics = vec![Diagnostic {
        error: false,
        line: Some(1),
        ..error("unused")
    }];
    play.tell(Input::Checked(1, Ok(failed)));
    assert!(play.page.contains("1 warning: v shows it"), "{}", play.page);
}

#[test]
fn trouble_of_ours_is_told_with_what_to_do() {
    let mut play = play();
    play.keys("c");
    let trouble = Trouble {
        what: "the disk is full".into(),
        hint: Some("make room".into()),
    };
    play.tell(Input::Checked(1, Err(trouble)));
    assert!(
        play.page.contains("the disk is full") && play.page.contains("make room"),
        "{}",
        play.page
    );
    play.keys("e");
    assert_eq!(play.edits, [(0, None)]);
}

#[test]
fn one_of_several_files_is_chosen_for_the_editor() {
    let mut play = Play::on("fast");
    play.files = vec!["nginx.conf".into(), "services.toml".into()];
    play.go_to("Do both of them.");
    assert!(play.page.contains("services.toml"), "{}", play.page);
    play.keys("e");
    assert!(play.footer.contains("services.toml"), "{}", play.footer);
    play.paste("1\n");
    assert_eq!(play.edits, []);
    play.keys("2");
    assert_eq!(play.edits, [(1, None)]);
    assert!(play.page.contains("Do both of them."), "{}", play.page);
}

#[test]
fn without_an_editor_one_is_chosen_once() {
    let mut play = play();
    let editor = |name| Editor {
        name,
        exit: "Ctrl-X",
    };
    play.editors = vec![editor("nano"), editor("vi")];
    play.keys("e");
    assert!(
        play.footer.contains("nano: Ctrl-X leaves it"),
        "{}",
        play.footer
    );
    play.escape();
    assert_eq!(play.edits, []);
    play.keys("e2e");
    assert_eq!(play.edits, [(0, Some("vi")), (0, Some("vi"))]);
}

#[test]
fn a_save_made_elsewhere_is_checked_on_return() {
    let mut play = play();
    play.keys("n");
    play.is_changed = true;
    play.keys("b");
    play.go_to("Do both of them.");
    assert_eq!(play.checks, [1]);
}

#[test]
fn what_another_program_noted_shows() {
    let mut play = play();
    let mut progress = play.machine.progress().clone();
    let course = super::play::course();
    progress.pass(course.exercise(&both()).unwrap(), 1);
    play.tell(Input::Saved(Ok(progress)));
    play.keys("t");
    assert!(play.footer.contains("passed"), "{}", play.footer);
}

#[test]
fn an_open_map_shows_what_another_program_noted() {
    let mut play = play();
    play.keys("m");
    assert!(play.page.contains("0 of 1 exercises"), "{}", play.page);
    let mut progress = play.machine.progress().clone();
    let course = super::play::course();
    progress.pass(course.exercise(&both()).unwrap(), 1);
    play.tell(Input::Reread(Ok(progress)));
    assert!(play.page.contains("1 of 1 exercises"), "{}", play.page);
    let chosen = play.page.lines().find(|line| line.starts_with('>'));
    assert!(
        chosen.is_some_and(|line| line.contains("✓ Both")),
        "{}",
        play.page
    );
    play.keys("m");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
}

#[test]
fn an_exercise_that_was_reset_is_to_be_solved_again() {
    let mut play = play();
    play.keys("c");
    play.tell(Input::Checked(1, Ok(outcome(TestResult::passed()))));
    play.keys("ry");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
    assert!(
        play.footer.contains("to be solved again"),
        "{}",
        play.footer
    );
    play.keys("m");
    assert!(play.page.contains("0 of 1 exercises"), "{}", play.page);
}

#[test]
fn the_end_says_what_one_can_do_and_what_is_left() {
    let mut play = play();
    play.keys("c");
    play.tell(Input::Checked(1, Ok(outcome(TestResult::passed()))));
    play.go_to("The rest.");
    play.keys("\n");
    assert!(play.page.contains("Fast: finished"), "{}", play.page);
    assert!(play.page.contains("You can begin."), "{}", play.page);
    play.keys("\n");
    for text in [
        "What is left",
        "Quick",
        "optional",
        "1  Start  1 question skipped",
        "2  More  1 question skipped",
        "The Slow track",
    ] {
        assert!(play.page.contains(text), "{text} in\n{}", play.page);
    }
    play.keys("3");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
    play.go_to("Fast: finished");
    play.keys("\n");
    play.keys("1");
    assert!(play.footer.contains("Quick"), "{}", play.footer);
    play.go_to("Fast: finished");
    play.keys("\n4");
    assert!(
        play.footer.contains("You are on the Slow track now"),
        "{}",
        play.footer
    );
    assert!(play.page.contains("Do it with care."), "{}", play.page);
}

#[test]
fn the_end_of_an_unfinished_track_lists_what_is_open() {
    let mut progress = Progress::default();
    progress.track = Some("slow".parse().unwrap());
    let mut play = Play::with(SCREEN, progress, true);
    play.keys("\n");
    play.go_to("The last page");
    play.keys("\n");
    assert!(
        play.page.contains("Both") && play.page.contains("Careful"),
        "{}",
        play.page
    );
}

#[test]
fn the_end_leads_to_a_program_that_asks_before_it_shows_solutions() {
    let mut progress = Progress::default();
    progress.track = Some("slow".parse().unwrap());
    let mut play = Play::with(SCREEN, progress, true);
    play.keys("\n");
    play.go_to("The last page");
    assert!(play.page.contains("Does it all."), "{}", play.page);
    play.keys("mG\n");
    assert!(
        play.page.contains("that you have not passed"),
        "{}",
        play.page
    );
    assert!(play.page.contains("Careful"), "{}", play.page);
    play.keys("n");
    assert!(
        play.page.contains("a program of your functions"),
        "{}",
        play.page
    );
    let seen = |play: &Play| {
        let done = play.machine.progress().exercise(&careful());
        done.is_some_and(|done| done.solution_seen)
    };
    assert!(!seen(&play));
    play.keys("\ny");
    assert!(play.page.contains("cargo run -p tool"), "{}", play.page);
    assert!(play.page.contains("reference solutions"), "{}", play.page);
    assert!(seen(&play));
}

fn careful() -> ExerciseId {
    "careful".parse().unwrap()
}
