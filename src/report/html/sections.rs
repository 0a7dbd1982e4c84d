//! The sections of the report page that need no script.

use chrono::DateTime;
use maud::{Markup, PreEscaped, html};

use super::by_test;
use super::chart;
use super::tally::{BARS, ExerciseCounts, SlowSubmission, Statistics};
use crate::check::Verdict;
use crate::course::Points;
use crate::report::{Header, clean};
use crate::text::counted;

/// The most characters of a name.
const MOST_NAME: usize = 120;
/// A narrow no-break space and the percent sign.
const PER_CENT: &str = "\u{202f}%";

pub(super) struct ReportPage<'a> {
    pub(super) header: &'a Header,
    pub(super) statistics: &'a Statistics,
}

impl ReportPage<'_> {
    /// Renders the body up to the script's data.
    pub(super) fn body(&self) -> Markup {
        html! {
            a.skip href="#search" { "Skip to the search for submissions" }
            (self.heading())
            main id="main" {
                (self.figures())
                div.pair { (self.distribution()) (self.verdicts()) }
                (self.exercises())
                (by_test::hardest(self))
                (by_test::all(self))
                (self.slowest())
                (PreEscaped(include_str!("table.html")))
            }
            (self.footer())
        }
    }

    fn heading(&self) -> Markup {
        let Self { header, statistics } = self;
        let at = i64::try_from(statistics.at).ok().filter(|at| *at > 0);
        let day = at.and_then(|at| DateTime::from_timestamp(at, 0));
        html! {
            header {
                p.brand { "Gradus results" }
                h1 { bdi { (shown(&header.title)) } }
                p.lead {
                    (counted(statistics.submissions, "submission"))
                    " · " (counted(statistics.learners, "learner"))
                    " · " (counted(header.exercises.len(), "exercise"))
                    @if let Some(part) = &header.partition {
                        " · part " (shown(part)) " of " (header.submissions.count) " submissions"
                    }
                    @if let Some(day) = day { " · " time { (day.format("%Y-%m-%d")) } }
                }
                (self.notices())
            }
        }
    }

    fn notices(&self) -> Markup {
        let broken = self.statistics.count(Verdict::InternalError);
        html! {
            @if broken > 0 {
                p.notice {
                    (counted(broken, "submission"))
                    " could not be graded. This is not the learners' fault; grade again."
                }
            }
            @if !self.header.is_confined() {
                p.notice { "Submissions ran without a sandbox." }
            }
        }
    }

    fn figures(&self) -> Markup {
        let statistics = self.statistics;
        let passed = statistics.count(Verdict::Passed);
        let possible = statistics.possible.hundredths() * statistics.judged as u64;
        let full = statistics.shares()[BARS - 1];
        let of_points = percent(statistics.points.hundredths(), possible);
        let share = percent(passed as u64, statistics.submissions as u64);
        let passed_of_all = format!("{passed} of {}", statistics.submissions);
        html! {
            section aria-labelledby="h-glance" {
                h2.quiet id="h-glance" { "At a glance" }
                ul.tiles {
                    (tile(&share, "of submissions passed", &passed_of_all))
                    @if statistics.learners == 1 {
                        @let points = format!("{} of {}", statistics.points, statistics.possible);
                        (tile(&of_points, "of points", &points))
                    } @else {
                        @let more = format!("of {} points a learner", statistics.possible);
                        @let all = percent(full as u64, statistics.judged as u64);
                        @let have = format!("{full} of {}", statistics.judged);
                        (tile(&of_points, "of points, on average", &more))
                        (tile(&all, "of learners have all points", &have))
                    }
                }
            }
        }
    }

    /// Renders the distribution of points over learners; nothing for a single one.
    fn distribution(&self) -> Markup {
        if self.statistics.learners == 1 {
            return html! {};
        }
        let figure = html! {
            figure {
                (chart::distribution(&self.statistics.shares()))
                figcaption {
                    "Learners by percentage of all points; what was not handed in counts as none."
                    @let open = self.statistics.learners - self.statistics.judged;
                    @if open > 0 {
                        " " (counted(open, "learner")) " of whom something could not be graded: left out."
                    }
                    @if let Some(percentage) = self.statistics.half_have() {
                        " Half of the learners have " (percentage) (PER_CENT) " or more."
                    }
                }
            }
        };
        section("distribution", "Distribution", &figure)
    }

    fn verdicts(&self) -> Markup {
        let statistics = self.statistics;
        let verdicts = statistics.verdicts.iter();
        let counts = verdicts.map(|(verdict, count)| (*verdict, *count));
        let columns = [("", "verdict"), ("n", "submissions"), ("n", "share")];
        let rows = html! {
            @for (verdict, count) in counts.clone() {
                tr {
                    th scope="row" { (badge(verdict)) }
                    td.n { (count) }
                    td.n { (percent(count as u64, statistics.submissions as u64)) }
                }
            }
        };
        let caption = "How many submissions have which verdict";
        let content = html! { (chart::mix(counts)) (table(caption, &columns, &rows)) };
        section("verdicts", "Verdicts", &content)
    }

    fn exercises(&self) -> Markup {
        let entries = self.header.exercises.iter().zip(&self.statistics.exercises);
        let columns = [
            ("", "exercise"),
            ("n maybe", "submissions"),
            ("n", "passed"),
            ("n", "mean points"),
            ("wide", "verdicts"),
        ];
        let rows = html! {
            @for (entry, of) in entries {
                @let counts = of.verdicts.iter().map(|(verdict, count)| (*verdict, *count));
                tr {
                    th scope="row" { bdi { (shown(&entry.title)) } }
                    td.n.maybe { (of.submissions) }
                    td.n { (percent(of.passed() as u64, of.submissions as u64)) }
                    td.n { (mean(of, entry.max_score)) }
                    td.wide { (chart::mix(counts)) }
                }
            }
        };
        let table = table("Results by exercise", &columns, &rows);
        section("exercises", "Exercises", &table)
    }

    fn slowest(&self) -> Markup {
        if self.statistics.slowest.is_empty() {
            return html! {};
        }
        let columns = [
            ("", "learner"),
            ("", "exercise"),
            ("", "verdict"),
            ("n", "seconds"),
        ];
        let rows = html! { @for slow in &self.statistics.slowest { (self.slow_row(slow)) } };
        let caption = "The submissions whose grading took longest";
        section("slowest", "Slowest", &table(caption, &columns, &rows))
    }

    fn slow_row(&self, slow: &SlowSubmission) -> Markup {
        let exercise = &self.header.exercises[slow.exercise];
        let (seconds, hundredths) = (slow.milliseconds / 1000, slow.milliseconds % 1000 / 10);
        html! {
            tr {
                th scope="row" { bdi { (shown(&slow.learner)) } }
                td { bdi { (shown(&exercise.title)) } }
                td { (badge(slow.verdict)) }
                td.n { (format_args!("{seconds}.{hundredths:02}")) }
            }
        }
    }

    fn footer(&self) -> Markup {
        let header = self.header;
        html! {
            footer {
                p {
                    "Gradus " (shown(&header.gradus))
                    " · course " bdi { (shown(&header.course)) }
                    " · sandbox " (shown(&header.sandbox))
                    @for tool in &header.tools { " · " (shown(tool)) }
                }
            }
        }
    }
}

/// Sanitizes and shortens a name from outside.
pub(super) fn shown(name: &str) -> String {
    clean::short(name, MOST_NAME)
}

fn tile(number: &str, what: &str, more: &str) -> Markup {
    html! { li { strong { (number) } " " span { (what) } " " small { (more) } } }
}

fn badge(verdict: Verdict) -> Markup {
    html! { span.badge.(chart::class(verdict)) { (verdict.words()) } }
}

pub(super) fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (title) }
            (content)
        }
    }
}

/// Renders a table that scrolls horizontally where it is too wide; `columns` are pairs of a CSS class, which
/// may be empty, and a heading.
pub(super) fn table(caption: &str, columns: &[(&str, &str)], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) {
            table {
                caption.quiet { (caption) }
                thead {
                    tr {
                        @for (class, head) in columns {
                            th scope="col" class=[Some(class).filter(|class| !class.is_empty())] { (head) }
                        }
                    }
                }
                tbody { (rows) }
            }
        }
    }
}

/// Returns the mean points of an exercise of `max` points; a dash if it has no submission.
fn mean(of: &ExerciseCounts, max: Points) -> String {
    if of.submissions == 0 {
        return format!("– of {max}");
    }
    let mean = of.points.share(1, of.submissions as u64);
    format!("{mean} of {max}")
}

/// Returns `part` of `all` in per cent, rounded, but 0 % only for none and 100 % only for all.
pub(super) fn percent(part: u64, all: u64) -> String {
    match (part * 100 + all / 2).checked_div(all) {
        None => "–".to_owned(),
        Some(0) if part > 0 => format!("<\u{202f}1{PER_CENT}"),
        Some(share) if part < all => format!("{}{PER_CENT}", share.min(99)),
        Some(_) => format!("100{PER_CENT}"),
    }
}
