//! A gradebook that Canvas imports.
//!
//! The rules are those of its own importer (`lib/gradebook_importer.rb`): the first columns are
//! `Student` and `ID`, the last one about the student is `Section`; a column after that is an
//! assignment, matched by a number in parentheses at its end, else by its title; a row with
//! `Points Possible` in its first cell has the points of a pass. Rows are matched by ID, then login,
//! then name; an empty cell changes nothing.

use std::io;

use super::format::{Format, ReportFolder, Results};
use super::sheet::{self, CsvWriter, GradebookRow};
use super::{ExerciseEntry, Header};
use crate::course::Points;

const STUDENT_COLUMNS: [&str; 4] = ["Student", "ID", "SIS Login ID", "Section"];
/// The first cell of the row of maximum points.
const POSSIBLE: &str = "Points Possible";
/// The section cell of that row if submissions ran without a sandbox.
const UNCONFINED: &str = "without a sandbox";

#[derive(Debug)]
pub(super) struct Canvas;

impl Format for Canvas {
    fn id(&self) -> &'static str {
        "canvas"
    }

    fn summary(&self) -> &'static str {
        "A gradebook that Canvas imports: `canvas.csv`"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let mut sheet = CsvWriter::new(folder.file("canvas.csv")?);
        let header = results.header();
        let mut head: Vec<String> = STUDENT_COLUMNS.map(str::to_owned).into();
        head.extend(
            header
                .exercises
                .iter()
                .map(|exercise| assignment(exercise, header)),
        );
        sheet.row(&head)?;
        let mut possible = vec![format!("    {POSSIBLE}")];
        possible.resize(STUDENT_COLUMNS.len(), String::new());
        if !header.is_confined() {
            // The only cell in the file that belongs to no student and no assignment.
            UNCONFINED.clone_into(&mut possible[STUDENT_COLUMNS.len() - 1]);
        }
        possible.extend(header.exercises.iter().map(|it| decimals(it.max_score)));
        sheet.row(&possible)?;
        sheet::each_row(results, &mut |row| sheet.row(&cells(&row)))?;
        sheet.end()
    }
}

fn cells(row: &GradebookRow) -> Vec<String> {
    let cell = |text: &Option<String>| sheet::text(text.as_deref().unwrap_or_default());
    let mut cells = vec![
        sheet::text(&student(row.name())),
        cell(&row.person.id),
        sheet::text(&row.learner),
        cell(&row.person.section),
    ];
    let scores = row.scores.iter();
    cells.extend(scores.map(|score| score.map_or_else(String::new, decimals)));
    cells
}

/// Returns a student's name that Canvas does not mistake for the row of maximum points.
fn student(name: &str) -> String {
    let is_taken = name.to_lowercase().contains(&POSSIBLE.to_lowercase());
    if is_taken {
        return name.replace(' ', "_");
    }
    name.to_owned()
}

/// Returns the title of an assignment: the exercise's title, with its id where Canvas would match the
/// title to another assignment.
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

/// Returns whether `title` ends in a number in parentheses, which Canvas reads as an assignment id.
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
