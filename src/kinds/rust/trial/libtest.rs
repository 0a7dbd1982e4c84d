//! Parses libtest's output: its result lines, its summary and its exit code, which must agree.

use std::collections::BTreeMap;

use crate::sandbox::End;

/// Parses result lines, such as `test NAME ... ok`. Returns the tests that ended, by name, and whether they
/// passed.
///
/// A test that writes to stdout directly breaks these lines, and may print forged ones. So a test with two
/// lines passes only if both say so, and no test passes unless the number of passes agrees with the summary
/// and the exit code.
pub(super) fn read(text: &str, end: End) -> BTreeMap<String, bool> {
    let mut passed = BTreeMap::new();
    let mut summary = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            summary = counts(rest);
        }
        let result_line = line
            .strip_prefix("test ")
            .and_then(|rest| rest.rsplit_once(" ... "));
        let Some((name, result @ ("ok" | "FAILED"))) = result_line else {
            continue;
        };
        let name = name.strip_suffix(" - should panic").unwrap_or(name);
        *passed.entry(name.to_owned()).or_insert(true) &= result == "ok";
    }
    let count = passed.values().filter(|passed| **passed).count();
    let holds = match summary {
        Some((ok, failed)) => count <= ok && end.is_success() == (failed == 0),
        // It exited early, without a summary.
        None => !end.is_success(),
    };
    if !holds {
        for passed in passed.values_mut() {
            *passed = false;
        }
    }
    passed
}

/// The passed and failed tests of the summary: its first two numbers.
fn counts(summary: &str) -> Option<(usize, usize)> {
    let mut counts = summary.split(|char: char| !char.is_ascii_digit());
    let mut next = || counts.find(|word| !word.is_empty())?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, end: End) -> Vec<(String, bool)> {
        read(text, end).into_iter().collect()
    }

    fn results(tests: &[(&str, bool)]) -> Vec<(String, bool)> {
        tests
            .iter()
            .map(|(name, passed)| ((*name).to_owned(), *passed))
            .collect()
    }

    const ALL: &str = "running 2 tests\ntest a ... ok\ntest b - should panic ... ok\n\ntest result: ok. \
                       2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
    const SOME: &str = "test a ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 \
                        ignored\n";

    #[test]
    fn tests_are_read_by_their_lines() {
        assert_eq!(
            pairs(ALL, End::Code(0)),
            results(&[("a", true), ("b", true)])
        );
        assert_eq!(
            pairs(SOME, End::Code(101)),
            results(&[("a", true), ("b", false)])
        );
    }

    #[test]
    fn lines_that_the_end_contradicts_are_no_pass() {
        let none = results(&[("a", false), ("b", false)]);
        assert_eq!(pairs(ALL, End::Code(101)), none);
        assert_eq!(pairs(ALL, End::Signal(6)), none);
        assert_eq!(pairs(SOME, End::Code(0)), none);
        let forged = SOME.replace("b ... FAILED", "b ... ok\nFAILED");
        assert_eq!(pairs(&forged, End::Code(101)), none);
        let twice = format!("test b ... ok\n{SOME}");
        assert_eq!(
            pairs(&twice, End::Code(101)),
            results(&[("a", true), ("b", false)])
        );
    }

    #[test]
    fn more_passes_than_the_summary_counts_are_none() {
        let more = ALL.replace("2 passed", "1 passed");
        assert_eq!(
            pairs(&more, End::Code(0)),
            results(&[("a", false), ("b", false)])
        );
        // The summary may count a test whose line was broken.
        let fewer = ALL.replace("2 passed", "3 passed");
        assert_eq!(
            pairs(&fewer, End::Code(0)),
            results(&[("a", true), ("b", true)])
        );
        let unread = ALL.replace("2 passed; 0 failed", "all passed");
        assert_eq!(
            pairs(&unread, End::Code(0)),
            results(&[("a", false), ("b", false)])
        );
    }

    #[test]
    fn a_summary_has_two_numbers_first() {
        assert_eq!(counts("ok. 12 passed; 3 failed; 0 ignored"), Some((12, 3)));
        assert_eq!(counts("0 passed; 10 failed"), Some((0, 10)));
        assert_eq!(counts("FAILED. 12 passed"), None);
        assert_eq!(counts(""), None);
    }

    #[test]
    fn a_judge_that_ends_early_keeps_what_it_told() {
        let cut = "test a ... ok\ntest b ... ";
        assert_eq!(pairs(cut, End::Signal(6)), results(&[("a", true)]));
        assert_eq!(pairs(cut, End::Code(0)), results(&[("a", false)]));
    }
}
