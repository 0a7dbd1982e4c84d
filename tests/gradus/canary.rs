//! A marker word that is all over the hidden tests of a course appears in nothing that a learner is shown.

use std::path::Path;

use crate::harness::{Desk, Extent, Run, copy};

/// The word, in any case.
const CANARY: &str = "zebrafinch";

/// Returns a desk with the fixture `course-check` in `checked` and a workspace of it.
fn desk() -> Desk {
    let desk = Desk::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-check");
    copy(&fixture, &desk.path("checked"));
    expect_silence(&desk.gradus(&["init", "--course", "../checked"]));
    desk
}

fn expect_silence(run: &Run) {
    let whole = run.whole();
    assert!(!whole.to_lowercase().contains(CANARY), "{whole}");
}

/// Checks a crate with this source, in words and where more is wanted as JSON, and returns the words.
fn check(desk: &Desk, id: &str, source: &str) -> String {
    desk.write("here/crate/src/lib.rs", source);
    let arguments = ["check", id, "--course", "../checked", "--path", "crate"];
    let words = desk.gradus(&arguments);
    expect_silence(&words);
    if Extent::wanted() > Extent::Ordinary {
        expect_silence(&desk.gradus(&[&arguments[..], &["--json"]].concat()));
    }
    words.whole()
}

fn of_course(desk: &Desk, id: &str, path: &str) -> String {
    desk.read(&format!("checked/exercises/{id}/{path}"))
}

#[test]
fn the_hidden_tests_are_full_of_it() {
    let desk = desk();
    for id in ["secret", "sealed", "buried"] {
        let hidden = of_course(&desk, id, "hidden/tests.rs").to_lowercase();
        assert!(hidden.matches(CANARY).count() > 3, "{id}");
    }
}

#[test]
fn no_check_tells_it_where_calls_cross() {
    let desk = desk();
    let solution = of_course(&desk, "secret", "solution/src/lib.rs");
    let shut = "pub fn close(code: u32) -> bool { code % 2 == 1 }";
    for (source, words) in [
        (solution.clone(), "Passed"),
        (of_course(&desk, "secret", "starter/src/lib.rs"), "Failed"),
        (of_course(&desk, "secret", "wrong/01-always.rs"), "Failed"),
        (
            solution.replace("open(code: u32)", "open(code: u32, _more: u8)"),
            "types other than",
        ),
        (
            solution.replace("open(code: u32)", "open<const N: usize>(code: u32)"),
            "`open` cannot be called",
        ),
        (shut.to_owned(), "`open` is missing"),
        (String::new(), "`close` is missing"),
        (
            solution.replace("(code % 2 == 1)", "panic!(\"{code}\"); (code % 2 == 1)"),
            "Crashed",
        ),
        (
            solution.replace("(code % 2 == 1)", "std::process::exit(0); (code % 2 == 1)"),
            "Crashed",
        ),
        (solution.replace("code + 1", "code +"), "Compile error"),
        (
            format!("const T: &str = include_str!(\"../hidden/tests.rs\");\n{solution}"),
            "Compile error",
        ),
        (
            format!(
                "const _: () = panic!(\"{{}}\", include_str!(\"../../hidden/tests.rs\"));\n{solution}"
            ),
            "Compile error",
        ),
        (
            format!("#[path = \"../hidden/tests.rs\"] mod tests;\n{solution}"),
            "Compile error",
        ),
        (reading(&solution, "(code % 2 == 1)"), "Passed"),
    ] {
        let told = check(&desk, "secret", &source);
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn no_check_tells_it_where_the_judge_is_linked() {
    let desk = desk();
    let solution = of_course(&desk, "sealed", "solution/src/lib.rs");
    for (source, words) in [
        (solution.clone(), "Passed"),
        (of_course(&desk, "sealed", "starter/src/lib.rs"), "Failed"),
        (
            of_course(&desk, "sealed", "wrong/01-not-empty.rs"),
            "Failed",
        ),
        (
            solution.replace("text: &str", "text: String"),
            "`seal` has types other than",
        ),
        (String::new(), "`seal` is missing"),
        (
            solution.replace("format!", "panic!(\"{text}\"); format!"),
            "Failed",
        ),
        (
            solution.replace("format!", "std::process::exit(0); format!"),
            "Crashed",
        ),
        (solution.replace("format!", "form!"), "Compile error"),
        (reading(&solution, "format!"), "Passed"),
    ] {
        let told = check(&desk, "sealed", &source);
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// Returns `solution` that looks for the hidden tests before `at`, and shows what it finds in every
/// way there is.
fn reading(solution: &str, at: &str) -> String {
    let look = "for path in [\"linked.rs\", \"hidden/tests.rs\", \"../hidden/tests.rs\", \"tests.rs\", \"dispatcher.rs\"] {
        if let Ok(source) = std::fs::read_to_string(path) { println!(\"{source}\"); if path != \"dispatcher.rs\" { assert_eq!(source, \"\"); } }
    }";
    solution.replace(at, &format!("{look}\n{at}"))
}

#[test]
fn values_are_told_nowhere_when_only_titles_are() {
    let desk = desk();
    let solution = of_course(&desk, "buried", "solution/src/lib.rs");
    for (source, words) in [
        (solution.clone(), "Passed"),
        (of_course(&desk, "buried", "starter/src/lib.rs"), "Failed"),
        (
            solution.replace(
                "text.len()",
                "{ println!(\"{text}\"); eprintln!(\"{text}\"); 10 }",
            ),
            "Failed",
        ),
        (
            solution.replace("text.len()", "panic!(\"{text}\")"),
            "Crashed",
        ),
        (
            solution.replace("text.len()", "{ assert_eq!(text, \"\"); 0 }"),
            "Crashed",
        ),
        (
            solution.replace("text.len()", "{ print!(\"{}\", text.repeat(1 << 20)); 0 }"),
            "Output limit",
        ),
        (
            solution.replace("text.len()", "{ print!(\"{text}\"); loop {} }"),
            "Time limit",
        ),
    ] {
        let told = check(&desk, "buried", &source);
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn no_other_command_tells_it() {
    let desk = desk();
    for arguments in [
        &["list"][..],
        &["status"],
        &["next"],
        &["read", "all"],
        &["hint", "secret"],
        &["check", "secret"],
        &["check", "secret"],
        &["search", CANARY],
        &["search", "door"],
        &["solution", "secret", "--yes"],
        &["reset", "secret"],
    ] {
        let mut run = desk.gradus(&[&["--course", "../checked"], arguments].concat());
        // A search tells what was searched for.
        run.stderr = run.stderr.replace(&format!("`{CANARY}`"), "");
        expect_silence(&run);
    }
}

#[test]
fn hidden_tests_that_do_not_compile_are_quoted_to_authors_only() {
    for id in ["secret", "sealed", "buried"] {
        let desk = desk();
        let hidden = format!("checked/exercises/{id}/hidden/tests.rs");
        let broken = desk.read(&hidden) + "\nfn more() { let zebrafinch: u8 = \"zebrafinch\"; }\n";
        desk.write(&hidden, &broken);
        let told = check(&desk, id, &of_course(&desk, id, "solution/src/lib.rs"));
        if id != "sealed" {
            assert!(told.contains("the exercise itself is broken"), "{told}");
            assert!(told.contains("--- exit 3"), "{told}");
        }
        let author = desk.gradus(&["validate", "../checked", "--exercise", id]);
        assert_eq!(author.code, Some(1), "{author:?}");
        assert!(
            author.stdout.contains("mismatched types") || id == "sealed",
            "{author:?}"
        );
    }
}
