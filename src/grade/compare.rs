//! Holds results against older ones: whose changed, and why.

use std::collections::HashMap;

use super::GradeError;
use super::results::Results;
use crate::check::Verdict;
use crate::course::Points;
use crate::report::{Header, Record, TestRecord};

/// A submission whose result is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub submission: String,
    /// The verdict and score before; `None` where it had no record.
    pub before: Option<(Verdict, Points)>,
    /// The verdict and score now; `None` where it has no record.
    pub now: Option<(Verdict, Points)>,
    /// The tests that found something else, by their titles.
    pub tests: Vec<String>,
    /// Why.
    pub why: Why,
}

/// Why a result changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It was handed in since.
    New,
    /// It is no longer there.
    Gone,
    /// Another text was handed in.
    Source,
    /// The exercise changed.
    Exercise,
    /// Gradus, its tools or its sandbox changed, in these words.
    Tools(String),
    /// Gradus could not do its work one of the two times.
    Internal,
    /// Nothing that a verdict should depend on.
    Nothing,
}

impl Why {
    /// Returns the words for a person.
    pub fn words(&self) -> String {
        match self {
            Self::New => "handed in since".to_owned(),
            Self::Gone => "no longer there".to_owned(),
            Self::Source => "another text was handed in".to_owned(),
            Self::Exercise => "the exercise has changed".to_owned(),
            Self::Tools(what) => what.clone(),
            Self::Internal => "Gradus could not do its work one of the two times".to_owned(),
            Self::Nothing => "nothing that it should depend on: look into it".to_owned(),
        }
    }
}

/// What is kept of an older record.
struct Old {
    verdict: Verdict,
    score: Points,
    source: Box<str>,
    tests: Vec<TestRecord>,
}

/// Returns every submission whose verdict, score or tests differ, in the order of `new`; those that
/// are gone come last, in the order of `old`.
///
/// # Errors
/// Fails when results cannot be read.
pub fn compare(old: &Results, new: &Results) -> Result<Vec<Change>, GradeError> {
    let mut before = HashMap::new();
    let mut order = Vec::new();
    for record in old.records()? {
        let (record, _) = record?;
        order.push(record.submission.clone());
        let kept = Old {
            verdict: record.verdict,
            score: record.score,
            source: record.source.into(),
            tests: record.tests,
        };
        before.insert(record.submission, kept);
    }
    let mut changes = Vec::new();
    for record in new.records()? {
        let (record, _) = record?;
        let was = before.remove(&record.submission);
        changes.extend(change(was, record, old.header(), new.header()));
    }
    for name in order {
        if let Some(was) = before.remove(&name) {
            changes.push(Change {
                submission: name,
                before: Some((was.verdict, was.score)),
                now: None,
                tests: Vec::new(),
                why: Why::Gone,
            });
        }
    }
    Ok(changes)
}

fn change(was: Option<Old>, now: Record, before: &Header, after: &Header) -> Option<Change> {
    let Some(was) = was else {
        return Some(Change {
            submission: now.submission,
            before: None,
            now: Some((now.verdict, now.score)),
            tests: Vec::new(),
            why: Why::New,
        });
    };
    let tests = differing(&was.tests, &now.tests);
    if (was.verdict, was.score) == (now.verdict, now.score) && tests.is_empty() {
        return None;
    }
    Some(Change {
        before: Some((was.verdict, was.score)),
        now: Some((now.verdict, now.score)),
        tests,
        why: why(&was, &now, before, after),
        submission: now.submission,
    })
}

/// Returns the titles of the tests that found something else, or that only one side has.
fn differing(was: &[TestRecord], now: &[TestRecord]) -> Vec<String> {
    let is_in = |tests: &[TestRecord], test: &TestRecord| {
        tests
            .iter()
            .any(|other| other.name == test.name && other.verdict == test.verdict)
    };
    let changed = now.iter().filter(|test| !is_in(was, test));
    let gone = was
        .iter()
        .filter(|test| now.iter().all(|other| other.name != test.name));
    changed.chain(gone).map(|test| test.title.clone()).collect()
}

fn why(was: &Old, now: &Record, before: &Header, after: &Header) -> Why {
    if *was.source != *now.source {
        return Why::Source;
    }
    if [was.verdict, now.verdict].contains(&Verdict::InternalError) {
        return Why::Internal;
    }
    let entry = |header: &Header| {
        let mut exercises = header.exercises.iter();
        exercises.find(|entry| entry.id == now.exercise).cloned()
    };
    if entry(before) != entry(after) {
        return Why::Exercise;
    }
    let tools = [
        ("Gradus", &before.gradus, &after.gradus),
        ("the sandbox", &before.sandbox, &after.sandbox),
    ];
    for (what, old, new) in tools {
        if old != new {
            return Why::Tools(format!("{what} was {old} and is {new}"));
        }
    }
    if before.tools != after.tools {
        let (old, new) = (before.tools.join(", "), after.tools.join(", "));
        return Why::Tools(format!("the tools were {old} and are {new}"));
    }
    Why::Nothing
}
