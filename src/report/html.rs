//! The report page: a class at a glance, in one file that asks nobody for anything.
//!
//! What is counted is drawn here, so that the page says it without a script; the script only sorts,
//! searches and pages the table of submissions. A policy in the page names the one style sheet and
//! the one script by their hashes: nothing else runs, and nothing is loaded.

mod by_test;
mod chart;
mod sections;
mod tally;

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::format::{Folder, Format, Results};
use super::{Record, clean};
use crate::check::Verdict;
use crate::sys::fingerprint::sha256;
use sections::Page;
use tally::Tally;

/// The style sheet and the script of the page.
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// The most characters of a name in the table.
const MOST_NAME: usize = 200;

/// The report page.
#[derive(Debug)]
pub(super) struct Html;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "The report page, a class at a glance in one file for any browser: `report.html`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn Folder) -> io::Result<()> {
        let tally = Tally::of(results)?;
        let page = Page {
            header: results.header(),
            tally: &tally,
        };
        let mut file = folder.file("report.html")?;
        let head = head(&short(&results.header().title)).into_string();
        let body = page.body().into_string();
        write!(
            file,
            "<!doctype html>\n<html lang=\"en\">\n{head}\n<body>\n{body}\n"
        )?;
        data(results, &tally, &mut file)?;
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

/// What the script needs to know beside the rows.
#[derive(Serialize)]
struct Frame {
    exercises: Vec<Exercise>,
    verdicts: Vec<&'static str>,
}

#[derive(Serialize)]
struct Exercise {
    title: String,
    max: u64,
    tests: Vec<String>,
}

/// Writes the submissions as JSON that no HTML parser takes for more than text: each is an array of
/// learner, name, exercise, verdict, hundredths of points, milliseconds, and a digit a test.
fn data(results: &dyn Results, tally: &Tally, file: &mut dyn Write) -> io::Result<()> {
    let entries = results.header().exercises.iter().zip(&tally.exercises);
    let exercises = entries.map(|(entry, counted)| Exercise {
        title: clean::one_line(&entry.title),
        max: entry.max_score.hundredths(),
        tests: counted
            .tests
            .iter()
            .map(|test| test.title.clone())
            .collect(),
    });
    let frame = Frame {
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
        let place = tally.place(&record)?;
        let digits = tally.exercises[place].digits(&record);
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
    // In JSON these stand only in strings.
    let text = shown
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    file.write_all(text.as_bytes())
}
