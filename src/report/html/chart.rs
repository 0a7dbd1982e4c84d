//! The SVG charts of the report page.

use maud::{Markup, html};

use super::tally::BARS;
use crate::check::Verdict;

/// The width of a bar, the width with its gap, and the height of the highest bar.
const BAR: usize = 44;
const STEP: usize = 54;
const HEIGHT: usize = 210;
/// The space above the bars for their numbers.
const ABOVE: usize = 22;
/// The y of the bars' base line.
const GROUND: usize = ABOVE + HEIGHT;

/// Draws a histogram of the learners' percentages of all points.
pub(super) fn distribution(shares: &[usize; BARS]) -> Markup {
    let most = shares.iter().copied().max().unwrap_or_default().max(1);
    let width = STEP * BARS;
    let labels: Vec<String> = (0..BARS)
        .map(|bar| format!("{}: {}", range(bar), shares[bar]))
        .collect();
    html! {
        svg.bars viewBox={ "0 0 " (width) " " (GROUND + 24) } role="img"
            aria-label={ "Learners by percentage of points. " (labels.join("; ")) "." } {
            @for (bar, count) in shares.iter().enumerate() { (column(bar, *count, most)) }
            line x1="0" y1=(GROUND) x2=(width) y2=(GROUND) {}
        }
    }
}

/// Draws one bar with its number and its label; the highest bar represents `most`.
fn column(bar: usize, count: usize, most: usize) -> Markup {
    // A single learner among thousands must still be visible.
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

/// Draws the shares of verdicts as one stacked bar with tooltips.
pub(super) fn mix(counts: impl Iterator<Item = (Verdict, usize)>) -> Markup {
    let parts = counts.map(|(verdict, count)| BarPart {
        class: class(verdict),
        words: verdict.words(),
        count,
    });
    bar(&parts.collect::<Vec<_>>())
}

/// Draws how many submissions passed a test, failed it, and did not run it.
pub(super) fn test_mix(passed: usize, failed: usize, idle: usize) -> Markup {
    let part = |class: &str, words, count| BarPart {
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

struct BarPart {
    class: String,
    words: &'static str,
    count: usize,
}

impl BarPart {
    fn label(&self) -> String {
        format!("{} {}", self.count, self.words)
    }
}

fn bar(parts: &[BarPart]) -> Markup {
    let parts: Vec<&BarPart> = parts.iter().filter(|part| part.count > 0).collect();
    let all: usize = parts.iter().map(|part| part.count).sum();
    let labels: Vec<String> = parts.iter().map(|part| part.label()).collect();
    let mut before = 0;
    let places = parts.iter().map(|part| {
        let from = before * 1000 / all;
        before += part.count;
        // A single submission among thousands must still be visible.
        (part, from, (before * 1000 / all - from).max(1))
    });
    html! {
        svg.mix viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(labels.join(", ")) {
            @for (part, from, width) in places {
                rect class=(part.class) x=(from) width=(width) height="10" { title { (part.label()) } }
            }
        }
    }
}

/// Returns the CSS class that colours `verdict`.
pub(super) fn class(verdict: Verdict) -> String {
    format!("v{}", verdict as usize)
}
