//! `gradus explain`: a whole log, and what is no log.

use std::fs;

use snapbox::{assert_data_eq, str};

use crate::harness::Desk;

const LOG: &str = "\
2026/11/22 11:00:00 [notice] 1#1: start worker processes
2026/11/22 11:00:01 [error] 7#7: *1 odd thing \"a\" at 10.0.0.7:80, client: 203.0.113.9, server: a
GET / HTTP/1.1 502
attempt to multiply with overflow
GET /cart HTTP/1.1 502
2026/11/22 11:00:02 [error] 7#7: *2 odd thing \"b\" at 10.0.0.8:80, client: 203.0.113.9, server: b
";

#[test]
fn causes_come_by_frequency_and_unknown_errors_by_shape() {
    let desk = Desk::new();
    desk.write("here/error.log", LOG);
    let run = desk.gradus(&["explain", "error.log", "--course", "../course"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
2 lines like line 3
  GET / HTTP/1.1 502
A gateway got no usable answer.
  Where:  nginx to upstream
  Lesson: 1. Start
  gradus --course ../course read start

1 line like line 4
  attempt to multiply with overflow
The result does not fit.
  Where:  upstream
  Lesson: 1. Start
  gradus --course ../course read start

Errors that this course does not know
  2 lines like line 2: [error] N N odd thing "…" at N

6 lines read: 3 known, 2 unknown to this course, 1 without an error.
--- exit 0

"#]]
    );
}

#[test]
fn a_pipe_is_read_like_a_file_and_no_workspace_is_needed() {
    let desk = Desk::new();
    let log =
        "[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream\n";
    for arguments in [
        ["explain", "--json"].as_slice(),
        &["explain", "-", "--json"],
    ] {
        let run = desk.gradus_with(arguments, log, &[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let json = run.json();
        assert_eq!(json["lines"], 1);
        assert_eq!(json["causes"][0]["hop"], "nginx to upstream");
        assert_eq!(json["causes"][0]["lesson"], "is-it-running");
        assert_eq!(json["causes"][0]["first"], "sudo ss -ltnp");
    }
}

#[test]
fn a_log_without_a_symptom_is_told_from_an_empty_one_and_from_no_log() {
    let desk = Desk::new();
    for (text, says) in [
        ("", "The log is empty."),
        ("11:00:00 fine\n", "1 line read, and no error in them"),
        ("server {\n}\n", "2 lines read, and none has a time"),
        ("[error] odd\n", "0 known, 1 unknown"),
    ] {
        let run = desk.gradus_with(&["explain"], text, &[]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stdout.contains(says), "{text}: {run:?}");
    }
}

#[test]
fn what_is_no_text_is_refused_with_what_to_do() {
    let desk = Desk::new();
    for (name, bytes, says) in [
        ("old.gz", b"\x1f\x8b\x08\0".as_slice(), "`zcat "),
        ("old.zst", b"\x28\xb5\x2f\xfd", "`zstdcat "),
        ("system.journal", b"LPKSHHRH", "`journalctl --file "),
        ("program", b"\x7fELF\x02\0\0", "not text: byte 6 is NUL"),
        ("utf16.log", b"\xff\xfe1\0:\0", "UTF-16"),
    ] {
        fs::write(desk.path("here").join(name), bytes).expect("a file");
        let run = desk.gradus(&["explain", name]);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(run.stderr.contains(says), "{name}: {run:?}");
    }
    let folder = desk.gradus(&["explain", "."]);
    assert!(folder.stderr.contains("is a folder"), "{folder:?}");
    let missing = desk.gradus(&["explain", "none.log"]);
    assert!(missing.stderr.contains("`nginx -T` names"), "{missing:?}");
    assert_eq!((folder.code, missing.code), (Some(3), Some(3)));
}

#[test]
fn a_hole_at_the_start_and_control_characters_do_no_harm() {
    let desk = Desk::new();
    let log = format!("{}\u{1b}[2J HTTP/1.1 502\n", "\0".repeat(100));
    let run = desk.gradus_with(&["explain", "--course", "../course"], &log, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!run.stdout.contains(['\u{1b}', '\0']), "{run:?}");
}
