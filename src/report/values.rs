//! Values on the screen: input, expected and got, within the width.

use super::terminal::Options;
use crate::check::Values;
use crate::text::{Line, Role};

pub(super) fn values_lines(values: &Values, options: &Options) -> Vec<Line> {
    let Values {
        input,
        expected,
        got,
        note,
    } = values;
    let named = [
        ("input", input, Role::Code),
        ("expected", expected, Role::Good),
        ("got", got, Role::Bad),
        ("note", note, Role::Dim),
    ];
    let rows = named
        .into_iter()
        .filter_map(|(name, value, role)| Some((name, value.as_ref()?, role)));
    rows.flat_map(|(name, value, role)| value_lines(name, value, role, options))
        .collect()
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
