//! `gradus lab reload`.

use clap::Args;

use super::{find, say};
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::{LabRequest, NginxCommand};
use crate::text::Line;

/// Reload the configuration of a lab's nginx, as `nginx -s reload` does
#[derive(Debug, Args)]
pub(crate) struct Reload {
    /// The exercise [default: the one lab that is up]
    exercise: Option<String>,
}

impl Reload {
    pub(super) fn run(self, app: &App) -> Done {
        let lab = find(app, self.exercise.as_deref())?;
        let word = NginxCommand::Reload;
        let said = say(&lab, &LabRequest::Nginx { word })?;
        let lines: Vec<_> = said.stderr.lines().map(Line::plain).collect();
        app.output.tell(&lines);
        if said.code != 0 {
            app.note("nginx keeps its previous configuration.");
            return Ok(Code::NotPassed);
        }
        let text = "nginx has read its configuration again.";
        app.output.line(Line::plain(text))?;
        Ok(Code::Fine)
    }
}
