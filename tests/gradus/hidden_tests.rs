//! Every hidden test counts, however it is written, in both tiers.

use gradus::check::{CheckError, TestVerdict, Verdict};

use crate::bench::{Bench, NEXT};
use crate::harness::skip;

const TIERS: [&str; 2] = ["called", "linked"];

/// The start of hidden tests that a solution passes.
const HEAD: &str = "use next::next;\n\n/// One comes after zero\n#[test]\nfn one() {\n    assert_eq!(next(0), 1);\n}\n";

/// Returns what `validate` says of an exercise with these hidden tests behind [`HEAD`].
fn problems(judge: &str, tests: &str) -> Vec<String> {
    let bench = Bench::of_tests(judge, &format!("{HEAD}{tests}"));
    let problems = bench.exercise("next").prove(&bench.context);
    let problems = problems.expect("it can be proved here");
    problems.iter().map(ToString::to_string).collect()
}

/// Returns the names of the tests that the solution passes, and the verdict.
fn passed(judge: &str, tests: &str) -> (Verdict, Vec<String>) {
    let outcome = Bench::of_tests(judge, &format!("{HEAD}{tests}")).check("next", NEXT);
    let tests = outcome.tests.iter();
    let passed = tests.filter(|test| test.passed());
    let names = passed.map(|test| test.test.name.clone()).collect();
    (outcome.verdict(), names)
}

#[test]
fn a_test_that_a_macro_makes_counts() {
    let makes = |wanted: &str| {
        format!(
            "macro_rules! case {{ ($name:ident, $wanted:expr) => {{ #[test] fn $name() {{ assert_eq!(next(1), $wanted); }} }}; }}\n\
             case!(from_one, {wanted});\nmod deep {{ use super::*; case!(deeper, 2); }}\n"
        )
    };
    let (verdict, names) = passed("called", &makes("2"));
    assert_eq!(verdict, Verdict::Passed);
    assert_eq!(names, ["one", "deep::deeper", "from_one"]);
    let (verdict, names) = passed("called", &makes("999"));
    assert_eq!(verdict, Verdict::Failed);
    assert_eq!(names, ["one", "deep::deeper"]);
    assert_eq!(
        problems("called", &makes("999")),
        [
            "exercises/next/solution/src/lib.rs: the solution does not pass: failed: `from_one`: on next(1), \
             expected 999, got 2"
        ]
    );
    // One a process, they are called by what the source shows.
    let linked = problems("linked", &makes("2"));
    assert_eq!(linked.len(), 1, "{linked:?}");
    let told = "exercises/next/hidden/tests.rs:10: test `deep::deeper` is made by a macro";
    assert!(linked[0].starts_with(told), "{linked:?}");
}

#[test]
fn a_wrong_solution_is_caught_by_the_test_it_names() {
    let proved = |wrong: &str| {
        let bench = Bench::of_wrong(HEAD, wrong);
        let problems = bench.exercise("next").prove(&bench.context);
        let problems = problems.expect("it can be proved here");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let wrong = NEXT.replace("n + 1", "n");
    assert_eq!(proved(&wrong), [""; 0]);
    let told = "`one` does not catch wrong solution `wrong/01-it.rs`; no test catches it";
    let told = format!("exercises/next/exercise.toml:11: {told}");
    assert_eq!(proved(NEXT), [told]);
}

#[test]
fn a_test_that_is_to_be_ignored_runs() {
    let ignored = format!(
        "/// Two\n#[test]\n#[{} = \"later\"]\nfn two() {{\n    assert_eq!(next(1), 3);\n}}\n",
        "ignore"
    );
    for judge in TIERS {
        assert_eq!(
            problems(judge, &ignored.replace('3', "2")),
            [""; 0],
            "{judge}"
        );
        let (verdict, names) = passed(judge, &ignored);
        assert_eq!(
            (verdict, names),
            (Verdict::Failed, vec!["one".to_owned()]),
            "{judge}"
        );
    }
}

#[test]
fn tests_are_compiled_as_tests() {
    let module = "#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::next as again;\n\n    /// Two\n    #[test]\n    fn two() {\n        \
                  assert!(cfg!(test));\n        assert_eq!(again(1), next(1));\n    }\n}\n";
    for judge in TIERS {
        assert_eq!(problems(judge, module), [""; 0], "{judge}");
        let (verdict, names) = passed(judge, module);
        assert_eq!(verdict, Verdict::Passed, "{judge}");
        assert_eq!(names, ["one", "tests::two"], "{judge}");
    }
}

#[test]
fn a_test_that_never_runs_is_a_problem_at_its_line() {
    let configured = "/// Two\n#[test]\n#[cfg(feature = \"more\")]\nfn two() {}\n";
    let inner = "fn helper() {\n    #[test]\n    fn two() {}\n}\n";
    for judge in TIERS {
        let told = problems(judge, configured);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with(
                "exercises/next/hidden/tests.rs:11: test `two` is declared and never runs"
            ),
            "{told:?}"
        );
        let told = problems(judge, inner);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0]
                .starts_with("exercises/next/hidden/tests.rs:9: the hidden tests do not compile"),
            "{told:?}"
        );
        assert!(told[0].contains("cannot test inner items"), "{told:?}");
    }
}

#[test]
fn an_error_in_the_hidden_tests_is_the_authors() {
    for judge in TIERS {
        let typo = "/// Two\n#[test]\nfn two() {\n    assert_eq!(next(1), canary);\n}\n";
        let told = problems(judge, typo);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0]
                .starts_with("exercises/next/hidden/tests.rs:11: the hidden tests do not compile"),
            "{told:?}"
        );
        assert!(told[0].contains("cannot find value `canary`"), "{told:?}");
        let bench = Bench::of_tests(judge, &format!("{HEAD}{typo}"));
        let submission = bench.submission(&[("src/lib.rs", NEXT)]);
        let error = bench
            .try_check("next", &submission)
            .expect_err("it is broken");
        assert!(matches!(error, CheckError::Exercise { .. }), "{judge}");
        assert_eq!(error.to_string(), "the exercise itself is broken");
    }
}

#[test]
fn the_words_of_an_assert_are_shown_and_its_condition_is_not() {
    let asserts = "/// Two\n#[test]\nfn two() {\n    assert!(next(1) == 2, \"after one comes {}, not {}\", 2, next(1));\n}\n\
                   /// Three\n#[test]\nfn three() {\n    assert!(next(2) == 3);\n}\n\
                   /// Four\n#[test]\nfn four() {\n    assert_eq!(next(3), 4, \"after three\");\n}\n";
    for judge in TIERS {
        let bench = Bench::of_tests(judge, &format!("{HEAD}{asserts}"));
        let outcome = bench.check("next", "pub fn next(n: i64) -> i64 {\n    n\n}\n");
        let notes: Vec<_> = outcome
            .tests
            .iter()
            .map(|test| {
                let values = test.result.failed_values().expect("it fails");
                values.note.as_deref().unwrap_or_default()
            })
            .collect();
        assert_eq!(
            notes,
            ["", "after one comes 2, not 1", "", "after three"],
            "{judge}"
        );
        let sides = outcome.tests[3].result.failed_values().expect("it fails");
        assert_eq!(sides.expected.as_deref(), Some("4"), "{judge}");
        assert_eq!(sides.got.as_deref(), Some("3"), "{judge}");
    }
}

#[test]
fn a_judge_that_ends_before_its_last_test_passes_nothing_more() {
    let ends = "/// Two\n#[test]\nfn two() {\n    std::process::exit(0);\n}\n/// Zero\n#[test]\nfn zzz() {}\n";
    let (verdict, names) = passed("called", ends);
    assert_eq!((verdict, names), (Verdict::Failed, Vec::new()));
}

#[test]
fn a_value_as_deep_as_a_stack_allows_fails_its_test_alone() {
    let contract = "#[derive(Debug, Clone, PartialEq)]\npub enum Chain {\n    End,\n    Link(Box<Chain>),\n}\n\n\
                    pub fn chain(n: u32) -> Chain;\npub fn next(n: i64) -> i64;\n";
    let solution = format!(
        "use contract::Chain;\npub fn chain(n: u32) -> Chain {{\n    (0..n).fold(Chain::End, |chain, _| Chain::Link(Box::new(chain)))\n}}\n{NEXT}"
    );
    let tests = "use contract::Chain;\nuse next::chain;\n\n/// One link\n#[test]\nfn link() {\n    \
                 assert_eq!(chain(1), Chain::Link(Box::new(Chain::End)));\n}\n";
    let bench = Bench::of_exercise("called", contract, &solution, &format!("{HEAD}{tests}"));
    assert_eq!(bench.check("next", &solution).verdict(), Verdict::Passed);
    let deep = solution.replace("0..n", "0..60_000");
    let outcome = bench.check("next", &deep);
    assert_eq!(outcome.verdict(), Verdict::Failed);
    let results: Vec<_> = outcome
        .tests
        .iter()
        .map(|test| test.result.verdict)
        .collect();
    assert_eq!(results, [TestVerdict::Passed, TestVerdict::Failed]);
}

#[test]
fn a_judge_sees_no_file_of_the_machine_and_reaches_nobody() {
    let tests = "/// Two\n#[test]\nfn two() {\n    next(1);\n    assert!(std::fs::read(\"/etc/hosts\").is_err());\n    \
                 assert!(std::fs::write(\"seen\", \"\").is_err());\n    \
                 assert!(std::net::TcpListener::bind(\"127.0.0.1:0\").is_err());\n}\n";
    let bench = Bench::of_tests("called", &format!("{HEAD}{tests}"));
    if !bench.context.sandbox.guard().is_strong() {
        skip("a sandbox");
        return;
    }
    assert_eq!(bench.check("next", NEXT).verdict(), Verdict::Passed);
    // Neither does the compiler that makes it.
    let told = problems("called", "const _: &str = include_str!(\"/etc/hosts\");\n");
    assert!(
        told[0].contains("the hidden tests do not compile"),
        "{told:?}"
    );
}
