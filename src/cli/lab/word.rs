//! The hidden command behind the words of the trade: `nginx`, `svc`, and stand-ins for what this
//! machine lacks.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::curl;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::lab::control::protocol::Said;
use crate::lab::control::{Answer, CallError, Caller, Status, words};

/// A word to a lab, from one of its scripts.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct LabWord {
    /// The lab's socket, the command, and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

impl LabWord {
    pub(crate) fn run(self, app: &App) -> Done {
        let mut words = self.words.into_iter();
        let socket = PathBuf::from(words.next().unwrap_or_default());
        let command = words.next().unwrap_or_default();
        let arguments: Vec<String> = words.collect();
        let caller = Caller::new(socket);
        let said = match command.as_str() {
            "nginx" => ask(&caller, words::nginx(&arguments))?,
            "svc" => ask(&caller, words::svc(&arguments))?,
            "ss" => Said::fine(listening(&caller.status()?)),
            "curl" => curl::run(&arguments, &caller.status()?, app.environment.folder()),
            other => Said::failed(format!("{other}: the lab has no such command\n")),
        };
        app.output.text(&said.stdout)?;
        // Nobody is left to be told when this cannot be written.
        std::io::stderr().write_all(said.stderr.as_bytes()).ok();
        Ok(Code::Word(said.code))
    }
}

fn ask(
    caller: &Caller,
    request: Result<crate::lab::control::Request, Said>,
) -> Result<Said, CallError> {
    let request = match request {
        Ok(request) => request,
        Err(said) => return Ok(said),
    };
    match caller.ask(&request)? {
        Answer::Said(said) => Ok(said),
        _ => Err(CallError::Foreign),
    }
}

/// Returns what `ss -ltnp` shows of the lab.
fn listening(status: &Status) -> String {
    let mut text = String::from("State   Local Address:Port     Process\n");
    let mut row = |address: &str, name: &str| {
        let line = format!("LISTEN  {address:<22} {name}\n");
        text.push_str(&line);
    };
    if status.nginx.master.is_some() {
        let port = status.nginx.listen;
        row(&format!("127.0.0.1:{port}"), "nginx");
    }
    for service in status.services.iter().filter(|it| it.is_running()) {
        row(&service.address, &service.name);
    }
    text
}
