//! The report page by keyboard alone: real key presses, sent to the browser.

use serde_json::{Value, json};

use super::browser::Browser;
use super::page::{ROWS, open};
use super::samples::{great, small};

/// What has the focus.
const FOCUS: &str = "(() => {
  const part = document.activeElement;
  return part.id || part.className || part.tagName + ' ' + part.textContent.trim().slice(0, 20);
})()";

/// Presses the key.
fn press(browser: &mut Browser, key: &str) {
    let (code, number, text) = match key {
        "Enter" => ("Enter", 13, "\r"),
        " " => ("Space", 32, " "),
        "Tab" => ("Tab", 9, ""),
        other => (other, 0, other),
    };
    for kind in ["keyDown", "keyUp"] {
        let mut event =
            json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number });
        if kind == "keyDown" && !text.is_empty() {
            event["text"] = json!(text);
        }
        browser.ask("Input.dispatchKeyEvent", &event);
    }
}

/// Gives the focus to what `selector` finds.
fn focus(browser: &mut Browser, selector: &str) {
    browser.value(&format!("document.querySelector({selector:?}).focus()"));
}

fn sorted(browser: &mut Browser) -> Value {
    browser.value(
        "(() => { const head = document.querySelector('[aria-sort]'); return [head.textContent.trim(), head.getAttribute('aria-sort')]; })()",
    )
}

#[test]
fn the_first_stop_leads_to_the_search() {
    let Some((mut browser, _folder)) = open(&great(40), 1200, "light") else {
        return;
    };
    press(&mut browser, "Tab");
    assert_eq!(browser.value(FOCUS), "skip");
    let seen = browser.value("document.activeElement.getBoundingClientRect().left >= 0");
    assert_eq!(seen, true, "it is there to be seen once it has the focus");
    press(&mut browser, "Enter");
    assert_eq!(browser.value(FOCUS), "search");
    for letter in "00012".chars() {
        press(&mut browser, &letter.to_string());
    }
    assert_eq!(browser.value(ROWS).as_array().map(Vec::len), Some(3));
    assert_eq!(browser.value(FOCUS), "search", "what is typed goes on");
}

#[test]
fn every_stop_is_one_to_act_on_and_shows_that_it_has_the_focus() {
    let Some((mut browser, _folder)) = open(&small(), 1200, "light") else {
        return;
    };
    let mut stops = Vec::new();
    loop {
        press(&mut browser, "Tab");
        let stop = browser.value(FOCUS).as_str().expect("text").to_owned();
        if stop.starts_with("BODY") || stop.starts_with("HTML") {
            break;
        }
        let outline = "getComputedStyle(document.activeElement).outlineStyle";
        assert_eq!(browser.value(outline), "solid", "{stop}");
        stops.push(stop);
        assert!(stops.len() < 40, "{stops:?}");
    }
    let expected = [
        "skip",
        "SUMMARY Double it 5 tests",
        "SUMMARY Halve it 5 tests",
        "SUMMARY Keep what is even 5 ",
        "search",
        "view",
        "exercise",
        "verdict",
        "size",
        "BUTTON learner",
        "BUTTON name",
        "BUTTON exercise",
        "BUTTON verdict",
        "BUTTON points",
        "BUTTON tests",
        "BUTTON seconds",
        "row",
        "row",
        "row",
        "row",
        "row",
        "row",
    ];
    assert_eq!(
        stops[..expected.len()],
        expected,
        "in the order of the page"
    );
    assert_eq!(stops.len(), expected.len(), "{stops:?}");
}

#[test]
fn enter_and_space_sort_open_and_fold() {
    let Some((mut browser, _folder)) = open(&small(), 1200, "light") else {
        return;
    };
    focus(&mut browser, "#table thead th:nth-child(5) button");
    press(&mut browser, "Enter");
    assert_eq!(sorted(&mut browser), json!(["points", "ascending"]));
    press(&mut browser, " ");
    assert_eq!(sorted(&mut browser), json!(["points", "descending"]));
    assert_eq!(browser.value(FOCUS), "BUTTON points", "the focus stays");

    focus(&mut browser, "#table .row");
    let opened = "document.querySelectorAll('.more').length";
    for (key, count) in [("Enter", 1), (" ", 0)] {
        press(&mut browser, key);
        assert_eq!(browser.value(opened), count, "{key:?}");
        assert_eq!(browser.value(FOCUS), "row");
    }

    focus(&mut browser, "summary");
    let open = "document.querySelector('details').open";
    for (key, is_open) in [("Enter", false), (" ", true)] {
        press(&mut browser, key);
        assert_eq!(browser.value(open), is_open, "{key:?}");
    }
}

#[test]
fn the_focus_is_not_lost_on_the_last_page() {
    let Some((mut browser, _folder)) = open(&great(30), 1200, "light") else {
        return;
    };
    focus(&mut browser, "#next");
    press(&mut browser, "Enter");
    assert_eq!(
        browser.value("document.getElementById('page').textContent"),
        "page 2 of 2"
    );
    assert_eq!(browser.value(FOCUS), "previous");
    press(&mut browser, " ");
    assert_eq!(browser.value(FOCUS), "next");
}
