//! A plain gradebook: a row a learner, a column an exercise.

use std::io;

use super::format::{Folder, Format, Results};
use super::sheet::{self, Sheet};

/// A plain gradebook.
#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn summary(&self) -> &'static str {
        "A gradebook for spreadsheets, a row a learner: `gradebook.csv`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn Folder) -> io::Result<()> {
        let mut sheet = Sheet::new(folder.file("gradebook.csv")?);
        let header = results.header();
        let exercises = &header.exercises;
        let mut head: Vec<String> = ["learner", "name", "email"].map(str::to_owned).into();
        head.extend(exercises.iter().map(|exercise| exercise.id.to_string()));
        head.extend(["total", "sandbox"].map(str::to_owned));
        sheet.row(&head)?;
        sheet::each_row(results, &mut |row| {
            let said = |text: &Option<String>| sheet::text(text.as_deref().unwrap_or_default());
            let mut cells = vec![sheet::text(&row.learner)];
            cells.extend([said(&row.person.name), said(&row.person.email)]);
            let scores = row.scores.iter();
            cells.extend(scores.map(|score| score.map_or_else(String::new, |it| it.to_string())));
            cells.extend([row.total().to_string(), sheet::text(&header.sandbox)]);
            sheet.row(&cells)
        })?;
        sheet.end()
    }
}
