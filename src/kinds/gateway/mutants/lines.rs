//! Mutations of the line-based files of a lab: services, rules, commands.

use std::ops::Range;

use super::{Change, around};

/// The changes of a `services.toml`.
pub(super) fn of_services(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    for range in lines(text) {
        let line = &text[range.clone()];
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        // Without an address a service keeps its default: no change.
        if key != "address" {
            let words = format!("`{key}` is left out");
            changes.push(Change::new(text, range.clone(), "", words));
        }
        for value in values(value) {
            let words = format!("`{key}` becomes `{value}`");
            let with = format!("{key} = {value}");
            changes.push(Change::new(text, range.clone(), &with, words));
        }
    }
    changes
}

/// The changes of a `runbook.sh`: steps are dropped or swapped.
pub(super) fn of_commands(text: &str) -> Vec<Change> {
    let commands = lines(text).filter(|range| !text[range.clone()].starts_with("#!"));
    without_or_swapped(text, &commands.collect::<Vec<_>>())
}

/// The changes of a `rules.toml`: rules and conditions are dropped, rules are swapped.
pub(super) fn of_rules(text: &str) -> Vec<Change> {
    let mut starts: Vec<_> = text
        .match_indices("[[rule]]")
        .map(|(place, _)| place)
        .collect();
    // Skips matches in comments.
    starts.retain(|place| *place == 0 || text[..*place].ends_with('\n'));
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let rules: Vec<_> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect();
    let mut changes = without_or_swapped(text, &rules);
    for range in lines(text) {
        let line = &text[range.clone()];
        if let Some((key @ ("error" | "access"), _)) = line.split_once(" = ") {
            let words = format!("the condition `{key}` is left out");
            changes.push(Change::new(text, range, "", words));
        }
    }
    changes
}

fn without_or_swapped(text: &str, parts: &[Range<usize>]) -> Vec<Change> {
    let name = |part: &Range<usize>| {
        let mut lines = text[part.clone()]
            .lines()
            .filter(|line| !line.starts_with("[["));
        lines.next().unwrap_or_default().to_owned()
    };
    let without = parts.iter().map(|part| {
        let words = format!("`{}` is left out", name(part));
        Change::new(text, part.clone(), "", words)
    });
    let swapped = parts.windows(2).map(|pair| {
        let words = format!("`{}` comes later", name(&pair[0]));
        let (first, second) = (&pair[0], &pair[1]);
        let between = &text[first.end..second.start];
        let with = [&text[second.clone()], between, &text[first.clone()]].concat();
        Change::new(text, first.start..second.end, &with, words)
    });
    without.chain(swapped).collect()
}

/// The lines of `text` that are neither empty nor comments.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut place = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = place;
        place += line.len();
        (line.trim_end().len(), start, line.trim_start())
    });
    let said = |line: &str| {
        let is_comment = line.starts_with('#') && !line.starts_with("#!");
        !line.trim().is_empty() && !is_comment
    };
    let there = lines.filter(move |(_, _, line)| said(line));
    there.map(|(length, start, _)| start..start + length)
}

/// Similar values: numbers minus and plus 30 %, permission bits cleared.
fn values(value: &str) -> Vec<String> {
    match value {
        "true" => return vec!["false".to_owned()],
        "false" => return vec!["true".to_owned()],
        _ => {}
    }
    let Some(start) = value
        .rfind(|char: char| !char.is_ascii_digit() && !char.is_ascii_alphabetic() && char != '"')
        .map(|place| place + 1)
        .or_else(|| value.find(|char: char| char.is_ascii_digit()))
    else {
        return Vec::new();
    };
    let digits = value[start..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let (before, rest) = value.split_at(start);
    let (number, after) = rest.split_at(digits);
    let Ok(amount) = number.parse::<u64>() else {
        return Vec::new();
    };
    // A mode, such as `"0666"`.
    if number.len() == 4 && number.starts_with('0') {
        return vec![
            format!("{before}0660{after}"),
            format!("{before}0600{after}"),
        ];
    }
    around(amount)
        .map(|amount| format!("{before}{amount}{after}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(changes: Vec<Change>) -> Vec<String> {
        changes.into_iter().map(|change| change.text).collect()
    }

    #[test]
    fn services_lose_lines_and_get_other_values() {
        let of = |text: &str| texts(of_services(text));
        assert_eq!(
            of("# a\nstrict = true\n"),
            ["# a\n\n", "# a\nstrict = false\n"]
        );
        assert_eq!(
            of("limit = \"2s\""),
            ["", "limit = \"1s\"", "limit = \"3s\""]
        );
        assert_eq!(
            of("address = \"127.0.0.1:3000\""),
            [
                "address = \"127.0.0.1:2100\"",
                "address = \"127.0.0.1:3900\""
            ]
        );
        assert_eq!(of("mode = \"0666\"")[1], "mode = \"0660\"");
    }

    #[test]
    fn steps_are_left_out_and_change_places() {
        let text = "#!/bin/sh\na\nb c\n";
        assert_eq!(
            texts(of_commands(text)),
            [
                "#!/bin/sh\n\nb c\n",
                "#!/bin/sh\na\n\n",
                "#!/bin/sh\nb c\na\n"
            ]
        );
    }

    #[test]
    fn rules_lose_conditions_and_change_places() {
        let (one, two) = (
            "[[rule]]\ncause = \"a\"\nerror = \"b\"\n",
            "[[rule]]\ncause = \"c\"\n",
        );
        let text = format!("# [[rule]]\n{one}{two}");
        assert_eq!(
            texts(of_rules(&text)),
            [
                format!("# [[rule]]\n{two}"),
                format!("# [[rule]]\n{one}"),
                format!("# [[rule]]\n{two}{one}"),
                format!("# [[rule]]\n[[rule]]\ncause = \"a\"\n\n{two}"),
            ]
        );
    }
}
