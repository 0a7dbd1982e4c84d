//! `gradus lab logs`.

use std::time::Duration;

use clap::Args;

use super::{board, find};
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::tail::{News, Positions};
use crate::kinds::gateway::lab::control::{Answer, CallError, Caller, Request};
use crate::sandbox::Cancel;

/// How often the lab is asked for more.
const BEAT: Duration = Duration::from_millis(150);

/// Show what nginx of a lab has logged, with the ports that you know
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The exercise [default: the one lab that is up]
    exercise: Option<String>,
    /// Go on until the lab is down
    #[arg(short, long)]
    follow: bool,
}

impl Logs {
    pub(super) fn run(self, app: &App) -> Done {
        let lab = find(app, self.exercise.as_deref())?;
        let caller = Caller::new(lab.socket);
        let mut news = ask(&caller, Positions::default())?;
        loop {
            app.output.lines(&board::log_lines(&news))?;
            if !self.follow || app.output.is_closed() {
                return Ok(Code::Fine);
            }
            Cancel::new().wait(BEAT);
            news = match ask(&caller, news.positions) {
                Ok(news) => news,
                Err(CallError::Gone(_) | CallError::Trouble(_)) => return Ok(Code::Fine),
                Err(error) => return Err(error.into()),
            };
        }
    }
}

fn ask(caller: &Caller, from: Positions) -> Result<News, CallError> {
    match caller.ask(&Request::Logs { from })? {
        Answer::Logs(news) => Ok(news),
        _ => Err(CallError::Foreign),
    }
}
