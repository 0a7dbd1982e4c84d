//! Forged passes, and what a learner is told about them; the corpus of attacks has many more.

use std::fs;

use gradus::check::{TestVerdict, Verdict};

use crate::bench::{Bench, told};

#[test]
fn a_type_that_equals_everything_is_another_signature() {
    let bench = Bench::fixture();
    let shout = "pub fn shout(text: &str) -> String { text.to_uppercase() }";
    for half in [
        "#[derive(Debug)] pub struct Any; impl<T> PartialEq<T> for Any { fn eq(&self, _: &T) -> bool { true } }
         pub fn half(_n: i64) -> Any { Any }",
        "#[derive(Debug)] pub struct Option<T>(T); impl<T, U> PartialEq<U> for Option<T> { fn eq(&self, _: &U) -> bool { true } }
         pub fn half(n: i64) -> Option<i64> { Option(n) }",
        "pub mod std { pub mod option { pub struct Option<T>(pub T); } }
         pub fn half(n: i64) -> self::std::option::Option<i64> { self::std::option::Option(n) }",
    ] {
        let outcome = bench.check("pair", &format!("{half}\n{shout}\n"));
        let message = &outcome.diagnostics.last().expect("a diagnostic").message;
        assert_eq!(
            message, "`half` has types other than those in the contract",
            "{half}"
        );
        assert_eq!(outcome.verdict(), Verdict::CompileError);
    }
}

#[test]
fn what_a_submission_brings_beside_its_source_is_ignored() {
    let bench = Bench::fixture();
    let trap = tempfile::tempdir().expect("a folder");
    let mark = trap.path().join("sprung");
    let build = format!("fn main() {{ std::fs::write({mark:?}, \"\").unwrap() }}");
    let runner = format!(
        "[build]\nrustc-wrapper = {0:?}\n[target.'cfg(all())']\nrunner = {0:?}\nlinker = {0:?}\n",
        trap.path().join("evil")
    );
    let toolchain = format!("[toolchain]\npath = {:?}\n", trap.path());
    let manifest = "[package]\nname = \"pair\"\nversion = \"0.0.0\"\nautotests = false\nbuild = \"build.rs\"\n[[test]]\nname = \"tests\"\nharness = false\n";
    let brought = [
        ("build.rs", build.as_str()),
        (".cargo/config.toml", runner.as_str()),
        ("rust-toolchain.toml", toolchain.as_str()),
        ("Cargo.toml", manifest),
        ("tests/tests.rs", "fn main() {}"),
        ("hidden/tests.rs", "#[test] fn even() {}"),
        ("contract.rs", "pub fn half(n: i64) -> Option<i64>;"),
        ("main.rs", "fn main() {}"),
    ];
    for (source, verdict) in [
        (bench.solution("pair"), Verdict::Passed),
        (bench.file("pair", "wrong/01-rounds.rs"), Verdict::Failed),
    ] {
        let mut files = brought.to_vec();
        files.push(("src/lib.rs", source));
        let outcome = bench.check_files("pair", &files);
        assert_eq!(outcome.verdict(), verdict, "{}", told(&outcome));
        assert_eq!(outcome.tests.len(), 4);
    }
    assert_eq!(fs::read_dir(trap.path()).expect("a folder").count(), 0);
}

/// No binding of a plain type holds a generic function.
#[test]
fn a_generic_result_that_equals_everything_is_another_signature() {
    let bench = Bench::fixture();
    let right = bench.check("keep", bench.solution("keep"));
    assert_eq!(right.verdict(), Verdict::Passed, "{}", told(&right));
    let source = "#[derive(Debug)] pub struct Vec<T>(std::marker::PhantomData<T>);
        impl<T, U> PartialEq<U> for Vec<T> { fn eq(&self, _: &U) -> bool { true } }
        pub fn keep<T: Clone>(items: &[T], _: impl Fn(&T) -> bool) -> Vec<T> {
            assert!(!items.is_empty(), \"no items\");
            Vec(std::marker::PhantomData)
        }";
    let outcome = bench.check("keep", source);
    assert_eq!(
        outcome.verdict(),
        Verdict::CompileError,
        "{}",
        told(&outcome)
    );
    assert_eq!(outcome.passed(), 0);
}

/// What the code returns is kept by Gradus, so that it has a bound of its own.
#[test]
fn results_without_bound_are_a_memory_limit() {
    let bench = Bench::fixture();
    let solution = bench.solution("pair");
    let source = solution.replace("text.to_uppercase()", "\"x\".repeat(50 << 20)");
    assert_ne!(source, solution);
    let outcome = bench.check("pair", &source);
    assert_eq!(
        outcome.verdict(),
        Verdict::MemoryLimit,
        "{:?}",
        outcome.verdict()
    );
    let told = outcome
        .tests
        .iter()
        .filter_map(|test| test.result.failed_values());
    let words = told.flat_map(|values| [&values.got, &values.expected, &values.input]);
    assert!(words.flatten().all(|words| words.len() < 1 << 20));
}

#[test]
fn a_test_that_should_have_panicked_has_run() {
    let bench = Bench::fixture();
    let source = bench
        .solution("pair")
        .replace("assert!(!text.is_empty()", "assert!(true");
    let outcome = bench.check("pair", &source);
    let last = &outcome.tests.last().expect("a test").result;
    assert_eq!(last.verdict, TestVerdict::Failed, "{}", told(&outcome));
    assert_eq!(outcome.passed(), 3);
}

#[test]
fn a_missing_function_does_not_pass_a_test_that_expects_a_panic() {
    let bench = Bench::fixture();
    let source = "pub fn half(n: i64) -> Option<i64> { Some(n) }";
    let outcome = bench.check("pair", source);
    assert_eq!(outcome.passed(), 0, "{}", told(&outcome));
}
