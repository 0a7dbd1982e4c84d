//! Puts the parts of a grading together, and proves that they are the whole.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::partition::Partition;
use super::results::{Records, Results, Span};
use super::{GradeError, header};
use crate::report::Header;
use crate::source::ExerciseId;
use crate::sys::files;

/// The most faults that are told one by one.
const MOST_FAULTS: usize = 50;

/// What merging came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// How many submissions there are.
    pub submissions: usize,
}

/// Where the line of a record is. The line itself is read again when its turn comes: all of them
/// may be more than there is memory.
#[derive(Debug, Clone, Copy)]
struct Line {
    part: usize,
    span: Span,
}

/// Where a record belongs: by learner, then by the place of the exercise.
type Place = (String, usize);

/// The records of all parts.
#[derive(Debug, Default)]
struct Index {
    parts: Vec<Records>,
    lines: BTreeMap<Place, Line>,
}

/// Writes the results of `parts` together to the file `place`.
///
/// # Errors
/// Fails when a part cannot be read, and when the parts do not make a whole: one is missing or
/// there twice, headers disagree, a submission is missing, is there twice or in a part that it does
/// not belong to.
pub fn merge(parts: &[Results], place: &Path) -> Result<Merged, GradeError> {
    let Some(first) = parts.first() else {
        return Err(GradeError::Parts(vec!["there are none".to_owned()]));
    };
    let mut faults = Faults::default();
    for part in parts {
        agree(first, part, &mut faults);
    }
    let partitions = partitions(parts, &mut faults);
    let order: BTreeMap<&ExerciseId, usize> = first
        .header()
        .exercises
        .iter()
        .enumerate()
        .map(|(place, exercise)| (&exercise.id, place))
        .collect();
    let mut index = Index::default();
    for part in parts {
        index.read(part, &order, &mut faults)?;
    }
    let exercises = &first.header().exercises;
    let names = index
        .lines
        .keys()
        .map(|(learner, exercise): &Place| format!("{learner}/{}", exercises[*exercise].id));
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
        // Where a submission belongs can be told once all are there.
        for (place, (name, line)) in names.zip(index.lines.values()).enumerate() {
            let partition = partitions.get(line.part).copied().flatten();
            if partition.is_some_and(|partition| !partition.holds(place, &name)) {
                let part = parts[line.part].path().display();
                faults.add(format!("{name} does not belong into {part}"));
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

/// Faults of parts, the first of them in words.
#[derive(Debug, Default)]
struct Faults {
    told: Vec<String>,
    more: usize,
}

impl Faults {
    fn add(&mut self, fault: String) {
        if self.told.len() < MOST_FAULTS {
            self.told.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn none(mut self) -> Result<(), GradeError> {
        if self.more > 0 {
            self.told.push(format!("and {} more", self.more));
        }
        if self.told.is_empty() {
            return Ok(());
        }
        Err(GradeError::Parts(self.told))
    }
}

/// Holds that `part` is of the same grading as `first`.
fn agree(first: &Results, part: &Results, faults: &mut Faults) {
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
        "{first} and {part} are of different gradings: {what}"
    ));
}

/// Reads which part each of `parts` is, and holds that each is there once.
fn partitions(parts: &[Results], faults: &mut Faults) -> Vec<Option<Partition>> {
    let mut partitions = Vec::new();
    for part in parts {
        let text = part.header().partition.as_deref();
        let partition: Option<Partition> = text.and_then(|text| text.parse().ok());
        if text.is_some() && partition.is_none() {
            let path = part.path().display();
            faults.add(format!("{path} is of a partition that is none: {text:?}"));
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
        if (partition.scheme(), partition.of()) != (first.scheme(), first.of()) {
            faults.add(format!(
                "{path} is {partition}, and another part is {first}"
            ));
        } else if let Some(other) = seen.insert(partition.part(), part) {
            let other = other.path().display();
            faults.add(format!("{partition} is there twice: {other} and {path}"));
        }
    }
    for number in 1..=first.of() {
        if !seen.contains_key(&number) {
            let missing = first.of_part(number);
            faults.add(format!("{missing} is missing"));
        }
        if faults.more > 0 {
            break;
        }
    }
    partitions
}

impl Index {
    /// Reads where the records of `part` are, and where they belong.
    fn read(
        &mut self,
        part: &Results,
        order: &BTreeMap<&ExerciseId, usize>,
        faults: &mut Faults,
    ) -> Result<(), GradeError> {
        let path = part.path().display();
        let mut records = part.records()?;
        let mut doubled = Vec::new();
        for record in records.by_ref() {
            let (record, span) = record?;
            let name = record.submission;
            let Some(place) = order.get(&record.exercise) else {
                faults.add(format!(
                    "{name} in {path} is of an exercise that was not graded"
                ));
                continue;
            };
            if name != format!("{}/{}", record.learner, record.exercise) {
                faults.add(format!(
                    "{name} in {path} is of another learner or exercise"
                ));
                continue;
            }
            let part = self.parts.len();
            let line = Line { part, span };
            match self.lines.entry((record.learner, *place)) {
                Entry::Vacant(vacant) => drop(vacant.insert(line)),
                Entry::Occupied(other) => doubled.push((name, *other.get(), line)),
            }
        }
        self.parts.push(records);
        for (name, line, other) in doubled {
            let same = text(&mut self.parts, line)? == text(&mut self.parts, other)?;
            let how = if same { "" } else { ", with different results" };
            faults.add(format!("{name} is there twice{how}"));
        }
        Ok(())
    }

    /// Writes `header` and all records, in their order, to the file `place`.
    fn write(&mut self, header: &Header, place: &Path) -> Result<(), GradeError> {
        let failed = |source| GradeError::file(place)(source);
        let folder = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let mut writer = BufWriter::new(files::beside(folder).map_err(failed)?);
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

fn text(parts: &mut [Records], line: Line) -> Result<Vec<u8>, GradeError> {
    parts[line.part].line(line.span)
}
