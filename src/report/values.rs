//! Values on the screen: input, expected and got, within the width.

use super::terminal::Options;
use crate::check::Values;
use crate::text::{Line, Role};

/// The rows of a value that are shown; a value may be as long as a message of 64 KiB.
const MOST_ROWS: usize = 8;

/// Integers that no reader knows by heart.
const EXTREMES: [(&str, &str); 5] = [
    ("18446744073709551615", "u64::MAX"),
    ("9223372036854775807", "i64::MAX"),
    ("-9223372036854775808", "i64::MIN"),
    ("340282366920938463463374607431768211455", "u128::MAX"),
    ("170141183460469231731687303715884105727", "i128::MAX"),
];

pub(super) fn values_lines(values: &Values, options: &Options) -> Vec<Line> {
    let Values {
        input,
        expected,
        got,
        note,
    } = values;
    let (expected, got) = match (expected, got) {
        (Some(expected), Some(got)) => {
            let (expected, got) = around_difference(&readable(expected), &readable(got), options);
            (Some(expected), Some(got))
        }
        (expected, got) => {
            let shown =
                |value: &Option<String>| Some(shortened(&readable(value.as_ref()?), options));
            (shown(expected), shown(got))
        }
    };
    let input = input
        .as_ref()
        .map(|input| shortened(&readable(input), options));
    let note = note.as_ref().map(|note| shortened(note, options));
    let named = [
        ("input", input, Role::Code),
        ("expected", expected, Role::Good),
        ("got", got, Role::Bad),
        ("note", note, Role::Dim),
    ];
    let rows = named
        .into_iter()
        .filter_map(|(name, value, role)| Some((name, value?, role)));
    rows.flat_map(|(name, value, role)| value_lines(name, &value, role, options))
        .collect()
}

/// Returns how many characters of a value are shown.
fn most_shown(options: &Options) -> usize {
    MOST_ROWS * options.width.max(40)
}

/// Returns the beginning of a value that is long, and how much is left out.
fn shortened(value: &str, options: &Options) -> String {
    part(value, 0, most_shown(options))
}

/// Returns two values that are long from a little before the first character in which they differ.
fn around_difference(expected: &str, got: &str, options: &Options) -> (String, String) {
    let most = most_shown(options);
    let same = expected.chars().zip(got.chars());
    let same = same.take_while(|(one, other)| one == other).count();
    let start = same.saturating_sub(most / 4);
    let is_long = |value: &str| value.chars().count() > most;
    let from = |value: &str| part(value, if is_long(value) { start } else { 0 }, most);
    (from(expected), from(got))
}

/// Returns `most` characters of `value` from the one at `start`, and says how many are left out.
fn part(value: &str, start: usize, most: usize) -> String {
    let all = value.chars().count();
    let shown: String = value.chars().skip(start).take(most).collect();
    let after = all.saturating_sub(start + most);
    let before = match start {
        0 => String::new(),
        _ => format!("… ({start} characters) "),
    };
    match after {
        0 => before + &shown,
        _ => format!("{before}{shown} … ({after} more characters)"),
    }
}

/// Names the largest and smallest integers in a value, outside of quotes.
fn readable(value: &str) -> String {
    let mut readable = String::with_capacity(value.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = value;
    while let Some(char) = rest.chars().next() {
        let is_number =
            |char: char| char.is_ascii_digit() || char == '-' || char == '.' || char == '_';
        let end = rest.find(|char| !is_number(char)).unwrap_or(rest.len());
        let follows_word = readable.ends_with(|char: char| char.is_alphanumeric());
        let (taken, shown) = match &rest[..end] {
            _ if quoted || follows_word || end == 0 => (char.len_utf8(), None),
            number => (end, EXTREMES.iter().find(|(it, _)| it == &number)),
        };
        if char == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = char == '\\' && !escaped;
        readable.push_str(shown.map_or(&rest[..taken], |(_, name)| name));
        rest = &rest[taken..];
    }
    readable
}

pub(super) fn value_lines(name: &str, value: &str, role: Role, options: &Options) -> Vec<Line> {
    let label = match name {
        "" => "      ".to_owned(),
        _ if options.accessible => format!("  {name}: "),
        _ => format!("      {name:<8}  "),
    };
    let width = options.width.saturating_sub(label.len()).max(20);
    let rows = value.lines().flat_map(|line| pieces(line, width));
    let lines = rows.enumerate().map(|(index, row)| {
        let start = match index {
            0 => label.clone(),
            _ => " ".repeat(label.len()),
        };
        Line::new().with(Role::Dim, start).with(role, row)
    });
    lines.collect()
}

/// Wraps `line` into rows of at most `width` cells, at blanks where possible.
pub(super) fn pieces(line: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = Line::new();
    for word in line.split_inclusive(' ') {
        let word_width = Line::plain(word.trim_end()).width();
        if row.width() > 0 && row.width() + word_width > width {
            rows.push(row.text().trim_end().to_owned());
            row = Line::new();
        }
        if word_width <= width {
            row.push(Role::Text, word);
            continue;
        }
        for char in word.chars() {
            if row.width() >= width {
                rows.push(row.text());
                row = Line::new();
            }
            row.push(Role::Text, char.to_string());
        }
    }
    rows.push(row.text().trim_end().to_owned());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Feedback;

    const OPTIONS: Options = Options {
        feedback: Feedback::Full,
        width: 80,
        accessible: false,
    };

    #[test]
    fn long_values_are_cut_around_the_first_difference() {
        let same = "a".repeat(5_000);
        let values = Values {
            expected: Some(format!("{same}X{same}")),
            got: Some(format!("{same}Y")),
            ..Values::default()
        };
        let lines = values_lines(&values, &OPTIONS);
        let text: Vec<_> = lines.iter().map(Line::text).collect();
        let text = text.join("");
        assert!(lines.len() < 30, "{text}");
        assert!(text.contains('X') && text.contains('Y'), "{text}");
        assert!(text.contains("… (4840 characters)"), "{text}");
        assert!(text.contains("more characters)"), "{text}");
    }

    #[test]
    fn a_short_value_beside_a_long_one_is_whole() {
        let (expected, got) = around_difference("None", &"x".repeat(3_000), &OPTIONS);
        assert_eq!(expected, "None");
        assert!(got.ends_with("… (2360 more characters)"), "{got}");
    }

    #[test]
    fn extremes_have_names_outside_of_quotes() {
        let value = r#"f(18446744073709551615, -9223372036854775808, "9223372036854775807", x18446744073709551615, 9223372036854775807.5)"#;
        let expected = r#"f(u64::MAX, i64::MIN, "9223372036854775807", x18446744073709551615, 9223372036854775807.5)"#;
        assert_eq!(readable(value), expected);
    }

    #[test]
    fn a_long_value_goes_on_below_itself() {
        let options = Options {
            feedback: Feedback::Full,
            width: 40,
            accessible: false,
        };
        let words = "Some(1) and some more words, and even more";
        let lines = value_lines("got", words, Role::Bad, &options);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.width() <= 40));
        let long = value_lines("got", &"x".repeat(100), Role::Bad, &options);
        assert!(long.iter().all(|line| line.width() <= 40), "{long:?}");
    }
}
