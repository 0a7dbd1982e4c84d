//! A plain gradebook: a row for each learner, a column for each exercise.

use std::io;

use super::format::{Format, ReportFolder, Results};
use super::sheet::{self, CsvWriter};
use crate::course::Points;

#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn summary(&self) -> &'static str {
        "A gradebook for spreadsheets, one row per learner: `gradebook.csv`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let mut sheet = CsvWriter::new(folder.file("gradebook.csv")?);
        let header = results.header();
        let exercises = &header.exercises;
        let mut head: Vec<String> = ["learner", "name", "email"].map(str::to_owned).into();
        head.extend(exercises.iter().map(|exercise| exercise.id.to_string()));
        head.extend(["total", "sandbox"].map(str::to_owned));
        sheet.row(&head)?;
        sheet::each_row(results, &mut |row| {
            let cell = |text: &Option<String>| sheet::text(text.as_deref().unwrap_or_default());
            let mut cells = vec![sheet::text(&row.learner)];
            cells.extend([cell(&row.person.name), cell(&row.person.email)]);
            let scores = row.scores.iter();
            let points =
                |points: Option<Points>| points.map_or_else(String::new, |it| it.to_string());
            cells.extend(scores.copied().map(points));
            cells.extend([points(row.total()), sheet::text(&header.sandbox)]);
            sheet.row(&cells)
        })?;
        sheet.end()
    }
}
