//! The sections of the report page about single tests.

use maud::{Markup, html};

use super::chart;
use super::sections::{ReportPage, percent, section, shown, table};
use super::tally::TestCounts;
use crate::check::TestVerdict;
use crate::course::Visibility;
use crate::text::counted;

/// How many of the hardest tests are shown, and up to how many tests the lists are unfolded.
const HARDEST: usize = 8;
const MANY: usize = 40;

/// Renders the tests that the largest share of submissions that ran them fails; nothing where there are few
/// tests, or only one learner.
pub(super) fn hardest(page: &ReportPage<'_>) -> Markup {
    let exercises = page.header.exercises.iter().zip(&page.statistics.exercises);
    let every = exercises.flat_map(|(entry, of)| of.tests.iter().map(move |test| (entry, test)));
    let mut tests: Vec<_> = every.collect();
    if tests.len() <= HARDEST || page.statistics.learners < 2 {
        return html! {};
    }
    tests.retain(|(_, test)| test.failed() > 0);
    // Shares are compared as fractions, by cross-multiplication; the sort is stable.
    tests.sort_by(|(_, a), (_, b)| (b.failed() * a.ran()).cmp(&(a.failed() * b.ran())));
    tests.truncate(HARDEST);
    if tests.is_empty() {
        return html! {};
    }
    let columns = [
        ("", "test"),
        ("", "exercise"),
        ("n", "failed"),
        ("n maybe", "of those that ran"),
    ];
    let rows = html! {
        @for (entry, test) in tests {
            tr {
                th scope="row" { bdi { (shown(&test.title)) } }
                td { bdi { (shown(&entry.title)) } }
                td.n { (percent(test.failed() as u64, test.ran() as u64)) }
                td.n.maybe { (test.failed()) " of " (test.ran()) }
            }
        }
    };
    let table = table("The tests that most submissions fail", &columns, &rows);
    section("hardest", "Hardest tests", &table)
}

/// Renders the results of every test of every exercise.
pub(super) fn all(page: &ReportPage<'_>) -> Markup {
    let exercises = page.header.exercises.iter().zip(&page.statistics.exercises);
    let entries: Vec<_> = exercises.filter(|(_, of)| !of.tests.is_empty()).collect();
    let count: usize = entries.iter().map(|(_, of)| of.tests.len()).sum();
    if count == 0 {
        return html! {};
    }
    let columns = [
        ("", "test"),
        ("n maybe", "passed"),
        ("n maybe", "failed"),
        ("n maybe", "not run"),
        ("n", "share passed"),
        ("wide", "passed, failed, not run"),
    ];
    let parts = html! {
        @for (entry, of) in entries {
            @let title = shown(&entry.title);
            @let rows = html! { @for test in &of.tests { (row(test)) } };
            details open[count <= MANY] {
                summary { bdi { (title) } " " small { (counted(of.tests.len(), "test")) } }
                (table(&format!("Tests of {title}"), &columns, &rows))
            }
        }
    };
    section("tests", "Tests", &parts)
}

fn row(test: &TestCounts) -> Markup {
    let seen = match test.visibility {
        Visibility::Visible => None,
        Visibility::Hidden => Some("hidden"),
        Visibility::AfterDueDate => Some("after due date"),
        Visibility::AfterPublished => Some("after published"),
    };
    let (passed, failed) = (test.count(TestVerdict::Passed), test.failed());
    let idle = test.count(TestVerdict::NotRun);
    html! {
        tr {
            th scope="row" {
                bdi { (shown(&test.title)) }
                @if let Some(word) = seen { " " span.tag { (word) } }
            }
            td.n.maybe { (passed) }
            td.n.maybe { (failed) }
            td.n.maybe { (idle) }
            td.n { (percent(passed as u64, test.all() as u64)) }
            td.wide { (chart::test_mix(passed, failed, idle)) }
        }
    }
}
