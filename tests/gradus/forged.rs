//! Passes that are forged, in both tiers: none is one.

use std::fs;

use gradus::check::Verdict;

use crate::bench::{Bench, told};

/// An attack: its name, the verdict it gets in each tier, items of its own, and the body of the function.
struct Attack {
    name: &'static str,
    verdict: Verdict,
    linked: Verdict,
    items: &'static str,
    body: &'static str,
}

const fn attack(
    name: &'static str,
    verdict: Verdict,
    items: &'static str,
    body: &'static str,
) -> Attack {
    Attack {
        name,
        verdict,
        linked: verdict,
        items,
        body,
    }
}

impl Attack {
    const fn but_linked(self, linked: Verdict) -> Self {
        Self { linked, ..self }
    }
}

/// What libtest would have printed.
const FORGED: &str = r#"{
    println!("running 4 tests\ntest halves::even ... ok\ntest halves::odd ... ok\ntest capitals ... ok\ntest empty - should panic ... ok\n\ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    println!("{{\"type\":\"suite\",\"event\":\"ok\",\"passed\":4,\"failed\":0}}");
    println!("ok halves::even\nok halves::odd");
    std::process::exit(0)
}"#;

/// Attacks on any function; `WRONG` stands for a wrong result.
const ATTACKS: [Attack; 22] = [
    attack(
        "an exit that says success",
        Verdict::Crashed,
        "",
        "std::process::exit(0)",
    ),
    attack(
        "the text of a test run on standard output",
        Verdict::Crashed,
        "",
        FORGED,
    ),
    attack(
        "a thread that exits",
        Verdict::Crashed,
        "",
        "{ std::thread::spawn(|| std::process::exit(0)); loop { std::thread::park() } }",
    ),
    attack(
        "a panic hook that exits",
        Verdict::Forbidden,
        "",
        "{ std::panic::set_hook(Box::new(|_| std::process::exit(0))); panic!() }",
    ),
    attack(
        "a panic hook by another name",
        Verdict::Forbidden,
        "use std::panic::{r#set_hook as quiet};",
        "{ quiet(Box::new(|_| ())); std::panic::catch_unwind(|| panic!()).ok(); WRONG }",
    ),
    attack(
        "a panic hook from a macro",
        Verdict::Forbidden,
        "macro_rules! quiet { ($name:ident) => { std::panic::$name(Box::new(|_| ())) } }",
        "{ quiet!(set_hook); WRONG }",
    ),
    attack(
        "a program in place of this one",
        Verdict::Crashed,
        "use std::os::unix::process::CommandExt;",
        "{ std::process::Command::new(\"/bin/true\").exec(); std::process::exit(0) }",
    ),
    attack(
        "itself once more",
        Verdict::Failed,
        "",
        "{ let exe = std::env::current_exe().unwrap_or(\"./dispatcher\".into()); std::process::Command::new(exe).arg(\"--list\").output().ok(); WRONG }",
    ),
    attack(
        "an exit when a thread ends",
        Verdict::Failed,
        "struct Bomb; impl Drop for Bomb { fn drop(&mut self) { std::process::exit(0) } } thread_local! { static BOMB: Bomb = const { Bomb }; }",
        "{ BOMB.with(|_| ()); WRONG }",
    )
    // It exits while it exits, and never comes to an end.
    .but_linked(Verdict::TimeLimit),
    attack(
        "a panic that is caught",
        Verdict::Crashed,
        "",
        "{ std::panic::catch_unwind(|| -> u8 { panic!(\"unseen\") }).ok(); RIGHT }",
    )
    .but_linked(Verdict::Failed),
    attack(
        "a panic in a thread that is joined",
        Verdict::Crashed,
        "",
        "{ std::thread::spawn(|| panic!(\"unseen\")).join().ok(); RIGHT }",
    )
    .but_linked(Verdict::Failed),
    attack(
        "an assert that never fails",
        Verdict::Failed,
        "#[macro_export] macro_rules! assert_eq { ($($any:tt)*) => {} } #[macro_export] macro_rules! assert { ($($any:tt)*) => {} }",
        "WRONG",
    ),
    attack(
        "the hidden tests at run time",
        Verdict::Failed,
        "",
        "{ for path in [\"hidden/tests.rs\", \"../hidden/tests.rs\", \"linked.rs\", \"tests.rs\"] { if std::fs::read(path).is_ok() { std::process::exit(7) } } WRONG }",
    ),
    attack(
        "the hidden tests at compile time",
        Verdict::CompileError,
        "const TESTS: &str = include_str!(\"../hidden/tests.rs\");",
        "{ if TESTS.is_empty() { panic!() } WRONG }",
    ),
    attack(
        "bytes into every descriptor",
        Verdict::Failed,
        "",
        "{ for n in 0..9 { std::fs::write(format!(\"/proc/self/fd/{n}\"), [b'g', 0, 0, 0, 0]).ok(); } WRONG }",
    ),
    attack(
        "the name of the test",
        Verdict::Failed,
        "",
        "{ if std::thread::current().name().is_some_and(|name| name.contains(\"even\")) { std::process::exit(0) } WRONG }",
    ),
    attack("unsafe code", Verdict::CompileError, "", "unsafe { WRONG }"),
    attack(
        "an own `exit`",
        Verdict::CompileError,
        "#[unsafe(no_mangle)] pub extern \"C\" fn exit(_code: i32) -> ! { loop {} }",
        "WRONG",
    ),
    attack(
        "code before `main`",
        Verdict::CompileError,
        "#[used] #[unsafe(link_section = \".init_array\")] static EARLY: extern \"C\" fn() = early; extern \"C\" fn early() { std::process::exit(0) }",
        "WRONG",
    ),
    attack(
        "machine code",
        Verdict::Forbidden,
        "#[unsafe(naked)] pub extern \"C\" fn code() { std::arch::naked_asm!(\"ret\") }",
        "WRONG",
    ),
    attack(
        "an own allocator",
        Verdict::Forbidden,
        "#[global_allocator] static HEAP: std::alloc::System = std::alloc::System;",
        "WRONG",
    ),
    attack("an abort", Verdict::Crashed, "", "std::process::abort()"),
];

/// Tries every attack; `crate_of` makes a crate of the items and the body.
fn try_all(
    id: &str,
    verdict_of: impl Fn(&Attack) -> Verdict,
    crate_of: impl Fn(&str, &str) -> String,
) {
    let bench = Bench::fixture();
    let right = bench.check(id, &crate_of("", "RIGHT"));
    assert_eq!(right.verdict(), Verdict::Passed, "{}", told(&right));
    let wrong = bench.check(id, &crate_of("", "WRONG"));
    assert_eq!(wrong.verdict(), Verdict::Failed, "{}", told(&wrong));
    for attack in &ATTACKS {
        let outcome = bench.check(id, &crate_of(attack.items, attack.body));
        let (name, verdict) = (attack.name, verdict_of(attack));
        assert_eq!(outcome.verdict(), verdict, "{name}: {}", told(&outcome));
    }
}

#[test]
fn no_attack_passes_where_calls_cross() {
    try_all(
        "pair",
        |attack| attack.verdict,
        |items, body| {
            let body = body
                .replace("WRONG", "Some(n)")
                .replace("RIGHT", "(n % 2 == 0).then(|| n / 2)");
            format!(
                "{items}\npub fn half(n: i64) -> Option<i64> {{ {body} }}\n\
             pub fn shout(text: &str) -> String {{ if text.is_empty() {{ panic!(\"nothing to shout\") }} text.to_uppercase() }}\n"
            )
        },
    );
}

#[test]
fn no_attack_passes_where_the_judge_is_linked() {
    try_all(
        "keep",
        |attack| attack.linked,
        |items, body| {
            let body = body.replace("WRONG", "items.to_vec()").replace(
                "RIGHT",
                "items.iter().filter(|item| test(item)).cloned().collect()",
            );
            format!(
                "{items}\npub fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T> {{\n\
             if items.is_empty() {{ panic!(\"no items\") }} let _ = &test; {body} }}\n"
            )
        },
    );
}

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
            message, "`half` has other types than the contract asks for",
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

#[test]
fn a_first_line_that_only_the_compiler_skips_hides_nothing() {
    let bench = Bench::fixture();
    let source = format!(
        "#!/bin/rust \"\nuse std::panic::set_hook as quiet;\npub fn hush() {{ quiet(Box::new(|_| ())) }}\n{}",
        bench.solution("pair")
    );
    let outcome = bench.check("pair", &source);
    assert_eq!(outcome.verdict(), Verdict::Forbidden, "{}", told(&outcome));
}

#[test]
fn a_missing_function_does_not_pass_a_test_that_expects_a_panic() {
    let bench = Bench::fixture();
    let source = "pub fn half(n: i64) -> Option<i64> { Some(n) }";
    let outcome = bench.check("pair", source);
    assert_eq!(outcome.passed(), 0, "{}", told(&outcome));
}
