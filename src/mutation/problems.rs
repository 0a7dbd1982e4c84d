//! What a survey of mutants shows, as problems of the course.

use super::{Survey, fits};
use crate::check::mutant::Fate;
use crate::course::EquivalentMutant;
use crate::source::Problem;

/// The most lines of a change that are shown.
const MOST_LINES: usize = 6;

impl Survey<'_> {
    /// Returns a problem for each mutant that survives without a mark, and for each mark that fits none
    /// that survives.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let folder = format!("exercises/{}/", self.exercise.id);
        let survivors = self.unmarked().map(|mutant| {
            let mut message = format!("a mutant survives: {}", mutant.change);
            for line in change(&mutant.before, &mutant.after) {
                message.extend(["\n", &line]);
            }
            Problem::new(format!("{folder}{}", mutant.file), message)
                .at(mutant.line)
                .help("add a hidden test that tells them apart, or mark it as equivalent with a reason")
        });
        let stale = self.stale_marks().map(|mark| {
            let message = format!(
                "no surviving mutant fits this mark: {} in `{}`",
                mark.change, mark.text
            );
            Problem::new(format!("{folder}exercise.toml"), message)
                .at(mark.line)
                .help(self.why_stale(mark))
        });
        survivors.chain(stale).collect()
    }

    fn why_stale(&self, mark: &EquivalentMutant) -> &'static str {
        let marked = self.tried.iter().find(|tried| fits(mark, &tried.mutant));
        match marked.map(|tried| tried.fate) {
            Some(Fate::Killed) => "a hidden test tells it from the solution: delete the mark",
            Some(Fate::NotCompiling) => "it does not compile: delete the mark",
            Some(Fate::Survived) | None => {
                "there is no such mutant any more: delete the mark, or correct `text` or `change`"
            }
        }
    }
}

/// Returns the lines `before`, each with `-` before it, and the lines `after` with `+`, without the blanks
/// that all of them begin with.
fn change(before: &str, after: &str) -> Vec<String> {
    let lines = before.lines().chain(after.lines());
    let indents = lines.filter(|line| !line.trim().is_empty());
    let indent = indents
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let part = |sign: char, text: &str| {
        let lines = text
            .lines()
            .map(|line| line.get(indent.unwrap_or_default()..));
        shortened(lines.map(|line| format!("{sign} {}", line.unwrap_or_default())))
    };
    let mut whole = part('-', before);
    whole.extend(part('+', after));
    whole
}

/// Leaves out the middle of many lines.
fn shortened(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
    if lines.len() > MOST_LINES {
        let last = lines.split_off(lines.len() - 1);
        lines.truncate(MOST_LINES - 2);
        lines.push("  …".to_owned());
        lines.extend(last);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_without_the_blanks_before_it() {
        let shown = change("    if a {\n        b", "    if c {\n        b");
        assert_eq!(shown, ["- if a {", "-     b", "+ if c {", "+     b"]);
        assert_eq!(change("    a;", ""), ["- a;"]);
    }

    #[test]
    fn the_middle_of_a_long_change_is_left_out() {
        let long = "1\n2\n3\n4\n5\n6\n7";
        assert_eq!(change(long, ""), ["- 1", "- 2", "- 3", "- 4", "  …", "- 7"]);
        assert_eq!(change("1\n2\n3\n4\n5\n6", "").len(), 6);
    }
}
