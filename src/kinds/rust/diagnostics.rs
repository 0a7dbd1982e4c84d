//! Parses rustc's JSON diagnostics and normalises them: the same on every run, without paths of the check.

use rustix::process::Signal;
use serde::Deserialize;

use super::compile::Origin;
use crate::check::Diagnostic;
use crate::sandbox::{End, Exit, Limits};

/// The prefix of a note in a rendered diagnostic.
const NOTE: &str = "= note: ";
/// rustc abbreviates a long type name and adds two notes: the file with the full name, whose path is
/// different in each run, and how to print it.
const NOTES_ON_LONG_NAMES: [&str; 2] =
    [".long-type-", "to print the full type name to the console"];

/// rustc's advice where a crate is not there.
const MISSING_CRATE: &str = "you might be missing a crate named";
const ADVICE_TO_ADD: &str = "use `cargo add ";
/// rustc's reason why `unsafe` is an error, and one that a learner knows.
const UNSAFE_FLAG: &str = "requested on the command line with `-F unsafe-code`";
const NO_UNSAFE: &str = "a check forbids `unsafe`: no solution needs it";
/// The crates that are there.
const CRATES: &str =
    "= note: a check knows only `std` and the course's `contract`, whatever Cargo.toml says";

#[derive(Deserialize)]
struct RustcMessage {
    #[serde(rename = "message")]
    words: String,
    level: String,
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<RustcSpan>,
    code: Option<RustcCode>,
    /// Notes and suggestions, which have none of their own.
    #[serde(default)]
    children: Vec<RustcNote>,
}

#[derive(Deserialize)]
struct RustcNote {
    spans: Vec<RustcSpan>,
}

#[derive(Deserialize)]
struct RustcCode {
    code: String,
}

#[derive(Deserialize)]
struct RustcSpan {
    file_name: String,
    line_start: usize,
    line_end: usize,
    is_primary: bool,
    /// The call of the macro that it is in.
    expansion: Option<RustcExpansion>,
}

#[derive(Deserialize)]
struct RustcExpansion {
    span: Box<RustcSpan>,
}

impl RustcSpan {
    /// Where this was written: for a macro of the standard library, whose files have whole paths, its call.
    fn written(&self) -> &Self {
        match &self.expansion {
            Some(call) if self.file_name.starts_with('/') => call.span.written(),
            _ => self,
        }
    }
}

/// A diagnostic of rustc.
#[derive(Debug, Clone)]
pub(crate) struct RustcDiagnostic {
    pub diagnostic: Diagnostic,
    /// What rustc calls it, such as `E0308` or `dead_code`.
    pub code: Option<String>,
    /// All that it shows, notes included: the file as rustc names it, and the last line.
    pub places: Vec<(String, usize)>,
}

impl RustcDiagnostic {
    pub(super) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

/// Parses a line of output; `None` for summaries and for lines that are no diagnostic.
pub(super) fn parse(line: &[u8]) -> Option<RustcDiagnostic> {
    let message: RustcMessage = serde_json::from_slice(line).ok()?;
    let error = message.level.starts_with("error");
    let summary = message.words.starts_with("aborting due to")
        || message.words.contains("warning emitted")
        || message.words.contains("warnings emitted")
        || message.words.starts_with("For more information about");
    if summary || message.level == "failure-note" {
        return None;
    }
    let primary = message.spans.iter().find(|span| span.is_primary);
    let primary = primary.map(RustcSpan::written);
    let diagnostic = Diagnostic {
        error,
        message: crate::text::visible(&message.words.replace('\n', " ")),
        file: primary.map(|span| crate::text::visible(&span.file_name)),
        line: primary.map(|span| span.line_start),
        text: with_note_on_crates(visible_lines(&without_notes_on_long_names(
            &message.rendered.unwrap_or(message.words),
        ))),
    };
    let notes = message.children.into_iter().flat_map(|note| note.spans);
    let spans = message.spans.into_iter().chain(notes);
    Some(RustcDiagnostic {
        diagnostic,
        code: message.code.map(|code| code.code),
        places: spans.map(|span| (span.file_name, span.line_end)).collect(),
    })
}

fn without_notes_on_long_names(text: &str) -> String {
    let is_one = |line: &&str| {
        let note = line.trim_start().strip_prefix(NOTE);
        note.is_some_and(|note| NOTES_ON_LONG_NAMES.iter().any(|part| note.contains(part)))
    };
    let lines: Vec<_> = text.lines().filter(|line| !is_one(line)).collect();
    lines.join("\n").replace(UNSAFE_FLAG, NO_UNSAFE)
}

/// Adds to an error about a crate that is not there which crates are. What rustc advises, `cargo add` or
/// `extern crate`, does not help here.
fn with_note_on_crates(text: String) -> String {
    if !text.contains(MISSING_CRATE) && !text.contains(ADVICE_TO_ADD) {
        return text;
    }
    let is_advice = |line: &&str| {
        line.contains(MISSING_CRATE)
            || line.contains(ADVICE_TO_ADD)
            || line.contains("extern crate")
    };
    let lines: Vec<_> = text.lines().filter(|line| !is_advice(line)).collect();
    lines.join("\n") + "\n  " + CRATES + "\n"
}

/// Escapes control characters, line by line.
pub(super) fn visible_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(crate::text::visible).collect();
    lines.join("\n") + "\n"
}

/// The diagnostic for a compiler that died without one. Its other output, such as a backtrace with
/// addresses, is about the compiler: authors see it, learners do not.
pub(super) fn without_output(exit: &Exit, origin: Origin) -> Diagnostic {
    let message = match exit.end {
        End::TimeLimit => "the compiler took too long and was stopped".to_owned(),
        End::OutputLimit => "the compiler printed too much and was stopped".to_owned(),
        End::Signal(signal) if signal == Signal::XFSZ.as_raw() => format!(
            "the compiler was stopped: it tried to write a file of more than {} MiB",
            Limits::compiler().file >> 20
        ),
        End::Signal(signal) => {
            format!("the compiler was killed by signal {signal}; it may have used too much memory")
        }
        End::Code(code) => format!("the compiler exited with code {code}"),
        End::Cancelled => "the check was cancelled".to_owned(),
        End::NotEntered => "the compiler was not started".to_owned(),
    };
    let words = match origin {
        Origin::Ours | Origin::Author => plain_stderr(&exit.stderr),
        Origin::Learner | Origin::Linked => String::new(),
    };
    let text = visible_lines(&format!("error: {message}\n{words}"));
    Diagnostic {
        error: true,
        message,
        file: None,
        line: None,
        text,
    }
}

fn plain_stderr(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| !line.starts_with('{'));
    lines.take(20).collect::<Vec<_>>().join("\n")
}

/// Splits a byte stream into lines.
#[derive(Default)]
pub(super) struct LineSplitter(Vec<u8>);

impl LineSplitter {
    /// Appends `bytes` and returns the lines completed by them.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let rest = self.0.split_off(end + 1);
        let whole = std::mem::replace(&mut self.0, rest);
        whole
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_of_the_check_is_not_named() {
        let rendered = "error[E0599]: no method named `nope`\\n  = note: the full name for the type has been \
             written to '/tmp/x/libpair.long-type-123.txt'\\n  = note: consider using `--verbose` to print \
             the full type name to the console\\n  = note: a note on the code\\n";
        let line = format!(
            r#"{{"message":"no method","level":"error","rendered":"{rendered}","spans":[]}}"#
        );
        let diagnostic = parse(line.as_bytes()).unwrap();
        assert_eq!(
            diagnostic.diagnostic.text,
            "error[E0599]: no method named `nope`\n  = note: a note on the code\n"
        );
    }

    #[test]
    fn a_crate_that_is_missing_is_told_with_those_that_are_there() {
        let rendered = "error[E0432]: unresolved import `itertools`\\n 1 | use itertools::Itertools;\\n  \
             = help: you might be missing a crate named `itertools`\\n";
        let line = format!(
            r#"{{"message":"unresolved","level":"error","rendered":"{rendered}","spans":[]}}"#
        );
        assert_eq!(
            parse(line.as_bytes()).unwrap().diagnostic.text,
            "error[E0432]: unresolved import `itertools`\n 1 | use itertools::Itertools;\n  \
             = note: a check knows only `std` and the course's `contract`, whatever Cargo.toml says\n"
        );
    }

    #[test]
    fn a_trace_of_the_compiler_is_told_to_those_who_wrote_the_course() {
        let exit = Exit {
            end: End::Signal(11),
            stdout: Vec::new(),
            stderr: b"{\"level\":\"note\"}\nrustc(+0x3b62e1c)[0x7f3b00762e1c]\n".to_vec(),
            duration: Duration::ZERO,
            hard_limit: None,
        };
        let text = |origin| without_output(&exit, origin).text;
        for origin in [Origin::Learner, Origin::Linked] {
            assert_eq!(
                text(origin),
                "error: the compiler was killed by signal 11; it may have used too much memory\n"
            );
        }
        assert!(text(Origin::Ours).ends_with("rustc(+0x3b62e1c)[0x7f3b00762e1c]\n"));
    }

    #[test]
    fn lines_are_whole_whatever_the_pieces() {
        let mut lines = LineSplitter::default();
        assert_eq!(lines.push(b"on"), Vec::<Vec<u8>>::new());
        assert_eq!(lines.push(b"e\n\ntwo\nth"), [b"one", b"two"]);
        assert_eq!(lines.push(b"ree\n"), [b"three"]);
    }
}
