//! The documentation is true: links, sessions, keys and the reference are compared with the program.

mod book;
mod keys;
mod links;
mod reference;
pub(crate) mod sessions;

use clap::Command;
use gradus::cli::Guests;

use crate::harness::Desk;
use crate::pty::Pty;
use crate::repository::{fences, read};

/// What the binary brings.
const GUESTS: Guests = Guests {
    kinds: gradus::kinds::KINDS,
    formats: gradus::report::FORMATS,
    languages: gradus::languages::LANGUAGES,
};

/// Returns the commands as a table for each group, from the command line itself.
fn tables_of_commands() -> String {
    let root = gradus::cli::command(GUESTS);
    let tables = gradus::cli::GROUPS.iter().map(|(title, names)| {
        let rows = names.iter().map(|name| {
            let command = root.find_subcommand(name);
            let command = command.unwrap_or_else(|| panic!("no command {name}"));
            let about = command.get_about().map(ToString::to_string);
            format!("| `{name}` | {} |\n", about.unwrap_or_default())
        });
        let rows: String = rows.collect();
        format!("**{title}**\n\n| command | what it does |\n| --- | --- |\n{rows}")
    });
    tables.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_command_is_in_one_group_and_in_the_help() {
    let root = gradus::cli::command(GUESTS);
    let mut names: Vec<&str> = shown(&root).map(Command::get_name).collect();
    let groups = gradus::cli::GROUPS.iter();
    let mut grouped: Vec<&str> = groups.flat_map(|(_, names)| *names).copied().collect();
    names.sort_unstable();
    grouped.sort_unstable();
    assert_eq!(grouped, names);
    let desk = Desk::new();
    for option in ["-h", "--help"] {
        let help = desk.gradus(&[option]);
        let help = help.stdout;
        for (title, names) in gradus::cli::GROUPS {
            let group = help
                .split_once(&format!("\n{title}:\n"))
                .map(|(_, rest)| rest);
            let group = group.unwrap_or_else(|| panic!("no {title} in\n{help}"));
            let group = group.split("\n\n").next().unwrap_or_default();
            for name in *names {
                assert!(group.contains(&format!("  {name} ")), "{name} in\n{group}");
            }
        }
        assert!(
            help.contains("--workspace") && help.contains("Exit codes"),
            "{help}"
        );
        assert!(!help.contains("__"), "{help}");
    }
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
}

#[test]
fn readme_lists_every_command() {
    let table = tables_of_commands();
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
