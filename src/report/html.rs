//! The report page: a class at a glance, in one self-contained HTML file.
//!
//! Statistics are rendered here, so that they show without JavaScript; the script only sorts, searches and
//! pages the table of submissions. The page's Content-Security-Policy allows its one style sheet and
//! its one script by their hashes: nothing else runs, and nothing is loaded.

mod by_test;
mod chart;
mod sections;
mod tally;

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::format::{Format, ReportFolder, Results};
use super::{Record, clean};
use crate::check::Verdict;
use crate::sys::fingerprint::sha256;
use sections::ReportPage;
use tally::Statistics;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// The most characters of a name in the table.
const MOST_NAME: usize = 200;

#[derive(Debug)]
pub(super) struct Html;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "The report page, a class at a glance in one file for any browser: `report.html`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let statistics = Statistics::from_results(results)?;
        let page = ReportPage {
            header: results.header(),
            statistics: &statistics,
        };
        let mut file = folder.file("report.html")?;
        let head = head(&short(&results.header().title)).into_string();
        let body = page.body().into_string();
        write!(
            file,
            "<!doctype html>\n<html lang=\"en\">\n{head}\n<body>\n{body}\n"
        )?;
        data(results, &statistics, &mut file)?;
        write!(file, "<script>{SCRIPT}</script>\n</body>\n</html>\n")?;
        file.flush()
    }
}

fn head(title: &str) -> Markup {
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            link rel="icon" href="data:,";
            title { (title) ": results" }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn hash(text: &str) -> String {
    data_encoding::BASE64.encode(&sha256(text))
}

/// What the script needs beside the rows of the table.
#[derive(Serialize)]
struct PageData {
    exercises: Vec<ExerciseData>,
    verdicts: Vec<&'static str>,
}

#[derive(Serialize)]
struct ExerciseData {
    title: String,
    max: u64,
    tests: Vec<String>,
}

/// Writes the submissions as JSON that is safe inside a `script` element. Each is an array of learner, name,
/// index of the exercise, index of the verdict, hundredths of points, milliseconds, and a string with a
/// digit for each test.
fn data(results: &dyn Results, statistics: &Statistics, file: &mut dyn Write) -> io::Result<()> {
    let entries = results.header().exercises.iter().zip(&statistics.exercises);
    let exercises = entries.map(|(entry, counted)| ExerciseData {
        title: clean::one_line(&entry.title),
        max: entry.max_score.hundredths(),
        tests: counted
            .tests
            .iter()
            .map(|test| test.title.clone())
            .collect(),
    });
    let frame = PageData {
        exercises: exercises.collect(),
        verdicts: Verdict::ALL.map(Verdict::words).into(),
    };
    file.write_all(b"<script type=\"application/json\" id=\"frame\">")?;
    json(&frame, file)?;
    file.write_all(b"</script>\n<script type=\"application/json\" id=\"rows\">[")?;
    let mut is_first = true;
    results.each(&mut |record| {
        file.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        let place = statistics.place(&record)?;
        let digits = statistics.exercises[place].digits(&record);
        let time = record.time.milliseconds;
        json(
            &(
                learner(&record),
                name(&record),
                place,
                record.verdict as usize,
                record.score.hundredths(),
                time,
                digits,
            ),
            file,
        )
    })?;
    file.write_all(b"\n]</script>\n")
}

fn learner(record: &Record) -> String {
    short(&record.learner)
}

fn name(record: &Record) -> String {
    let person = record.person.as_ref();
    let name = person.and_then(|person| person.name.as_deref());
    short(name.unwrap_or_default())
}

fn short(name: &str) -> String {
    clean::short(name, MOST_NAME)
}

fn json(value: &impl Serialize, file: &mut dyn Write) -> io::Result<()> {
    let shown = clean::json(value)?;
    // In JSON these occur only in strings.
    let text = shown
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    file.write_all(text.as_bytes())
}
