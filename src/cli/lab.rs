//! `gradus lab`: labs that stay up.

mod curl;
mod down;
mod logs;
mod ps;
mod reload;
mod shell;
pub(super) mod up;
pub(super) mod wrapper;

use clap::Args;

use super::app::{App, Done};
use super::arguments::commands;
use super::failure::Failure;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::control::{
    LabClient, LabClientError, LabReply, LabRequest, RegisteredLab, Registry,
};
use crate::session::SessionError;

/// Run a lab to work on: nginx and the services behind it
#[derive(Debug, Args)]
pub(crate) struct Lab {
    #[command(subcommand)]
    word: LabCommand,
}

commands! { LabCommand {
    Up(up::Up),
    Logs(logs::Logs),
    Reload(reload::Reload),
    Ps(ps::Ps),
    Down(down::Down),
    Shell(shell::Shell),
} }

impl Lab {
    pub(super) fn run(self, app: &App) -> Done {
        self.word.run(app)
    }
}

impl From<LabClientError> for Failure {
    fn from(error: LabClientError) -> Self {
        Self::Session(SessionError::Lab(error))
    }
}

pub(super) fn registry(app: &App) -> Registry {
    Registry::new(&app.environment)
}

fn labs(app: &App) -> Result<Vec<RegisteredLab>, Failure> {
    let labs = registry(app).labs();
    labs.map_err(|source| Failure::File {
        path: app.environment.state(),
        source,
    })
}

/// Returns the lab that is meant: the one named, else the only one that is up.
fn find(app: &App, name: Option<&str>) -> Result<RegisteredLab, Failure> {
    let mut labs = labs(app)?;
    if let Some(name) = name {
        let found = labs.into_iter().find(|lab| lab.exercise == name);
        return found.ok_or_else(|| Failure::NoLab(Some(name.to_owned())));
    }
    match labs.len() {
        0 => Err(Failure::NoLab(None)),
        1 => Ok(labs.remove(0)),
        _ => {
            let names: Vec<_> = labs.into_iter().map(|lab| lab.exercise).collect();
            Err(Failure::Refused {
                what: "which lab? Several are up".to_owned(),
                help: format!("name one of them: {}", names.join(", ")),
            })
        }
    }
}

/// Asks the lab for what a command of the trade prints.
fn say(lab: &RegisteredLab, request: &LabRequest) -> Result<CommandOutput, Failure> {
    match LabClient::new(&lab.socket).ask(request)? {
        LabReply::Said(said) => Ok(said),
        _ => Err(LabClientError::Foreign.into()),
    }
}
