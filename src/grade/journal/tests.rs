//! A journal is resumed, cut and refused.

use super::*;
use crate::course::Points;
use crate::grade::fixture::{header, record};
use crate::grade::results::Results;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn submission(learner: &str, exercise: &str) -> Submission {
    Submission {
        learner: learner.to_owned(),
        exercise: exercise.parse().unwrap(),
        folder: PathBuf::new(),
    }
}

fn written(journal: &Journal, header: &Header, submissions: &[Submission]) -> Vec<Record> {
    let folder = folder();
    let place = folder.path().join("results.jsonl");
    let count = journal
        .write_results(header, submissions, &Roster::default(), &place)
        .unwrap();
    let results = Results::open(&place).unwrap();
    assert_eq!(results.header(), header);
    let records = results.records().unwrap().map(|it| it.unwrap().0);
    let records: Vec<Record> = records.collect();
    assert_eq!(records.len(), count);
    records
}

fn begun(folder: &Path, records: &[Record]) -> Journal {
    let mut journal = Journal::open(folder, &header(&["ada", "bob"])).unwrap();
    for record in records {
        journal.append(record).unwrap();
    }
    journal
}

fn all() -> [Submission; 4] {
    [
        submission("ada", "one"),
        submission("ada", "two"),
        submission("bob", "one"),
        submission("bob", "two"),
    ]
}

#[test]
fn what_was_done_is_known_when_it_is_opened_again() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let records = [record("bob", "one"), record("ada", "two")];
    drop(begun(folder.path(), &records));
    let mut journal = Journal::open(folder.path(), &header).unwrap();
    journal.append(&record("ada", "one")).unwrap();
    drop(journal);
    let journal = Journal::open(folder.path(), &header).unwrap();
    let known = |name, source| journal.verdict(name, source);
    assert_eq!(known("ada/one", "files of ada"), Some(Verdict::Passed));
    assert_eq!(known("bob/one", "files of bob"), Some(Verdict::Passed));
    assert_eq!(
        known("bob/one", "files of ada"),
        None,
        "it is a new hand-in"
    );
    assert_eq!(known("bob/two", "files of bob"), None);
    let expected = [("ada", "one"), ("ada", "two"), ("bob", "one")];
    let expected = expected.map(|(learner, exercise)| record(learner, exercise));
    assert_eq!(written(&journal, &header, &all()), expected);
}

#[test]
fn what_gradus_could_not_do_is_not_done() {
    let folder = folder();
    let mut failed = record("ada", "one");
    failed.verdict = Verdict::InternalError;
    failed.score = Points::default();
    let mut journal = begun(folder.path(), &[failed]);
    assert_eq!(journal.verdict("ada/one", "files of ada"), None);
    journal.append(&record("ada", "one")).unwrap();
    let known = journal.verdict("ada/one", "files of ada");
    assert_eq!(known, Some(Verdict::Passed));
}

#[test]
fn a_later_record_stands_for_a_newer_hand_in() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let mut newer = record("ada", "one");
    newer.source = "other files".to_owned();
    let records = [record("ada", "one"), newer.clone()];
    let journal = begun(folder.path(), &records);
    assert_eq!(written(&journal, &header, &all()), [newer.clone()]);
    drop(journal);
    let journal = Journal::open(folder.path(), &header).unwrap();
    assert_eq!(written(&journal, &header, &all()), [newer]);
}

#[test]
fn a_kill_costs_no_more_than_the_last_line() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let records = [record("ada", "one"), record("ada", "two")];
    drop(begun(folder.path(), &records));
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    let lines = whole.split_inclusive(|byte| *byte == b'\n');
    let mut start = 0;
    for (number, line) in lines.enumerate() {
        // Before the line, in it, before its end, and after it.
        let middle = start + line.len() / 2;
        let end = start + line.len();
        for (length, lines) in [
            (start, number),
            (middle, number),
            (end - 1, number),
            (end, number + 1),
        ] {
            fs::write(&path, &whole[..length]).unwrap();
            let mut journal = Journal::open(folder.path(), &header).unwrap();
            let kept = &records[..lines.saturating_sub(1)];
            assert_eq!(written(&journal, &header, &all()), kept);
            journal.append(&record("bob", "one")).unwrap();
            drop(journal);
            let journal = Journal::open(folder.path(), &header).unwrap();
            let found = written(&journal, &header, &all());
            assert_eq!(found.len(), kept.len() + 1, "after {length} bytes");
        }
        start = end;
    }
}

#[test]
fn a_journal_of_another_grading_is_left_alone() {
    let folder = folder();
    drop(begun(folder.path(), &[record("ada", "one")]));
    let before = fs::read(folder.path().join(FILE)).unwrap();
    let mut other = header(&["ada", "bob"]);
    other.tools.clear();
    let error = Journal::open(folder.path(), &other).unwrap_err();
    assert!(matches!(error, GradeError::Other { .. }), "{error:?}");
    assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), before);
}

#[test]
fn submissions_that_are_added_change_the_header_and_no_record() {
    let folder = folder();
    let records = [record("bob", "one"), record("ada", "one")];
    drop(begun(folder.path(), &records));
    let more = header(&["ada", "bob", "cid"]);
    let mut journal = Journal::open(folder.path(), &more).unwrap();
    journal.append(&record("cid", "one")).unwrap();
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    let mut lines = text.lines();
    let first: Header = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(first, more);
    let names = lines.map(|line| serde_json::from_str::<Record>(line).unwrap().submission);
    let names: Vec<String> = names.collect();
    assert_eq!(names, ["bob/one", "ada/one", "cid/one"]);
    let found = written(&journal, &more, &[submission("cid", "one")]);
    assert_eq!(found, [record("cid", "one")]);
    let found = written(&journal, &more, &[submission("ada", "one")]);
    assert_eq!(found, [record("ada", "one")]);
}

#[test]
fn a_journal_has_one_writer() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let journal = begun(folder.path(), &[]);
    let second = Journal::open(folder.path(), &header);
    assert!(matches!(second, Err(GradeError::Busy(_))), "{second:?}");
    let anew = Journal::start_over(folder.path(), &header);
    assert!(matches!(anew, Err(GradeError::Busy(_))), "{anew:?}");
    drop(journal);
    Journal::open(folder.path(), &header).unwrap();
}

#[test]
fn what_is_no_file_is_not_opened() {
    let folder = folder();
    fs::create_dir(folder.path().join(FILE)).unwrap();
    let error = Journal::open(folder.path(), &header(&["ada"])).unwrap_err();
    let GradeError::File { source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.to_string(), "not a regular file");
}

#[test]
fn a_journal_that_is_begun_anew_is_kept_under_another_name() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let (mut journal, kept) = Journal::start_over(folder.path(), &header).unwrap();
    assert_eq!(kept, None, "there was none");
    journal.append(&record("ada", "one")).unwrap();
    drop(journal);
    let before = fs::read(folder.path().join(FILE)).unwrap();
    let (journal, kept) = Journal::start_over(folder.path(), &header).unwrap();
    assert_eq!(journal.verdict("ada/one", "files of ada"), None);
    assert_eq!(fs::read(kept.unwrap()).unwrap(), before);
}

#[test]
fn a_line_that_no_grading_writes_is_reported_with_its_number() {
    let (folder, header) = (folder(), header(&["ada", "bob"]));
    let mut odd = record("bob", "one");
    odd.score = Points::default();
    drop(begun(folder.path(), &[record("ada", "one"), odd]));
    let fault = || match Journal::open(folder.path(), &header).unwrap_err() {
        GradeError::Content { line, what, .. } => (line, what),
        error => panic!("{error:?}"),
    };
    let (line, what) = fault();
    assert_eq!(line, 3);
    assert!(what.starts_with("the record of bob/one: "), "{what}");
    let path = folder.path().join(FILE);
    let text = fs::read_to_string(&path).unwrap();
    let first = text.lines().next().unwrap();
    fs::write(&path, format!("{first}\n{{}}\n")).unwrap();
    let (line, what) = fault();
    assert_eq!(line, 2);
    assert!(what.starts_with("not a line of a journal: "), "{what}");
    fs::write(&path, "{}\n").unwrap();
    assert_eq!(fault().0, 1);
}
