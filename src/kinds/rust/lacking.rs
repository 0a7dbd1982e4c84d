//! Reports what a crate that compiles lacks of its contract.

use std::fmt::Write as _;

use super::compile::Compiled;
use super::contract::Function;
use super::diagnostics::RustcDiagnostic;
use super::subject::Subject;
use super::{glue, linked};
use crate::check::{Diagnostic, Feedback};

/// Finds the functions that do not bind, and marks them absent.
pub(super) fn missing_functions(
    subject: &Subject,
    linked: &Compiled,
    present: &mut [bool],
    feedback: Feedback,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, function) in subject.functions.iter().enumerate() {
        let line = Some(glue::dispatcher_line(index));
        if let Some(error) = linked.errors().find(|error| error.diagnostic.line == line) {
            present[index] = false;
            if subject.bridge.is_none() {
                found.push(missing_function(subject, function, error));
            }
        }
    }
    if found.is_empty() {
        // The error is in the bridge, or in no function's line: nothing can be called.
        present.fill(false);
        found.push(missing_something(subject, linked, feedback));
    }
    found
}

/// Finds what the hidden tests miss in the crate. They compile with the reference solution.
pub(super) fn missing_for_tests(
    subject: &Subject,
    linked: &Compiled,
    feedback: Feedback,
) -> Vec<Diagnostic> {
    let functions = linked.errors().filter_map(|error| {
        let function = linked::bound_at(subject, &error.diagnostic)?;
        Some(missing_function(subject, function, error))
    });
    let mut found: Vec<_> = functions.collect();
    if found.is_empty() {
        found.push(missing_something(subject, linked, feedback));
    }
    found
}

/// The diagnostic for a constant that fails to evaluate at monomorphisation: rustc names no function then.
pub(super) fn link_failure(crate_name: &str) -> Diagnostic {
    let message = format!("`{crate_name}` compiles, and cannot be linked with what calls it");
    let help = "a constant that is worked out late may fail: one of a generic function, or in `const { … }`";
    diagnostic(message, "", help)
}

fn missing_function(subject: &Subject, function: &Function, error: &RustcDiagnostic) -> Diagnostic {
    let Function {
        name, signature, ..
    } = function;
    let is = |code: &str| error.has_code(code);
    let mut words = format!(
        "  the contract of `{}`: pub {signature}\n",
        subject.crate_name
    );
    let (what, help) = if is("E0603") {
        ("is private", "write `pub` before `fn`")
    } else if is("E0425") || is("E0432") || is("E0433") {
        ("is not there", "write it in src/lib.rs")
    } else {
        writeln!(words, "  rustc: {}", one_line(&error.diagnostic)).expect("a string takes it");
        if let Some(own) = own_type(subject, &error.diagnostic) {
            let help = format!("delete your own `{own}` and write `use contract::{own};`");
            let what = format!("`{name}` has a type of your own, `{own}`, for `contract::{own}`");
            return diagnostic(what, &words, &help);
        }
        let what = if is("E0308") {
            "has other types than the contract asks for"
        } else {
            "cannot be called as the contract says"
        };
        (what, "compare the types of parameters and result")
    };
    diagnostic(format!("`{name}` {what}"), &words, help)
}

/// The type of the contract in whose place `error` finds one of the learner's.
fn own_type<'a>(subject: &'a Subject, error: &Diagnostic) -> Option<&'a str> {
    let given = subject.contract.types.iter().map(|given| &*given.name);
    let is_own = |name: &&str| {
        let of_the_learner = format!("{}::{name}", subject.crate_name);
        let ends_there = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let mut found = error.text.split(&of_the_learner).skip(1);
        found.any(ends_there)
    };
    given.filter(|name| error.text.contains(name)).find(is_own)
}

/// The diagnostic for whatever else the hidden files do not find. Only rustc's message names that;
/// `feedback` decides whether the learner may read it.
fn missing_something(subject: &Subject, linked: &Compiled, feedback: Feedback) -> Diagnostic {
    let crate_name = &subject.crate_name;
    let message =
        format!("`{crate_name}` lacks something that the tests call, or it has other types");
    let functions = subject.contract.functions.iter();
    let contract = functions.map(|function| {
        format!(
            "  the contract of `{crate_name}`: pub {}\n",
            function.signature
        )
    });
    let mut words: String = contract.collect();
    if let (Feedback::Full, Some(error)) = (feedback, linked.errors().next()) {
        writeln!(words, "  rustc: {}", one_line(&error.diagnostic)).expect("a string takes it");
    }
    let help = "see that all that the task asks for is there, public, and has these types";
    diagnostic(message, &words, help)
}

/// rustc's message and notes in one line, without the code, which is not the learner's.
fn one_line(error: &Diagnostic) -> String {
    let lines = error.text.lines().map(str::trim_start);
    let notes = lines
        .skip_while(|line| !line.starts_with("= note: "))
        .take_while(|line| line.starts_with("= note: ") || line.starts_with("found "));
    notes.fold(error.message.clone(), |text, line| {
        let note = line.strip_prefix("= note: ").unwrap_or(line);
        let blanks: Vec<_> = note.split_whitespace().collect();
        format!("{text}; {}", blanks.join(" "))
    })
}

fn diagnostic(message: String, words: &str, help: &str) -> Diagnostic {
    Diagnostic {
        error: true,
        text: format!("error: {message}\n{words}  help: {help}\n"),
        message,
        file: Some("src/lib.rs".to_owned()),
        line: None,
    }
}
