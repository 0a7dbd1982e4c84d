//! A learner's crate is compiled as a program where that shows what its library would be: the outcome is that
//! of a library with a caller, whatever its root file is.

use gradus::check::{Outcome, Verdict};

use crate::bench::{Bench, told};
use crate::harness::Extent;

/// A file that the crate does not use, with a word that is to have it compiled as a library.
const AS_LIBRARY: (&str, &str) = ("src/notes.md", "main");

fn is_linked(outcome: &Outcome) -> bool {
    outcome.phases.iter().any(|phase| phase.name == "link")
}

/// Checks a crate with this root file both ways, and returns the outcome of the shorter one.
fn check_both_ways(bench: &Bench, root: &str) -> Outcome {
    let (path, helper) = ("src/helper.rs", "pub fn help() {}\n");
    let files = [("src/lib.rs", root), (path, helper)];
    let outcome = bench.check_files("pair", &files);
    let library = bench.check_files("pair", &[files[0], files[1], AS_LIBRARY]);
    assert_eq!(told(&outcome), told(&library), "{root}");
    outcome
}

#[test]
fn an_ordinary_crate_is_compiled_once() {
    let bench = Bench::fixture();
    let outcome = check_both_ways(&bench, bench.solution("pair"));
    assert_eq!(outcome.verdict(), Verdict::Passed);
    assert!(!is_linked(&outcome), "{outcome:?}");
    let private = bench.solution("pair").replace("pub fn half", "fn half");
    assert!(is_linked(&check_both_ways(&bench, &private)));
}

#[test]
fn odd_root_files_that_pass_are_compiled_once() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let bench = Bench::fixture();
    let solution = bench.solution("pair");
    let crates = [
        format!("\u{feff}{solution}"),
        format!("#!/usr/bin/rust -x\n{solution}"),
        solution.replace('\n', "\r\n"),
        solution.trim_end().to_owned(),
        format!("#![crate_type = \"cdylib\"]\n{solution}"),
        format!("#![crate_name = \"pair\"]\n#![allow(clippy::all)]\n{solution}"),
        format!("#![no_std]\nextern crate std;\nuse std::string::String;\n{solution}"),
        format!("extern crate self as pair;\nmod std {{}}\nmod answers {{}}\n{solution}"),
        format!("{solution}#[macro_export] macro_rules! half {{ () => {{}} }}\n"),
        format!("macro_rules! vec {{ () => {{}} }}\n#[deprecated]\n{solution}"),
        format!("mod part {{ {solution} }}\npub use part::*;\n"),
        format!("{solution}pub struct Half;\nimpl Drop for Half {{ fn drop(&mut self) {{}} }}\n")
            .replace("(n % 2", "drop(Half); (n % 2"),
        format!("mod helper;\n{solution}").replace("(n % 2", "helper::help(); (n % 2"),
    ];
    for root in crates {
        let outcome = check_both_ways(&bench, &root);
        assert_eq!(outcome.verdict(), Verdict::Passed, "{root}: {outcome:?}");
        let is_twice = ["macro_export", "no_std"]
            .iter()
            .any(|it| root.contains(it));
        assert_eq!(is_linked(&outcome), is_twice, "{root}: {outcome:?}");
    }
}

#[test]
fn what_a_program_would_be_otherwise_is_judged_as_a_library() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let bench = Bench::fixture();
    let solution = bench.solution("pair");
    let private = solution.replace("pub fn half", "fn half");
    let before = [
        "#![no_main]",
        "#![no_std]",
        "#![cfg(any())]",
        "#![no_implicit_prelude]",
        "#![recursion_limit = \"1\"]",
        "#![crate_name = \"other\"]",
        "#![deny(missing_docs)]",
        "#![deny(unreachable_pub)]",
        "#![forbid(warnings)]",
        "#![deny(unused_crate_dependencies)]",
        "#![feature(rustc_attrs)]",
        "#![debugger_visualizer(gdb_script_file = \"/usr/bin/env\")]",
        "extern crate self as std;",
        "fn main() {}",
        "mod other { pub fn main() -> i64 { 3 } } use other::*; pub const A: fn() -> i64 = main;",
        "use crate::main;",
        "pub mod answers { pub fn serve() { serve(1) } }",
        "fn dead() {}",
        "pub fn extra() {}",
        "#[expect(dead_code)] pub fn extra() {}",
        "#[expect(unused)] pub fn extra() {}",
        "#[path = \"/usr/bin/env\"] mod other;",
        "pub const A: usize = include_str!(\"lib.rs\").len(); pub const B: [u8; 0] = [0; A];",
        "pub const A: u8 = 255 + 1;",
        "pub fn early() { [(); 3].get().put(serve) }",
        "pub fn spelt() { mian() }",
        "#[global_allocator] static A: std::alloc::System = std::alloc::System;",
        "#[unsafe(no_mangle)] pub fn main_() {}",
    ];
    let behind = [
        "/// of what follows",
        "#[allow(unused_variables)]",
        "#[cfg(any())]",
        "/* };",
        "/** };",
        "const A: &str = \"};",
        "const A: &str = r#\"};",
        "const A: char = '};",
        "mod open {",
        "macro_rules! m { () => {};",
        "pub",
        "fn f() {} }",
    ];
    let crates = before.map(|line| format!("{line}\n{solution}"));
    let more = behind.map(|line| format!("{solution}{line}\n"));
    let private = [
        format!("pub mod half {{}}\n{private}"),
        format!("pub use std::println as half;\n{private}"),
        private.replace("fn half", "pub(crate) fn half"),
    ];
    for root in crates.into_iter().chain(more).chain(private) {
        check_both_ways(&bench, &root);
    }
}
