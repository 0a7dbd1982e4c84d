//! Puts the parts of a grading together, and proves that they are the whole.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::partition::Partition;
use super::results::Results;
use super::{GradeError, header};
use crate::course::ExerciseId;
use crate::report::Header;
use crate::sys::files;

/// The most faults that are told one by one.
const MOST_FAULTS: usize = 50;

/// What merging came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// How many submissions there are.
    pub submissions: usize,
}

/// A record, as far as merging needs to know it: where it belongs, and where its line is.
#[derive(Debug)]
struct Line {
    part: usize,
    text: String,
}

/// Where a record belongs: by learner, then by the place of the exercise.
type Place = (String, usize);

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
    let mut lines = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        read(index, part, &order, &mut lines, &mut faults)?;
    }
    let exercises = &first.header().exercises;
    let names = lines
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
        for (index, (name, line)) in names.zip(lines.values()).enumerate() {
            let partition = partitions.get(line.part).copied().flatten();
            if partition.is_some_and(|partition| !partition.holds(index, &name)) {
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
    write(&whole, lines.values(), place)?;
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
    let what = header::difference(&ours, &theirs);
    let what = what.unwrap_or_else(|| "other submissions were graded".to_owned());
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

/// Reads the records of `part` into `lines`.
fn read(
    index: usize,
    part: &Results,
    order: &BTreeMap<&ExerciseId, usize>,
    lines: &mut BTreeMap<Place, Line>,
    faults: &mut Faults,
) -> Result<(), GradeError> {
    let path = part.path().display();
    for record in part.records()? {
        let (record, text) = record?;
        let name = &record.submission;
        let Some(place) = order.get(&record.exercise) else {
            faults.add(format!(
                "{name} in {path} is of an exercise that was not graded"
            ));
            continue;
        };
        if *name != format!("{}/{}", record.learner, record.exercise) {
            faults.add(format!(
                "{name} in {path} is of another learner or exercise"
            ));
            continue;
        }
        match lines.entry((record.learner, *place)) {
            Entry::Vacant(vacant) => drop(vacant.insert(Line { part: index, text })),
            Entry::Occupied(other) if other.get().text == text => {
                faults.add(format!("{name} is there twice"));
            }
            Entry::Occupied(_) => {
                faults.add(format!("{name} is there twice, with different results"));
            }
        }
    }
    Ok(())
}

fn write<'a>(
    header: &Header,
    lines: impl Iterator<Item = &'a Line>,
    place: &Path,
) -> Result<(), GradeError> {
    let folder = place.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        let mut writer = BufWriter::new(files::beside(folder)?);
        serde_json::to_writer(&mut writer, header)?;
        writer.write_all(b"\n")?;
        for line in lines {
            writer.write_all(line.text.as_bytes())?;
            writer.write_all(b"\n")?;
        }
        let file = writer
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        files::persist(file, place)
    });
    written.map_err(GradeError::file(place))
}
