//! Merges the parts of a grading, and proves that they are complete.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::partition::Partition;
use super::results::{ByteRange, Records, Results, ResultsWriter};
use super::{GradeError, header};
use crate::report::Header;
use crate::source::ExerciseId;

/// The most faults that are listed one by one.
const MOST_FAULTS: usize = 50;

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

/// Merges the results of `parts` into the file `place`, and returns how many submissions there are.
///
/// # Errors
/// Fails when a part cannot be read, and when the parts are not a complete grading: a part or a submission
/// is missing or appears twice, headers disagree, or a submission is in the wrong part.
pub fn merge(parts: &[Results], place: &Path) -> Result<usize, GradeError> {
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
    Ok(found.count)
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
        let mut results = ResultsWriter::begin(place, header)?;
        for line in self.lines.values() {
            results.add_line(&text(&mut self.parts, *line)?)?;
        }
        results.end()
    }
}

fn text(parts: &mut [Records], line: RecordLocation) -> Result<Vec<u8>, GradeError> {
    parts[line.part].line(line.range)
}

#[cfg(test)]
mod tests;
