//! The documentation is true: links, sessions, keys and the reference are compared with the program.

mod book;
mod keys;
mod links;
mod reference;
pub(crate) mod sessions;

use std::fmt::Write as _;

use clap::Command;
use gradus::cli::Guests;

use crate::pty::Pty;
use crate::repository::{fences, read};

/// What the binary brings.
const GUESTS: Guests = Guests {
    kinds: gradus::kinds::KINDS,
    formats: gradus::report::FORMATS,
    languages: gradus::languages::LANGUAGES,
};

/// Returns the commands as a table, from the command line itself.
fn table_of_commands() -> String {
    let mut table = String::from("| command | what it does |\n| --- | --- |\n");
    for command in shown(&gradus::cli::command(GUESTS)) {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        writeln!(table, "| `{}` | {about} |", command.get_name()).expect("a string takes it");
    }
    table
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
}

#[test]
fn readme_lists_every_command() {
    let table = table_of_commands();
    assert!(
        read("README.md").contains(&table),
        "README.md needs:\n{table}"
    );
}

#[test]
fn readme_has_two_commands_to_set_up() {
    let first = fences("README.md").into_iter().next().expect("a block");
    assert_eq!(first.text, "$ cargo run --release\n$ cargo test\n");
    let checks = read(".ci/run");
    assert!(checks.contains(" cargo test "), "CI runs the same tests");
}

#[test]
fn readme_shows_the_first_page_as_it_is() {
    let blocks = fences("README.md");
    let page = blocks.iter().find(|fence| fence.language() == "text");
    let page = page.expect("a page");
    let home = tempfile::tempdir().expect("a scratch folder");
    let mut pty = Pty::start(home.path(), &[], &[], (80, 24));
    pty.wait_for("Choose a track");
    pty.send("\r");
    pty.wait_for("Lesson 1 of");
    pty.wait_for("q quit");
    let screen = pty.screen();
    for line in page.text.lines().filter(|line| *line != sessions::LEFT_OUT) {
        assert!(screen.contains(line), "{line:?} is not on\n{screen}");
    }
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}
