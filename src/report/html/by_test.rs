//! The parts of the report page that tell of single tests.

use super::chart;
use super::sections::{MOST_NAME, Page, counted, percent, scrolling, section};
use super::tally::OfTest;
use crate::course::Visibility;
use crate::report::{TestVerdict, clean};

/// How many of the hardest tests are shown, and from how many on the tests of an exercise are folded
/// away.
const HARDEST: usize = 8;
const MANY: usize = 40;

/// Shows which tests most submissions fail that come to them; nothing where all can be seen at once,
/// or where there is but one learner.
pub(super) fn hardest(page: &Page<'_>) -> String {
    let exercises = page.header.exercises.iter().zip(&page.tally.exercises);
    let tests = exercises.flat_map(|(entry, of)| of.tests.iter().map(move |test| (entry, test)));
    let mut tests: Vec<_> = tests.collect();
    if tests.len() <= HARDEST || page.tally.learners < 2 {
        return String::new();
    }
    tests.retain(|(_, test)| test.failed() > 0);
    // The share is compared without being rounded; of equals the first stays the first.
    tests.sort_by(|(_, a), (_, b)| (b.failed() * a.ran()).cmp(&(a.failed() * b.ran())));
    tests.truncate(HARDEST);
    if tests.is_empty() {
        return String::new();
    }
    let rows = tests.iter().map(|(entry, test)| {
        format!(
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td><bdi>{}</bdi></td><td class=\"n\">{}</td><td class=\"n maybe\">{} of {}</td></tr>\n",
            clean::markup(&test.title, MOST_NAME),
            clean::markup(&entry.title, MOST_NAME),
            percent(test.failed() as u64, test.ran() as u64),
            test.failed(),
            test.ran()
        )
    });
    let rows: String = rows.collect();
    section(
        "hardest",
        "Hardest tests",
        &scrolling(
            "The tests that most submissions fail",
            &format!(
                "<thead><tr><th scope=\"col\">test</th><th scope=\"col\">exercise</th><th scope=\"col\" class=\"n\">failed</th><th scope=\"col\" class=\"n maybe\">of those that ran</th></tr></thead>\n<tbody>\n{rows}</tbody>"
            ),
        ),
    )
}

/// Shows how every test of every exercise came out.
pub(super) fn all(page: &Page<'_>) -> String {
    let entries = page.header.exercises.iter().zip(&page.tally.exercises);
    let entries = entries.filter(|(_, of)| !of.tests.is_empty());
    let count: usize = entries.clone().map(|(_, of)| of.tests.len()).sum();
    let open = if count > MANY { "" } else { " open" };
    let parts = entries.map(|(entry, of)| {
        let title = clean::markup(&entry.title, MOST_NAME);
        let rows: String = of.tests.iter().map(row).collect();
        let table = scrolling(
            &format!("Tests of {title}"),
            &format!(
                "<thead><tr><th scope=\"col\">test</th><th scope=\"col\" class=\"n maybe\">passed</th><th scope=\"col\" class=\"n maybe\">failed</th><th scope=\"col\" class=\"n maybe\">not run</th><th scope=\"col\" class=\"n\">share passed</th><th scope=\"col\" class=\"wide\">passed, failed, not run</th></tr></thead>\n<tbody>\n{rows}</tbody>"
            ),
        );
        format!("<details{open}><summary><bdi>{title}</bdi> <small>{}</small></summary>\n{table}</details>\n", counted(of.tests.len(), "test"))
    });
    let parts: String = parts.collect();
    if parts.is_empty() {
        return parts;
    }
    section("tests", "Tests", &parts)
}

fn row(test: &OfTest) -> String {
    let seen = match test.visibility {
        Visibility::Visible => String::new(),
        Visibility::Hidden => tag("hidden"),
        Visibility::AfterDueDate => tag("after due date"),
        Visibility::AfterPublished => tag("after published"),
    };
    let (passed, failed) = (test.count(TestVerdict::Passed), test.failed());
    let idle = test.count(TestVerdict::NotRun);
    format!(
        "<tr><th scope=\"row\"><bdi>{}</bdi>{seen}</th><td class=\"n maybe\">{passed}</td><td class=\"n maybe\">{failed}</td><td class=\"n maybe\">{idle}</td><td class=\"n\">{}</td><td class=\"wide\">{}</td></tr>\n",
        clean::markup(&test.title, MOST_NAME),
        percent(passed as u64, test.all() as u64),
        chart::ways(passed, failed, idle)
    )
}

fn tag(word: &str) -> String {
    format!(" <span class=\"tag\">{word}</span>")
}
