//! The drawings of the report page.

use maud::{Markup, html};

use super::tally::BARS;
use crate::check::Verdict;

/// The drawing's measures: a bar, a bar with its gap, the height of the highest.
const BAR: usize = 44;
const STEP: usize = 54;
const HEIGHT: usize = 210;
/// The room above the bars for their numbers.
const ABOVE: usize = 22;
/// Where the bars stand.
const GROUND: usize = ABOVE + HEIGHT;

/// Draws how many learners have which share of all points.
pub(super) fn distribution(shares: &[usize; BARS]) -> Markup {
    let most = shares.iter().copied().max().unwrap_or_default().max(1);
    let width = STEP * BARS;
    let said: Vec<String> = (0..BARS)
        .map(|bar| format!("{}: {}", range(bar), shares[bar]))
        .collect();
    html! {
        svg.bars viewBox={ "0 0 " (width) " " (GROUND + 24) } role="img"
            aria-label={ "Learners by percentage of points. " (said.join("; ")) "." } {
            @for (bar, count) in shares.iter().enumerate() { (column(bar, *count, most)) }
            line x1="0" y1=(GROUND) x2=(width) y2=(GROUND) {}
        }
    }
}

/// Draws one bar with its number and its label, where the highest stands for `most`.
fn column(bar: usize, count: usize, most: usize) -> Markup {
    // A single learner among thousands is still to be seen.
    let tall = (count * HEIGHT / most).max(usize::from(count > 0) * 2);
    let (x, y) = (bar * STEP + (STEP - BAR) / 2, GROUND - tall);
    let middle = bar * STEP + STEP / 2;
    let range = range(bar);
    html! {
        rect.bar.full[bar == BARS - 1] x=(x) y=(y) width=(BAR) height=(tall) rx="3" {}
        @if count > 0 { text.count x=(middle) y=(y - 6) { (count) } }
        text x=(middle) y=(GROUND + 18) {
            // A narrow screen leaves out the end of the range.
            @if let Some((from, to)) = range.split_once('–') { (from) tspan.to { "–" (to) } }
            @else { (range) }
        }
    }
}

fn range(bar: usize) -> String {
    match bar {
        10 => "100".to_owned(),
        bar => format!("{}–{}", bar * 10, bar * 10 + 9),
    }
}

/// Draws the shares of verdicts as one bar that can be read and pointed at.
pub(super) fn mix(counts: impl Iterator<Item = (Verdict, usize)>) -> Markup {
    let parts = counts.map(|(verdict, count)| Part {
        class: class(verdict),
        words: verdict.words(),
        count,
    });
    bar(&parts.collect::<Vec<_>>())
}

/// Draws how many submissions passed a test, failed it, and did not come to it.
pub(super) fn ways(passed: usize, failed: usize, idle: usize) -> Markup {
    let part = |class: &str, words, count| Part {
        class: class.to_owned(),
        words,
        count,
    };
    bar(&[
        part("v0", "passed", passed),
        part("v1", "failed", failed),
        part("rest", "not run", idle),
    ])
}

/// A part of a bar.
struct Part {
    class: String,
    words: &'static str,
    count: usize,
}

impl Part {
    fn said(&self) -> String {
        format!("{} {}", self.count, self.words)
    }
}

fn bar(parts: &[Part]) -> Markup {
    let parts: Vec<&Part> = parts.iter().filter(|part| part.count > 0).collect();
    let all: usize = parts.iter().map(|part| part.count).sum();
    let said: Vec<String> = parts.iter().map(|part| part.said()).collect();
    let mut before = 0;
    let places = parts.iter().map(|part| {
        let from = before * 1000 / all;
        before += part.count;
        // One submission among thousands is still to be seen.
        (part, from, (before * 1000 / all - from).max(1))
    });
    html! {
        svg.mix viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(said.join(", ")) {
            @for (part, from, width) in places {
                rect class=(part.class) x=(from) width=(width) height="10" { title { (part.said()) } }
            }
        }
    }
}

/// Returns the class that colours `verdict`.
pub(super) fn class(verdict: Verdict) -> String {
    format!("v{}", verdict as usize)
}
