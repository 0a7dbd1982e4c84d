//! Gradebooks, parsed again as CSV.

use super::samples::{Class, HOSTILE, empty, great, hostile, report, small};

fn rows(id: &str, class: &Class) -> Vec<Vec<String>> {
    let files = report(id, class);
    let (_, text) = files.first_key_value().expect("a file");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.expect("a row as long as the others"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_plain_gradebook_has_a_row_a_learner_and_a_column_an_exercise() {
    let mut class = small();
    class.records.remove(1);
    let rows = rows("csv", &class);
    assert_eq!(
        rows[0],
        [
            "learner", "name", "email", "double", "halve", "keep", "total", "sandbox"
        ]
    );
    assert_eq!(rows[1], ["ada", "", "", "10", "", "0", "10", "none"]);
    // What Gradus could not judge is no zero, and the rest no total.
    assert_eq!(rows[2], ["bob", "", "", "10", "0.63", "", "", "none"]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn no_cell_is_a_formula_or_breaks_its_row() {
    for id in ["csv", "canvas"] {
        let rows = rows(id, &hostile());
        assert!(rows.len() > HOSTILE.len());
        for cell in rows.iter().flatten() {
            assert!(
                !cell.trim_start().starts_with(['=', '+', '-', '@']),
                "{cell}"
            );
            assert!(
                !cell.contains(['\n', '\r', '\t', '\0', '\u{202e}']),
                "{cell:?}"
            );
        }
        assert!(
            rows.iter()
                .flatten()
                .any(|cell| cell.as_str() == "Last, First; \"Jr.\""),
            "{id}"
        );
    }
}

#[test]
fn canvas_finds_its_columns_and_its_row_of_points() {
    let rows = rows("canvas", &small());
    assert_eq!(
        rows[0],
        [
            "Student",
            "ID",
            "SIS Login ID",
            "Section",
            "Double it",
            "Halve it",
            "Keep what is even"
        ]
    );
    assert_eq!(
        rows[1],
        [
            "    Points Possible",
            "",
            "",
            "without a sandbox",
            "10.00",
            "5.00",
            "3.00"
        ]
    );
    assert_eq!(rows[2], ["ada", "", "ada", "", "10.00", "0.63", "0.00"]);
    assert_eq!(rows[3], ["bob", "", "bob", "", "10.00", "0.63", ""]);
}

#[test]
fn canvas_takes_no_learner_for_the_points_and_no_title_for_a_number() {
    let mut class = hostile();
    class.header.exercises[1].title = class.header.exercises[0].title.clone();
    let rows = rows("canvas", &class);
    let possible = rows.iter().filter(|row| row[0].contains("Points Possible"));
    assert_eq!(possible.count(), 1);
    let titles = &rows[0][4..];
    assert!(
        titles.iter().all(|title| !title.ends_with(')')),
        "{titles:?}"
    );
    assert_ne!(titles[0], titles[1]);
}

#[test]
fn a_class_of_any_size_has_as_many_rows() {
    assert_eq!(rows("csv", &great(500)).len(), 501);
    assert_eq!(rows("csv", &empty()).len(), 1);
    assert_eq!(rows("canvas", &empty()).len(), 2);
}
