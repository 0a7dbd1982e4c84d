//! GitHub: annotations as the runner parses them, the summary as Markdown is rendered, and the step.

use gradus::lesson::{BlockKind, parse};

use super::samples::{Class, great, hostile, report, small};
use crate::harness::Desk;

/// A workflow command.
#[derive(Debug)]
struct Command {
    name: String,
    title: String,
    message: String,
}

/// Parses a line as the runner does: `::name key=value,…::message`.
fn command(line: &str) -> Command {
    let rest = line.strip_prefix("::").expect("a command");
    let (head, message) = rest.split_once("::").expect("a message");
    let (name, properties) = head.split_once(' ').expect("properties");
    let properties: Vec<&str> = properties.split(',').collect();
    let [title] = properties.as_slice() else {
        panic!("{properties:?}")
    };
    let title = title.strip_prefix("title=").expect("a title");
    let decode = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    Command {
        name: name.to_owned(),
        title: decode(title),
        message: decode(message),
    }
}

fn commands(class: &Class) -> Vec<Command> {
    let files = report("github", class);
    files["github/annotations.txt"]
        .lines()
        .map(command)
        .collect()
}

#[test]
fn every_line_is_one_command_and_no_step_has_too_many() {
    for class in [small(), hostile(), great(200)] {
        let commands = commands(&class);
        for kind in ["error", "warning", "notice"] {
            let count = commands
                .iter()
                .filter(|command| command.name == kind)
                .count();
            assert!(count <= 10, "{count} {kind}");
        }
        assert!(
            commands
                .iter()
                .all(|it| ["error", "warning", "notice"].contains(&it.name.as_str()))
        );
        let file = &report("github", &class)["github/annotations.txt"];
        assert!(!file.contains("##["), "{file}");
    }
}

#[test]
fn annotations_tell_what_a_learner_may_know() {
    let commands = commands(&small());
    assert_eq!(commands[0].title, "ada/halve");
    assert_eq!(
        commands[0].message,
        "failed: 1 of 2 tests that are shown passed\nfailed: Edges of the range\n  input: f(7)\n  expected: 1\n  got: 2"
    );
    let last = commands.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.message.as_str()),
        ("notice", "2 of 6 submissions passed; 1 could not be graded")
    );
}

#[test]
fn a_hostile_name_is_text_in_the_summary() {
    let text = &report("github", &hostile())["github/summary.md"];
    for line in text.lines() {
        assert!(!line.contains(['<', '[', '!', '`']), "{line}");
    }
    let doc = parse(text);
    let tables = doc
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Table(_)));
    assert_eq!(tables.count(), 1);
    // Heading, words, table: no name adds a block of its own.
    assert_eq!(doc.blocks.len(), 3, "{text}");
}

#[test]
fn a_summary_fits_and_says_what_it_leaves_out() {
    let text = &report("github", &great(6000))["github/summary.md"];
    assert!(text.len() < 900 << 10, "{}", text.len());
    assert!(text.contains("more are not listed here"));
    let first = text.lines().position(|line| line.contains("| passed |"));
    let last = text.lines().position(|line| line.contains("| failed |"));
    assert!(last < first, "what did not pass comes first");
}

#[test]
fn a_step_shows_annotations_and_adds_to_its_summary() {
    let desk = Desk::new();
    let good = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";
    desk.write("class/ada/double/src/lib.rs", good);
    desk.write(
        "class/bob/double/src/lib.rs",
        &good.replace("checked_mul(2)", "checked_mul(3)"),
    );
    desk.write("here/step.md", "before\n");
    let arguments = [
        "grade",
        "../class",
        "--course",
        "../course",
        "--out",
        "out",
        "--report",
        "github",
    ];
    let place = desk.path("here/step.md");
    let step = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", place.to_str().unwrap()),
    ];
    let run = desk.gradus_with(&arguments, "", &step);
    assert!(
        run.stdout.contains("\n::error title=bob/double::failed: "),
        "{run:?}"
    );
    let summary = desk.read("here/step.md");
    assert!(summary.starts_with("before\n## "), "{summary}");
    assert!(summary.contains("bob/double"), "{summary}");
    let elsewhere = desk.gradus(&arguments);
    assert!(!elsewhere.stdout.contains("::error"), "{elsewhere:?}");
    desk.write("here/step.md", &"x".repeat(1024 << 10));
    let full = desk.gradus_with(&arguments, "", &step);
    assert!(full.stderr.contains("has no room"), "{full:?}");
    assert_eq!(desk.read("here/step.md").len(), 1024 << 10);
}
