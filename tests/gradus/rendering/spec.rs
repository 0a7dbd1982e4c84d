//! The examples of the CommonMark specification.
//!
//! The specification is not part of this repository. `GRADUS_COMMONMARK_SPEC` names a copy of its
//! `spec.txt`, as the npm package `commonmark-spec` has it.

use std::fs;

use gradus::lesson::Layout;

use super::{WIDTHS, assert_readable, content, laid_out, oracle};

const FENCE: &str = "````````````````````````````````";

#[test]
fn examples_of_the_specification_keep_their_text() {
    let examples = examples(&specification());
    let mut compared = 0;
    let mut wrong = Vec::new();
    for example in examples.iter().filter(|example| !oracle::has_html(example)) {
        let options = Layout {
            width: 200,
            hyperlinks: true,
            ..Layout::default()
        };
        let (shown, expected) = (content(&laid_out(example, &options)), oracle::text(example));
        if shown != expected {
            wrong.push(format!(
                "{example:?}\n  shows {shown:?}\n  not   {expected:?}"
            ));
        }
        compared += 1;
    }
    println!(
        "compared {compared} of {} examples of the specification",
        examples.len()
    );
    assert!(
        wrong.is_empty(),
        "{} examples are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn examples_of_the_specification_are_readable() {
    for example in examples(&specification()) {
        for width in WIDTHS {
            assert_readable(
                &example,
                &Layout {
                    width,
                    ..Layout::default()
                },
            );
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run is told where the specification is"
)]
fn specification() -> String {
    match std::env::var("GRADUS_COMMONMARK_SPEC") {
        Ok(path) => fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")),
        Err(_) => String::new(),
    }
}

/// Returns the Markdown of each example; the specification writes tabs as arrows.
fn examples(specification: &str) -> Vec<String> {
    let start = format!("{FENCE} example\n");
    let mut examples = Vec::new();
    for part in specification.split(&start).skip(1) {
        let end = part.find("\n.\n").map_or(0, |at| at + 1);
        let markdown = if part.starts_with(".\n") {
            ""
        } else {
            &part[..end]
        };
        examples.push(markdown.replace('→', "\t"));
    }
    examples
}

#[test]
fn specification_is_taken_apart() {
    let source = format!(
        "text\n\n{FENCE} example\n→a\n\n.\n<p>a\n</p>\n{FENCE}\n\n{FENCE} example\n.\n{FENCE}\n"
    );
    assert_eq!(examples(&source), ["\ta\n\n", ""]);
}
