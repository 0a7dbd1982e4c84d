//! Compares results with older ones: which submissions changed, and why.

use std::collections::HashMap;

use super::GradeError;
use super::results::Results;
use crate::check::Verdict;
use crate::course::Points;
use crate::report::{Header, Record, TestRecord};

/// A submission whose result changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResultChange {
    /// The name of the submission.
    pub submission: String,
    /// The old verdict and score; `None` if it had no record.
    pub before: Option<(Verdict, Points)>,
    /// The new verdict and score; `None` if it has no record.
    pub now: Option<(Verdict, Points)>,
    /// The titles of the tests with another verdict.
    pub tests: Vec<String>,
    pub reason: ChangeReason,
}

/// The first reason that explains a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeReason {
    /// It is a new submission.
    New,
    /// It is no longer there.
    Gone,
    /// The submitted files changed.
    Source,
    /// The exercise changed.
    Exercise,
    /// Gradus, its tools or its sandbox changed; holds how.
    Tools(String),
    /// One of the two verdicts is an internal error.
    Internal,
    /// Nothing that a verdict should depend on.
    Nothing,
}

impl ChangeReason {
    pub(crate) fn words(&self) -> String {
        match self {
            Self::New => "new submission".to_owned(),
            Self::Gone => "no longer there".to_owned(),
            Self::Source => "the submitted files changed".to_owned(),
            Self::Exercise => "the exercise has changed".to_owned(),
            Self::Tools(what) => what.clone(),
            Self::Internal => "one of the two verdicts is an internal error".to_owned(),
            Self::Nothing => {
                "unexplained: nothing that a verdict depends on has changed".to_owned()
            }
        }
    }
}

/// The part of an older record that is compared.
struct OldResult {
    verdict: Verdict,
    score: Points,
    source: Box<str>,
    tests: Vec<TestRecord>,
}

/// Returns every submission whose verdict, score or tests differ, in the order of `new`; those that
/// are gone come last, in the order of `old`.
pub(crate) fn compare(old: &Results, new: &Results) -> Result<Vec<ResultChange>, GradeError> {
    let mut before = HashMap::new();
    let mut order = Vec::new();
    for record in old.records()? {
        let (record, _) = record?;
        order.push(record.submission.clone());
        let kept = OldResult {
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
            changes.push(ResultChange {
                submission: name,
                before: Some((was.verdict, was.score)),
                now: None,
                tests: Vec::new(),
                reason: ChangeReason::Gone,
            });
        }
    }
    Ok(changes)
}

fn change(
    was: Option<OldResult>,
    now: Record,
    before: &Header,
    after: &Header,
) -> Option<ResultChange> {
    let Some(was) = was else {
        return Some(ResultChange {
            submission: now.submission,
            before: None,
            now: Some((now.verdict, now.score)),
            tests: Vec::new(),
            reason: ChangeReason::New,
        });
    };
    let tests = differing(&was.tests, &now.tests);
    if (was.verdict, was.score) == (now.verdict, now.score) && tests.is_empty() {
        return None;
    }
    Some(ResultChange {
        before: Some((was.verdict, was.score)),
        now: Some((now.verdict, now.score)),
        tests,
        reason: reason(&was, &now, before, after),
        submission: now.submission,
    })
}

/// Returns the titles of the tests whose verdicts differ, or that only one side has.
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

fn reason(was: &OldResult, now: &Record, before: &Header, after: &Header) -> ChangeReason {
    if *was.source != *now.source {
        return ChangeReason::Source;
    }
    if [was.verdict, now.verdict].contains(&Verdict::InternalError) {
        return ChangeReason::Internal;
    }
    let entry = |header: &Header| {
        let mut exercises = header.exercises.iter();
        exercises.find(|entry| entry.id == now.exercise).cloned()
    };
    if entry(before) != entry(after) {
        return ChangeReason::Exercise;
    }
    let tools = [
        ("Gradus", &before.gradus, &after.gradus),
        ("the sandbox", &before.sandbox, &after.sandbox),
    ];
    for (what, old, new) in tools {
        if old != new {
            return ChangeReason::Tools(format!("{what} was {old} and is {new}"));
        }
    }
    if before.tools != after.tools {
        let (old, new) = (before.tools.join(", "), after.tools.join(", "));
        return ChangeReason::Tools(format!("the tools were {old} and are {new}"));
    }
    ChangeReason::Nothing
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::slice;

    use super::super::fixture::{header, record, results};
    use super::*;
    use crate::check::TestVerdict;

    fn changes(was: (&Header, &[Record]), now: (&Header, &[Record])) -> Vec<ResultChange> {
        let folder = tempfile::tempdir().unwrap();
        let was = results(folder.path(), "was.jsonl", was.0, was.1);
        let now = results(folder.path(), "now.jsonl", now.0, now.1);
        compare(&was, &now).unwrap()
    }

    fn changed(was: &[Record], now: &[Record]) -> Vec<ResultChange> {
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

    fn names(changes: &[ResultChange]) -> Vec<(&str, &ChangeReason)> {
        let pairs = changes
            .iter()
            .map(|change| (&*change.submission, &change.reason));
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
            ("ada/two", &ChangeReason::Nothing),
            ("bob/two", &ChangeReason::New),
            ("ada/one", &ChangeReason::Gone),
            ("bob/one", &ChangeReason::Gone),
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
        let reason = |after: &Header, now: &Record| {
            let changes = changes(
                (&before, slice::from_ref(&was)),
                (after, slice::from_ref(now)),
            );
            assert_eq!(changes.len(), 1);
            changes[0].reason.clone()
        };
        assert_eq!(reason(&after, &now), ChangeReason::Nothing);
        after.tools.push("nginx 1.28.5".to_owned());
        let words = "the tools were rustc 1.95.0 and are rustc 1.95.0, nginx 1.28.5";
        assert_eq!(reason(&after, &now), ChangeReason::Tools(words.to_owned()));
        after.sandbox = "none".to_owned();
        let words = "the sandbox was landlock and is none";
        assert_eq!(reason(&after, &now), ChangeReason::Tools(words.to_owned()));
        after.gradus = "1.1.0".to_owned();
        let words = "Gradus was 1.0.0 and is 1.1.0";
        assert_eq!(reason(&after, &now), ChangeReason::Tools(words.to_owned()));
        after.exercises[1].title = "Another".to_owned();
        assert_eq!(reason(&after, &now), ChangeReason::Tools(words.to_owned()));
        after.exercises[0].title = "Another".to_owned();
        assert_eq!(reason(&after, &now), ChangeReason::Exercise);
        now.verdict = Verdict::InternalError;
        assert_eq!(reason(&after, &now), ChangeReason::Internal);
        now.source = "other files".to_owned();
        assert_eq!(reason(&after, &now), ChangeReason::Source);
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let all = [
            ChangeReason::New,
            ChangeReason::Gone,
            ChangeReason::Source,
            ChangeReason::Exercise,
            ChangeReason::Tools("the tools".to_owned()),
            ChangeReason::Internal,
            ChangeReason::Nothing,
        ];
        let words: BTreeSet<String> = all.iter().map(ChangeReason::words).collect();
        assert_eq!(words.len(), all.len());
        assert!(words.contains("the tools"));
    }
}
