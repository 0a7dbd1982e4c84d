//! The hidden command behind the wrapper scripts of a lab: `nginx`, `svc`, and stand-ins for programs that
//! this machine lacks.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::curl;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::control::{
    LabClient, LabClientError, LabReply, LabRequest, LabStatus, commands, wrappers,
};

/// A command of a lab's shell, sent by its wrapper script.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct WrapperCommand {
    /// The lab's socket, the command, and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

impl WrapperCommand {
    pub(crate) fn run(self, app: &App) -> Done {
        let mut words = self.words.into_iter();
        let socket = PathBuf::from(words.next().unwrap_or_default());
        let command = words.next().unwrap_or_default();
        let arguments: Vec<String> = words.collect();
        let client = LabClient::new(socket);
        let said = match command.as_str() {
            "nginx" => ask(&client, commands::nginx(&arguments))?,
            "svc" => ask(&client, commands::svc(&arguments))?,
            "ss" => CommandOutput::fine(listening(&client.status()?)),
            "curl" if app.environment.get(wrappers::CURL).is_some() => {
                return Err(real_curl(app, &arguments, &client.status()?));
            }
            "curl" => curl::run(&arguments, &client.status()?, app.environment.folder()),
            other => CommandOutput::failed(format!("{other}: the lab has no such command\n")),
        };
        // A standard error that is closed is no reason to fail.
        std::io::stderr().write_all(said.stderr.as_bytes()).ok();
        app.output.text(&said.stdout)?;
        Ok(Code::Word(said.code))
    }
}

/// Becomes the real `curl`, which is led to the ports that stand for those in its URL, and shows no
/// progress, as on a terminal. Returns only when that fails.
fn real_curl(app: &App, arguments: &[String], status: &LabStatus) -> Failure {
    let curl = app.environment.get(wrappers::CURL).unwrap_or_default();
    let mut own = vec!["--no-progress-meter".to_owned()];
    for (learner, private) in &status.ports {
        own.extend(["--connect-to".to_owned(), format!(":{learner}::{private}")]);
    }
    let curl = PathBuf::from(curl);
    let source = crate::sandbox::turn_into(&curl, own.iter().chain(arguments));
    Failure::File { path: curl, source }
}

fn ask(
    client: &LabClient,
    request: Result<LabRequest, CommandOutput>,
) -> Result<CommandOutput, LabClientError> {
    let request = match request {
        Ok(request) => request,
        Err(said) => return Ok(said),
    };
    match client.ask(&request)? {
        LabReply::Said(said) => Ok(said),
        _ => Err(LabClientError::Foreign),
    }
}

/// Returns what `ss -ltnp` shows of the lab.
fn listening(status: &LabStatus) -> String {
    let mut rows = vec![
        [
            "State",
            "Recv-Q",
            "Send-Q",
            "Local Address:Port",
            "Peer Address:Port",
            "Process",
        ]
        .map(str::to_owned),
    ];
    let mut row = |backlog: &str, address: &str, name: &str, pid: u32| {
        let peer = if address.starts_with('[') {
            "[::]:*"
        } else {
            "0.0.0.0:*"
        };
        let process = format!("users:((\"{name}\",pid={pid}))");
        rows.push(["LISTEN", "0", backlog, address, peer, &process].map(str::to_owned));
    };
    if let Some(master) = status.nginx.master {
        let address = format!("127.0.0.1:{}", status.nginx.listen);
        row("511", &address, "nginx", master);
    }
    for service in status.services.iter().filter(|it| it.is_running()) {
        // The services are threads of the process that keeps the lab.
        row("128", &service.address, &service.name, status.pid);
    }
    let mut text = String::new();
    for [state, received, sent, local, peer, process] in rows {
        let line = format!("{state:<6} {received:<6} {sent:<6} {local:>20} {peer:>18} {process}");
        text.extend([line.trim_end(), "\n"]);
    }
    text
}
