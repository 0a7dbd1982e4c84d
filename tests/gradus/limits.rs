//! Code that exceeds a limit is stopped and reported, and nothing of it remains.

use std::fs;
use std::thread;
use std::time::Duration;

use gradus::check::{CheckError, Outcome, TestVerdict, Verdict};
use gradus::sys::clock::Stopwatch;

use crate::bench::{Bench, told};
use crate::harness::Desk;
use crate::processes::{has_thread, of_folder, wait_until};

/// Checks a solution of `pair` that does `what` when it is asked for half of 7.
fn at_seven(what: &str) -> Outcome {
    let bench = Bench::fixture();
    bench.check("pair", &crate_at_seven(&bench, what))
}

fn crate_at_seven(bench: &Bench, what: &str) -> String {
    let start = format!("-> Option<i64> {{\n    if n == 7 {{ {what} }}\n");
    bench.solution("pair").replace("-> Option<i64> {\n", &start)
}

/// Expects that only the test that asks for half of 7 failed, with this verdict and these words.
fn expect(outcome: &Outcome, verdict: Verdict, words: &str) {
    let text = told(outcome);
    assert_eq!(outcome.verdict(), verdict, "{text}");
    assert_eq!(outcome.passed(), 3, "{text}");
    let values = outcome.tests[1].result.failed_values().expect("values");
    assert_eq!(values.input.as_deref(), Some("half(7)"), "{text}");
    let got = values.got.as_deref().unwrap_or_default();
    assert!(got.contains(words), "{text}");
}

#[test]
fn an_endless_loop_is_a_time_limit() {
    let outcome = at_seven("loop { std::hint::spin_loop() }");
    expect(&outcome, Verdict::TimeLimit, "no answer within 1 s");
}

#[test]
fn two_endless_threads_are_a_time_limit() {
    let outcome = at_seven("std::thread::spawn(|| loop {}); loop { std::hint::spin_loop() }");
    expect(&outcome, Verdict::TimeLimit, "no answer within 1 s");
}

#[test]
fn a_sleep_without_end_is_a_time_limit() {
    let outcome = at_seven("loop { std::thread::park() }");
    expect(&outcome, Verdict::TimeLimit, "no answer within 1 s");
}

#[test]
fn three_million_lines_are_an_output_limit() {
    let outcome = at_seven("for line in 0..3_000_000 { println!(\"{line}\") }");
    expect(
        &outcome,
        Verdict::OutputLimit,
        "it printed more than 1024 KiB",
    );
    assert!(
        outcome.printed.len() < 64 << 10,
        "{}",
        outcome.printed.len()
    );
}

/// Code that asks whether there is room, and does with less, has wanted nothing that it may not.
#[test]
fn memory_that_was_asked_for_in_vain_is_no_memory_limit() {
    let asks = "assert!(Vec::<u8>::new().try_reserve(1 << 40).is_err());";
    let outcome = at_seven(&format!("{{ {asks} return None; }}"));
    assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
    let outcome = at_seven(&format!("{{ {asks} std::process::exit(3); }}"));
    assert_eq!(outcome.verdict(), Verdict::Crashed, "{}", told(&outcome));
    let bench = Bench::fixture();
    let sealed = bench.solution("sealed");
    let linked = sealed.replace("format!", &format!("{asks} format!"));
    assert_ne!(linked, sealed);
    let outcome = bench.check("sealed", &linked);
    assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
}

#[test]
fn eight_gigabytes_are_a_memory_limit() {
    let outcome = at_seven("std::hint::black_box(vec![1_u8; 8 << 30]);");
    expect(
        &outcome,
        Verdict::MemoryLimit,
        "it needed more than 256 MiB",
    );
}

#[test]
fn memory_that_grows_without_end_is_a_memory_limit() {
    let outcome = at_seven("let mut all = Vec::new(); loop { all.push(vec![1_u8; 1 << 20]) }");
    expect(
        &outcome,
        Verdict::MemoryLimit,
        "it needed more than 256 MiB",
    );
}

#[test]
fn a_stack_overflow_is_a_crash() {
    let outcome = at_seven(
        "fn deep(n: u64) -> u64 { std::hint::black_box(deep(n + 1)) + 1 } return Some(deep(0) as i64);",
    );
    expect(&outcome, Verdict::Crashed, "stack overflow");
}

#[test]
fn threads_without_end_are_survived() {
    let outcome = at_seven("loop { std::thread::spawn(|| loop { std::thread::park() }); }");
    assert!(outcome.verdict() > Verdict::Failed, "{}", told(&outcome));
    assert_eq!(outcome.passed(), 3, "{}", told(&outcome));
}

#[test]
fn honest_threads_have_room() {
    let bench = Bench::fixture();
    let threads = "let all = std::sync::Arc::new(std::sync::Barrier::new(32));
        let threads: Vec<_> = (0..32).map(|_| {
            let all = all.clone();
            std::thread::spawn(move || { let kept = vec![1_u8; 1000]; all.wait(); kept.len() })
        }).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 1000));";
    let outcome = bench.check("pair", &crate_at_seven(&bench, threads));
    assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
}

#[test]
fn the_linked_tier_has_the_same_limits() {
    let bench = Bench::fixture();
    for (what, verdict) in [
        ("loop { std::hint::spin_loop() }", Verdict::TimeLimit),
        (
            "for line in 0..3_000_000 { println!(\"{line}\") }",
            Verdict::OutputLimit,
        ),
        (
            "std::hint::black_box(vec![1_u8; 8 << 30]);",
            Verdict::MemoryLimit,
        ),
        ("std::process::exit(3)", Verdict::Crashed),
    ] {
        let start = format!("-> Vec<T> {{\n    if items.len() == 4 {{ {what} }}\n");
        let source = bench.solution("keep").replace("-> Vec<T> {\n", &start);
        let outcome = bench.check("keep", &source);
        assert_eq!(outcome.verdict(), verdict, "{}", told(&outcome));
        assert_eq!(outcome.passed(), 2, "{}", told(&outcome));
    }
}

#[test]
fn calls_that_are_never_made_do_not_pass() {
    let outcome = at_seven("std::process::exit(0)");
    expect(&outcome, Verdict::Crashed, "exited with code 0");
    let bench = Bench::builtin();
    let all = bench.check(
        "safe-divide",
        "pub fn safe_divide(_a: i64, _b: i64) -> Option<i64> { std::process::exit(0) }",
    );
    assert_eq!(all.passed(), 0, "{}", told(&all));
    let not_run = |verdict| verdict == TestVerdict::NotRun;
    assert!(all.tests.iter().any(|test| not_run(test.result.verdict)));
}

#[test]
fn a_check_that_is_called_off_leaves_nothing_running() {
    let bench = Bench::fixture();
    let name = format!("off-{}", std::process::id());
    let source = crate_at_seven(
        &bench,
        &format!(
            "std::thread::Builder::new().name({name:?}.into()).spawn(|| loop {{ std::thread::park() }}).unwrap();
             loop {{ std::thread::park() }}"
        ),
    );
    let submission = bench.submission(&[("src/lib.rs", &source)]);
    let cancel = bench.context.cancel.clone();
    let result = thread::scope(|scope| {
        let check = scope.spawn(|| bench.try_check("pair", &submission));
        wait_until("the code runs", || has_thread(&name));
        let watch = Stopwatch::start();
        cancel.cancel();
        let result = check.join().expect("it does not panic");
        // Left alone, the code would run into its limit after ten seconds.
        assert!(watch.elapsed() < Duration::from_secs(8));
        result
    });
    assert!(matches!(result, Err(CheckError::Cancelled)), "{result:?}");
    wait_until("the code is gone", || !has_thread(&name));
}

#[test]
fn a_gradus_that_is_killed_leaves_nothing_running_and_its_folders_are_swept() {
    let desk = Desk::new();
    desk.write("tmp/.keep", "");
    let temporary = desk.path("tmp");
    let variables = [("TMPDIR", temporary.to_str().expect("UTF-8"))];
    let source = "pub fn double(_n: i64) -> Option<i64> { loop { std::thread::park() } }";
    desk.write("here/crate/src/lib.rs", source);
    let check = [
        "check",
        "double",
        "--course",
        "../course",
        "--path",
        "crate",
    ];
    for program in ["/rustc", "/dispatcher"] {
        let mut gradus = desk.start_with(&check, &variables);
        wait_until(program, || {
            let processes = of_folder(&temporary);
            let mut programs = processes.iter().filter_map(|line| line.split(' ').next());
            programs.any(|running| running.ends_with(program))
        });
        gradus.kill().expect("it runs");
        gradus.wait().expect("it ends");
        wait_until("all of it is gone", || of_folder(&temporary).is_empty());
    }
    let left = || fs::read_dir(&temporary).expect("a folder").count() - 1;
    assert!(left() > 0, "a kill leaves a folder behind");
    desk.write(
        "here/crate/src/lib.rs",
        &desk.read("course/exercises/double/solution/src/lib.rs"),
    );
    let run = desk.gradus_with(&check, "", &variables);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(left(), 0, "what is left behind is swept");
}
