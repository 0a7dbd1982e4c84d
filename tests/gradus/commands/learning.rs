//! The commands that show lists, lessons, questions and hits of a search.

use snapbox::{assert_data_eq, str};

use crate::harness::{Desk, Run};

#[test]
fn init_makes_a_workspace_and_says_how_to_go_on() {
    let desk = Desk::new();
    let first = desk.gradus(&["init", "--course", "../course", "--track", "writer"]);
    assert_data_eq!(
        first.whole(),
        str![[r#"
Made the workspace gradus-workspace for “A small course”.
Continue with: gradus --course ../course next
--- exit 0

"#]]
    );
    let again = desk.gradus(&["init", "--course", "../course"]);
    assert_data_eq!(
        again.whole(),
        str![[r#"
Opened the workspace gradus-workspace for “A small course”.
Continue with: gradus --course ../course next
--- exit 0

"#]]
    );
    assert!(
        desk.path("here/gradus-workspace/.gradus/workspace.json")
            .is_file()
    );
}

#[test]
fn init_leaves_a_folder_with_files_alone() {
    let desk = Desk::new();
    desk.write("here/mine/thesis.txt", "");
    let run = desk.gradus(&["init", "mine", "--course", "../course"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: [SCRATCH]/here/mine is not empty
hint: give a new folder: `gradus --course ../course init DIR`
--- exit 3

"#]]
    );
    assert!(!desk.path("here/mine/.gradus").exists());
}

#[test]
fn list_shows_lessons_with_their_exercises() {
    let desk = Desk::with_workspace();
    assert_data_eq!(
        desk.gradus(&["list"]).whole(),
        str![[r#"
A small course

   1  Start  start (3 min)
        double  Double  rust
   2  End  end (1 min)
--- exit 0

"#]]
    );
}

#[test]
fn list_as_json_has_id_kind_title_and_state() {
    let desk = Desk::with_workspace();
    let json = desk.gradus(&["list", "--json"]).json();
    let exercise = &json["exercises"][0];
    assert_eq!(exercise["id"], "double");
    assert_eq!(exercise["kind"], "rust");
    assert_eq!(exercise["title"], "Double");
    assert_eq!(exercise["state"], "new");
    assert_eq!(exercise["lesson"], "start");
    assert_eq!(json["lessons"][1]["read"], false);
}

#[test]
fn list_shows_the_chosen_track_unless_all_is_wanted() {
    let desk = Desk::new();
    desk.gradus(&["init", "--track", "reader", "--course", "../course"]);
    assert_data_eq!(
        desk.gradus(&["list"]).whole(),
        str![[r#"
A small course

   1  Start  start (3 min)
   2  End  end (1 min)

The Reader track. Everything: gradus list --all
--- exit 0

"#]]
    );
    for arguments in [
        ["list", "--all"].as_slice(),
        &["list", "--track", "writer"],
        &["list", "--json"],
    ] {
        let run = desk.gradus(arguments);
        assert!(run.stdout.contains("double"), "{run:?}");
        assert!(!run.stdout.contains("Everything"), "{run:?}");
    }
}

#[test]
fn read_prints_the_core_and_a_terminal_marks_it_read() {
    let desk = Desk::with_workspace();
    assert_data_eq!(
        desk.gradus(&["read", "1"]).whole(),
        str![[r#"
1. Start

You can say what doubling is.

Doubling is adding a number to itself.

When it fails
─────────────

A number may be too large to be doubled.

Question
What is twice the largest number?
Answer with: gradus quiz start

Question
What is it called when a result does not fit?
Answer with: gradus quiz start

Exercise: Double
Check it with: gradus check double

Optional, left out here: Other bases
  gradus read start --further
--- exit 0

"#]]
    );
    let is_read = || {
        let json = desk.gradus(&["list", "--json"]).json();
        json["lessons"][0]["read"].as_bool()
    };
    assert_eq!(is_read(), Some(false), "a pipe took it");
    assert_eq!(desk.on_terminal(&["read", "1"]), 0);
    assert_eq!(is_read(), Some(true));
}

#[test]
fn read_further_prints_the_rest_too() {
    let desk = Desk::with_workspace();
    let run = desk.gradus(&["read", "start", "--further"]);
    assert!(run.stdout.contains("doubling adds a zero"), "{run:?}");
    assert!(!run.stdout.contains("Left out"), "{run:?}");
}

#[test]
fn a_question_is_asked_until_it_is_right() {
    let desk = Desk::with_workspace();
    let run = desk.gradus_with(&["quiz", "start"], "7\n2\n1\nan  OVERFLOW\n", &[]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Question 1 of 2
What is twice the largest number?
  1. Something that does not fit
  2. Zero
Number (? for the answer, empty to go on): 
Type numbers from 1 to 2.
Number (? for the answer, empty to go on): 
Not right.
Zero is twice zero.
Number (? for the answer, empty to go on): 
Right.
There is no such number.

Question 2 of 2
What is it called when a result does not fit?
Answer (? for the answer, empty to go on): 
Right.
The result flows over.

2 of 2 questions right.
--- exit 0

"#]]
    );
    let progress = desk.read("here/gradus-workspace/.gradus/progress.json");
    assert!(progress.contains(r#""too-large": "right""#), "{progress}");
}

#[test]
fn a_question_may_be_left_or_given_up_and_input_may_end() {
    let desk = Desk::with_workspace();
    let run = desk.gradus_with(&["quiz", "start"], "\n?\n", &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("The answer: overflow"), "{run:?}");
    let ended = desk.gradus_with(&["quiz", "start"], "", &[]);
    assert!(
        ended.stdout.ends_with("2 questions left open.\n"),
        "{ended:?}"
    );
    let none = desk.gradus(&["quiz", "end"]);
    assert_eq!(none.code, Some(4), "{none:?}");
}

/// Runs Gradus at noon of a day.
fn on_day(desk: &Desk, day: u64, arguments: &[&str], input: &str) -> Run {
    let now = ((20_000 + day) * 24 + 12) * 3600;
    desk.gradus_with(arguments, input, &[("GRADUS_NOW", &now.to_string())])
}

#[test]
fn what_was_wrong_comes_again_after_days() {
    let desk = Desk::with_workspace();
    let says = |day, text: &str| {
        let run = on_day(&desk, day, &["review"], "");
        assert_eq!((run.code, run.stderr.trim()), (Some(4), text), "{run:?}");
    };
    let due = |day| on_day(&desk, day, &["status", "--json"], "").json()["review"].clone();
    says(0, "Nothing is left to review.");
    // Wrong and then right; given up.
    on_day(&desk, 0, &["quiz", "start"], "2\n1\n?\n");
    says(0, "The next question is due in 16 hours.");
    assert_eq!((due(0), due(1)), (0.into(), 2.into()));
    let status = on_day(&desk, 1, &["status"], "").stdout;
    assert!(
        status.contains("review     2 questions due: gradus review\n"),
        "{status}"
    );
    let run = on_day(&desk, 1, &["review"], "1\nhalf\noverflow\n");
    assert_data_eq!(
        run.whole(),
        str![[r#"
Question 1 of 2
What is twice the largest number?
  1. Something that does not fit
  2. Zero
Number (? for the answer, empty to go on): 
Right.
There is no such number.

Question 2 of 2
What is it called when a result does not fit?
Answer (? for the answer, empty to go on): 
Not right.
It is the word for a bath that is too full.
Answer (? for the answer, empty to go on): 
Right.
The result flows over.

2 of 2 questions right.
The next question is due in 16 hours.
--- exit 0

"#]]
    );
    says(1, "The next question is due in 16 hours.");
    // What was right moved to the second box.
    assert_eq!((due(1), due(2), due(3)), (0.into(), 1.into(), 2.into()));
    on_day(&desk, 2, &["review"], "overflow\n");
    says(2, "The next question is due in 16 hours.");
}

#[test]
fn a_progress_file_of_before_has_nothing_to_review_and_a_damaged_card_is_no_panic() {
    let desk = Desk::with_workspace();
    let file = "here/gradus-workspace/.gradus/progress.json";
    let before = r#"{"version": 1, "track": "writer", "place": {"lesson": "start", "section": 1},
        "lessons": {"start": {"seen": [""], "quizzes": {"too-large": "tried"}}},
        "exercises": {"double": {"started": true}}}"#;
    desk.write(file, before);
    let run = on_day(&desk, 0, &["review"], "");
    assert_eq!(
        (run.code, run.stderr.trim()),
        (Some(4), "Nothing is left to review.")
    );
    assert_eq!(desk.read(file), before);
    on_day(&desk, 0, &["quiz", "start"], "2\n");
    let after = desk.read(file);
    assert!(
        after.contains("\"started\": true") && after.contains("\"box\": 1"),
        "{after}"
    );
    desk.write(file, &after.replace("\"box\": 1", "\"box\": \"one\""));
    let run = on_day(&desk, 1, &["review"], "");
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("progress.json.damaged"), "{run:?}");
}

#[test]
fn a_link_to_another_lesson_is_printed_as_the_command_that_shows_it() {
    let run = Desk::new().gradus(&["read", "1"]);
    let link = "\nProxy configuration:\n  gradus read proxy-configuration\n";
    assert!(run.stdout.contains(link), "{run:?}");
    assert!(!run.stdout.contains("05-proxy-configuration.md"), "{run:?}");
}

#[test]
fn search_finds_a_pasted_line_a_status_and_words() {
    let desk = Desk::with_workspace();
    let line = desk.gradus(&[
        "search",
        "thread panicked: attempt to multiply with overflow",
    ]);
    assert_data_eq!(
        line.whole(),
        str![[r#"
The result does not fit.
  Where:  upstream
  Lesson: 1. Start
  gradus read start
--- exit 0

"#]]
    );
    let status = desk.gradus(&["search", "502"]);
    assert!(
        status.stdout.starts_with("A gateway got no usable answer."),
        "{status:?}"
    );
    let words = desk.gradus(&["search", "base", "zero"]);
    assert_data_eq!(
        words.whole(),
        str![[r#"
1. Start, “Other bases”
  In base two, doubling adds a zero.
  gradus read start
--- exit 0

"#]]
    );
}

#[test]
fn search_that_finds_nothing_suggests() {
    let desk = Desk::with_workspace();
    let run = desk.gradus(&["search", "dubling"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
Nothing in this course matches `dubling`.
Did you mean `doubling`?
Try other words, the line of error.log itself, or a status; gradus list shows every lesson.
--- exit 1

"#]]
    );
}

#[test]
fn a_wrong_name_gets_a_suggestion() {
    let desk = Desk::with_workspace();
    for arguments in [
        ["read", "strat"],
        ["check", "dubble"],
        ["hint", "duble"],
        ["reset", "doubel"],
    ] {
        let run = desk.gradus(&arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("hint: did you mean `"), "{run:?}");
    }
}

#[test]
fn commands_without_a_workspace_say_how_to_get_one() {
    let desk = Desk::new();
    let run = desk.gradus(&["check", "double", "--course", "../course"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: there is no workspace here
hint: `gradus --course ../course init` creates one
--- exit 3

"#]]
    );
    let list = desk.gradus(&["list", "--course", "../course"]);
    assert_eq!(list.code, Some(0), "{list:?}");
}

#[test]
fn the_doctor_says_what_is_here_and_what_is_missing() {
    let desk = Desk::new();
    let run = desk.gradus(&["doctor"]);
    assert!(run.stdout.contains(" exercises"), "{run:?}");
    let json = desk.gradus(&["doctor", "--json"]);
    let record: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let names = record["findings"].as_array().expect("findings").iter();
    let names: Vec<_> = names
        .filter_map(|finding| finding["name"].as_str())
        .collect();
    assert!(
        names.starts_with(&[
            "Rust",
            "nginx",
            "nginx faults",
            "IPv6",
            "curl",
            "ss",
            "sandbox"
        ]),
        "{names:?}"
    );
    let unchecked = record["unchecked"].as_array().expect("a list").len();
    assert_eq!(run.code, Some(i32::from(unchecked > 0)));
}

#[test]
fn a_machine_without_a_sandbox_is_told_of_once_and_by_the_doctor() {
    let desk = Desk::new();
    let doctor = desk.shell("GRADUS_NO_SANDBOX=1 gradus doctor");
    let lacking = "limits of time, memory and output alone: the kernel has no Landlock";
    assert!(doctor.stdout.contains(lacking), "{doctor:?}");
    let doctor = desk.shell("GRADUS_NO_NAMESPACES=1 gradus doctor");
    let lacking = "`gradus grade` refuses them: this user cannot create a network namespace";
    assert!(
        doctor.stdout.contains(lacking) || !doctor.stdout.contains("✓ sandbox"),
        "{doctor:?}"
    );
    let wrong = desk.read("course/exercises/double/starter/src/lib.rs");
    desk.write("here/crate/src/lib.rs", &wrong);
    let check =
        "GRADUS_NO_SANDBOX=1 gradus check double --course ../course --path crate --json >/dev/null";
    let told = "no sandbox beyond that";
    let first = desk.shell(check);
    assert!(first.stderr.contains(told), "{first:?}");
    let second = desk.shell(check);
    assert_eq!(second.code, first.code);
    assert!(!second.stderr.contains(told), "{second:?}");
}

#[test]
fn an_nginx_that_is_not_there_is_told_with_what_to_do() {
    let desk = Desk::new();
    let run = desk.shell("GRADUS_NGINX=/nowhere/nginx gradus doctor");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout
            .contains("/nowhere/nginx is not a working nginx; install nginx, "),
        "{run:?}"
    );
    assert!(run.stdout.contains("wrong-port"), "{run:?}");
    let sentences = run.stdout.matches("this exercise needs nginx").count();
    assert_eq!(sentences, 1, "{run:?}");
}

#[test]
fn a_track_is_shown_its_own_parts_of_a_lesson() {
    let desk = Desk::new();
    let question = "```quiz\nid = \"q\"\ntype = \"short\"\nprompt = \"Where?\"\naccept = [\"here\"]\n\
        otherwise = \"Look.\"\n```\n";
    let lesson = format!(
        "+++\ntitle = \"Parts\"\nsummary = \"See.\"\n+++\nFor all.\n\n<!-- track: reader -->\nFor bookworms.\n\n\
         {question}\n<!-- /track -->\n\n## Pens {{track=writer}}\n\nFor scribes.\n"
    );
    desk.write("course/lessons/03-parts.md", &lesson);
    let shown = |arguments: &[&str]| {
        let arguments = [&["--course", "../course"], arguments].concat();
        let page = desk.gradus(&arguments).whole();
        ["For all.", "For bookworms.", "Where?", "For scribes."].map(|part| page.contains(part))
    };
    assert_eq!(shown(&["read", "parts"]), [true; 4]);
    for (track, own) in [
        ("reader", [true, true, true, false]),
        ("writer", [true, false, false, true]),
    ] {
        desk.gradus(&["init", track, "--course", "../course", "--track", track]);
        assert_eq!(
            shown(&["--workspace", track, "read", "parts"]),
            own,
            "{track}"
        );
    }
    let found = |track: &str| {
        desk.gradus(&["--workspace", track, "search", "scribes"])
            .code
    };
    assert_eq!((found("reader"), found("writer")), (Some(1), Some(0)));
    let none = desk.gradus(&["--workspace", "writer", "quiz", "parts"]);
    assert!(none.whole().contains("This lesson has no questions."));
}
