//! Annotations and the step summary of GitHub Actions.
//!
//! A step shows ten annotations of a kind and drops the rest; a summary beyond 1024 kB is dropped
//! as a whole. Workflow commands are lines that begin with `::`, or in an older form `##[` anywhere, so
//! text from outside is written with neither.

use std::io::{self, Write};

use super::format::{Format, ReportFolder, Results};
use super::{Record, clean};
use crate::check::Standing;

pub(crate) const ANNOTATIONS: &str = "github/annotations.txt";
pub(crate) const SUMMARY: &str = "github/summary.md";
/// The most bytes of a step's summary.
pub(crate) const MOST_SUMMARY: usize = 1024 << 10;

/// The most annotations of a kind that a step shows.
const MOST_OF_A_KIND: usize = 10;
/// The most bytes of rows in our summary, which leaves room for those of other steps' tools.
const MOST_ROWS: usize = 700 << 10;
/// The most characters of a message, and of a name.
const MOST_MESSAGE: usize = 2_000;
const MOST_NAME: usize = 120;
/// The most failing tests that an annotation names.
const MOST_TESTS: usize = 5;

#[derive(Debug)]
pub(super) struct Github;

impl Format for Github {
    fn id(&self) -> &'static str {
        "github"
    }

    fn summary(&self) -> &'static str {
        "GitHub Actions: `github/annotations.txt` and `github/summary.md`; in a workflow both are shown"
    }

    fn is_for_learners(&self) -> bool {
        true
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let mut counts = SubmissionCounts::default();
        let mut file = folder.file(ANNOTATIONS)?;
        results.each(&mut |record| counts.annotate(&record, &mut file))?;
        writeln!(file, "::notice title=Gradus::{}", data(&counts.words()))?;
        file.flush()?;
        let mut file = folder.file(SUMMARY)?;
        summary(results, &counts, &mut file)?;
        file.flush()
    }
}

#[derive(Default)]
struct SubmissionCounts {
    all: usize,
    passed: usize,
    errors: usize,
    warnings: usize,
}

impl SubmissionCounts {
    /// Counts `record`, and writes an annotation unless GitHub would drop it.
    fn annotate(&mut self, record: &Record, file: &mut dyn Write) -> io::Result<()> {
        self.all += 1;
        let (kind, count) = match record.verdict.standing() {
            Standing::Passed => {
                self.passed += 1;
                return Ok(());
            }
            Standing::Unjudged => ("warning", &mut self.warnings),
            Standing::NotPassed => ("error", &mut self.errors),
        };
        *count += 1;
        if *count > MOST_OF_A_KIND {
            return Ok(());
        }
        let title = property(&short(&record.submission));
        writeln!(file, "::{kind} title={title}::{}", data(&message(record)))
    }

    fn words(&self) -> String {
        let mut words = vec![format!(
            "{} of {} submissions passed",
            self.passed, self.all
        )];
        if self.warnings > 0 {
            words.push(format!("{} could not be graded", self.warnings));
        }
        if self.errors.max(self.warnings) > MOST_OF_A_KIND {
            words.push("the summary of the step lists them all".to_owned());
        }
        words.join("; ")
    }
}

/// Returns the text of an annotation: the verdict and the visible tests.
fn message(record: &Record) -> String {
    let words = record.verdict.words();
    if record.error.is_some() {
        return format!("{words}: this submission could not be graded");
    }
    let shown = || record.tests.iter().filter(|test| test.is_visible());
    let passed = shown().filter(|test| test.passed()).count();
    let of = shown().count();
    let mut lines = vec![format!(
        "{words}: {passed} of {of} tests that are shown passed"
    )];
    match record.diagnostics.trim() {
        "" => {
            for test in shown().filter(|test| !test.passed()).take(MOST_TESTS) {
                lines.push(format!("{}: {}", test.verdict.words(), test.title));
                lines.extend(test.feedback.lines().map(|line| format!("  {line}")));
            }
        }
        diagnostics => lines.push(diagnostics.to_owned()),
    }
    clean::lines(&lines.join("\n"), MOST_MESSAGE)
}

/// Escapes the message of a workflow command.
fn data(text: &str) -> String {
    text.replace("##[", "# #[")
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a workflow command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn short(name: &str) -> String {
    let mut short: String = clean::one_line(name).chars().take(MOST_NAME).collect();
    if short.chars().count() == MOST_NAME {
        short.push('…');
    }
    short
}

/// Writes the step summary; submissions that did not pass come first.
fn summary(
    results: &dyn Results,
    counts: &SubmissionCounts,
    file: &mut dyn Write,
) -> io::Result<()> {
    let header = results.header();
    writeln!(file, "## {}\n", clean::markup(&header.title, MOST_NAME))?;
    writeln!(file, "{}.\n", counts.words())?;
    if !header.is_confined() {
        writeln!(file, "Submissions ran without a sandbox.\n")?;
    }
    if counts.all == 0 {
        return Ok(());
    }
    writeln!(
        file,
        "| submission | verdict | tests that are shown |\n| --- | --- | ---: |"
    )?;
    let mut room = MOST_ROWS;
    let mut left = 0;
    for passing in [false, true] {
        results.each(&mut |record| {
            if record.is_pass() != passing {
                return Ok(());
            }
            let row = row(&record);
            if row.len() > room {
                left += 1;
                room = 0;
                return Ok(());
            }
            room -= row.len();
            file.write_all(row.as_bytes())
        })?;
    }
    if left > 0 {
        writeln!(
            file,
            "\n{left} more are not listed here; the results have them."
        )?;
    }
    Ok(())
}

fn row(record: &Record) -> String {
    let shown = || record.tests.iter().filter(|test| test.is_visible());
    let passed = shown().filter(|test| test.passed()).count();
    format!(
        "| {} | {} | {passed} of {} |\n",
        clean::markup(&record.submission, MOST_NAME),
        record.verdict.words(),
        shown().count()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped_as_the_runner_reads_them() {
        assert_eq!(data("50%0A\r\n::error::x, y"), "50%250A%0D%0A::error::x, y");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
        assert_eq!(data("x##[error]y"), "x# #[error]y");
    }
}
