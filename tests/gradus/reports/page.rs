//! The report page in a real browser. Where there is none, these tests are skipped; `.ci/run` names one.

use std::path::PathBuf;
use std::sync::MutexGuard;

use gradus::check::{TestVerdict, Verdict};
use serde_json::{Value, json};

use super::browser::Browser;
use super::samples::{Class, HOSTILE, empty, great, hostile, report, small};
use crate::harness::skip;

/// The rows that are shown.
pub(super) const ROWS: &str = "[...document.querySelectorAll('#table tbody tr:not(.more)')].map(row => [...row.cells].map(cell => cell.textContent.trim()))";

/// Opens the page on `class`; where there is no browser the test is skipped.
pub(super) fn open(
    class: &Class,
    width: u32,
    scheme: &str,
) -> Option<(MutexGuard<'static, Browser>, tempfile::TempDir)> {
    let Some(mut browser) = Browser::of_tests() else {
        skip("a browser");
        return None;
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path: PathBuf = folder.path().join("report.html");
    std::fs::write(&path, &report("html", class)["report.html"]).expect("a file");
    browser.open(&path, width, scheme);
    Some((browser, folder))
}

/// Fails when the page asked anybody for anything, or something went wrong in it.
fn expect_calm(browser: &Browser) {
    let asked = browser.heard("Network.requestWillBeSent");
    let urls: Vec<&str> = asked
        .iter()
        .filter_map(|event| event["params"]["request"]["url"].as_str())
        .collect();
    let elsewhere: Vec<&&str> = urls
        .iter()
        .filter(|url| !url.starts_with("file:///") && !url.starts_with("data:"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert_eq!(
        urls.iter().filter(|url| url.starts_with("file:")).count(),
        1,
        "{urls:?}"
    );
    for method in [
        "Runtime.exceptionThrown",
        "Runtime.consoleAPICalled",
        "Log.entryAdded",
    ] {
        let events = browser.heard(method);
        assert!(events.is_empty(), "{events:?}");
    }
}

fn column(rows: &Value, place: usize) -> Vec<String> {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row[place].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn the_page_asks_nobody_and_says_what_there_is() {
    for class in [empty(), small(), great(40)] {
        let Some((mut browser, _folder)) = open(&class, 1200, "light") else {
            return;
        };
        let rows = browser.value(ROWS);
        assert_eq!(rows.as_array().unwrap().len(), class.records.len().min(50));
        let status = browser.value("document.getElementById('status').textContent");
        let status = status.as_str().unwrap();
        assert!(
            status.contains(&class.records.len().to_string())
                || status == "There are no submissions."
        );
        expect_calm(&browser);
    }
}

#[test]
fn search_and_filters_find_submissions() {
    let Some((mut browser, _folder)) = open(&great(400), 1200, "light") else {
        return;
    };
    let find = |id: &str, value: &str| {
        format!(
            "{{ const e = document.getElementById('{id}'); e.value = '{value}'; e.dispatchEvent(new Event('input')); }}"
        )
    };
    browser.value(&find("search", "LEARNER-00123 halve"));
    let rows = browser.value(ROWS);
    assert_eq!(column(&rows, 0), ["learner-00123"]);
    assert_eq!(column(&rows, 2), ["Halve it"]);
    browser.value(&find("search", "no such learner"));
    assert_eq!(browser.value(ROWS), json!([]));
    assert_eq!(
        browser.value("document.getElementById('status').textContent"),
        "No submission matches."
    );
    browser.value(&find("search", ""));
    browser.value(&find("verdict", "5"));
    let found = browser.value(ROWS);
    let verdicts = column(&found, 3);
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| verdict == "time limit"));
    expect_calm(&browser);
}

#[test]
fn heads_sort_and_say_so() {
    let Some((mut browser, _folder)) = open(&great(400), 1200, "light") else {
        return;
    };
    let click = "document.querySelectorAll('#table thead button')[6].click()";
    let sort = "[...document.querySelectorAll('#table thead th')].map(head => head.getAttribute('aria-sort'))";
    browser.value(click);
    let seconds = |rows: &Value| -> Vec<f64> {
        column(rows, 6)
            .iter()
            .map(|cell| cell.parse().unwrap())
            .collect()
    };
    let rising = seconds(&browser.value(ROWS));
    assert!(rising.is_sorted() && rising.len() == 50, "{rising:?}");
    assert_eq!(browser.value(sort)[6], "ascending");
    browser.value(click);
    let falling = seconds(&browser.value(ROWS));
    assert!(
        falling.iter().rev().is_sorted() && falling[0] > rising[49],
        "{falling:?}"
    );
    let heads = browser.value(sort);
    assert_eq!(heads[6], "descending");
    assert_eq!(
        heads
            .as_array()
            .unwrap()
            .iter()
            .filter(|head| !head.is_null())
            .count(),
        1
    );
    browser.value("document.getElementById('next').click()");
    assert!(seconds(&browser.value(ROWS))[0] <= falling[49]);
    expect_calm(&browser);
}

#[test]
fn learners_are_shown_with_all_that_they_handed_in() {
    let mut class = small();
    class.records.remove(2);
    let Some((mut browser, _folder)) = open(&class, 1200, "light") else {
        return;
    };
    let set = |id: &str, value: &str| {
        format!(
            "{{ const e = document.getElementById('{id}'); e.value = '{value}'; e.dispatchEvent(new Event('input')); }}"
        )
    };
    browser.value(&set("view", "learners"));
    let shown = browser.value(ROWS);
    assert_eq!(column(&shown, 0), ["ada", "bob"]);
    assert_eq!(column(&shown, 3), ["1 of 3", "1 of 3"], "passed");
    assert_eq!(column(&shown, 4), ["10.63 of 18", "10.63 of 18"]);
    assert_eq!(column(&shown, 5), ["6 of 15", "6 of 15"]);
    let strips =
        "[...document.querySelectorAll('.strip')].map(strip => strip.getAttribute('aria-label'))";
    assert_eq!(
        browser.value(strips),
        json!([
            "Double it: passed; Halve it: failed; Keep what is even: –",
            "Double it: passed; Halve it: time limit; Keep what is even: internal error",
        ])
    );
    let heads = "[...document.querySelectorAll('#table thead th')].map(head => head.textContent)";
    assert_eq!(browser.value(heads)[3], "passed");
    browser.value("document.querySelector('#table .row').click()");
    let told = "[...document.querySelectorAll('.more li')].map(item => item.textContent)";
    assert_eq!(
        browser.value(told),
        json!(["passed Double it · 10 of 10", "failed Halve it · 0.63 of 5"])
    );
    // A filter chooses who is shown, and takes nothing from what is shown of them.
    browser.value(&set("verdict", "5"));
    let shown = browser.value(ROWS);
    assert_eq!(column(&shown, 0), ["bob"]);
    assert_eq!(column(&shown, 4), ["10.63 of 18"]);
    let status = "document.getElementById('status').textContent";
    assert_eq!(browser.value(status), "1 to 1 of 1 that match, of 2");
    browser.value(&set("view", "submissions"));
    assert_eq!(column(&browser.value(ROWS), 3), ["time limit"]);
    assert_eq!(browser.value(heads)[3], "verdict");
    expect_calm(&browser);
}

#[test]
fn a_row_opens_and_shows_its_tests() {
    let Some((mut browser, _folder)) = open(&small(), 1200, "light") else {
        return;
    };
    browser.value("document.querySelectorAll('#table .row')[1].click()");
    let told =
        browser.value("[...document.querySelectorAll('.more li')].map(item => item.textContent)");
    assert_eq!(told[0], "passed Exact results");
    assert_eq!(told[1], "failed Edges of the range");
    let open = "document.querySelectorAll('#table .row')[1].getAttribute('aria-expanded')";
    assert_eq!(browser.value(open), "true");
    browser.value("document.querySelectorAll('#table .row')[1].click()");
    assert_eq!(
        browser.value("document.querySelectorAll('.more').length"),
        0
    );
}

#[test]
fn no_name_becomes_markup_or_runs() {
    let class = hostile();
    let Some((mut browser, _folder)) = open(&class, 1200, "dark") else {
        return;
    };
    browser.value("document.querySelectorAll('#table .row').forEach(button => button.click())");
    let title = browser.value("document.title");
    assert_eq!(title, format!("{}: results", HOSTILE[0]));
    assert_eq!(
        browser.value("document.querySelectorAll('img, iframe, object, a:not(.skip)').length"),
        0
    );
    assert_eq!(browser.value("document.scripts.length"), 3);
    let learners = column(&browser.value(ROWS), 0);
    assert_eq!(learners.len(), class.records.len());
    assert!(learners.contains(&HOSTILE[1].to_owned()), "{learners:?}");
    let forged =
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')";
    expect_calm(&browser);
    // Even markup that got in would load and run nothing.
    browser.value(forged);
    let failed = browser.wait_for("Network.loadingFailed");
    assert_eq!(failed["params"]["blockedReason"], "csp", "{failed}");
    assert_eq!(browser.value("document.title"), title);
}

#[test]
fn nothing_is_wider_than_a_telephone_in_light_and_dark() {
    for (class, scheme) in [
        (great(40), "light"),
        (hostile(), "dark"),
        (empty(), "light"),
    ] {
        let Some((mut browser, _folder)) = open(&class, 400, scheme) else {
            return;
        };
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.value(wide), 0, "{scheme}");
        let paper = browser.value("getComputedStyle(document.body).backgroundColor");
        let is_dark = paper == "rgb(20, 24, 27)";
        assert_eq!(is_dark, scheme == "dark", "{paper}");
    }
}

#[test]
fn a_class_is_compared_and_a_single_learner_is_not() {
    let mut alone = empty();
    for place in [0, 1] {
        alone.add("ada", place, Verdict::Failed);
    }
    for (class, parts) in [
        (
            great(40),
            json!([
                "At a glance",
                "Distribution",
                "Verdicts",
                "Exercises",
                "Hardest tests",
                "Tests",
                "Slowest",
                "Submissions"
            ]),
        ),
        (
            alone,
            json!([
                "At a glance",
                "Verdicts",
                "Exercises",
                "Tests",
                "Slowest",
                "Submissions"
            ]),
        ),
    ] {
        let Some((mut browser, _folder)) = open(&class, 1200, "light") else {
            return;
        };
        let heads = "[...document.querySelectorAll('h2')].map(head => head.textContent)";
        assert_eq!(browser.value(heads), parts);
    }
}

#[test]
fn the_hardest_tests_are_those_that_most_fail_who_come_to_them() {
    let mut class = great(40);
    for record in &mut class.records {
        let ran = record
            .tests
            .iter()
            .any(|test| test.verdict != TestVerdict::NotRun);
        for test in &mut record.tests {
            // One of one in a hundred is harder than half of all.
            test.verdict = match (ran, test.name.as_str(), record.learner.as_str()) {
                (true, "late", "learner-00000") => TestVerdict::Failed,
                (true, "late", _) | (false, ..) => TestVerdict::NotRun,
                (true, "deep", learner) if learner < "learner-00020" => TestVerdict::Crashed,
                (true, ..) => TestVerdict::Passed,
            };
        }
    }
    let Some((mut browser, _folder)) = open(&class, 1200, "light") else {
        return;
    };
    let rows = "[...document.querySelector('[aria-labelledby=h-hardest] tbody').rows].map(row => [row.cells[0].textContent, row.cells[2].textContent])";
    let rows = browser.value(rows);
    let rows = rows.as_array().expect("rows");
    assert!(rows.len() > 3, "{rows:?}");
    assert_eq!(rows[0], json!(["After the deadline", "100\u{202f}%"]));
    assert_eq!(rows.last().expect("a row")[0], "Deep inside");
}

#[test]
fn the_page_is_laid_out_for_those_who_do_not_see_it() {
    let Some((mut browser, _folder)) = open(&small(), 1200, "light") else {
        return;
    };
    for (script, expected) in [
        (
            "document.querySelectorAll('main, header, footer').length",
            json!(3),
        ),
        ("document.querySelectorAll('h1').length", json!(1)),
        (
            "[...document.querySelectorAll('table')].every(table => table.caption)",
            json!(true),
        ),
        (
            "[...document.querySelectorAll('thead th')].every(head => head.scope === 'col')",
            json!(true),
        ),
        (
            "[...document.querySelectorAll('input, select')].every(field => field.labels.length === 1)",
            json!(true),
        ),
        (
            "[...document.querySelectorAll('section')].every(part => document.getElementById(part.getAttribute('aria-labelledby')))",
            json!(true),
        ),
        (
            "[...document.querySelectorAll('svg')].every(drawing => drawing.ariaLabel || drawing.ariaHidden === 'true')",
            json!(true),
        ),
        (
            "new Set([...document.querySelectorAll('[id]')].map(it => it.id)).size === document.querySelectorAll('[id]').length",
            json!(true),
        ),
    ] {
        assert_eq!(browser.value(script), expected, "{script}");
    }
}

#[test]
fn ten_thousand_submissions_are_there_at_once() {
    let class = great(3400);
    let Some((mut browser, _folder)) = open(&class, 1200, "light") else {
        return;
    };
    assert_eq!(
        browser.value("document.getElementById('status').textContent"),
        "1 to 50 of 10200"
    );
    assert!(
        browser
            .value("document.querySelectorAll('*').length")
            .as_u64()
            .unwrap()
            < 2_000
    );
    let bytes = report("html", &class)["report.html"].len();
    assert!(bytes < 150 * class.records.len(), "{bytes}");
}
