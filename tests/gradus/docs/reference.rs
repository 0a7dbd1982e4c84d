//! The reference has the commands as clap knows them, and exit codes and JSON as the program has them.

use std::fmt::Write as _;

use clap::Command;
use serde_json::Value;
use snapbox::{Data, assert_data_eq};

use super::{GUESTS, shown, tables_of_commands};
use crate::harness::Desk;
use crate::repository::{read, root};

#[test]
fn commands_are_as_clap_knows_them() {
    let page = root().join("book/src/reference/commands.md");
    assert_data_eq!(commands(), Data::read_from(&page, None).raw());
}

fn commands() -> String {
    let mut page = String::from(
        "# Commands\n\n<!-- Written by a test from the command line itself; \
         SNAPSHOTS=overwrite writes it anew. -->\n\n",
    );
    page.push_str("`gradus` alone opens the course where you left it.\n\n");
    page.push_str(&tables_of_commands());
    let root = gradus::cli::command(GUESTS)
        .term_width(80)
        .disable_help_flag(true);
    for command in shown(&root) {
        section(
            &format!("gradus {}", command.get_name()),
            command,
            &mut page,
        );
    }
    page.push_str("\n## Global options\n\n");
    options(&root, &mut page);
    page
}

fn section(name: &str, command: &Command, page: &mut String) {
    write!(page, "\n## {name}\n\n").expect("a string takes it");
    let about = command.get_long_about().or(command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let mut command = command.clone().bin_name(name);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let about = about.trim_end_matches('.');
    write!(page, "{about}.\n\n```text\n{usage}\n```\n").expect("a string takes it");
    let has_own = command.get_arguments().any(is_own);
    if has_own {
        page.push('\n');
        options(&command, page);
    }
    let parts: Vec<Command> = shown(&command).cloned().collect();
    for part in parts {
        section(&format!("{name} {}", part.get_name()), &part, page);
    }
}

fn is_own(argument: &clap::Arg) -> bool {
    !["help", "version"].contains(&argument.get_id().as_str())
}

fn options(command: &Command, page: &mut String) {
    page.push_str("| argument | what it is |\n| --- | --- |\n");
    for argument in command.get_arguments().filter(|argument| is_own(argument)) {
        let value = argument.get_value_names().and_then(<[_]>::first);
        let takes = argument.get_action().takes_values();
        let value = value.filter(|_| takes).map(|value| format!("<{value}>"));
        let value = value.unwrap_or_default();
        let name = match argument.get_long() {
            Some(long) => format!("--{long} {value}").trim_end().to_owned(),
            None => value,
        };
        let help = argument.get_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let known: Vec<String> = argument
            .get_possible_values()
            .iter()
            .filter(|_| takes)
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let known = match known.as_slice() {
            [] => String::new(),
            known => format!(": {}", known.join(", ")),
        };
        writeln!(page, "| `{name}` | {help}{known} |").expect("a string takes it");
    }
}

#[test]
fn every_exit_code_of_the_help_is_on_its_page() {
    let page = read("book/src/reference/exit-codes.md");
    let help = gradus::cli::exit::Code::HELP;
    let codes: Vec<&str> = help
        .split([' ', ':', ',', '.'])
        .filter(|word| word.parse::<u8>().is_ok())
        .collect();
    assert_eq!(codes.len(), 5, "{help}");
    for code in codes {
        assert!(page.contains(&format!("\n| {code} |")), "{code}");
    }
}

#[test]
fn every_field_of_the_json_is_on_its_page() {
    let desk = Desk::with_workspace();
    desk.gradus(&["next"]);
    desk.gradus(&["check", "double"]);
    desk.write("here/log", "HTTP/1.1 502\n[error] else\n");
    let runs = [
        ("check", vec!["check", "double", "--json"]),
        ("list", vec!["list", "--json"]),
        ("status", vec!["status", "--json"]),
        ("explain", vec!["explain", "log", "--json"]),
        ("validate", vec!["validate", "../course", "--json"]),
        (
            "validate",
            vec!["validate", "../course", "--mutants", "--json"],
        ),
    ];
    let page = read("book/src/reference/json.md");
    for (command, arguments) in runs {
        let heading = format!("\n## gradus {command}\n");
        let (_, section) = page.split_once(&heading).expect("a section");
        let section = section.split("\n## ").next().unwrap_or_default();
        let mut fields = Vec::new();
        collect(&desk.gradus(&arguments).json(), &mut fields);
        assert!(fields.contains(&"version".to_owned()), "{command}");
        for field in fields {
            assert!(
                section.contains(&format!("`{field}`")),
                "{command}: {field}"
            );
        }
    }
}

fn collect(value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                fields.push(key.clone());
                collect(value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_format_of_reports_is_on_its_page() {
    let formats = gradus::report::FORMATS.iter();
    let rows: Vec<String> = formats
        .map(|format| format!("| `{}` | {} |\n", format.id(), format.summary()))
        .collect();
    let rows = rows.concat();
    let table = format!("| format | what it is |\n| --- | --- |\n{rows}\n");
    assert!(
        read("book/src/reference/reports.md").contains(&table),
        "{table}"
    );
}
