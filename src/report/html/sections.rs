//! The parts of the report page that need no script.

use chrono::DateTime;

use super::by_test;
use super::chart;
use super::tally::{BARS, OfExercise, Slow, Tally};
use crate::check::Verdict;
use crate::course::Points;
use crate::report::{Header, clean};

/// The most characters of a name.
pub(super) const MOST_NAME: usize = 120;

/// What the page is made of.
pub(super) struct Page<'a> {
    pub(super) header: &'a Header,
    pub(super) tally: &'a Tally,
}

impl Page<'_> {
    /// Returns the page's body up to the data.
    pub(super) fn body(&self) -> String {
        let table = include_str!("table.html");
        let parts = [
            self.heading(),
            "<main id=\"main\">\n".to_owned(),
            self.figures(),
            "<div class=\"pair\">\n".to_owned(),
            self.distribution(),
            self.verdicts(),
            "</div>\n".to_owned(),
            self.exercises(),
            by_test::hardest(self),
            by_test::all(self),
            self.slowest(),
            table.to_owned(),
            "</main>\n".to_owned(),
            self.footer(),
        ];
        parts.concat()
    }

    fn heading(&self) -> String {
        let Self { header, tally } = self;
        let day = i64::try_from(tally.at).ok().filter(|at| *at > 0);
        let day = day.and_then(|at| DateTime::from_timestamp(at, 0));
        let day = day.map(|at| format!(" · <time>{}</time>", at.format("%Y-%m-%d")));
        let part = header.partition.as_ref().map(|part| {
            let part = clean::markup(part, MOST_NAME);
            format!(" · part {part} of {} submissions", header.submissions.count)
        });
        format!(
            "<a class=\"skip\" href=\"#search\">Skip to the search for submissions</a>\n\
             <header>\n<p class=\"brand\">Gradus results</p>\n<h1><bdi>{}</bdi></h1>\n\
             <p class=\"lead\">{} · {} · {}{}{}</p>\n{}</header>\n",
            clean::markup(&header.title, MOST_NAME),
            counted(tally.submissions, "submission"),
            counted(tally.learners, "learner"),
            counted(header.exercises.len(), "exercise"),
            part.unwrap_or_default(),
            day.unwrap_or_default(),
            self.notices()
        )
    }

    fn notices(&self) -> String {
        let mut notices = String::new();
        let broken = self.tally.count(Verdict::InternalError);
        if broken > 0 {
            let what = counted(broken, "submission");
            notices += &notice(&format!(
                "{what} could not be graded. This is no fault of the learners; grade again."
            ));
        }
        if !self.header.is_confined() {
            notices += &notice("Submissions ran without a sandbox.");
        }
        notices
    }

    fn figures(&self) -> String {
        let tally = self.tally;
        let passed = tally.count(Verdict::Passed);
        let possible = tally.possible.hundredths() * tally.learners as u64;
        let full = tally.shares()[BARS - 1];
        let of_points = percent(tally.points.hundredths(), possible);
        let points = if tally.learners == 1 {
            let (points, possible) = (tally.points, tally.possible);
            tile(&of_points, "of points", &format!("{points} of {possible}"))
        } else {
            let more = format!("of {} points a learner", tally.possible);
            let all = percent(full as u64, tally.learners as u64);
            let have = format!("{full} of {}", tally.learners);
            tile(&of_points, "of points, on average", &more)
                + &tile(&all, "of learners have all points", &have)
        };
        let share = percent(passed as u64, tally.submissions as u64);
        let passed = format!("{passed} of {}", tally.submissions);
        format!(
            "<section aria-labelledby=\"h-glance\">\n<h2 id=\"h-glance\" class=\"quiet\">At a glance</h2>\n<ul class=\"tiles\">\n{}{points}</ul>\n</section>\n",
            tile(&share, "of submissions passed", &passed)
        )
    }

    /// Shows how points are distributed over learners; of a single one there is nothing to compare.
    fn distribution(&self) -> String {
        if self.tally.learners == 1 {
            return String::new();
        }
        let drawing = chart::distribution(&self.tally.shares());
        let half = self
            .tally
            .half_have()
            .map(|percentage| format!(" Half of the learners have {percentage}&#8239;% or more."));
        let half = half.unwrap_or_default();
        section(
            "distribution",
            "Distribution",
            &format!(
                "<figure>{drawing}<figcaption>Learners by percentage of all points; what was not handed in counts as none.{half}</figcaption></figure>\n"
            ),
        )
    }

    fn verdicts(&self) -> String {
        let tally = self.tally;
        let counts = tally
            .verdicts
            .iter()
            .map(|(verdict, count)| (*verdict, *count));
        let rows = counts.clone().map(|(verdict, count)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"n\">{count}</td><td class=\"n\">{}</td></tr>\n",
                badge(verdict),
                percent(count as u64, tally.submissions as u64)
            )
        });
        let rows: String = rows.collect();
        section(
            "verdicts",
            "Verdicts",
            &format!(
                "{}{}",
                chart::mix(counts),
                scrolling(
                    "How many submissions have which verdict",
                    &format!(
                        "<thead><tr><th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">submissions</th><th scope=\"col\" class=\"n\">share</th></tr></thead>\n<tbody>\n{rows}</tbody>"
                    )
                )
            ),
        )
    }

    fn exercises(&self) -> String {
        let entries = self.header.exercises.iter().zip(&self.tally.exercises);
        let rows = entries.map(|(entry, of)| {
            let counts = of.verdicts.iter().map(|(verdict, count)| (*verdict, *count));
            format!(
                "<tr><th scope=\"row\"><bdi>{}</bdi></th><td class=\"n maybe\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"wide\">{}</td></tr>\n",
                clean::markup(&entry.title, MOST_NAME),
                of.submissions,
                percent(of.passed() as u64, of.submissions as u64),
                mean(of, entry.max_score),
                chart::mix(counts)
            )
        });
        let rows: String = rows.collect();
        section(
            "exercises",
            "Exercises",
            &scrolling(
                "Results by exercise",
                &format!(
                    "<thead><tr><th scope=\"col\">exercise</th><th scope=\"col\" class=\"n maybe\">submissions</th><th scope=\"col\" class=\"n\">passed</th><th scope=\"col\" class=\"n\">mean points</th><th scope=\"col\" class=\"wide\">verdicts</th></tr></thead>\n<tbody>\n{rows}</tbody>"
                ),
            ),
        )
    }

    fn slowest(&self) -> String {
        if self.tally.slowest.is_empty() {
            return String::new();
        }
        let rows: String = self
            .tally
            .slowest
            .iter()
            .map(|slow| self.slow_row(slow))
            .collect();
        section(
            "slowest",
            "Slowest",
            &scrolling(
                "The submissions whose grading took longest",
                &format!(
                    "<thead><tr><th scope=\"col\">learner</th><th scope=\"col\">exercise</th><th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">seconds</th></tr></thead>\n<tbody>\n{rows}</tbody>"
                ),
            ),
        )
    }

    fn slow_row(&self, slow: &Slow) -> String {
        let exercise = &self.header.exercises[slow.exercise];
        format!(
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td><bdi>{}</bdi></td><td>{}</td><td class=\"n\">{}.{:02}</td></tr>\n",
            clean::markup(&slow.learner, MOST_NAME),
            clean::markup(&exercise.title, MOST_NAME),
            badge(slow.verdict),
            slow.milliseconds / 1000,
            slow.milliseconds % 1000 / 10
        )
    }

    fn footer(&self) -> String {
        let header = self.header;
        let tools: Vec<String> = header
            .tools
            .iter()
            .map(|tool| clean::markup(tool, MOST_NAME))
            .collect();
        format!(
            "<footer>\n<p>Gradus {} · course <bdi>{}</bdi> · sandbox {}{}{}</p>\n</footer>\n",
            clean::markup(&header.gradus, MOST_NAME),
            clean::markup(&header.course, MOST_NAME),
            clean::markup(&header.sandbox, MOST_NAME),
            if tools.is_empty() { "" } else { " · " },
            tools.join(" · ")
        )
    }
}

fn tile(number: &str, what: &str, more: &str) -> String {
    format!("<li><strong>{number}</strong> <span>{what}</span> <small>{more}</small></li>\n")
}

fn badge(verdict: Verdict) -> String {
    format!(
        "<span class=\"badge {}\">{}</span>",
        chart::class(verdict),
        verdict.words()
    )
}

fn notice(words: &str) -> String {
    format!("<p class=\"notice\">{words}</p>\n")
}

pub(super) fn section(id: &str, title: &str, content: &str) -> String {
    format!(
        "<section aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{title}</h2>\n{content}</section>\n"
    )
}

/// Returns a table that scrolls by itself where it is too wide.
pub(super) fn scrolling(caption: &str, rows: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\"><table>\n<caption class=\"quiet\">{caption}</caption>\n{rows}</table></div>\n"
    )
}

/// Returns the mean points of an exercise of `max` points; none where nobody handed it in.
fn mean(of: &OfExercise, max: Points) -> String {
    if of.submissions == 0 {
        return format!("– of {max}");
    }
    let mean = of.points.share(1, of.submissions as u64);
    format!("{mean} of {max}")
}

/// Returns `part` of `all` in per cent: none and all are said only of none and all.
pub(super) fn percent(part: u64, all: u64) -> String {
    let unit = "&#8239;%";
    match (part * 100 + all / 2).checked_div(all) {
        None => "–".to_owned(),
        Some(0) if part > 0 => format!("&lt;&#8239;1{unit}"),
        Some(share) if part < all => format!("{}{unit}", share.min(99)),
        Some(_) => format!("100{unit}"),
    }
}

pub(super) fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
