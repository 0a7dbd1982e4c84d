//! The command line: a file per command. [`failure`] words errors, `output` writes.

mod app;
mod arguments;
mod author;
mod cache;
mod check;
mod completions;
mod confinement;
mod doctor;
mod drill;
pub mod exit;
mod explain;
pub(crate) mod failure;
mod grade;
mod grading;
mod hint;
mod init;
pub(crate) mod invocation;
mod lab;
mod list;
mod man;
mod mdbook;
mod merge;
mod names;
mod new;
mod next;
mod output;
mod pack;
mod program;
mod prove;
mod quiz;
mod read;
mod regrade;
mod reset;
mod review;
mod search;
mod session;
mod skip;
mod solution;
mod source;
mod status;
mod validate;
mod watch;
mod worker;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::code_blocks::Languages;
use crate::kind::Kinds;
use crate::kinds::gateway::lab::control::wrappers;
use crate::report::Formats;
use crate::sandbox;
use crate::sys::environment::Environment;
use app::App;
use arguments::Arguments;
use exit::Code;

/// The plug-ins of a program: what the library does not name.
#[derive(Debug, Clone, Copy)]
pub struct Guests {
    /// The kinds of exercises.
    pub kinds: Kinds,
    /// The formats of reports.
    pub formats: Formats,
    /// The languages of code blocks.
    pub languages: Languages,
}

/// The commands by purpose, for the help and the reference: clap has no groups of commands.
pub const GROUPS: &[(&str, &[&str])] = &[
    (
        "Learn",
        &[
            "init", "next", "read", "quiz", "review", "search", "explain", "check", "watch",
            "hint", "solution", "reset", "skip", "program", "status", "list", "lab", "drill",
        ],
    ),
    ("Author", &["new", "author", "validate"]),
    ("Grade", &["pack", "grade", "merge", "regrade"]),
    ("This machine", &["doctor", "cache", "completions", "man"]),
];

/// Returns the command line as clap knows it, for a reference.
pub fn command(guests: Guests) -> clap::Command {
    let command = new::with_kinds(Arguments::command(), guests.kinds);
    grading::reports::with_formats(command, guests.formats)
}

/// Runs Gradus with these guests and the arguments and environment of this process.
pub fn main(guests: Guests) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = sandbox::enter(arguments.get(1..).unwrap_or_default()) {
        return ExitCode::from(code);
    }
    let environment = environment();
    let command = wrappers::arguments(&arguments, environment.get(wrappers::LAB));
    run(guests, command.unwrap_or(arguments), environment).into()
}

fn run(guests: Guests, arguments: Vec<OsString>, environment: Environment) -> Code {
    let first = arguments.first().cloned();
    let asks_for_help = arguments
        .iter()
        .any(|word| word == "-h" || word == "--help");
    let mut command = command(guests);
    if asks_for_help {
        command = in_groups(command);
    }
    let parsed = match parse(command, arguments) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error),
    };
    let app = App::new(guests, environment, first.as_deref(), parsed.global);
    let done = match parsed.command {
        Some(command) => command.run(&app),
        None => session::run(&app),
    };
    done.unwrap_or_else(|failure| {
        app.output.step("");
        app.output.tell(&failure.words(&app.invocation).lines());
        failure.code()
    })
}

fn parse(mut command: clap::Command, arguments: Vec<OsString>) -> clap::error::Result<Arguments> {
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Has the help list the commands by [`GROUPS`], each group as clap lays commands out.
fn in_groups(command: clap::Command) -> clap::Command {
    let mut template = String::from("{about-with-newline}\n{usage-heading} {usage}\n");
    let styles = clap::builder::Styles::styled();
    let header = styles.get_header();
    for (title, names) in GROUPS {
        let of_group = names
            .iter()
            .filter_map(|name| command.find_subcommand(name));
        let mut group = clap::Command::new("group")
            .max_term_width(arguments::WIDEST)
            .disable_help_subcommand(true)
            .help_template("{subcommands}")
            .subcommands(of_group.cloned().collect::<Vec<_>>());
        let commands = group.render_help().ansi().to_string();
        let commands = commands.trim_end();
        template.extend([
            format!("\n{header}{title}:{header:#}\n"),
            commands.to_owned(),
            "\n".to_owned(),
        ]);
    }
    // What the groups list, clap need not list again.
    let usage = format!("{} [OPTIONS] [COMMAND]", command.get_name());
    command
        .mut_subcommands(|command| command.hide(true))
        .override_usage(usage)
        .help_template(template + "\n{all-args}{after-help}")
}

/// Prints help, the version, or a usage error.
fn refuse(error: &clap::Error) -> Code {
    // If this cannot be printed, there is nowhere to report it.
    error.print().ok();
    if error.use_stderr() {
        Code::Usage
    } else {
        Code::Fine
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn environment() -> Environment {
    // If the current folder was removed, the first access to it reports the error.
    let folder = std::env::current_dir().unwrap_or_default();
    Environment::new(std::env::vars_os(), folder)
}
