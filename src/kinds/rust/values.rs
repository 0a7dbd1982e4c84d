//! Input, expected and got of a test that failed, from the note of its judge.

use super::replies::Panic;
use super::trial::PanicNote;
use crate::check::{Collected, Values};

/// The words for a panic of the learner's code, with its place if that is in one of their `files`.
pub(super) fn of_panic(panic: &Panic, files: &[Collected]) -> String {
    match place_in(&panic.place, files) {
        Some(place) => format!("a panic at {place}: {}", panic.words),
        None => format!("a panic: {}", panic.words),
    }
}

/// `place`, such as `src/lib.rs:6:17`, if `files` have that line. The learner's process names it, and what it
/// is linked with is hidden.
pub(super) fn place_in<'a>(place: &'a str, files: &[Collected]) -> Option<&'a str> {
    let mut parts = place.rsplitn(3, ':');
    let (_column, line) = (parts.next()?.parse::<usize>().ok()?, parts.next()?);
    let (path, line) = (parts.next()?, line.parse::<usize>().ok()?);
    let file = files.iter().find(|file| file.path == path)?;
    let lines = String::from_utf8_lossy(&file.bytes).lines().count();
    (1..=lines).contains(&line).then_some(place)
}

/// The values of a failed assertion. The side that is what the call returned, or a part of that, is what the
/// test got; the other is what it expects. If neither is, the test compares something that it worked out.
pub(super) fn of_assertion(note: &PanicNote) -> Values {
    let PanicNote {
        left,
        right,
        input,
        got,
        said,
        ..
    } = note.clone();
    let whole = got.clone().unwrap_or_default();
    let parts = parts_of(&whole);
    let values = |expected, got, said| Values {
        input: input.clone(),
        expected,
        got,
        note: said,
    };
    let (Some(left), Some(right)) = (left, right) else {
        return values(None, got, said);
    };
    let is_whole = |side: &String| *side == whole;
    let is_part = |side: &String| parts.contains(&side.as_str());
    match [&left, &right].map(is_whole) {
        [true, _] => return values(Some(right), got, said),
        [_, true] => return values(Some(left), got, said),
        [false, false] => {}
    }
    match [&left, &right].map(is_part) {
        [true, false] => values(Some(right), Some(left), said),
        [false, true] => values(Some(left), Some(right), said),
        [true, true] | [false, false] => {
            let compared = format!("compared: {left} and {right}");
            let said = said.map_or(compared.clone(), |said| format!("{said}; {compared}"));
            values(None, got, Some(said))
        }
    }
}

/// The parts of a tuple, or the values of a struct's fields, as `Debug` writes them; empty for any other text.
fn parts_of(text: &str) -> Vec<&str> {
    let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        let Some((name, rest)) = text.split_once(" { ") else {
            return Vec::new();
        };
        let fields = rest.strip_suffix(" }").filter(|_| is_name(name));
        let fields = fields.map(split).unwrap_or_default();
        let value = |field: &&str| field.find(": ").map(|at| at + 2);
        return fields
            .iter()
            .filter_map(|field| Some(&field[value(field)?..]))
            .collect();
    };
    split(inner)
}

fn is_name(text: &str) -> bool {
    text.chars()
        .all(|char| char.is_alphanumeric() || char == '_')
}

/// Splits at the commas that are in no bracket and in no quotes.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_usize, None, false);
    for (at, char) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if quote.is_some() {
            escaped = char == '\\';
            quote = quote.filter(|quote| *quote != char);
        } else {
            match char {
                '"' | '\'' => quote = Some(char),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    parts.push(text[start..at].trim());
                    start = at + 1;
                }
                _ => {}
            }
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::rust::trial::CallEnd;

    fn of(sides: [&str; 2], got: &str) -> [String; 3] {
        let [left, right] = sides.map(|side| Some(side.to_owned()));
        let values = of_assertion(&PanicNote {
            left,
            right,
            input: None,
            got: Some(got.to_owned()),
            said: None,
            end: CallEnd::Returned,
            call: None,
        });
        [values.expected, values.got, values.note].map(Option::unwrap_or_default)
    }

    #[test]
    fn the_side_that_was_returned_is_got_and_the_other_expected() {
        assert_eq!(of(["3", "4"], "4"), ["3", "4", ""]);
        assert_eq!(of(["4", "3"], "4"), ["3", "4", ""]);
    }

    #[test]
    fn a_part_of_what_was_returned_is_got() {
        let pair = r#"(["a, (b"], [])"#;
        assert_eq!(
            of([r#"["a, (b"]"#, r#"["c"]"#], pair),
            [r#"["c"]"#, r#"["a, (b"]"#, ""]
        );
        let record = "Found { port: 80, up: [1, 2] }";
        assert_eq!(of(["[1]", "[1, 2]"], record), ["[1]", "[1, 2]", ""]);
    }

    #[test]
    fn what_a_test_works_out_is_told_without_a_side() {
        assert_eq!(
            of(["0", "3"], "([], [])"),
            ["", "([], [])", "compared: 0 and 3"]
        );
        assert_eq!(
            of(["[]", "[1]"], "([], [1])"),
            ["", "([], [1])", "compared: [] and [1]"]
        );
    }

    #[test]
    fn only_a_place_in_the_learners_files_is_told() {
        let files = [Collected {
            path: "src/lib.rs".to_owned(),
            bytes: b"one\ntwo\n".to_vec(),
        }];
        let told = |place: &str| {
            let panic = Panic {
                words: "no".to_owned(),
                place: place.to_owned(),
            };
            of_panic(&panic, &files)
        };
        assert_eq!(told("src/lib.rs:2:5"), "a panic at src/lib.rs:2:5: no");
        for hidden in [
            "src/lib.rs:3:5",
            "hidden/tests.rs:1:1",
            "bridge.rs:1:1",
            "",
            "src/lib.rs:2",
        ] {
            assert_eq!(told(hidden), "a panic: no");
        }
    }
}
