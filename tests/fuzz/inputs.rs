//! What is read from outside, fed with any bytes: it may be refused, and must not panic or hang.
//!
//! The fuzzer calls these, and the integration tests call them with every kept seed.
#![allow(dead_code, reason = "each fuzz target uses one")]

use gradus::kinds::KINDS;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;

use gradus::course::{Course, load, rules};
use gradus::grade::journal::{self, Journal};
use gradus::grade::{GradeError, Results, merge};
use gradus::lesson::{Layout, layout, parse};
use gradus::report::Header;
use gradus::source::{Problem, Tree};

const COURSE: &str = "format = 1\nid = \"c\"\ntitle = \"C\"\n";
const GATEWAY: &str = "kind = \"gateway\"\ntitle = \"G\"\n[gateway]\nlisten = 8080\n\
                       [[gateway.upstream]]\nname = \"shop\"\naddress = \"127.0.0.1:3000\"\n";
const CONFIG: &str = "events {}\nhttp { server { listen 127.0.0.1:8080; } }\n";
/// Divides one input into several texts.
const DIVIDER: &str = "\n-- next --\n";

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn loaded(files: &[(&str, &str)]) -> (Course, Vec<Problem>) {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), Cow::Owned((*text).to_owned())));
    let (course, mut problems) = load(&Tree::new(files), KINDS);
    problems.extend(rules::check(&course));
    for exercise in &course.exercises {
        exercise.task().facts();
        exercise.task().workspace();
    }
    (course, problems)
}

/// The manifests of a course: `course.toml`, then `exercise.toml`.
pub(crate) fn manifest(bytes: &[u8]) {
    let text = text(bytes);
    let (course, exercise) = text.split_once(DIVIDER).unwrap_or((COURSE, &text));
    loaded(&[
        ("course.toml", course),
        ("exercises/e/exercise.toml", exercise),
        ("exercises/e/contract.rs", "pub fn f(n: i64) -> i64;"),
        ("exercises/e/starter/nginx.conf", CONFIG),
    ]);
}

/// A lesson: front matter, Markdown, questions.
pub(crate) fn lesson(bytes: &[u8]) {
    let text = text(bytes);
    loaded(&[("course.toml", COURSE), ("lessons/01-l.md", &text)]);
    let doc = parse(&text);
    for width in [1, 20, 80] {
        let form = Layout {
            width,
            accessible: width == 20,
            hyperlinks: width == 80,
            ascii: width == 1,
            highlight: false,
        };
        layout(&doc.blocks, &doc, &form);
    }
}

/// The probes of a lab, and the configuration they are sent to.
pub(crate) fn probes(bytes: &[u8]) {
    let text = text(bytes);
    let (probes, config) = text.split_once(DIVIDER).unwrap_or((&text, CONFIG));
    loaded(&[
        ("course.toml", COURSE),
        ("exercises/e/exercise.toml", GATEWAY),
        ("exercises/e/hidden/probes.toml", probes),
        ("exercises/e/starter/nginx.conf", config),
        ("exercises/e/solution/nginx.conf", CONFIG),
    ]);
    if let Ok(config) = gradus::kinds::gateway::lab::config::Config::parse(config) {
        gradus::kinds::gateway::lab::config::rules::check(&config, &BTreeSet::new());
    }
}

/// A journal that a grading goes on with.
pub(crate) fn journal(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join(journal::FILE), bytes).expect("a file");
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let header: Header = serde_json::from_slice(first).unwrap_or_else(|_| header());
    // Where it can be opened once, it was left so that it can be opened again.
    if Journal::open(folder.path(), &header).is_ok() {
        let mut again = Journal::open(folder.path(), &header);
        // What another test starts just now may still hold what was open here.
        while matches!(again, Err(GradeError::Busy(_))) {
            std::thread::yield_now();
            again = Journal::open(folder.path(), &header);
        }
        again.expect("it was opened before");
    }
}

/// The results of several parts.
pub(crate) fn merge(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut parts = Vec::new();
    for (number, part) in text(bytes).split(DIVIDER).enumerate() {
        let path = folder.path().join(format!("{number}.jsonl"));
        fs::write(&path, part).expect("a file");
        parts.extend(Results::open(&path));
    }
    let place = folder.path().join("merged.jsonl");
    // What is merged can be read and merged again.
    if merge::merge(&parts, &place).is_ok() {
        let whole = Results::open(&place).expect("it was written");
        merge::merge(&[whole], &place).expect("it is a whole");
    }
}

fn header() -> Header {
    let line = r#"{"schema":"gradus-results/1","gradus":"0","course":"c","title":"C",
        "exercises":[],"tools":[],"sandbox":"none","partition":null,
        "submissions":{"count":0,"fingerprint":""}}"#;
    serde_json::from_str(line).expect("a header")
}
