//! What of a check's outcome comes first: the first error of the compiler, the first test that
//! fails; the rest is for the pager.

use crate::check::{Diagnostic, Outcome, TestOutcome, Values};

/// The most lines of the learner's own output on the first page.
const MOST_PRINTED: usize = 6;

/// Returns the first `most` things to look at, and how many more of their sort there are.
pub(super) fn first_things(outcome: &Outcome, most: usize) -> (Outcome, usize) {
    let mut first = outcome.clone();
    let failing_tests = outcome.tests.iter();
    let failing_tests = failing_tests.filter(|test| test.result.failed_values().is_some());
    let first_to_fail: Vec<_> = failing_tests.take(most).collect();
    first
        .printed_by
        .retain(|name, _| first_to_fail.iter().any(|test| test.test.name == *name));
    first.printed = outcome
        .printed
        .lines()
        .take(MOST_PRINTED)
        .collect::<Vec<_>>()
        .join("\n");
    let said = if outcome.forbidden.is_empty() {
        let errors = |diagnostic: &&Diagnostic| diagnostic.error;
        let errors: Vec<_> = outcome.diagnostics.iter().filter(errors).cloned().collect();
        // A warning about no line is not about the text but about what runs beside it.
        let mut warnings = outcome.diagnostics.iter();
        let warning = warnings.find(|warning| !warning.error && warning.line.is_none());
        first.diagnostics = match warning {
            Some(warning) if errors.is_empty() => vec![warning.clone()],
            Some(_) | None => errors.iter().take(most).cloned().collect(),
        };
        errors
    } else {
        first.diagnostics.clear();
        first.forbidden.truncate(most);
        outcome.forbidden.clone()
    };
    let left_out = if said.is_empty() {
        first.tests = failing_first(&outcome.tests, most);
        failing(&outcome.tests)
    } else {
        first.tests.clear();
        first.own_tests = None;
        said.len()
    };
    (first, left_out.saturating_sub(most))
}

/// Returns how many warnings of the compiler are left for the pager.
pub(super) fn warnings(outcome: &Outcome) -> usize {
    let mut diagnostics = outcome.diagnostics.iter();
    let has_error = diagnostics.any(|diagnostic| diagnostic.error);
    let warnings = outcome.diagnostics.iter();
    let warnings = warnings.filter(|warning| !warning.error && warning.line.is_some());
    if has_error || !outcome.forbidden.is_empty() {
        return 0;
    }
    warnings.count()
}

fn failing(tests: &[TestOutcome]) -> usize {
    let values = tests.iter().filter_map(|test| test.result.failed_values());
    values
        .filter(|values| **values != Values::default())
        .count()
}

/// Returns the tests that fail before the others, with values only for the first `most` of them.
fn failing_first(tests: &[TestOutcome], most: usize) -> Vec<TestOutcome> {
    let fails = |test: &&TestOutcome| test.result.failed_values().is_some();
    let (failing, rest): (Vec<_>, Vec<_>) = tests.iter().partition(fails);
    let mut ordered: Vec<TestOutcome> = failing.into_iter().chain(rest).cloned().collect();
    for test in ordered.iter_mut().skip(most) {
        test.result = test.result.clone().without_values();
    }
    ordered
}
