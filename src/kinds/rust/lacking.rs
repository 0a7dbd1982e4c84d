//! What a crate that compiles lacks of its contract, in the contract's words and the compiler's.

use std::fmt::Write as _;

use super::compile::Compiled;
use super::contract::Function;
use super::kit::Subject;
use super::{glue, linked};
use crate::check::{Diagnostic, Feedback};

/// Finds out which functions cannot be called from another process, and marks them absent.
pub(super) fn to_calls(
    subject: &Subject,
    linked: &Compiled,
    present: &mut [bool],
    feedback: Feedback,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, function) in subject.functions.iter().enumerate() {
        let line = Some(glue::dispatcher_line(index));
        if let Some(error) = linked.errors().find(|error| error.line == line) {
            present[index] = false;
            if subject.bridge.is_none() {
                found.push(function_of(subject, function, error));
            }
        }
    }
    if found.is_empty() {
        // The fault is in what stands between: nothing can be called.
        present.fill(false);
        found.push(something(subject, linked, feedback));
    }
    found
}

/// Finds out what the hidden tests lack in the crate they are linked with. With the reference solution
/// they compile.
pub(super) fn to_tests(
    subject: &Subject,
    linked: &Compiled,
    feedback: Feedback,
) -> Vec<Diagnostic> {
    let functions = linked.errors().filter_map(|error| {
        let function = linked::bound_at(subject, error)?;
        Some(function_of(subject, function, error))
    });
    let mut found: Vec<_> = functions.collect();
    if found.is_empty() {
        found.push(something(subject, linked, feedback));
    }
    found
}

/// Says that a constant which is worked out late fails: the compiler names no function then.
pub(super) fn late(crate_name: &str) -> Diagnostic {
    let message = format!("`{crate_name}` compiles, and cannot be linked with what calls it");
    let help = "a constant that is worked out late may fail: one of a generic function, or in `const { … }`";
    diagnostic(message, "", help)
}

fn function_of(subject: &Subject, function: &Function, error: &Diagnostic) -> Diagnostic {
    let Function {
        name, signature, ..
    } = function;
    let is = |code: &str| error.text.contains(code);
    let mut words = format!(
        "  the contract of `{}`: pub {signature}\n",
        subject.crate_name
    );
    let (what, help) = if is("E0603") {
        ("is private", "write `pub` before `fn`")
    } else if is("E0425") || is("E0432") || is("E0433") {
        ("is not there", "write it in src/lib.rs")
    } else {
        writeln!(words, "  rustc: {}", in_short(error)).expect("a string takes it");
        let what = if is("E0308") {
            "has other types than the contract asks for"
        } else {
            "cannot be called as the contract says"
        };
        (what, "compare the types of parameters and result")
    };
    diagnostic(format!("`{name}` {what}"), &words, help)
}

/// Says that the crate lacks what hidden files use. The compiler's words name that, and `feedback` says
/// whether a learner may read it.
fn something(subject: &Subject, linked: &Compiled, feedback: Feedback) -> Diagnostic {
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
        writeln!(words, "  rustc: {}", in_short(error)).expect("a string takes it");
    }
    let help = "see that all that the task asks for is there, public, and has these types";
    diagnostic(message, &words, help)
}

/// Returns what the compiler said in one line: its message and its notes, without the code, which is
/// not the learner's.
fn in_short(error: &Diagnostic) -> String {
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
