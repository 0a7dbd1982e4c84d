//! Holds results against older ones: whose changed, and why.

use std::collections::HashMap;

use super::GradeError;
use super::results::Results;
use crate::check::Verdict;
use crate::course::Points;
use crate::report::{Header, Record, TestRecord};

/// A submission whose result is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
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
pub(crate) enum Why {
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
    pub(crate) fn words(&self) -> String {
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
pub(crate) fn compare(old: &Results, new: &Results) -> Result<Vec<Change>, GradeError> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::slice;

    use super::super::fixture::{header, record, results};
    use super::*;
    use crate::report::TestVerdict;

    /// Returns what changed from `was` to `now`.
    fn changes(was: (&Header, &[Record]), now: (&Header, &[Record])) -> Vec<Change> {
        let folder = tempfile::tempdir().unwrap();
        let was = results(folder.path(), "was.jsonl", was.0, was.1);
        let now = results(folder.path(), "now.jsonl", now.0, now.1);
        compare(&was, &now).unwrap()
    }

    fn changed(was: &[Record], now: &[Record]) -> Vec<Change> {
        let header = header(&["ada", "bob"]);
        changes((&header, was), (&header, now))
    }

    /// The record of a submission that does not pass.
    fn failed(learner: &str, exercise: &str) -> Record {
        let mut record = record(learner, exercise);
        record.verdict = Verdict::Failed;
        record.score = Points::default();
        record.tests[0].verdict = TestVerdict::Failed;
        record
    }

    fn names(changes: &[Change]) -> Vec<(&str, &Why)> {
        let pairs = changes
            .iter()
            .map(|change| (&*change.submission, &change.why));
        pairs.collect()
    }

    #[test]
    fn equal_results_have_not_changed() {
        let records = [record("ada", "one"), failed("bob", "one")];
        assert_eq!(changed(&records, &records), []);
        let mut later = records.clone();
        later[0].time.at = 7;
        later[0].source = "other files".to_owned();
        assert_eq!(changed(&records, &later), [], "both pass alike");
    }

    #[test]
    fn what_is_new_comes_in_its_order_and_what_is_gone_last() {
        let was = [
            record("ada", "one"),
            record("ada", "two"),
            record("bob", "one"),
        ];
        let now = [failed("ada", "two"), record("bob", "two")];
        let changes = changed(&was, &now);
        let expected = [
            ("ada/two", &Why::Nothing),
            ("bob/two", &Why::New),
            ("ada/one", &Why::Gone),
            ("bob/one", &Why::Gone),
        ];
        assert_eq!(names(&changes), expected);
        let full = Some((Verdict::Passed, Points::whole(2)));
        let none = Some((Verdict::Failed, Points::default()));
        assert_eq!((changes[0].before, changes[0].now), (full, none));
        assert_eq!((changes[1].before, changes[1].now), (None, full));
        assert_eq!((changes[2].before, changes[2].now), (full, None));
    }

    #[test]
    fn a_score_or_a_test_alone_is_a_change() {
        let mut was = failed("ada", "one");
        was.tests.push(record("ada", "one").tests.remove(0));
        was.tests[1].name = "second".to_owned();
        was.tests[1].title = "The second".to_owned();
        let mut now = was.clone();
        now.score = Points::whole(1);
        let changes = changed(slice::from_ref(&was), &[now]);
        assert_eq!((changes.len(), &*changes[0].tests), (1, &[][..]));
        let mut now = was.clone();
        now.tests[1].verdict = TestVerdict::Crashed;
        let changes = changed(slice::from_ref(&was), &[now]);
        assert_eq!(changes[0].tests, ["The second"]);
        let mut now = was.clone();
        now.tests[1].name = "third".to_owned();
        now.tests[1].title = "The third".to_owned();
        let changes = changed(&[was], &[now]);
        assert_eq!(changes[0].tests, ["The third", "The second"]);
    }

    #[test]
    fn a_change_has_the_first_reason_that_explains_it() {
        let before = header(&["ada", "bob"]);
        let mut after = before.clone();
        let (was, mut now) = (record("ada", "one"), failed("ada", "one"));
        let why = |after: &Header, now: &Record| {
            let changes = changes(
                (&before, slice::from_ref(&was)),
                (after, slice::from_ref(now)),
            );
            assert_eq!(changes.len(), 1);
            changes[0].why.clone()
        };
        assert_eq!(why(&after, &now), Why::Nothing);
        after.tools.push("nginx 1.28.5".to_owned());
        let words = "the tools were rustc 1.95.0 and are rustc 1.95.0, nginx 1.28.5";
        assert_eq!(why(&after, &now), Why::Tools(words.to_owned()));
        after.sandbox = "none".to_owned();
        let words = "the sandbox was landlock and is none";
        assert_eq!(why(&after, &now), Why::Tools(words.to_owned()));
        after.gradus = "1.1.0".to_owned();
        let words = "Gradus was 1.0.0 and is 1.1.0";
        assert_eq!(why(&after, &now), Why::Tools(words.to_owned()));
        after.exercises[1].title = "Another".to_owned();
        assert_eq!(why(&after, &now), Why::Tools(words.to_owned()));
        after.exercises[0].title = "Another".to_owned();
        assert_eq!(why(&after, &now), Why::Exercise);
        now.verdict = Verdict::InternalError;
        assert_eq!(why(&after, &now), Why::Internal);
        now.source = "other files".to_owned();
        assert_eq!(why(&after, &now), Why::Source);
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let all = [
            Why::New,
            Why::Gone,
            Why::Source,
            Why::Exercise,
            Why::Tools("the tools".to_owned()),
            Why::Internal,
            Why::Nothing,
        ];
        let words: BTreeSet<String> = all.iter().map(Why::words).collect();
        assert_eq!(words.len(), all.len());
        assert!(words.contains("the tools"));
    }
}
