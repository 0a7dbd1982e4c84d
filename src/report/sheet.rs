//! Gradebooks as CSV, without cells that a spreadsheet would compute.

use std::io::{self, Write};

use super::{Header, Person, Record, Results, clean};
use crate::course::Points;

/// The row of a learner.
#[derive(Debug, Clone)]
pub(super) struct GradebookRow {
    pub(super) learner: String,
    /// The learner's entry in the class list.
    pub(super) person: Person,
    /// The points for each exercise, in the order of the header; `None` if there is no submission, or it
    /// could not be judged.
    pub(super) scores: Vec<Option<Points>>,
    /// Whether a submission could not be judged.
    is_open: bool,
}

impl GradebookRow {
    fn new(record: &Record, header: &Header) -> Self {
        Self {
            learner: record.learner.clone(),
            person: record.person.clone().unwrap_or_default(),
            scores: vec![None; header.exercises.len()],
            is_open: false,
        }
    }

    /// Returns the sum, or `None` while a submission is still to be judged: it would not be the learner's.
    pub(super) fn total(&self) -> Option<Points> {
        let sum = self.scores.iter().flatten().copied().sum();
        (!self.is_open).then_some(sum)
    }

    /// Returns the name in the class list, else that of the learner's folder.
    pub(super) fn name(&self) -> &str {
        self.person.name.as_deref().unwrap_or(&self.learner)
    }
}

/// Calls `visit` with the row of each learner.
pub(super) fn each_row(
    results: &dyn Results,
    visit: &mut dyn FnMut(GradebookRow) -> io::Result<()>,
) -> io::Result<()> {
    let header = results.header();
    let mut open: Option<GradebookRow> = None;
    results.each(&mut |record| {
        let is_next = open
            .as_ref()
            .is_none_or(|row| row.learner != record.learner);
        if is_next && let Some(row) = open.replace(GradebookRow::new(&record, header)) {
            visit(row)?;
        }
        let place = header
            .exercises
            .iter()
            .position(|exercise| exercise.id == record.exercise);
        // An internal error is not a score of zero.
        let score = record.error.is_none().then_some(record.score);
        if let (Some(row), Some(place)) = (&mut open, place) {
            row.scores[place] = score;
            row.is_open |= score.is_none();
        }
        Ok(())
    })?;
    open.map_or(Ok(()), visit)
}

/// Writes rows as CSV (RFC 4180).
pub(super) struct CsvWriter(csv::Writer<UnflushedFile>);

/// A file that ignores flushes, of which the first would complete it: `csv::Writer` flushes when it is
/// dropped, even after an error. [`CsvWriter::end`] flushes it.
struct UnflushedFile(Box<dyn Write>);

impl Write for UnflushedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl CsvWriter {
    pub(super) fn new(file: Box<dyn Write>) -> Self {
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF);
        Self(builder.from_writer(UnflushedFile(file)))
    }

    /// Writes a row. Cells with text from outside must come from [`text`].
    pub(super) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        self.0.write_record(cells).map_err(io::Error::other)
    }

    pub(super) fn end(self) -> io::Result<()> {
        let file = self.0.into_inner();
        let UnflushedFile(mut file) = file.map_err(csv::IntoInnerError::into_error)?;
        file.flush()
    }
}

/// Returns `text` as one line that a spreadsheet does not take for a formula: an apostrophe is put before
/// a character that could begin one.
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
