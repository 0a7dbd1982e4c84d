//! The drawings of the report page.

use std::fmt::Write as _;

use super::tally::BARS;
use crate::check::Verdict;

/// The drawing's measures: a bar, a bar with its gap, the height of the highest.
const BAR: usize = 44;
const STEP: usize = 54;
const HEIGHT: usize = 150;
/// The room above the bars for their numbers.
const ABOVE: usize = 22;

/// Draws how many learners have which share of all points.
pub(super) fn distribution(shares: &[usize; BARS]) -> String {
    let most = shares.iter().copied().max().unwrap_or_default().max(1);
    let (width, height) = (STEP * BARS, ABOVE + HEIGHT + 24);
    let label: Vec<String> = (0..BARS)
        .map(|bar| format!("{}: {}", range(bar), shares[bar]))
        .collect();
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"Learners by percentage of points. {}.\">",
        label.join("; ")
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
        let (y, range) = (ABOVE + HEIGHT + 18, range(bar));
        write!(svg, "<text x=\"{middle}\" y=\"{y}\">{range}</text>").expect("a string takes it");
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

/// Draws the shares of verdicts as one bar. Words beside it say the same.
pub(super) fn mix(counts: impl Iterator<Item = (Verdict, usize)> + Clone) -> String {
    let all: usize = counts.clone().map(|(_, count)| count).sum();
    let mut svg = String::from(
        "<svg class=\"mix\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut before = 0;
    for (verdict, count) in counts {
        let from = before * 1000 / all.max(1);
        before += count;
        let to = before * 1000 / all.max(1);
        let (class, width) = (class(verdict), (to - from).max(1));
        write!(
            svg,
            "<rect class=\"{class}\" x=\"{from}\" width=\"{width}\" height=\"10\"/>"
        )
        .expect("a string takes it");
    }
    svg + "</svg>"
}

/// Draws `part` of `all` as a bar.
pub(super) fn share(part: usize, all: usize) -> String {
    let width = part * 1000 / all.max(1);
    format!(
        "<svg class=\"mix\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"rest\" width=\"1000\" height=\"10\"/>\
         <rect class=\"v0\" width=\"{width}\" height=\"10\"/></svg>"
    )
}

/// Returns the class that colours `verdict`.
pub(super) fn class(verdict: Verdict) -> String {
    format!("v{}", verdict as usize)
}
