//! A gradebook that Canvas imports.
//!
//! What it asks is read from its own importer (`lib/gradebook_importer.rb`): the first columns are
//! `Student` and `ID`, the last one about the student is `Section`; a column after that is an
//! assignment, matched by a number in parentheses at its end, else by its title; a row with
//! `Points Possible` in its first cell has the points of a pass. Rows are matched by ID, then login,
//! then name; an empty cell changes nothing.

use std::io;

use super::format::{Folder, Format, Results};
use super::sheet::{self, Row, Sheet};
use super::{ExerciseEntry, Header};
use crate::course::Points;

/// The columns about the student.
const STUDENT: [&str; 4] = ["Student", "ID", "SIS Login ID", "Section"];
/// The first cell of the row with the points of a pass.
const POSSIBLE: &str = "Points Possible";
/// What stands in the section of that row where submissions ran without a sandbox.
const UNCONFINED: &str = "without a sandbox";

/// A gradebook for Canvas.
#[derive(Debug)]
pub(super) struct Canvas;

impl Format for Canvas {
    fn id(&self) -> &'static str {
        "canvas"
    }

    fn summary(&self) -> &'static str {
        "A gradebook that Canvas imports: `canvas.csv`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn Folder) -> io::Result<()> {
        let mut sheet = Sheet::new(folder.file("canvas.csv")?);
        let header = results.header();
        let mut head: Vec<String> = STUDENT.map(str::to_owned).into();
        head.extend(
            header
                .exercises
                .iter()
                .map(|exercise| assignment(exercise, header)),
        );
        sheet.row(&head)?;
        let mut possible = vec![format!("    {POSSIBLE}")];
        possible.resize(STUDENT.len(), String::new());
        if !header.is_confined() {
            // No other cell of the file is neither a student's nor an assignment's.
            UNCONFINED.clone_into(&mut possible[STUDENT.len() - 1]);
        }
        possible.extend(header.exercises.iter().map(|it| decimals(it.max_score)));
        sheet.row(&possible)?;
        sheet::each_row(results, &mut |row| sheet.row(&cells(&row)))?;
        sheet.end()
    }
}

fn cells(row: &Row) -> Vec<String> {
    let said = |text: &Option<String>| sheet::text(text.as_deref().unwrap_or_default());
    let mut cells = vec![
        sheet::text(&student(row.name())),
        said(&row.person.id),
        sheet::text(&row.learner),
        said(&row.person.section),
    ];
    let scores = row.scores.iter();
    cells.extend(scores.map(|score| score.map_or_else(String::new, decimals)));
    cells
}

/// Returns a student's name that Canvas does not take for the row of points.
fn student(name: &str) -> String {
    let is_taken = name.to_lowercase().contains(&POSSIBLE.to_lowercase());
    if is_taken {
        return name.replace(' ', "_");
    }
    name.to_owned()
}

/// Returns the title of an assignment: that of the exercise, with its id where Canvas would take
/// the title for another's.
fn assignment(exercise: &ExerciseEntry, header: &Header) -> String {
    let title = exercise.title.trim();
    let same = header
        .exercises
        .iter()
        .filter(|it| it.title.trim() == title);
    if same.count() > 1 || ends_in_number(title) || title.is_empty() {
        return sheet::text(&format!("{title} [{}]", exercise.id));
    }
    sheet::text(title)
}

/// Returns whether `title` ends as an assignment with a number does.
fn ends_in_number(title: &str) -> bool {
    let inside = title
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('));
    inside.is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn decimals(points: Points) -> String {
    let hundredths = points.hundredths();
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
