//! The report page is legible on a narrow screen, on paper, in light and in dark.

use serde_json::json;

use super::page::open;
use super::samples::{Class, empty, great, hostile, small};

/// The narrowest contrast of text, and of a drawing's parts, that WCAG 2.2 lets pass (AA).
const TEXT: f64 = 4.5;
const DRAWN: f64 = 3.0;

/// What has more in it than it shows, or reaches out of the page; what is only for screen readers,
/// apart.
const CUT: &str = "(() => {
  const wide = document.documentElement.clientWidth + 0.5;
  const parts = [...document.querySelectorAll('body, body *')].filter(part => !part.closest('.quiet, .skip, svg, select, input'));
  const cut = parts.filter(part => part.getClientRects().length > 0 && (
    part.getBoundingClientRect().right > wide ||
    (part.clientWidth > 0 && part.scrollWidth > part.clientWidth && getComputedStyle(part).display !== 'inline')));
  return cut.map(part => `${part.tagName} ${part.className} ${part.textContent.slice(0, 30)}`);
})()";

/// Shows learners instead of submissions.
const LEARNERS: &str = "{ const view = document.getElementById('view'); view.value = 'learners'; view.dispatchEvent(new Event('input')); }";

/// Opens everything that can be opened.
const UNFOLD: &str = "document.querySelectorAll('details').forEach(part => { part.open = true; });
  document.querySelectorAll('#table .row').forEach(button => button.click());";

/// The classes of all kinds that are shown everywhere.
fn classes() -> [Class; 4] {
    [empty(), small(), great(40), hostile()]
}

#[test]
fn nothing_is_cut_on_a_telephone() {
    for class in classes() {
        let Some((mut browser, _folder)) = open(&class, 400, "light") else {
            return;
        };
        browser.value(UNFOLD);
        assert_eq!(browser.value(CUT), json!([]));
        browser.value(LEARNERS);
        browser.value(UNFOLD);
        assert_eq!(browser.value(CUT), json!([]));
    }
}

#[test]
fn what_does_not_fit_can_be_scrolled_and_shows_it() {
    let Some((mut browser, _folder)) = open(&great(40), 220, "light") else {
        return;
    };
    let page = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.value(page), 0, "the page itself stays");
    let scrolls = "[...document.querySelectorAll('.scroll')].filter(place => place.scrollWidth > place.clientWidth)";
    let count = browser.value(&format!("{scrolls}.length"));
    assert_ne!(count, 0, "the window is too wide for this test");
    let shown = "place => place.tabIndex === 0 && getComputedStyle(place).backgroundAttachment.includes('local')";
    assert_eq!(
        browser.value(&format!("{scrolls}.filter({shown}).length")),
        count
    );
}

#[test]
fn on_paper_nothing_is_cut_folded_away_or_there_to_be_pressed() {
    // A4 and A5 without their margins, in pixels of CSS.
    for width in [688, 453] {
        for class in classes() {
            let Some((mut browser, _folder)) = open(&class, width, "dark") else {
                return;
            };
            browser.value(
                "document.querySelectorAll('details').forEach(part => { part.open = false; })",
            );
            browser.print();
            assert_eq!(browser.value(CUT), json!([]), "{width}");
            browser.value(LEARNERS);
            assert_eq!(browser.value(CUT), json!([]), "{width}");
            let shown = "part => part.checkVisibility({ contentVisibilityAuto: true })";
            let tools = format!(
                "[...document.querySelectorAll('input, select, .pages button, .skip')].filter({shown}).length"
            );
            assert_eq!(browser.value(&tools), 0);
            let folded = format!(
                "[...document.querySelectorAll('details td:not(.maybe)')].filter(part => !({shown})(part)).length"
            );
            assert_eq!(browser.value(&folded), 0);
            let paper = browser.value("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper, "rgb(255, 255, 255)", "also where screens are dark");
        }
    }
}

/// The contrast of every text with what lies behind it, and of every part of a drawing with the
/// card: those that are below what is asked.
fn faint() -> String {
    format!(
        "(() => {{
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {{
    const [r, g, b] = numbers(color).map(it => it / 255).map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const contrast = (a, b) => {{
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }};
  const behind = (part) => {{
    for (; part; part = part.parentElement) {{
      const color = getComputedStyle(part).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }}
    return getComputedStyle(document.documentElement).backgroundColor;
  }};
  const faint = [];
  const hold = (part, color, least) => {{
    const found = contrast(color, behind(part));
    if (found < least) faint.push(`${{part.tagName}}.${{part.getAttribute('class')}} ${{part.textContent.slice(0, 20)}}: ${{found.toFixed(2)}}`);
  }};
  let looked = 0;
  for (const part of document.querySelectorAll('body *')) {{
    const style = getComputedStyle(part);
    const says = [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== '');
    if (part.closest('script, style, noscript, title, .quiet, .skip') || part.getClientRects().length === 0) continue;
    if (part.closest('svg')) {{
      if (part.tagName === 'text') hold(part, style.fill, {TEXT});
      if (part.tagName === 'rect' && !part.matches('.rest')) hold(part.closest('section'), style.fill, {DRAWN});
    }} else if (says) hold(part, style.color, {TEXT});
    if (part.matches('.badge')) hold(part, getComputedStyle(part, '::before').backgroundColor, {DRAWN});
    if (part.matches('.strip i')) hold(part.parentElement, part.matches('.rest') ? getComputedStyle(part).borderTopColor : getComputedStyle(part).backgroundColor, {DRAWN});
    if (part.matches('input, select')) hold(part.closest('section'), style.borderTopColor, {DRAWN});
    if (part.matches('input')) hold(part, getComputedStyle(part, '::placeholder').color, {TEXT});
    looked += 1;
  }}
  return looked < 100 ? ['too little was looked at'] : [...new Set(faint)];
}})()"
    )
}

#[test]
fn everything_stands_out_in_light_in_dark_and_on_paper() {
    let mut class = great(40);
    // One that was not handed in is drawn, too.
    class.records.remove(1);
    for scheme in ["light", "dark", "paper"] {
        let Some((mut browser, _folder)) = open(&class, 1200, scheme) else {
            return;
        };
        browser.value(UNFOLD);
        if scheme == "paper" {
            browser.print();
        }
        assert_eq!(browser.value(&faint()), json!([]), "{scheme}");
        browser.value(LEARNERS);
        assert_eq!(browser.value(&faint()), json!([]), "{scheme}");
    }
}
