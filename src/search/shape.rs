//! Lines grouped by shape: what is equal once numbers, names and quoted text are left out.

use std::collections::BTreeMap;

/// The most shapes that are kept apart.
const MOST: usize = 100;
/// The most characters of a shape, and of an example.
const LONGEST: usize = 300;

/// Lines of one shape.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Shape {
    /// How many lines have it.
    pub(crate) count: u64,
    /// The number of the first, from 1.
    pub(crate) line: u64,
    /// What they share.
    #[serde(rename = "shape")]
    pub(crate) text: String,
    /// The first of them.
    pub(crate) example: String,
}

/// Lines by shape; takes no more memory however many there are.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    shapes: BTreeMap<String, Shape>,
    more: u64,
}

impl Shapes {
    pub(super) fn add(&mut self, number: u64, line: &str) {
        let shape = shape_of(line);
        if let Some(known) = self.shapes.get_mut(&shape) {
            known.count += 1;
        } else if self.shapes.len() < MOST {
            let first = Shape {
                count: 1,
                line: number,
                text: shape.clone(),
                example: start_of(line),
            };
            self.shapes.insert(shape, first);
        } else {
            self.more += 1;
        }
    }

    /// Returns the shapes, the most frequent first, and how many lines have yet another one.
    pub(crate) fn into_sorted(self) -> (Vec<Shape>, u64) {
        let mut shapes: Vec<Shape> = self.shapes.into_values().collect();
        shapes.sort_by_key(|shape| (std::cmp::Reverse(shape.count), shape.line));
        (shapes, self.more)
    }
}

/// Returns the start of `line`, for a screen.
pub(super) fn start_of(line: &str) -> String {
    line.trim().chars().take(LONGEST).collect()
}

/// Returns `line` with `N` for each word that has a digit and `"…"` for quoted text. A status stays. What
/// nginx appends about the request, and a date before its level, are left out.
fn shape_of(line: &str) -> String {
    let line = line.split(", client: ").next().unwrap_or(line).trim();
    let levels = ["[emerg]", "[alert]", "[crit]", "[error]"];
    let level = levels.iter().find_map(|level| line.find(level));
    let line = &line[level.unwrap_or(0)..];
    let mut shape = String::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            shape.push_str("\"…\"");
            continue;
        }
        for word in part.split_inclusive([' ', ',', '(', ')', '[', ']', '=', '{', '}']) {
            let end = word.trim_end_matches([' ', ',', '(', ')', '[', ']', '=', '{', '}']);
            shape.push_str(if is_variable(end) { "N" } else { end });
            shape.push_str(&word[end.len()..]);
        }
    }
    start_of(&shape)
}

fn is_variable(word: &str) -> bool {
    let is_status = word.len() == 3 && word.starts_with(['4', '5']);
    !is_status && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_shape_differ_in_numbers_names_and_request() {
        for (line, shape) in [
            (
                "2026/11/22 12:00:00 [error] 7#7: *9 odd \"thing\" at 10.0.0.7:80, client: ::1, server: a",
                "[error] N N odd \"…\" at N",
            ),
            (
                "::1 - - [22/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 507 0 \"-\" \"x/1\"",
                "N - - [N N] \"…\" 507 N \"…\" \"…\"",
            ),
            ("ERROR (pid=7) no", "ERROR (pid=N) no"),
        ] {
            assert_eq!(shape_of(line), shape);
        }
    }

    #[test]
    fn shapes_are_bounded_and_the_most_frequent_comes_first() {
        let mut shapes = Shapes::default();
        let word = |index: usize| "x".repeat(index + 1);
        for index in 0..MOST + 5 {
            shapes.add(index as u64, &word(index));
        }
        shapes.add(200, "xxx");
        let (shapes, more) = shapes.into_sorted();
        assert_eq!((shapes.len(), more), (MOST, 5));
        let first = &shapes[0];
        assert_eq!((first.count, first.line, &*first.text), (2, 2, "xxx"));
    }
}
