//! A kind that Gradus does not know works like the built-in ones: `tests/fixtures/guest` is a Gradus with one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zip::ZipArchive;

use crate::harness::{Desk, Run};

/// A course whose one exercise was made by `gradus new` and is of the kind `lines`.
struct Guest(Desk);

impl Guest {
    fn new() -> Self {
        let desk = Desk::new();
        desk.write(
            "here/course/course.toml",
            "format = 1\nid = \"guest\"\ntitle = \"A guest\"\n",
        );
        desk.write(
            "here/course/lessons/01-text.md",
            "+++\ntitle = \"Text\"\nsummary = \"Write lines.\"\nminutes = 1\n+++\nIt begins.\n\n\
             ## Lines\n\nWrite them.\n\n<!-- exercise: poem -->\n",
        );
        let guest = Self(desk);
        let made = guest.says(&["new", "exercise", "poem", "--kind", "lines"]);
        assert!(made.contains("exercise: poem"), "{made}");
        let file = "here/course/exercises/poem/exercise.toml";
        let manifest = guest.0.read(file) + "\n[lines]\nlanguage = \"en\"\nsecret = \"x\"\n";
        guest.0.write(file, &manifest);
        guest
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let gradus = Path::new(env!("CARGO_BIN_EXE_gradus"));
        let guest = gradus.with_file_name("examples").join("guest");
        let mut command = self.0.program(&guest.to_string_lossy(), arguments);
        command.args(["--course", "course"]);
        self.0.run(&command.output().expect("it runs"))
    }

    /// Returns what a command says that succeeds.
    fn says(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.whole()
    }

    fn hand_in(&self, learner: &str, text: &str) {
        let file = format!("here/class-work/{learner}/poem/answer.txt");
        self.0.write(&file, text);
    }
}

#[test]
fn a_new_kind_is_proved_with_its_mutants() {
    let guest = Guest::new();
    let said = guest.says(&["validate", "--exercise", "poem"]);
    assert!(said.contains("1 exercise proved"), "{said}");
    let said = guest.says(&["validate", "--mutants", "poem"]);
    assert!(said.contains("2 mutants of 1 exercise"), "{said}");
    assert!(said.contains("2 killed"), "{said}");
}

#[test]
fn a_wrong_solution_that_no_test_of_a_new_kind_catches_is_reported() {
    let guest = Guest::new();
    let file = "here/course/exercises/poem/wrong/answer.txt";
    guest.0.write(file, "one\ntwo\n");
    let run = guest.run(&["validate", "--exercise", "poem"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let told = "`line-2` does not catch wrong solution `wrong/answer.txt`; no test catches it";
    assert!(run.whole().contains(told), "{run:?}");
}

#[test]
fn a_new_language_is_proved_and_no_other_is_known() {
    let guest = Guest::new();
    let validate = |block: &str| {
        let file = "here/course/exercises/poem/README.md";
        guest.0.write(file, &format!("Write.\n\n{block}\n"));
        guest.run(&["validate"]).whole()
    };
    let said = validate("```verse\nA line.\n```");
    assert!(said.contains("1 block run"), "{said}");
    let said = validate("```verse\nA line\n```");
    assert!(said.contains("no stop after `A line`"), "{said}");
    let said = validate("```toml\na = 1\n```");
    assert!(said.contains("make it one of `verse`"), "{said}");
}

#[test]
fn a_new_kind_is_learnt_checked_and_shown() {
    let guest = Guest::new();
    guest.says(&["init"]);
    assert!(guest.says(&["list"]).contains("lines"));
    let doctor = guest.says(&["doctor"]);
    assert!(doctor.contains("pen           at hand"), "{doctor}");
    let handed_out = guest.run(&["check", "poem"]);
    assert!(
        handed_out.whole().contains("poem/answer.txt"),
        "{handed_out:?}"
    );
    let check = guest.run(&["check", "poem"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.whole().contains("line 1 is there"), "{check:?}");
    let file = "here/gradus-workspace/exercises/poem/answer.txt";
    guest.0.write(file, "two\none\n");
    assert!(guest.says(&["check", "poem"]).contains("Passed"));
    assert!(guest.says(&["solution", "poem"]).contains("answer.txt"));
    // A pass is of what decides it.
    guest
        .0
        .write("here/course/exercises/poem/hidden/lines.txt", "three\n");
    assert!(guest.says(&["list"]).contains("earlier version"));
}

#[test]
fn a_new_kind_says_what_its_author_and_a_grader_need() {
    let guest = Guest::new();
    let run = guest.run(&["author", "poem"]);
    assert!(
        run.whole().contains("`lines` have nothing to build"),
        "{run:?}"
    );
    guest.says(&[
        "pack",
        "--gradescope",
        "--exercise",
        "poem",
        "--out",
        "poem.zip",
    ]);
    let setup = setup_of(&guest.0.path("here/poem.zip"));
    assert!(setup.contains("apt-get install -y verses\n"), "{setup}");
    assert!(!setup.contains("rustup"), "{setup}");
}

/// Returns the script that sets up the image for the autograder `archive`.
fn setup_of(archive: &Path) -> String {
    let archive = File::open(archive).expect("an archive");
    let mut archive = ZipArchive::new(archive).expect("a zip file");
    let mut text = String::new();
    let mut script = archive.by_name("setup.sh").expect("a script");
    script.read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_new_kind_is_given_to_a_class_and_graded() {
    let guest = Guest::new();
    guest.says(&["pack", "--student", "--out", "class"]);
    let public = guest.0.read("here/class/exercises/poem/exercise.toml");
    assert!(public.contains("language"), "{public}");
    assert!(
        !public.contains("secret") && !public.contains("wrong"),
        "{public}"
    );
    assert!(!guest.0.path("here/class/exercises/poem/hidden").exists());
    guest.hand_in("ada", "one\ntwo\n");
    guest.hand_in("bob", "one\n");
    guest.says(&["grade", "class-work", "--out", "out", "--report", "plain"]);
    let report = guest.0.read("here/out/plain.txt");
    assert_eq!(report, "ada poem: passed\nbob poem: failed\n");
    let run = guest.run(&["grade", "class-work", "--out", "out", "--report", "csv"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let results = guest.0.read("here/out/results.jsonl");
    assert!(results.contains("\"kind\":\"lines\""), "{results}");
    assert_eq!(
        results.matches("\"verdict\":\"passed\"").count(),
        4,
        "{results}"
    );
}
