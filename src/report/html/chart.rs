//! The drawings of the report page.

use std::fmt::Write as _;

use super::tally::BARS;
use crate::check::Verdict;

/// The drawing's measures: a bar, a bar with its gap, the height of the highest.
const BAR: usize = 44;
const STEP: usize = 54;
const HEIGHT: usize = 210;
/// The room above the bars for their numbers.
const ABOVE: usize = 22;

/// Draws how many learners have which share of all points.
pub(super) fn distribution(shares: &[usize; BARS]) -> String {
    let most = shares.iter().copied().max().unwrap_or_default().max(1);
    let (width, height) = (STEP * BARS, ABOVE + HEIGHT + 24);
    let said: Vec<String> = (0..BARS)
        .map(|bar| format!("{}: {}", range(bar), shares[bar]))
        .collect();
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"Learners by percentage of points. {}.\">",
        said.join("; ")
    );
    for (bar, count) in shares.iter().copied().enumerate() {
        // A single learner among thousands is still to be seen.
        let tall = (count * HEIGHT / most).max(usize::from(count > 0) * 2);
        let (x, y) = (bar * STEP + (STEP - BAR) / 2, ABOVE + HEIGHT - tall);
        let middle = bar * STEP + STEP / 2;
        let class = if bar == BARS - 1 { "bar full" } else { "bar" };
        write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{tall}\" rx=\"3\"/>"
        )
        .expect("a string takes it");
        if count > 0 {
            let y = y - 6;
            write!(
                svg,
                "<text class=\"count\" x=\"{middle}\" y=\"{y}\">{count}</text>"
            )
            .expect("a string takes it");
        }
        let (y, label) = (ABOVE + HEIGHT + 18, label(bar));
        write!(svg, "<text x=\"{middle}\" y=\"{y}\">{label}</text>").expect("a string takes it");
    }
    let y = ABOVE + HEIGHT;
    write!(
        svg,
        "<line x1=\"0\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/></svg>"
    )
    .expect("a string takes it");
    svg
}

fn range(bar: usize) -> String {
    match bar {
        10 => "100".to_owned(),
        bar => format!("{}–{}", bar * 10, bar * 10 + 9),
    }
}

/// Returns the range as a label, whose end a narrow screen leaves out.
fn label(bar: usize) -> String {
    match range(bar).split_once('–') {
        Some((from, to)) => format!("{from}<tspan class=\"to\">–{to}</tspan>"),
        None => range(bar),
    }
}

/// Draws the shares of verdicts as one bar that can be read and pointed at.
pub(super) fn mix(counts: impl Iterator<Item = (Verdict, usize)>) -> String {
    let parts = counts.map(|(verdict, count)| Part {
        class: class(verdict),
        words: verdict.words(),
        count,
    });
    bar(&parts.collect::<Vec<_>>())
}

/// Draws how many submissions passed a test, failed it, and did not come to it.
pub(super) fn ways(passed: usize, failed: usize, idle: usize) -> String {
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

fn bar(parts: &[Part]) -> String {
    let parts = parts.iter().filter(|part| part.count > 0);
    let all: usize = parts.clone().map(|part| part.count).sum();
    let said: Vec<String> = parts
        .clone()
        .map(|part| format!("{} {}", part.count, part.words))
        .collect();
    let mut svg = format!(
        "<svg class=\"mix\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        said.join(", ")
    );
    let mut before = 0;
    for (part, said) in parts.zip(&said) {
        let from = before * 1000 / all;
        before += part.count;
        // One submission among thousands is still to be seen.
        let (class, width) = (&part.class, (before * 1000 / all - from).max(1));
        write!(
            svg,
            "<rect class=\"{class}\" x=\"{from}\" width=\"{width}\" height=\"10\"><title>{said}</title></rect>"
        )
        .expect("a string takes it");
    }
    svg + "</svg>"
}

/// Returns the class that colours `verdict`.
pub(super) fn class(verdict: Verdict) -> String {
    format!("v{}", verdict as usize)
}
