//! The interactive session on a pseudo-terminal.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::processes;
use crate::pty::{PASTE, Pty};

const SIZE: (u16, u16) = (80, 24);

/// A course whose exercise needs a compiler that the session's environment does not have, so that
/// nothing here waits for one.
const FILES: &[(&str, &str)] = &[
    (
        "course.toml",
        "format = 1\nid = \"fixture\"\ntitle = \"Fixture course\"\ndescription = \"Small.\"\n\
         [[tracks]]\nid = \"only\"\ntitle = \"Only track\"\ndescription = \"All of it.\"\n",
    ),
    (
        "lessons/01-first.md",
        "+++\ntitle = \"First lesson\"\nsummary = \"You can begin.\"\n+++\nThe first words.\n\n\
         ## Second part\n\nThe second words.\n\n\
         ```quiz\nid = \"q\"\ntype = \"single\"\nprompt = \"Which port?\"\n\
         [[choice]]\ntext = \"eighty\"\nexplain = \"that is HTTP\"\n\
         [[choice]]\ntext = \"three thousand\"\ncorrect = true\nexplain = \"the shop\"\n```\n\n\
         The third words.\n\n<!-- exercise: small -->\n",
    ),
    (
        "lessons/02-last.md",
        "+++\ntitle = \"Last lesson\"\nsummary = \"You can end.\"\n+++\nThe last words.\n",
    ),
    (
        "exercises/small/exercise.toml",
        "kind = \"rust\"\ntitle = \"Small exercise\"\nsummary = \"s\"\ntracks = [\"only\"]\n\
         hints = [\"hint one\", \"hint two\", \"hint three\"]\n[rust]\n",
    ),
    ("exercises/small/README.md", "Write `one`.\n"),
    (
        "exercises/small/contract.rs",
        "/// Returns 1.\npub fn one() -> i64;\n",
    ),
    (
        "exercises/small/starter/src/lib.rs",
        "pub fn one() -> i64 {\n    0\n}\n",
    ),
    ("exercises/small/starter/tests/examples.rs", ""),
    (
        "exercises/small/solution/src/lib.rs",
        "pub fn one() -> i64 {\n    1\n}\n",
    ),
    (
        "exercises/small/hidden/tests.rs",
        "use small::one;\n/// One is 1\n#[test]\nfn one_is_1() {\n    assert_eq!(one(), 1);\n}\n",
    ),
];

/// A home with the course in `course/`.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in FILES {
        let path = home.path().join("course").join(path);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    home
}

fn start(home: &Path, variables: &[(&str, &str)], size: (u16, u16)) -> Pty {
    Pty::start(home, &["--course", "course"], variables, size)
}

/// A session at the first page of the first lesson.
fn reading(home: &Path) -> Pty {
    let mut pty = start(home, &[], SIZE);
    pty.wait_for("Only track");
    pty.send("\r");
    pty.wait_for("The first words.");
    pty
}

#[test]
fn a_lesson_is_read_a_question_answered_and_the_place_kept() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("\r");
    pty.wait_for("The second words.");
    pty.send("\r");
    pty.wait_for("Which port?");
    pty.send("\r");
    pty.wait_for("Enter answer");
    pty.send("\x1b[B\r");
    pty.wait_for("Right.");
    pty.send("\r");
    pty.wait_for("The third words.");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    assert!(pty.is_restored());

    let mut pty = start(home.path(), &[], SIZE);
    pty.wait_for("The third words.");
    pty.send("m");
    pty.wait_for("Map");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn what_was_wrong_is_reviewed_from_the_map_the_next_day() {
    let home = home();
    let session = |day: u64| {
        let now = ((20_000 + day) * 24 * 3600).to_string();
        start(home.path(), &[("GRADUS_NOW", &now)], SIZE)
    };
    let mut pty = session(0);
    pty.wait_for("Only track");
    pty.send("\r");
    pty.wait_for("The first words.");
    pty.send("\r");
    pty.wait_for("The second words.");
    pty.send("\r");
    pty.wait_for("Which port?");
    pty.send("1");
    pty.wait_for("that is HTTP");
    pty.send("m");
    pty.wait_for("Map");
    assert!(!pty.screen().contains("Review"), "{}", pty.screen());
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);

    let mut pty = session(1);
    pty.wait_for("Which port?");
    pty.send("m");
    pty.wait_for("Review: 1 question due");
    pty.send("g\r");
    pty.wait_for("Review · 1 of 1");
    pty.send("2");
    pty.wait_for("Right.");
    pty.send("\r");
    pty.wait_for("Reviewed. The next question is due in 2 days.");
    pty.send("m");
    pty.wait_for("Map");
    assert!(!pty.screen().contains("Review:"), "{}", pty.screen());
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_prompt_can_be_left_and_the_keys_work_again() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("\r");
    pty.wait_for("The second words.");
    pty.send("\r");
    pty.wait_for("Which port?");
    pty.send("\r");
    pty.wait_for("Enter answer");
    // The letter comes right after Escape, and is a key.
    pty.send("\x1bs");
    pty.wait_for("The third words.");
    pty.send("/");
    pty.wait_for("Search for");
    pty.send("second words\r");
    pty.wait_for("Found");
    pty.send("\r");
    pty.wait_for("The second words.");
}

#[test]
fn ctrl_c_gives_the_terminal_back_from_a_page_and_from_a_prompt() {
    let home = home();
    let mut pty = reading(home.path());
    assert!(!pty.is_restored(), "the session took the terminal");
    pty.send("\x03");
    assert_eq!(pty.wait_end(), 130);
    assert!(pty.is_restored());

    let mut pty = start(home.path(), &[], SIZE);
    pty.wait_for("The first words.");
    pty.send("/");
    pty.wait_for("Search for");
    pty.send("\x03");
    assert_eq!(pty.wait_end(), 130);
    assert!(pty.is_restored());
}

#[test]
fn a_paste_is_text_and_never_keys() {
    for size in [SIZE, (40, 20)] {
        let home = home();
        let mut pty = start(home.path(), &[], size);
        pty.wait_for("Only track");
        pty.send(PASTE);
        pty.wait_for("a paste is no choice");
        assert!(!home.path().join("gradus-workspace").exists());
        pty.send("\r");
        pty.wait_for("The first words.");
        // A page, the map, the help: a search, which finds nothing in this course.
        for (key, text) in [("", "The first words."), ("m", "Map"), ("?", "Keys")] {
            pty.send(key);
            pty.wait_for(text);
            pty.send(PASTE);
            pty.wait_for("Nothing in the course mentions");
            pty.wait_for(text);
        }
        pty.send("q\x1b/");
        pty.wait_for("Search for:");
        pty.send(PASTE);
        pty.wait_for("HTTP/1.1\" q▏");
        pty.send("\x1b");
        pty.wait_gone("Search for:");
        pty.send("v");
        pty.wait_for("Lesson  end");
        pty.send(PASTE);
        pty.wait_for("/2026/11/30");
        pty.send("\x1bq");
        pty.wait_gone("/2026/11/30");
        pty.send("\r");
        pty.wait_for("The second words.");
        pty.send("\r");
        pty.wait_for("Which port?");
        pty.send(PASTE);
        pty.wait_for("Nothing in the course mentions");
        pty.send("q");
        assert_eq!(pty.wait_end(), 0);
        assert!(pty.is_restored());
        let heard = pty.heard();
        assert!(heard.contains("\x1b[?2004h") && heard.contains("\x1b[?2004l"));
    }
}

#[test]
fn a_quiz_gives_the_terminal_back_on_every_way_out() {
    let home = home();
    reading(home.path()).send("q");
    let quiz = || {
        let arguments = ["--course", "course", "quiz", "first"];
        let mut pty = Pty::start(home.path(), &arguments, &[], SIZE);
        pty.wait_for("1  eighty");
        pty.send(PASTE);
        pty
    };
    for (keys, code) in [("2", 0), ("\x1b", 1), ("\x03", 1)] {
        let mut pty = quiz();
        pty.send(keys);
        assert_eq!(pty.wait_end(), code, "{keys:?}\n{}", pty.screen());
        assert!(pty.is_restored(), "{keys:?}");
    }
    // A wrong answer is none that Enter would take again.
    let mut pty = quiz();
    pty.send("1");
    pty.wait_for("that is HTTP");
    pty.send("\r\r");
    pty.wait_for("Esc skips the question");
    pty.send("\x03");
    pty.wait_end();
    let screen = pty.screen();
    assert_eq!(screen.matches("that is HTTP").count(), 1, "{screen}");
    assert!(screen.contains("0 of 1 question right."), "{screen}");
    let mut pty = quiz();
    pty.signal(Signal::TERM);
    pty.wait_end();
    assert!(pty.is_restored());
}

#[test]
fn a_map_shows_what_another_terminal_does() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("m");
    pty.wait_for("0 of 1 exercises");
    let mut other = Pty::start(home.path(), &["skip", "small"], &[], SIZE);
    assert_eq!(other.wait_end(), 0, "{}", other.screen());
    pty.wait_for("0 of 0 exercises, 1 skipped");
    pty.send("m\r");
    pty.wait_for("The second words.");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let progress = home.path().join("gradus-workspace/.gradus/progress.json");
    let progress = fs::read_to_string(progress).expect("progress");
    assert!(
        progress.contains("settled") && progress.contains("\"section\": 1"),
        "{progress}"
    );
}

#[test]
fn an_editor_that_cannot_be_started_or_fails_is_named() {
    let home = home();
    for (variable, value, words) in [
        (
            "EDITOR",
            "nanoo",
            "cannot start the editor `nanoo` (from `EDITOR`)",
        ),
        (
            "VISUAL",
            "/bin/false",
            "the editor `/bin/false` failed: exit status: 1",
        ),
    ] {
        let mut pty = start(home.path(), &[(variable, value)], (120, 24));
        pty.wait_for("q quit");
        if pty.screen().contains("Only track") {
            pty.send("\r");
            pty.wait_for("The first words.");
        }
        if !pty.screen().contains("Small exercise") {
            pty.send("n");
            pty.wait_for("The last words.");
            pty.send("b");
        }
        pty.wait_for("Small exercise");
        pty.send("e");
        pty.wait_for(words);
        pty.send("q");
        assert_eq!(pty.wait_end(), 0);
    }
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let home = home();
    let mut pty = reading(home.path());
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_end(), 143);
    assert!(pty.is_restored());

    let mut pty = start(home.path(), &[], SIZE);
    pty.wait_for("The first words.");
    pty.send("/");
    pty.wait_for("Search for");
    pty.wait_taken();
    pty.signal(Signal::TERM);
    pty.wait_end();
    assert!(pty.is_restored());
}

#[test]
fn a_closed_terminal_ends_the_session_and_frees_the_workspace() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("v");
    pty.wait_for("Lesson  end");
    pty.close();
    let mut pty = start(home.path(), &[], SIZE);
    pty.wait_for("The first words.");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_second_session_is_told_that_there_is_a_first() {
    let home = home();
    let _first = reading(home.path());
    let mut second = start(home.path(), &[], SIZE);
    second.wait_for("another Gradus session is open");
    assert_eq!(second.wait_end(), 3);
}

#[test]
fn a_new_size_keeps_the_page_and_the_footer_within_it() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("\r");
    pty.wait_for("The second words.");
    pty.resize(40, 12);
    let fits = |screen: &vt100::Screen| {
        let rows: Vec<String> = screen.rows(0, 40).collect();
        rows[3].contains("The second words.") && rows[11].contains("q quit")
    };
    pty.wait_until("the page on the new screen", fits);
}

#[test]
fn a_small_screen_shows_every_page_with_its_keys() {
    let home = home();
    let mut pty = start(home.path(), &[], (40, 20));
    pty.wait_for("Only track");
    pty.send("\r");
    for text in ["The first words.", "The second words.", "Which port?"] {
        pty.wait_for(text);
        pty.wait_for("q quit");
        pty.send("\r");
    }
    pty.wait_for("Enter answer");
}

#[test]
fn no_color_means_no_colour() {
    let home = home();
    let mut pty = start(home.path(), &[("NO_COLOR", "1")], SIZE);
    pty.wait_for("Only track");
    pty.send("\r");
    pty.wait_for("The first words.");
    pty.send("q");
    pty.wait_end();
    let heard = pty.heard();
    let mut styles = heard.match_indices("\x1b[").filter(|(at, _)| {
        let rest = &heard[at + 2..];
        let end = rest.find(|char: char| char.is_ascii_alphabetic());
        end.is_some_and(|end| rest[end..].starts_with('m'))
    });
    assert_eq!(styles.next(), None, "{heard:?}");
}

#[test]
fn a_missing_compiler_is_told_and_the_exercise_settled() {
    let home = home();
    let mut pty = reading(home.path());
    pty.send("n");
    pty.wait_for("The last words.");
    pty.send("b");
    pty.wait_for("Small exercise");
    pty.wait_for("skip the exercise");
    pty.send("s");
    pty.wait_for("The last words.");
}

/// Plays the whole course by lines.
fn by_lines(variables: &[(&str, &str)]) {
    let home = home();
    let mut pty = start(home.path(), variables, SIZE);
    let steps = [
        ("1. Only track", "1"),
        ("The first words.", ""),
        ("The second words.", ""),
        ("Which port?", "2"),
        ("Right.", ""),
        ("The third words.", ""),
        ("skip the exercise", "s"),
        ("The last words.", ""),
        ("Only track: finished", "q"),
    ];
    for (text, line) in steps {
        pty.wait_heard(text);
        pty.wait_until("a prompt", |screen| {
            screen.contents().trim_end().ends_with('>')
        });
        pty.send(&format!("{line}\n"));
    }
    assert_eq!(pty.wait_end(), 0);
    let heard = pty.heard();
    assert!(!heard.contains('\x1b'), "{heard:?}");
    assert!(!heard.contains(['─', '═', '│', '╭']), "{heard}");
}

#[test]
fn a_dumb_terminal_completes_the_course() {
    by_lines(&[("TERM", "dumb")]);
}

#[test]
fn a_screen_reader_completes_the_course() {
    by_lines(&[("ACCESSIBLE", "1"), ("NO_COLOR", "1")]);
}

#[test]
fn a_save_is_checked_and_a_pass_is_told() {
    let home = home();
    let Some(mut pty) = solving(home.path()) else {
        return;
    };
    let file = home
        .path()
        .join("gradus-workspace/exercises/small/src/lib.rs");
    fs::write(&file, "pub fn one() -> i64 {\n    1 +\n}\n").expect("a save");
    pty.wait_for("Compile error");
    fs::write(&file, "pub fn one() -> i64 {\n    2\n}\n").expect("a save");
    pty.wait_for("Failed");
    fs::write(&file, "pub fn one() -> i64 {\n    1\n}\n").expect("a save");
    pty.wait_for("Passed");
    pty.send("\r");
    pty.wait_for("The last words.");
}

/// A session on the page of the exercise, where the compiler can be found.
fn solving(home: &Path) -> Option<Pty> {
    let tools = toolchain()?;
    let variables: Vec<_> = tools
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut pty = start(home, &variables, SIZE);
    pty.wait_for("Only track");
    pty.send("\rn");
    pty.wait_for("The last words.");
    pty.send("b");
    pty.wait_for("One is 1");
    Some(pty)
}

#[test]
fn ctrl_c_in_a_check_without_end_leaves_nothing_but_the_work() {
    let home = home();
    let Some(mut pty) = solving(home.path()) else {
        return;
    };
    let file = home
        .path()
        .join("gradus-workspace/exercises/small/src/lib.rs");
    let endless = "pub fn one() -> i64 {\n    loop {}\n}\n";
    fs::write(&file, endless).expect("a save");
    pty.wait_for("Checking: running the hidden tests");
    pty.send("?");
    pty.wait_for("skip it: go on");
    pty.send("?");
    pty.wait_gone("skip it: go on");
    pty.send("\x03");
    assert_eq!(pty.wait_end(), 130);
    assert!(pty.is_restored());
    assert_eq!(fs::read_to_string(&file).expect("the work"), endless);
    processes::wait_until("something of the check goes on", || {
        processes::of_folder(home.path()).is_empty()
    });
}

/// Returns where the compiler is on this machine, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "the compiler is where it is on this machine"
)]
pub(crate) fn toolchain() -> Option<Vec<(&'static str, String)>> {
    let names = ["PATH", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN"];
    let mut found: Vec<_> = names
        .iter()
        .filter_map(|name| Some((*name, std::env::var(name).ok()?)))
        .collect();
    if !found.iter().any(|(name, _)| *name == "RUSTUP_HOME") {
        let home = std::env::var("HOME").ok()?;
        found.push(("RUSTUP_HOME", format!("{home}/.rustup")));
    }
    Some(found)
}
