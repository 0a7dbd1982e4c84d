//! The check of Rust submissions: verdicts, and what a learner is told.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

use gradus::check::{Outcome, OwnTests, Verdict};
use gradus::kinds::rust::toolchain::Toolchain;
use gradus::sandbox::Rule;
use snapbox::{assert_data_eq, str};

use crate::bench::{Bench, told};
use crate::harness::Extent;

#[test]
fn every_exercise_of_the_fixture_is_proved() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let bench = Bench::fixture();
    for exercise in &bench.course.exercises {
        let problems = exercise.prove(&bench.context);
        assert_eq!(
            problems.expect("it can be proved here"),
            [],
            "{}",
            exercise.id
        );
    }
}

#[test]
fn a_right_solution_passes_every_test() {
    let bench = Bench::fixture();
    assert_data_eq!(
        told(&bench.check("pair", bench.solution("pair"))),
        str![[r#"
passed
An even number is halved: passed
An odd number has no half: passed
Small letters become capitals: passed
An empty text panics: passed

"#]]
    );
}

#[test]
fn a_wrong_value_is_told_with_input_expected_and_got() {
    let bench = Bench::fixture();
    assert_data_eq!(
        told(&bench.check("pair", bench.file("pair", "wrong/01-rounds.rs"))),
        str![[r#"
failed
An even number is halved: passed
An odd number has no half: failed; input half(7); expected None; got Some(3)
Small letters become capitals: passed
An empty text panics: passed

"#]]
    );
}

#[test]
fn a_compile_error_names_the_learners_file_and_line() {
    let bench = Bench::fixture();
    let outcome = bench.check("pair", "pub fn half(n: i64) -> Option<i64> {\n    n\n}\n");
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    let error = &outcome.diagnostics[0];
    assert_eq!(
        (error.file.as_deref(), error.line),
        (Some("src/lib.rs"), Some(2))
    );
    assert!(error.text.contains("--> src/lib.rs:2:5"), "{}", error.text);
    assert_eq!(outcome.tests.len(), 4, "every declared test is there");
}

#[test]
fn an_error_in_a_type_of_the_course_names_the_learners_copy_of_it() {
    let bench = Bench::fixture();
    let source = bench
        .solution("wires")
        .replace("pub fn nothing() {}", "pub fn nothing() { Hop::Port(); }");
    let text = told(&bench.check("wires", &source));
    assert!(text.contains("--> contract/src/lib.rs:"), "{text}");
    assert!(!text.contains("/kits/"), "{text}");
}

#[test]
fn an_error_about_a_type_with_a_long_name_is_told_alike_each_time() {
    let bench = Bench::fixture();
    let step = ".map(|n| n + 1).filter(|n| n % 2 == 0)".repeat(8);
    let source = format!("pub fn half(n: i64) -> Option<i64> {{ (0..n){step}.nothing() }}\n");
    let first = told(&bench.check("pair", &source));
    assert!(first.contains("no method named `nothing`"), "{first}");
    // The compiler leaves the whole name in a file beside its output, which has a number that is thrown.
    assert!(!first.contains("long-type"), "{first}");
    assert_eq!(told(&bench.check("pair", &source)), first);
}

#[test]
fn a_warning_does_not_keep_from_passing() {
    let bench = Bench::fixture();
    let source = format!("{}\nfn unused() {{}}\n", bench.solution("pair"));
    let outcome = bench.check("pair", &source);
    assert_eq!(outcome.verdict(), Verdict::Passed);
    assert!(
        outcome.diagnostics[0].message.contains("never used"),
        "{outcome:?}"
    );
}

#[test]
fn another_signature_is_told_in_the_contracts_words_and_costs_only_its_tests() {
    let bench = Bench::fixture();
    let source = bench
        .solution("pair")
        .replace("half(n: i64)", "half(n: i32)")
        .replace("Option<i64>", "Option<i32>");
    assert_data_eq!(
        told(&bench.check("pair", &source)),
        str![[r#"
compile error
error: `half` has types other than those in the contract
  the contract of `pair`: pub fn half(n: i64) -> Option<i64>
  rustc: mismatched types; expected fn pointer `fn(i64) -> Option<i64>`; found fn item `fn(i32) -> Option<i32> {half}`
  help: compare the types of parameters and result
An even number is halved: not run: it calls what `pair` lacks
An odd number has no half: not run: it calls what `pair` lacks
Small letters become capitals: passed
An empty text panics: passed

"#]]
    );
}

#[test]
fn a_missing_function_costs_only_its_tests() {
    let bench = Bench::fixture();
    let source = "pub fn half(n: i64) -> Option<i64> {\n    (n % 2 == 0).then(|| n / 2)\n}\n";
    assert_data_eq!(
        told(&bench.check("pair", source)),
        str![[r#"
compile error
error: `shout` is missing
  the contract of `pair`: pub fn shout(text: &str) -> String
  help: write it in src/lib.rs
An even number is halved: passed
An odd number has no half: passed
Small letters become capitals: not run: it calls what `pair` lacks
An empty text panics: not run: it calls what `pair` lacks

"#]]
    );
}

#[test]
fn a_private_function_is_told_to_be_private() {
    let bench = Bench::fixture();
    let source = bench.solution("pair").replace("pub fn half", "fn half");
    let outcome = bench.check("pair", &source);
    let errors = outcome
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.error);
    let errors: Vec<_> = errors.map(|error| error.message.as_str()).collect();
    assert_eq!(errors, ["`half` is private"]);
    assert_eq!(outcome.passed(), 2);
}

#[test]
fn a_panic_is_told_with_the_call_and_its_words() {
    let bench = Bench::fixture();
    let source = bench.solution("pair").replace(
        "text.to_uppercase()",
        "text[..3].to_uppercase() + &text[99..]",
    );
    assert_data_eq!(
        told(&bench.check("pair", &source)),
        str![[r#"
crashed
An even number is halved: passed
An odd number has no half: passed
Small letters become capitals: crashed; input shout("gateway"); got a panic at src/lib.rs:7:37: start byte index 99 is out of bounds of `gateway`
An empty text panics: passed

"#]]
    );
}

#[test]
fn what_the_code_prints_is_kept_without_control_characters() {
    let bench = Bench::fixture();
    let source = bench.solution("pair").replace(
        "text.to_uppercase()",
        "println!(\"\\u{1b}[31m{text}\"); eprintln!(\"::error::x\"); text.to_uppercase()",
    );
    let outcome = bench.check("pair", &source);
    assert_eq!(outcome.verdict(), Verdict::Passed);
    assert_eq!(bench.check("pair", bench.solution("pair")).printed, "");
    assert!(
        outcome.printed.contains("␛[31mgateway"),
        "{}",
        outcome.printed
    );
}

#[test]
fn a_submission_is_real_files() {
    let bench = Bench::fixture();
    let real = bench.submission(&[("src/lib.rs", bench.solution("pair"))]);
    let link = |from: &str, folder: &std::path::Path| {
        std::os::unix::fs::symlink(real.join(from), folder.join(from)).expect("a link");
        let outcome = bench
            .try_check("pair", folder)
            .expect("Gradus can do its work");
        assert_eq!(outcome.verdict(), Verdict::CompileError, "{from}");
        outcome.diagnostics[0].message.clone()
    };
    let words = link("src", &bench.submission(&[]));
    assert_eq!(words, "src is a link; put the file itself there");
    let folder = bench.submission(&[]);
    std::fs::create_dir(folder.join("src")).expect("a folder");
    assert_eq!(
        link("src/lib.rs", &folder),
        "src/lib.rs does not exist, or is not a regular file"
    );
}

#[test]
fn the_linked_tier_tells_the_two_sides() {
    let bench = Bench::fixture();
    assert_eq!(
        bench.check("keep", bench.solution("keep")).verdict(),
        Verdict::Passed
    );
    assert_data_eq!(
        told(&bench.check("keep", bench.file("keep", "wrong/01-first-only.rs"))),
        str![[r#"
failed
All items that hold are kept: failed; expected [2, 4]; got [2]
Texts are kept too: passed
No items are a mistake: passed

"#]]
    );
    assert_data_eq!(
        told(&bench.check("keep", &bench.solution("keep").replace("pub fn", "fn"))),
        str![[r#"
compile error
warning: function `keep` is never used
 --> src/lib.rs:1:4
  |
1 | fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T> {
  |    ^^^^
  |
  = note: `#[warn(dead_code)]` (part of `#[warn(unused)]`) on by default
error: `keep` is private
  the contract of `keep`: pub fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T>
  help: write `pub` before `fn`
All items that hold are kept: not run: the crate does not have what the tests call
Texts are kept too: not run: the crate does not have what the tests call
No items are a mistake: not run: the crate does not have what the tests call

"#]]
    );
}

#[test]
fn a_bridge_calls_what_cannot_cross() {
    let bench = Bench::builtin();
    assert_eq!(
        bench
            .check("probe-all", bench.solution("probe-all"))
            .verdict(),
        Verdict::Passed
    );
    let wrong = bench.check(
        "probe-all",
        bench.file("probe-all", "wrong/05-returns-those-up.rs"),
    );
    assert_eq!(wrong.verdict(), Verdict::Failed);
    assert!(wrong.passed() > 0, "{wrong:?}");
    let other = bench
        .solution("probe-all")
        .replace("pool: &[String]", "pool: Vec<String>");
    let text = told(&bench.check("probe-all", &other));
    assert!(
        text.contains("`probe_all` lacks something that the tests call"),
        "{text}"
    );
    assert!(!text.contains("bridge"), "{text}");
}

#[test]
fn every_wire_type_crosses_and_comes_back() {
    let bench = Bench::fixture();
    let outcome = bench.check("wires", bench.solution("wires"));
    assert_eq!(
        (outcome.verdict(), outcome.passed()),
        (Verdict::Passed, 8),
        "{}",
        told(&outcome)
    );
    let wrong = bench.check("wires", bench.file("wires", "wrong/01-forgets.rs"));
    assert_eq!(
        (wrong.verdict(), wrong.passed()),
        (Verdict::Failed, 7),
        "{}",
        told(&wrong)
    );
}

#[test]
fn slow_but_right_is_right() {
    // A process has a second; three calls take a good third of one each.
    // Its clock is a file, which the sandbox would not let it read.
    let bench = Bench::fixture().without(Rule::Files);
    let source = bench
        .solution("pair")
        .replace("(n % 2 == 0)", "work();\n    (n % 2 == 0)");
    let work = r#"
fn work() {
    let start = processor_time();
    while processor_time() < start + 380_000_000 {
        std::hint::black_box((0..100_000_u64).fold(1, |n, i| n ^ i.wrapping_mul(n | 1)));
    }
}

fn processor_time() -> u64 {
    let times = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse().unwrap()
}
"#;
    let outcome = bench.check("pair", &(source + work));
    assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
}

fn own_tests(mine: &str) -> Outcome {
    let bench = Bench::builtin();
    let solution = bench.solution("safe-divide");
    bench.check_files(
        "safe-divide",
        &[("src/lib.rs", solution), ("tests/mine.rs", mine)],
    )
}

fn worth(outcome: &Outcome) -> &OwnTests {
    outcome.own_tests.as_ref().expect("they are judged")
}

#[test]
fn good_own_tests_catch_every_wrong_solution() {
    let bench = Bench::builtin();
    let outcome = own_tests(bench.file("safe-divide", "solution/tests/mine.rs"));
    let worth = worth(&outcome);
    assert_eq!((worth.caught, worth.of), (27, 27), "{:?}", worth.missed);
    assert_eq!(outcome.verdict(), Verdict::Passed);
}

#[test]
fn weak_own_tests_are_told_what_they_miss() {
    let bench = Bench::builtin();
    let outcome = own_tests(bench.file("safe-divide", "starter/tests/mine.rs"));
    let worth = worth(&outcome);
    assert!(
        worth.accept_reference && worth.caught < worth.needed,
        "{worth:?}"
    );
    assert!(
        worth
            .missed
            .iter()
            .any(|fault| fault == "a zero divisor panics"),
        "{worth:?}"
    );
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

#[test]
fn own_tests_that_reject_a_right_solution_do_not_pass() {
    let outcome =
        own_tests("#[test]\nfn t() { assert_eq!(safe_divide::safe_divide(7, 2), Some(4)); }\n");
    assert!(!worth(&outcome).accept_reference);
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

#[test]
fn no_own_tests_do_not_pass() {
    let outcome = own_tests("// none\n");
    assert!(!worth(&outcome).accept_reference);
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

#[test]
fn own_tests_that_do_not_compile_are_told_with_their_line() {
    let outcome = own_tests("#[test]\nfn t() { let n: i64 = \"\"; }\n");
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    let error = &outcome.diagnostics[0];
    assert_eq!(
        (error.file.as_deref(), error.line),
        (Some("tests/mine.rs"), Some(2))
    );
}

#[test]
fn own_tests_that_never_end_meet_no_more_after_two_wrong_solutions() {
    let outcome = own_tests(
        "#[test]
fn waits_where_an_answer_is_wrong() {
    let cases = [(7, 2, Some(3)), (-7, 2, Some(-3)), (7, 0, None), (i64::MIN, -1, None), (0, 5, Some(0))];
    let is_right = |(a, b, expected)| {
        std::panic::catch_unwind(|| safe_divide::safe_divide(a, b)).is_ok_and(|got| got == expected)
    };
    while !cases.into_iter().all(is_right) {
        std::thread::park();
    }
}
",
    );
    let worth = worth(&outcome);
    assert!(worth.accept_reference, "{worth:?}");
    assert_eq!(worth.caught, 2, "{worth:?}");
    let warning = &outcome.diagnostics[0];
    assert!(warning.message.contains("took too long"), "{warning:?}");
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

/// Returns own tests that make `calls`, and fail without a look at the answers when `fails` holds of
/// the number of times that they ran before.
fn blind(calls: &str, fails: &str) -> String {
    let counter = tempfile::NamedTempFile::new().expect("a file");
    format!(
        "#[test]
fn blind() {{
    {calls}
    let counter = \"{}\";
    let runs = std::fs::read(counter).map_or(0, |runs| runs.len());
    std::fs::write(counter, \"x\".repeat(runs + 1)).unwrap();
    if {fails} {{
        std::process::exit(1);
    }}
}}
",
        counter.path().display()
    )
}

#[test]
fn own_tests_that_fail_whatever_they_see_reject_a_right_solution() {
    let calls = "for (a, b) in [(7, 0), (i64::MIN, -1), (-7, 2), (5, -1), (1, 2)] {
        safe_divide::safe_divide(a, b);
    }";
    let outcome = own_tests(&blind(calls, "runs > 0"));
    assert!(!worth(&outcome).accept_reference, "{outcome:?}");
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

#[test]
fn own_tests_catch_no_wrong_solution_that_answers_them_rightly() {
    // The first wrong solutions answer this call rightly, so their turn must not come.
    let outcome = own_tests(&blind("safe_divide::safe_divide(0, 5);", "runs == 1"));
    let worth = worth(&outcome);
    let missed = worth
        .missed
        .iter()
        .any(|fault| fault == "a zero divisor panics");
    assert!(missed || !worth.accept_reference, "{worth:?}");
    assert_eq!(outcome.verdict(), Verdict::Failed);
}

#[test]
fn a_crate_that_is_larger_than_a_file_may_be_is_told_so() {
    let bench = Bench::fixture();
    let toolchain = Toolchain::find(&bench.context).expect("a compiler");
    let library = toolchain.sysroot.join("lib");
    let mut files = std::fs::read_dir(library).expect("a toolchain").flatten();
    // It is 150 MB, and its crate more than twice that.
    let is_driver = |name: &str| name.starts_with("librustc_driver");
    let large = files.find(|file| file.file_name().to_str().is_some_and(is_driver));
    let large = large.expect("a library").path();
    let source = format!(
        "{}\npub const A: &[u8] = include_bytes!(\"{}\");\n",
        bench.solution("pair"),
        large.display()
    );
    let words = bench.check("pair", &source).diagnostics[0].message.clone();
    let why = "the compiler was stopped: it tried to write a file of more than 256 MiB";
    assert_eq!(words, why);
}

/// Returns why own tests reject a correct solution, and where.
fn rejected(mine: &str) -> String {
    let outcome = own_tests(mine);
    assert_eq!(outcome.verdict(), Verdict::Failed, "{outcome:?}");
    let rejection = worth(&outcome).rejection.clone().expect("it says why");
    let function = rejection.function.unwrap_or_default();
    format!(
        "{:?} {function}:{}",
        rejection.reason,
        rejection.line.unwrap_or_default()
    )
}

#[test]
fn own_tests_that_reject_say_which_and_why() {
    let call = "use safe_divide::safe_divide;\n";
    assert_eq!(rejected(""), "Empty :0");
    let forgotten = format!("{call}pub fn half() {{ assert_eq!(safe_divide(6, 3), Some(2)); }}\n");
    assert_eq!(rejected(&forgotten), "NoTest half:2");
    let wrong = format!(
        "{call}#[test]\nfn a() {{ safe_divide(1, 1); }}\n#[test]\nfn b() {{ assert_eq!(safe_divide(7, 2), Some(4)); }}\n"
    );
    assert_eq!(rejected(&wrong), "Failed b:5");
    let without_panic =
        format!("{call}#[test]\n#[should_panic]\nfn c() {{ safe_divide(1, 0); }}\n");
    assert_eq!(rejected(&without_panic), "NoPanic c:4");
    let endless = format!("{call}#[test]\nfn d() {{ safe_divide(1, 0); loop {{}} }}\n");
    assert_eq!(rejected(&endless), "TooSlow d:3");
}

#[test]
fn a_right_function_without_own_tests_is_told_to_be_right() {
    let bench = Bench::builtin();
    let solution = bench.solution("safe-divide");
    let outcome = bench.check_files("safe-divide", &[("src/lib.rs", solution)]);
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    assert_data_eq!(
        &outcome.diagnostics[0].text,
        str![[r#"
error: tests/mine.rs does not exist
Your function is right: every hidden test passes. A pass also needs tests of your
own, in tests/mine.rs: a correct solution passes them, and of 27 wrong ones at least
20 fail.
help: `gradus check` in your workspace hands out a starter of tests/mine.rs

"#]]
    );
}

#[test]
fn a_part_of_what_a_bridge_returned_has_its_expected_value() {
    let bench = Bench::builtin();
    let none = "pub fn probe_all(_: &[String], _: &mut dyn FnMut(&str) -> bool) -> Vec<String> {\n    vec![\"x\".into()]\n}\n";
    let text = told(&bench.check("probe-all", none));
    assert_data_eq!(
        text.lines().take(4).collect::<Vec<_>>().join("\n"),
        str![[r#"
failed
Every address is probed, also when all answer: failed; input probe_known(["a:1", "b:1", "c:1"], ["a:1", "b:1", "c:1"]); expected ["a:1", "b:1", "c:1"]; got []; note the addresses that were probed
The probes follow the order of the pool: failed; input probe_known(["c:1", "a:1", "d:1", "b:1"], ["a:1", "b:1"]); expected ["c:1", "a:1", "d:1", "b:1"]; got []; note the addresses that were probed
No address is probed a second time: failed; input probe_known(["a:1", "b:1", "c:1"], []); got ([], ["x"]); note the number of probes; compared: 0 and 3
"#]]
    );
}

#[test]
fn a_type_of_ones_own_in_place_of_the_contracts_is_named() {
    let bench = Bench::builtin();
    let solution = bench.solution("first-of-pool");
    let own = solution.replace("use contract::Route;", "")
        + "\n#[derive(Debug, Clone, PartialEq, Eq)]\npub enum Route {\n    Nowhere,\n    Only(String),\n    WithSpares { first: String, spares: usize },\n}\n";
    let outcome = bench.check("first-of-pool", &own);
    let text: String = outcome
        .diagnostics
        .iter()
        .map(|it| it.text.clone())
        .collect();
    assert_data_eq!(
        text,
        str![[r#"
error: `first_of_pool` has a type of your own, `Route`, for `contract::Route`
  the contract of `first_of_pool`: pub fn first_of_pool(pool: &[String]) -> Route
  rustc: mismatched types; expected fn pointer `for<'a> fn(&'a _) -> contract::Route`; found fn item `for<'a> fn(&'a _) -> first_of_pool::Route {first_of_pool}`
  help: delete your own `Route` and write `use contract::Route;`

"#]]
    );
}

#[test]
fn a_crate_that_a_check_does_not_know_is_told() {
    let bench = Bench::fixture();
    let source = format!("use itertools::Itertools as _;\n{}", bench.solution("pair"));
    let outcome = bench.check("pair", &source);
    let text = &outcome.diagnostics[0].text;
    assert!(
        text.contains("a check knows only `std` and the course's `contract`"),
        "{text}"
    );
    assert!(!text.contains("cargo add"), "{text}");
    let source = format!("{}\npub fn f() {{ unsafe {{}} }}\n", bench.solution("pair"));
    let text = told(&bench.check("pair", &source));
    assert!(text.contains("a check forbids `unsafe`"), "{text}");
}

#[test]
fn a_panic_in_the_linked_tier_names_its_place_in_the_learners_file_only() {
    let bench = Bench::fixture();
    let source = bench
        .solution("keep")
        .replacen('{', "{ let n: Option<u8> = None; n.unwrap();", 1);
    let text = told(&bench.check("keep", &source));
    assert!(text.contains("a panic at src/lib.rs:1:"), "{text}");
    let text = told(&bench.check("keep", bench.file("keep", "wrong/01-first-only.rs")));
    assert!(!text.contains("hidden/"), "{text}");
}
