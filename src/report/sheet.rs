//! Gradebooks: a row a learner, a column an exercise, harmless in a spreadsheet.

use std::io::{self, Write};

use super::{Header, Person, Record, Results, clean};
use crate::course::Points;

/// A row of a gradebook.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Who.
    pub(super) learner: String,
    /// What the class list says of them.
    pub(super) person: Person,
    /// The points for each exercise, in the order of the header; `None` where nothing was handed
    /// in, or Gradus could not judge it.
    pub(super) scores: Vec<Option<Points>>,
}

impl Row {
    fn of(record: &Record, header: &Header) -> Self {
        Self {
            learner: record.learner.clone(),
            person: record.person.clone().unwrap_or_default(),
            scores: vec![None; header.exercises.len()],
        }
    }

    /// Returns the points of all exercises.
    pub(super) fn total(&self) -> Points {
        self.scores.iter().flatten().copied().sum()
    }

    /// Returns the learner's name, or what they are known by.
    pub(super) fn name(&self) -> &str {
        self.person.name.as_deref().unwrap_or(&self.learner)
    }
}

/// Hands the row of each learner to `visit`.
pub(super) fn each_row(
    results: &dyn Results,
    visit: &mut dyn FnMut(Row) -> io::Result<()>,
) -> io::Result<()> {
    let header = results.header();
    let mut open: Option<Row> = None;
    results.each(&mut |record| {
        let is_next = open
            .as_ref()
            .is_none_or(|row| row.learner != record.learner);
        if is_next && let Some(row) = open.replace(Row::of(&record, header)) {
            visit(row)?;
        }
        let place = header
            .exercises
            .iter()
            .position(|exercise| exercise.id == record.exercise);
        // A zero that is our fault is no grade.
        let score = record.error.is_none().then_some(record.score);
        if let (Some(row), Some(place)) = (&mut open, place) {
            row.scores[place] = score;
        }
        Ok(())
    })?;
    open.map_or(Ok(()), visit)
}

/// Writes rows of cells as RFC 4180 has them.
pub(super) struct Sheet(csv::Writer<Unended>);

/// A file that only [`Sheet::end`] ends: the writer of rows flushes whenever it is dropped, also
/// when a row could not be written.
struct Unended(Box<dyn Write>);

impl Write for Unended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sheet {
    /// Returns a sheet that is written to `file`.
    pub(super) fn new(file: Box<dyn Write>) -> Self {
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF);
        Self(builder.from_writer(Unended(file)))
    }

    /// Writes a row. Cells that hold text from outside must have been through [`text`].
    pub(super) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        self.0.write_record(cells).map_err(io::Error::other)
    }

    /// Ends the file.
    pub(super) fn end(self) -> io::Result<()> {
        let file = self.0.into_inner();
        let Unended(mut file) = file.map_err(csv::IntoInnerError::into_error)?;
        file.flush()
    }
}

/// Returns `text` as one line that a spreadsheet shows and does not compute: what could begin a
/// formula has an apostrophe in front.
pub(super) fn text(text: &str) -> String {
    let text = clean::one_line(text);
    let first = text.trim_start().chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_a_formula() {
        for bad in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1",
        ] {
            let cell = text(bad);
            let first = cell.trim_start().chars().next().unwrap();
            assert!(!"=+-@＝".contains(first), "{bad:?}: {cell:?}");
            assert!(!cell.contains(['\t', '\r', '\n']), "{cell:?}");
        }
        assert_eq!(text("Lovelace, Ada"), "Lovelace, Ada");
        assert_eq!(text("1-2"), "1-2");
    }
}
