//! Reports what a crate that compiles lacks of its contract.

use std::fmt::Write as _;

use super::compile::Compiled;
use super::contract::Function;
use super::diagnostics::RustcDiagnostic;
use super::kit::DISPATCHER_SOURCE;
use super::subject::Subject;
use super::{glue, linked};
use crate::check::{Diagnostic, Feedback};
use crate::kind::Tier;

/// rustc's errors for constants. An endless one is a lint, which learners can allow in their own crate only.
const LATE: [&str; 2] = ["E0080", "long_running_const_eval"];

/// Finds the functions that do not bind, and marks them absent.
pub(super) fn missing_functions(
    subject: &Subject,
    linked: &Compiled,
    present: &mut [bool],
    feedback: Feedback,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, function) in subject.functions.iter().enumerate() {
        let place = (Some(DISPATCHER_SOURCE), Some(glue::dispatcher_line(index)));
        let at_place = |error: &&RustcDiagnostic| {
            (error.diagnostic.file.as_deref(), error.diagnostic.line) == place
        };
        if let Some(error) = linked.errors().find(at_place) {
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

/// The error of a constant of the crate that fails only where a generic function is called: every name and type
/// is there by then.
pub(super) fn late_constant(linked: &Compiled) -> Option<&RustcDiagnostic> {
    let is_late = |error: &RustcDiagnostic| LATE.iter().any(|code| error.has_code(code));
    linked.errors().find(|error| is_late(error))
}

/// The diagnostic for such a constant: `error` is rustc's, if it came to one.
pub(super) fn link_failure(subject: &Subject, error: Option<&RustcDiagnostic>) -> Diagnostic {
    let crate_name = &subject.crate_name;
    let message = format!("`{crate_name}` compiles, but cannot be linked with what calls it");
    let help = "a constant that is evaluated late may fail: one of a generic function, or in `const { … }`";
    let mut words = String::new();
    if let Some(error) = error {
        let place = (&error.diagnostic.file, error.diagnostic.line);
        if let (Some(file), Some(line)) = place
            && file.starts_with("src/")
        {
            writeln!(words, "  the constant: {file}:{line}").expect("a string takes it");
        }
        // The words may name types of hidden tests.
        if subject.tier == Tier::Called {
            writeln!(words, "  rustc: {}", error.diagnostic.message).expect("a string takes it");
        }
    }
    diagnostic(message, &words, help)
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
        ("is missing", "write it in src/lib.rs")
    } else {
        writeln!(words, "  rustc: {}", one_line(&error.diagnostic)).expect("a string takes it");
        if let Some(own) = own_type(subject, &error.diagnostic) {
            let help = format!("delete your own `{own}` and write `use contract::{own};`");
            let what = format!("`{name}` has a type of your own, `{own}`, for `contract::{own}`");
            return diagnostic(what, &words, &help);
        }
        let what = if is("E0308") {
            "has types other than those in the contract"
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
    let help = "check that everything the task asks for exists, is public, and has these types";
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
