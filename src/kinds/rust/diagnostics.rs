//! What the compiler says, as far as it is about the code: the same on every run, and nothing of where
//! it ran.

use rustix::process::Signal;
use serde::Deserialize;

use super::compile::Origin;
use crate::check::Diagnostic;
use crate::sandbox::{End, Exit, Limits};

/// How a note begins in a rendered diagnostic.
const NOTE: &str = "= note: ";
/// Of a type with a long name the compiler shows a part, and adds two notes: where the whole name is,
/// which is a file of this check with a number that is thrown, and how to have it shown.
const NOTES_ON_LONG_NAMES: [&str; 2] =
    [".long-type-", "to print the full type name to the console"];

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "message")]
    words: String,
    level: String,
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
}

/// Returns the diagnostic in `line`, if there is one that says something.
pub(super) fn read(line: &[u8]) -> Option<Diagnostic> {
    let message: Message = serde_json::from_slice(line).ok()?;
    let error = message.level.starts_with("error");
    let summary = message.words.starts_with("aborting due to")
        || message.words.contains("warning emitted")
        || message.words.contains("warnings emitted")
        || message.words.starts_with("For more information about");
    if summary || message.level == "failure-note" {
        return None;
    }
    let primary = message.spans.iter().find(|span| span.is_primary);
    Some(Diagnostic {
        error,
        message: crate::text::visible(&message.words.replace('\n', " ")),
        file: primary.map(|span| crate::text::visible(&span.file_name)),
        line: primary.map(|span| span.line_start),
        text: clean(&without_notes_on_long_names(
            &message.rendered.unwrap_or(message.words),
        )),
    })
}

fn without_notes_on_long_names(text: &str) -> String {
    let is_one = |line: &&str| {
        let note = line.trim_start().strip_prefix(NOTE);
        note.is_some_and(|note| NOTES_ON_LONG_NAMES.iter().any(|part| note.contains(part)))
    };
    let lines: Vec<_> = text.lines().filter(|line| !is_one(line)).collect();
    lines.join("\n")
}

/// Makes control characters visible, line by line.
pub(super) fn clean(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(crate::text::visible).collect();
    lines.join("\n") + "\n"
}

/// Returns words for a compiler that ended without any. What it wrote beside its diagnostics is about
/// itself, as a trace with addresses is: it is told to those who wrote the course, and not to learners.
pub(super) fn silent(exit: &Exit, origin: Origin) -> Diagnostic {
    let message = match exit.end {
        End::TimeLimit => "the compiler took too long and was stopped".to_owned(),
        End::OutputLimit => "the compiler wrote too much and was stopped".to_owned(),
        End::Signal(signal) if signal == Signal::XFSZ.as_raw() => format!(
            "the compiler was stopped: it was to write a file of more than {} MiB",
            Limits::compiler().file >> 20
        ),
        End::Signal(signal) => {
            format!("the compiler was ended by signal {signal}; it may have wanted too much memory")
        }
        End::Code(code) => format!("the compiler ended with code {code}"),
        End::Cancelled => "the check was called off".to_owned(),
        End::NotEntered => "the compiler was not started".to_owned(),
    };
    let words = match origin {
        Origin::Ours | Origin::Author => beside_diagnostics(&exit.stderr),
        Origin::Learner | Origin::Linked => String::new(),
    };
    let text = clean(&format!("error: {message}\n{words}"));
    Diagnostic {
        error: true,
        message,
        file: None,
        line: None,
        text,
    }
}

fn beside_diagnostics(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| !line.starts_with('{'));
    lines.take(20).collect::<Vec<_>>().join("\n")
}

/// Cuts a stream of bytes into lines.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Takes `bytes`, and returns the lines that are whole now.
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
        let diagnostic = read(line.as_bytes()).unwrap();
        assert_eq!(
            diagnostic.text,
            "error[E0599]: no method named `nope`\n  = note: a note on the code\n"
        );
    }

    #[test]
    fn a_trace_of_the_compiler_is_told_to_those_who_wrote_the_course() {
        let exit = Exit {
            end: End::Signal(11),
            stdout: Vec::new(),
            stderr: b"{\"level\":\"note\"}\nrustc(+0x3b62e1c)[0x7f3b00762e1c]\n".to_vec(),
            duration: Duration::ZERO,
        };
        let text = |origin| silent(&exit, origin).text;
        for origin in [Origin::Learner, Origin::Linked] {
            assert_eq!(
                text(origin),
                "error: the compiler was ended by signal 11; it may have wanted too much memory\n"
            );
        }
        assert!(text(Origin::Ours).ends_with("rustc(+0x3b62e1c)[0x7f3b00762e1c]\n"));
    }

    #[test]
    fn lines_are_whole_whatever_the_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"on"), Vec::<Vec<u8>>::new());
        assert_eq!(lines.push(b"e\n\ntwo\nth"), [b"one", b"two"]);
        assert_eq!(lines.push(b"ree\n"), [b"three"]);
    }
}
