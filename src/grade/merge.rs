//! Merges the parts of a grading, and proves that they are complete.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::partition::Partition;
use super::results::{ByteRange, Records, Results};
use super::{GradeError, header};
use crate::report::Header;
use crate::source::ExerciseId;
use crate::sys::files;

/// The most faults that are listed one by one.
const MOST_FAULTS: usize = 50;

/// The result of merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The number of submissions.
    pub submissions: usize,
}

/// The location of a record's line. The line is read again when it is written: all lines together may
/// not fit into memory.
#[derive(Debug, Clone, Copy)]
struct RecordLocation {
    part: usize,
    range: ByteRange,
}

/// The position of a record in the results: by learner, then by the index of the exercise.
type SortKey = (String, usize);

/// The records of all parts.
#[derive(Debug, Default)]
struct RecordIndex {
    parts: Vec<Records>,
    lines: BTreeMap<SortKey, RecordLocation>,
}

/// Merges the results of `parts` into the file `place`.
///
/// # Errors
/// Fails when a part cannot be read, and when the parts are not a complete grading: a part or a submission
/// is missing or appears twice, headers disagree, or a submission is in the wrong part.
pub fn merge(parts: &[Results], place: &Path) -> Result<Merged, GradeError> {
    let Some(first) = parts.first() else {
        return Err(GradeError::Parts(vec!["there are none".to_owned()]));
    };
    let mut faults = MergeFaults::default();
    for part in parts {
        check_header(first, part, &mut faults);
    }
    let partitions = partitions(parts, &mut faults);
    let order: BTreeMap<&ExerciseId, usize> = first
        .header()
        .exercises
        .iter()
        .enumerate()
        .map(|(place, exercise)| (&exercise.id, place))
        .collect();
    let mut index = RecordIndex::default();
    for part in parts {
        index.read(part, &order, &mut faults)?;
    }
    let exercises = &first.header().exercises;
    let names = index
        .lines
        .keys()
        .map(|(learner, exercise): &SortKey| format!("{learner}/{}", exercises[*exercise].id));
    let found = header::submissions(names.clone());
    let expected = &first.header().submissions;
    if found.count < expected.count {
        let missing = expected.count - found.count;
        faults.add(format!(
            "{missing} of {} submissions have no record",
            expected.count
        ));
    } else if found != *expected {
        faults.add(format!(
            "the {} submissions are not the {} that were graded",
            found.count, expected.count
        ));
    } else {
        // `slice` partitions by position, which is known only once no submission is missing.
        for (place, (name, line)) in names.zip(index.lines.values()).enumerate() {
            let partition = partitions.get(line.part).copied().flatten();
            if partition.is_some_and(|partition| !partition.contains(place, &name)) {
                let part = parts[line.part].path().display();
                faults.add(format!("{name} does not belong in {part}"));
            }
        }
    }
    faults.none()?;
    let whole = Header {
        partition: None,
        ..first.header().clone()
    };
    index.write(&whole, place)?;
    Ok(Merged {
        submissions: found.count,
    })
}

/// The faults that were found: the first [`MOST_FAULTS`] as messages, the rest counted.
#[derive(Debug, Default)]
struct MergeFaults {
    messages: Vec<String>,
    more: usize,
}

impl MergeFaults {
    fn add(&mut self, fault: String) {
        if self.messages.len() < MOST_FAULTS {
            self.messages.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn none(mut self) -> Result<(), GradeError> {
        if self.more > 0 {
            self.messages.push(format!("and {} more", self.more));
        }
        if self.messages.is_empty() {
            return Ok(());
        }
        Err(GradeError::Parts(self.messages))
    }
}

/// Checks that `part` belongs to the same grading as `first`.
fn check_header(first: &Results, part: &Results, faults: &mut MergeFaults) {
    let whole = |header: &Header| Header {
        partition: None,
        ..header.clone()
    };
    let (ours, theirs) = (whole(first.header()), whole(part.header()));
    if ours == theirs {
        return;
    }
    let difference = header::difference(&ours, &theirs);
    let what = difference.unwrap_or_else(|| "other submissions were graded".to_owned());
    let (first, part) = (first.path().display(), part.path().display());
    faults.add(format!(
        "{first} and {part} belong to different gradings: {what}"
    ));
}

/// Parses the partition of each of `parts`, and checks that each partition is there exactly once.
fn partitions(parts: &[Results], faults: &mut MergeFaults) -> Vec<Option<Partition>> {
    let mut partitions = Vec::new();
    for part in parts {
        let text = part.header().partition.as_deref();
        let partition: Option<Partition> = text.and_then(|text| text.parse().ok());
        if let (Some(text), None) = (text, partition) {
            let path = part.path().display();
            faults.add(format!("{path} has the invalid partition `{text}`"));
        }
        partitions.push(partition);
    }
    let Some(Some(first)) = partitions.first().copied() else {
        if parts.len() > 1 {
            let path = parts[0].path().display();
            faults.add(format!(
                "{path} holds all submissions, yet there are other parts"
            ));
        }
        return partitions;
    };
    let mut seen: BTreeMap<u64, &Results> = BTreeMap::new();
    for (part, partition) in parts.iter().zip(&partitions) {
        let path = part.path().display();
        let Some(partition) = partition else {
            faults.add(format!(
                "{path} holds all submissions, yet there are other parts"
            ));
            continue;
        };
        if (partition.scheme(), partition.parts()) != (first.scheme(), first.parts()) {
            faults.add(format!(
                "{path} is {partition}, but another part is {first}"
            ));
        } else if let Some(other) = seen.insert(partition.part(), part) {
            let other = other.path().display();
            faults.add(format!("{partition} appears twice: {other} and {path}"));
        }
    }
    for number in 1..=first.parts() {
        if !seen.contains_key(&number) {
            let missing = first.with_part(number);
            faults.add(format!("{missing} is missing"));
        }
        if faults.more > 0 {
            break;
        }
    }
    partitions
}

impl RecordIndex {
    /// Adds the locations of the records of `part`; `order` has the index of each exercise.
    fn read(
        &mut self,
        part: &Results,
        order: &BTreeMap<&ExerciseId, usize>,
        faults: &mut MergeFaults,
    ) -> Result<(), GradeError> {
        let path = part.path().display();
        let mut records = part.records()?;
        let mut doubled = Vec::new();
        for record in records.by_ref() {
            let (record, range) = record?;
            let name = record.submission;
            let Some(place) = order.get(&record.exercise) else {
                faults.add(format!(
                    "{name} in {path} belongs to an exercise that was not graded"
                ));
                continue;
            };
            if name != format!("{}/{}", record.learner, record.exercise) {
                faults.add(format!(
                    "{name} in {path} has another learner or exercise in its record"
                ));
                continue;
            }
            let part = self.parts.len();
            let line = RecordLocation { part, range };
            match self.lines.entry((record.learner, *place)) {
                Entry::Vacant(vacant) => drop(vacant.insert(line)),
                Entry::Occupied(other) => doubled.push((name, *other.get(), line)),
            }
        }
        self.parts.push(records);
        for (name, line, other) in doubled {
            let same = text(&mut self.parts, line)? == text(&mut self.parts, other)?;
            let how = if same { "" } else { ", with different results" };
            faults.add(format!("{name} appears twice{how}"));
        }
        Ok(())
    }

    fn write(&mut self, header: &Header, place: &Path) -> Result<(), GradeError> {
        let failed = |source| GradeError::file(place)(source);
        let folder = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let mut writer = BufWriter::new(files::temp_file_in(folder).map_err(failed)?);
        serde_json::to_writer(&mut writer, header).map_err(|error| failed(error.into()))?;
        writer.write_all(b"\n").map_err(failed)?;
        for line in self.lines.values() {
            let mut text = text(&mut self.parts, *line)?;
            text.push(b'\n');
            writer.write_all(&text).map_err(failed)?;
        }
        let file = writer
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        files::persist(file, place).map_err(failed)
    }
}

fn text(parts: &mut [Records], line: RecordLocation) -> Result<Vec<u8>, GradeError> {
    parts[line.part].line(line.range)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{header, record, results};
    use super::*;
    use crate::report::Record;

    /// Parts of one grading, in a folder of their own.
    struct Parts {
        folder: tempfile::TempDir,
        parts: Vec<Results>,
    }

    impl Parts {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                parts: Vec::new(),
            }
        }

        fn add(&mut self, header: &Header, records: &[Record]) {
            let name = format!("{}.jsonl", self.parts.len() + 1);
            let part = results(self.folder.path(), &name, header, records);
            self.parts.push(part);
        }

        /// Merges them: the lines of the whole, or the faults, without the folder.
        fn merge(&self) -> Result<Vec<String>, Vec<String>> {
            let place = self.folder.path().join("whole/results.jsonl");
            match merge(&self.parts, &place) {
                Ok(merged) => {
                    let text = fs::read_to_string(&place).unwrap();
                    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
                    assert_eq!(merged.submissions, lines.len() - 1);
                    Ok(lines)
                }
                Err(GradeError::Parts(faults)) => {
                    assert!(!place.exists(), "there are results in spite of faults");
                    let folder = format!("{}/", self.folder.path().display());
                    let faults = faults.iter().map(|fault| fault.replace(&folder, ""));
                    Err(faults.collect())
                }
                Err(error) => panic!("{error:?}"),
            }
        }

        fn faults(&self) -> Vec<String> {
            self.merge().unwrap_err()
        }
    }

    fn part(learners: &[&str], partition: &str) -> Header {
        Header {
            partition: Some(partition.to_owned()),
            ..header(learners)
        }
    }

    /// Two learners, dealt out by exercise.
    fn two_parts(first: &[Record], second: &[Record]) -> Parts {
        let mut parts = Parts::new();
        parts.add(&part(&["ada", "bob"], "slice:1/2"), first);
        parts.add(&part(&["ada", "bob"], "slice:2/2"), second);
        parts
    }

    fn ones() -> [Record; 2] {
        ["ada", "bob"].map(|learner| record(learner, "one"))
    }

    fn twos() -> [Record; 2] {
        ["ada", "bob"].map(|learner| record(learner, "two"))
    }

    fn lines(records: &[Record]) -> Vec<String> {
        let header = serde_json::to_string(&header(&["ada", "bob"])).unwrap();
        let records = records.iter().map(|it| serde_json::to_string(it).unwrap());
        [header].into_iter().chain(records).collect()
    }

    #[test]
    fn parts_make_the_whole_in_the_order_of_one_grading() {
        let [ada, bob] = ["ada", "bob"].map(|learner| ["one", "two"].map(|it| record(learner, it)));
        let whole = lines(&[&ada[..], &bob].concat());
        assert_eq!(two_parts(&ones(), &twos()).merge().unwrap(), whole);
        let mut parts = two_parts(&ones(), &twos());
        parts.parts.reverse();
        assert_eq!(parts.merge().unwrap(), whole);
    }

    #[test]
    fn a_grading_that_was_never_dealt_out_is_a_whole() {
        let mut parts = Parts::new();
        parts.add(&header(&["ada", "bob"]), &[ones(), twos()].concat());
        assert_eq!(parts.merge().unwrap().len(), 5);
    }

    #[test]
    fn beside_all_submissions_there_is_no_part() {
        let mut parts = Parts::new();
        parts.add(&header(&["ada", "bob"]), &[ones(), twos()].concat());
        parts.add(&part(&["ada", "bob"], "slice:1/2"), &[]);
        assert_eq!(
            parts.faults(),
            ["1.jsonl holds all submissions, yet there are other parts"]
        );
    }

    #[test]
    fn no_parts_make_nothing() {
        assert_eq!(Parts::new().faults(), ["there are none"]);
    }

    #[test]
    fn a_submission_without_a_record_is_missing() {
        let parts = two_parts(&ones(), &twos()[..1]);
        assert_eq!(parts.faults(), ["1 of 4 submissions have no record"]);
        let parts = two_parts(&[], &twos()[..1]);
        assert_eq!(parts.faults(), ["3 of 4 submissions have no record"]);
    }

    #[test]
    fn submissions_that_were_not_graded_are_reported() {
        let cid = record("cid", "two");
        let other = two_parts(&ones(), &[twos()[0].clone(), cid.clone()]);
        let fault = "the 4 submissions are not the 4 that were graded";
        assert_eq!(other.faults(), [fault]);
        let more = two_parts(&ones(), &[&twos()[..], &[cid]].concat());
        let fault = "the 5 submissions are not the 4 that were graded";
        assert_eq!(more.faults(), [fault]);
    }

    #[test]
    fn a_submission_in_the_wrong_part_is_reported() {
        assert_eq!(
            two_parts(&twos(), &ones()).faults(),
            [
                "ada/one does not belong in 2.jsonl",
                "ada/two does not belong in 1.jsonl",
                "bob/one does not belong in 2.jsonl",
                "bob/two does not belong in 1.jsonl"
            ]
        );
    }

    #[test]
    fn a_submission_that_appears_twice_is_reported() {
        let again = [&ones()[..], &ones()[..1]].concat();
        assert_eq!(
            two_parts(&again, &twos()).faults(),
            ["ada/one appears twice"]
        );
        let mut other = record("bob", "one");
        other.source = "other files".to_owned();
        assert_eq!(
            two_parts(&ones(), &[&twos()[..], &[other]].concat()).faults(),
            ["bob/one appears twice, with different results"]
        );
    }

    #[test]
    fn a_record_that_names_another_submission_is_reported() {
        let mut odd = ones();
        odd[0].submission = "bob/one".to_owned();
        odd[1].exercise = "three".parse().unwrap();
        assert_eq!(
            two_parts(&odd, &twos()).faults(),
            [
                "bob/one in 1.jsonl has another learner or exercise in its record",
                "bob/one in 1.jsonl belongs to an exercise that was not graded",
                "2 of 4 submissions have no record"
            ]
        );
    }

    #[test]
    fn every_part_is_there_once() {
        let mut parts = Parts::new();
        let named = |partition| part(&["ada", "bob"], partition);
        parts.add(&named("slice:1/3"), &ones());
        parts.add(&named("slice:1/3"), &twos());
        assert_eq!(
            parts.faults(),
            [
                "slice:1/3 appears twice: 1.jsonl and 2.jsonl",
                "slice:2/3 is missing",
                "slice:3/3 is missing",
                "ada/two does not belong in 2.jsonl",
                "bob/one does not belong in 1.jsonl"
            ]
        );
    }

    #[test]
    fn parts_of_other_partitions_are_reported() {
        let named = |partition| part(&["ada", "bob"], partition);
        for other in ["slice:2/3", "hash:2/2"] {
            let mut parts = Parts::new();
            parts.add(&named("slice:1/2"), &ones());
            parts.add(&named(other), &twos());
            let faults = parts.faults();
            let fault = format!("2.jsonl is {other}, but another part is slice:1/2");
            assert_eq!(faults[..2], [fault, "slice:2/2 is missing".to_owned()]);
        }
        let mut parts = two_parts(&ones(), &twos());
        parts.add(&header(&["ada", "bob"]), &[]);
        parts.add(&named("slice:2 of 2"), &[]);
        let all = "holds all submissions, yet there are other parts";
        assert_eq!(
            parts.faults(),
            [
                "4.jsonl has the invalid partition `slice:2 of 2`".to_owned(),
                format!("3.jsonl {all}"),
                format!("4.jsonl {all}"),
            ]
        );
    }

    #[test]
    fn parts_of_other_gradings_are_reported() {
        let faults = |other: &Header| {
            let mut parts = Parts::new();
            parts.add(&part(&["ada", "bob"], "slice:1/2"), &ones());
            parts.add(other, &twos());
            parts.faults()
        };
        let mut other = part(&["ada", "bob"], "slice:2/2");
        other.tools = vec!["rustc 1.96.0".to_owned()];
        let what = "1.jsonl and 2.jsonl belong to different gradings";
        let tools = "the tools were rustc 1.95.0 and are rustc 1.96.0";
        assert_eq!(faults(&other), [format!("{what}: {tools}")]);
        let other = part(&["ada", "cid"], "slice:2/2");
        let submissions = "other submissions were graded";
        assert_eq!(faults(&other), [format!("{what}: {submissions}")]);
    }

    #[test]
    fn of_many_faults_fifty_are_reported_and_the_rest_counted() {
        let named = |partition: &str| part(&["ada", "bob"], partition);
        let faults = |count: usize| {
            let mut parts = Parts::new();
            parts.add(&named(&format!("slice:1/{}", count + 1)), &[]);
            parts.faults()
        };
        // All submissions are missing, too.
        let messages = faults(49);
        assert_eq!(messages.len(), 50);
        assert_eq!(messages[48], "slice:50/50 is missing");
        assert_eq!(messages[49], "4 of 4 submissions have no record");
        let messages = faults(50);
        assert_eq!(messages.len(), 51);
        assert_eq!(messages[50], "and 1 more");
        let messages = faults(100_000_000);
        assert_eq!(messages[50], "and 2 more");
    }
}
