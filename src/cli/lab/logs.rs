//! `gradus lab logs`.

use std::time::Duration;

use clap::Args;

use super::find;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::tail::{NewLines, Positions};
use crate::kinds::gateway::lab::control::{LabClient, LabClientError, LabReply, LabRequest};
use crate::sandbox::Cancel;
use crate::session::lab::board;

/// How often the lab is asked for more.
const BEAT: Duration = Duration::from_millis(150);

/// Show the nginx logs of a lab, with the ports you know
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The exercise [default: the one lab that is up]
    exercise: Option<String>,
    /// Keep printing new lines until the lab stops
    #[arg(short, long)]
    follow: bool,
}

impl Logs {
    pub(super) fn run(self, app: &App) -> Done {
        let lab = find(app, self.exercise.as_deref())?;
        let client = LabClient::new(lab.socket);
        let mut news = ask(&client, Positions::default())?;
        loop {
            app.output.lines(&board::log_lines(&news))?;
            if !self.follow || app.output.is_closed() {
                return Ok(Code::Fine);
            }
            Cancel::new().wait(BEAT);
            news = match ask(&client, news.positions) {
                Ok(news) => news,
                Err(LabClientError::Gone(_) | LabClientError::Trouble(_)) => return Ok(Code::Fine),
                Err(error) => return Err(error.into()),
            };
        }
    }
}

fn ask(client: &LabClient, from: Positions) -> Result<NewLines, LabClientError> {
    match client.ask(&LabRequest::Logs { from })? {
        LabReply::Logs(news) => Ok(news),
        _ => Err(LabClientError::Foreign),
    }
}
