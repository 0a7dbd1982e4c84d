//! A grading where a submission is confined by nothing but limits.

use gradus::report::FORMATS;

use super::class::{arguments, class, results, verdicts};

/// Has Gradus take the machine for one without a sandbox.
const WITHOUT: [(&str, &str); 1] = [("GRADUS_NO_SANDBOX", "1")];

#[test]
fn without_a_sandbox_nothing_is_graded_unless_it_is_asked_for() {
    let desk = class(1);
    let run = desk.gradus_with(&arguments("out", &[]), "", &WITHOUT);
    assert_eq!(run.code, Some(3), "{run:?}");
    let refused = "nothing is graded without a sandbox";
    assert!(run.stderr.contains(refused), "{run:?}");
    assert!(run.stderr.contains("--sandbox none"), "{run:?}");
    assert!(!desk.path("here/out/results.jsonl").exists());
    let run = desk.gradus_with(&arguments("out", &["--sandbox", "landlock"]), "", &WITHOUT);
    assert_eq!(run.code, Some(3), "{run:?}");
    let run = desk.gradus_with(&arguments("out", &["--sandbox", "none"]), "", &WITHOUT);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("without a sandbox"), "{run:?}");
    assert_eq!(verdicts(&desk, "out")[0].1, "passed");
    assert_eq!(results(&desk, "out")[0]["sandbox"], "none");
}

#[test]
fn every_report_says_that_there_was_no_sandbox() {
    let desk = class(1);
    let mut more = vec!["--sandbox", "none"];
    more.extend(FORMATS.iter().flat_map(|format| ["--report", format.id()]));
    let run = desk.gradus(&arguments("out", &more));
    assert_eq!(run.code, Some(0), "{run:?}");
    for (file, says) in [
        ("report.html", "Submissions ran without a sandbox."),
        ("junit.xml", "<property name=\"sandbox\" value=\"none\"/>"),
        ("github/summary.md", "Submissions ran without a sandbox."),
        ("gradescope/results.json", "\"sandbox\":\"none\""),
        ("exercism/results.json", "\"sandbox\":\"none\""),
        ("gradebook.csv", ",none\n"),
        ("canvas.csv", ",without a sandbox,"),
    ] {
        let text = desk.read(&format!("here/out/{file}"));
        let text = text.replace("\": ", "\":").replace("\r\n", "\n");
        assert!(text.contains(says), "{file}: {text}");
    }
}
