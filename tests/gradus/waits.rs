//! How long Gradus waits for code that never returns: calls and processes are counted, no time is measured.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use gradus::check::{Event, Outcome, Verdict};
use gradus::sandbox::{Rule, TimeBudget};
use snapbox::{assert_data_eq, str};

use crate::bench::{Bench, told};
use crate::harness::Extent;

/// Ways to never come back.
const HANGS: [&str; 4] = [
    "loop { std::hint::spin_loop() }",
    "loop { std::thread::park() }",
    "{ let lock = std::sync::Mutex::new(()); let held = lock.lock(); drop((lock.lock(), held)) }",
    "{ let (open, queue) = std::sync::mpsc::channel::<()>(); queue.recv().ok(); drop(open) }",
];

/// Checks a solution of `exercise` in which every function does `what` first, and returns how often that
/// was begun too.
fn check_counted(exercise: &str, what: &str) -> (Outcome, usize) {
    let counter = tempfile::NamedTempFile::new().expect("a file");
    // Whoever runs the code may not be who runs the test.
    let everybody = fs::Permissions::from_mode(0o666);
    fs::set_permissions(counter.path(), everybody).expect("it is ours");
    let bench = Bench::fixture().without(Rule::Files);
    let path = counter.path().display();
    let begun = format!(
        "fn begun() {{ use std::io::Write as _; std::fs::OpenOptions::new().append(true).open({path:?}).unwrap().write_all(b\"x\").unwrap(); }}\n"
    );
    let source = with_first(bench.solution(exercise), &format!("begun(); {what};"));
    let source = format!("#![allow(warnings)]\n{source}{begun}");
    let outcome = bench.check(exercise, &source);
    (outcome, fs::read(counter.path()).expect("a file").len())
}

/// Returns `source` with `what` at the start of every function.
fn with_first(source: &str, what: &str) -> String {
    let functions = source.split("\npub fn ").map(|function| {
        let (head, body) = function.split_once("{\n").unwrap_or((function, ""));
        if body.is_empty() {
            function.to_owned()
        } else {
            format!("{head}{{\n    {what}\n{body}")
        }
    });
    functions.collect::<Vec<_>>().join("\npub fn ")
}

#[test]
fn after_two_calls_that_never_return_no_more_are_made() {
    let most = if Extent::wanted() >= Extent::Whole {
        HANGS.len()
    } else {
        2
    };
    for what in &HANGS[..most] {
        let (outcome, begun) = check_counted("pair", what);
        assert_eq!(begun, 2, "{what}");
        assert_data_eq!(
            told(&outcome),
            str![[r#"
time limit
An even number is halved: not run: two earlier calls took too long
An odd number has no half: not run: two earlier calls took too long
Small letters become capitals: time limit; input shout("gateway"); got no answer within 1 s
An empty text panics: time limit; input shout(""); got no answer within 1 s

"#]]
        );
    }
}

#[test]
fn after_two_linked_tests_that_never_end_no_more_are_started() {
    let most = if Extent::wanted() >= Extent::Whole {
        HANGS.len()
    } else {
        2
    };
    // A process for each test has the line to Gradus where other programs have their input.
    let input = "{ std::io::stdin().lines().count(); }";
    for what in HANGS[..most].iter().chain([&input]) {
        let (outcome, begun) = check_counted("keep", what);
        assert_eq!(begun, 2, "{what}");
        assert_data_eq!(
            told(&outcome),
            str![[r#"
time limit
All items that hold are kept: time limit; note not finished within 1 s
Texts are kept too: time limit; note not finished within 1 s
No items are a mistake: not run: two earlier tests took too long

"#]]
        );
    }
}

#[test]
fn a_call_that_is_quick_is_waited_for_after_one_that_never_returned() {
    let bench = Bench::fixture();
    let source = bench.solution("pair").replace(
        "-> Option<i64> {\n",
        "-> Option<i64> {\n    if n == 7 { loop { std::thread::park() } }\n",
    );
    let outcome = bench.check("pair", &source);
    assert_eq!(
        (outcome.verdict(), outcome.passed()),
        (Verdict::TimeLimit, 3),
        "{}",
        told(&outcome)
    );
}

#[test]
fn one_test_does_not_use_up_the_waits_of_all() {
    let bench = Bench::fixture();
    let source = bench.solution("pair").replace(
        "-> Option<i64> {\n",
        "-> Option<i64> {\n    if n % 2 == 0 { loop { std::thread::park() } }\n",
    );
    // The test of even numbers would make a second call that never returns.
    let outcome = bench.check("pair", &source);
    assert_eq!(
        (outcome.verdict(), outcome.passed()),
        (Verdict::TimeLimit, 3),
        "{}",
        told(&outcome)
    );
}

fn reasons(outcome: &Outcome) -> Vec<&str> {
    let results = outcome.tests.iter().map(|test| &test.result);
    results.filter_map(|result| result.why_not_run()).collect()
}

#[test]
fn calls_that_are_given_up_after_crashes_are_not_said_to_have_had_no_time() {
    for what in [
        "std::process::exit(3);",
        "std::process::abort();",
        "for line in 0..3_000_000 { println!(\"{line}\") }",
    ] {
        let bench = Bench::builtin();
        let outcome = bench.check(
            "safe-divide",
            &with_first(bench.solution("safe-divide"), what),
        );
        let reasons = reasons(&outcome);
        assert!(!reasons.is_empty(), "{}", told(&outcome));
        for reason in reasons {
            assert_eq!(reason, "eight earlier calls ended the process", "{what}");
        }
    }
}

/// Returns the fixture, where all that the submission causes is out of time once `step` begins.
fn out_of_time_at(step: &'static str) -> Bench {
    let mut bench = Bench::fixture();
    let budget = TimeBudget::unlimited().or_limited_to(std::time::Duration::from_hours(24));
    bench.context.budget = budget.clone();
    bench.context.observer = Arc::new(move |event| {
        if event == Event::Step(step) {
            budget.exhaust();
        }
    });
    bench
}

#[test]
fn what_a_submission_has_no_more_time_for_is_not_run_and_is_no_error_of_ours() {
    for (exercise, why) in [
        ("pair", "earlier calls used up the time"),
        ("keep", "earlier tests used up the time"),
    ] {
        let bench = out_of_time_at("running the hidden tests");
        let outcome = bench.check(exercise, bench.solution(exercise));
        assert_eq!(outcome.verdict(), Verdict::Failed, "{}", told(&outcome));
        assert_eq!(reasons(&outcome), vec![why; outcome.tests.len()]);
    }
}

#[test]
fn a_constant_without_end_is_a_compile_error_wherever_it_is_worked_out() {
    let unlimited = "#![allow(long_running_const_eval)]\n";
    let bench = out_of_time_at("compiling your crate");
    let now = format!(
        "{unlimited}pub const END: () = loop {{}};\n{}",
        bench.solution("pair")
    );
    let outcome = bench.check("pair", &now);
    assert_eq!(
        outcome.verdict(),
        Verdict::CompileError,
        "{}",
        told(&outcome)
    );
    // One of a generic function is worked out where that is called.
    let bench = out_of_time_at("linking");
    let late = bench.solution("pair").replace(
        "half(n: i64) -> Option<i64> {\n",
        "half<N: Into<i64>>(n: N) -> Option<i64> {\n    let () = const { loop {} };\n    let n = n.into();\n",
    );
    let outcome = bench.check("pair", &(unlimited.to_owned() + &late));
    assert_eq!(
        outcome.verdict(),
        Verdict::CompileError,
        "{}",
        told(&outcome)
    );
    assert_eq!(outcome.passed(), 0);
    let errors = outcome.diagnostics.iter().filter(|said| said.error);
    let errors: Vec<_> = errors.map(|error| error.message.as_str()).collect();
    let late = "`pair` compiles, but cannot be linked with what calls it";
    assert_eq!(errors, [late], "none is said to be missing");
}

#[test]
fn a_constant_that_fails_late_is_shown_with_its_place_and_rustcs_reason() {
    let bench = Bench::fixture();
    for (what, reason) in [
        ("panic!()", "evaluation panicked: explicit panic"),
        ("assert!(size_of::<N>() < 2)", "evaluation panicked"),
        ("loop {}", "constant evaluation is taking a long time"),
    ] {
        // Its line is also that of the dispatcher in which `half` is bound.
        for blank_lines in ["", "\n", "\n\n"] {
            let late = bench.solution("pair").replace(
                "half(n: i64) -> Option<i64> {\n",
                &format!("half<N: Into<i64>>(n: N) -> Option<i64> {{\n    const {{ {what} }};\n    let n = n.into();\n"),
            );
            let outcome = bench.check("pair", &format!("{blank_lines}{late}"));
            let said = told(&outcome);
            assert_eq!(
                (outcome.verdict(), outcome.passed()),
                (Verdict::CompileError, 0),
                "{said}"
            );
            let line = 2 + blank_lines.len();
            let wanted = format!(
                "error: `pair` compiles, but cannot be linked with what calls it\n  the constant: src/lib.rs:{line}\n  rustc: {reason}"
            );
            assert!(said.contains(&wanted), "{said}");
            assert!(!said.contains("lacks"), "{said}");
        }
    }
}
