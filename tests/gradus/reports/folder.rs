//! The folder of reports: reports of other results are removed, files of others are kept.

use std::fs;
use std::path::Path;

use gradus::grade::Results;
use gradus::grade::reports::{WrittenReports, write};
use gradus::report::{FORMATS, format};

use super::samples::{Class, great, small};
use crate::harness::Desk;

/// Writes `class` as results into `folder`, and the reports `formats` beside them.
fn report(class: &Class, folder: &Path, formats: &[&str]) -> WrittenReports {
    fs::create_dir_all(folder).expect("a folder");
    let line = |value: String| value + "\n";
    let mut text = line(serde_json::to_string(&class.header).expect("JSON"));
    for record in &class.records {
        text += &line(serde_json::to_string(record).expect("JSON"));
    }
    let path = folder.join("results.jsonl");
    fs::write(&path, text).expect("a file");
    let results = Results::open(&path).expect("results");
    let formats: Vec<_> = formats
        .iter()
        .filter_map(|id| format::find(FORMATS, id))
        .collect();
    write(&results, folder, &formats).expect("reports")
}

/// Returns a class whose JUnit report has several files.
fn long() -> Class {
    let mut class = great(20);
    for record in &mut class.records {
        record.output = "<&>".repeat(20_000);
    }
    class
}

#[test]
fn no_file_of_a_longer_report_stays_beside_a_shorter_one() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    assert_eq!(report(&long(), folder, &["junit", "html"]).removed, 0);
    assert!(folder.join("junit-2.xml").is_file());
    let own = folder.join("junit-9.xml");
    fs::write(&own, "mine").expect("a file");
    let written = report(&small(), folder, &["junit"]);
    assert_eq!(written.files, [folder.join("junit.xml")]);
    assert!(written.removed >= 2, "{written:?}");
    assert!(!folder.join("junit-2.xml").exists());
    assert!(!folder.join("report.html").exists(), "it tells of others");
    assert_eq!(fs::read_to_string(own).expect("it is not ours"), "mine");
}

#[test]
fn a_report_on_the_same_results_stays_when_another_is_written() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    for formats in [&["junit"][..], &["csv"], &[]] {
        assert_eq!(report(&small(), folder, formats).removed, 0);
    }
    assert!(folder.join("junit.xml").is_file());
    // All three are on the list: results of others take them away, also where no report is wanted.
    assert_eq!(report(&great(3), folder, &[]).removed, 2);
    assert!(!folder.join("junit.xml").exists());
}

#[test]
fn folders_of_learners_who_are_gone_go_unless_something_else_is_in_them() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    report(&small(), folder, &["exercism"]);
    let own = folder.join("exercism/ada/double/notes.txt");
    fs::write(&own, "mine").expect("a file");
    report(&great(2), folder, &["exercism"]);
    assert!(
        folder
            .join("exercism/learner-00001/keep/results.json")
            .is_file()
    );
    assert!(own.is_file());
    assert!(!folder.join("exercism/ada/double/results.json").exists());
    assert!(!folder.join("exercism/bob").exists());
}

#[test]
fn a_list_that_somebody_else_wrote_takes_nothing_away_elsewhere() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("out");
    fs::create_dir(&folder).expect("a folder");
    let outside = scratch.path().join("outside");
    fs::write(&outside, "mine").expect("a file");
    let link = folder.join("link");
    std::os::unix::fs::symlink(&outside, &link).expect("a link");
    fs::create_dir(folder.join("kept")).expect("a folder");
    for names in [
        format!("[\"../outside\", \"./../outside\", \"link\", \"kept\", {outside:?}]"),
        "7".to_owned(),
    ] {
        let list =
            format!("{{\"schema\":\"gradus-reports/1\",\"results\":\"\",\"files\":{names}}}");
        fs::write(folder.join("reports.json"), list).expect("a file");
        assert_eq!(report(&small(), &folder, &["csv"]).removed, 0);
        assert!(outside.is_file() && link.is_symlink() && folder.join("kept").is_dir());
    }
}

#[test]
fn grading_says_what_it_took_away() {
    let desk = Desk::new();
    let source = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";
    desk.write("class/ada/double/src/lib.rs", source);
    let grade = ["grade", "../class", "--course", "../course", "--out", "out"];
    let run = desk.gradus(&[&grade[..], &["--report", "gradescope"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    desk.write("class/bob/double/src/lib.rs", source);
    let run = desk.gradus(&[&grade[..], &["--fresh", "--report", "csv"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let told = "Removed 2 files of reports on other results.";
    assert!(run.stderr.contains(told), "{run:?}");
    assert!(!desk.path("here/out/gradescope").exists());
}
