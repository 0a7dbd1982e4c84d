//! The command line: arguments to domain to exit code. One file a command; [`failure`] words what
//! goes wrong, `output` is where commands write.

mod app;
mod arguments;
mod author;
mod cache;
mod cell;
mod check;
mod completions;
mod confinement;
mod doctor;
mod drill;
pub mod exit;
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
mod prove;
mod quiz;
mod read;
mod regrade;
mod reset;
mod search;
mod session;
mod skip;
mod solution;
mod source;
mod status;
mod validate;
mod watch;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::kind::Kinds;
use crate::kinds::gateway::lab::control::wrappers;
use crate::sandbox;
use crate::sys::environment::Environment;
use app::App;
use arguments::Arguments;
use exit::Code;

/// Returns the command line as clap knows it, for a reference.
pub fn command(kinds: Kinds) -> clap::Command {
    new::with_kinds(Arguments::command(), kinds)
}

/// Runs Gradus with these kinds of exercises and the arguments and environment of this process.
pub fn main(kinds: Kinds) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = sandbox::enter(arguments.get(1..).unwrap_or_default()) {
        return ExitCode::from(code);
    }
    let environment = environment();
    let command = wrappers::arguments(&arguments, environment.get(wrappers::LAB));
    run(kinds, command.unwrap_or(arguments), environment).into()
}

fn run(kinds: Kinds, arguments: Vec<OsString>, environment: Environment) -> Code {
    let first = arguments.first().cloned();
    let parsed = match parse(command(kinds), arguments) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error),
    };
    let app = App::new(kinds, environment, first.as_deref(), parsed.global);
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

/// Prints help, the version, or what is wrong with the arguments.
fn refuse(error: &clap::Error) -> Code {
    // Nobody is left to be told when this cannot be printed.
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
    // A folder that was removed under us is told of when something is looked for in it.
    let folder = std::env::current_dir().unwrap_or_default();
    Environment::new(std::env::vars_os(), folder)
}
