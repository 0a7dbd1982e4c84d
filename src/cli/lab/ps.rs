//! `gradus lab ps`.

use clap::Args;
use serde::Serialize;

use super::labs;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::{LabClient, LabStatus};
use crate::session::lab::board;
use crate::sys::clock::unix_time;
use crate::text::{Line, Role};

/// List the running labs, and what runs in each
#[derive(Debug, Args)]
pub(crate) struct Ps {
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus lab ps --json`.
#[derive(Debug, Serialize)]
struct LabsRecord {
    /// The version of this shape.
    version: u32,
    labs: Vec<LabStatus>,
}

impl Ps {
    pub(super) fn run(self, app: &App) -> Done {
        let labs = labs(app)?.into_iter();
        // One that goes down just now is not up.
        let labs: Vec<_> = labs
            .filter_map(|lab| LabClient::new(lab.socket).status().ok())
            .collect();
        if self.json {
            app.output.json(&LabsRecord { version: 1, labs })?;
            return Ok(Code::Fine);
        }
        if labs.is_empty() {
            let up = app.command("lab up EXERCISE");
            let line = Line::plain("No lab is up. ").with(Role::Code, up);
            app.output.line(line.with(Role::Text, " starts one."))?;
        }
        for (index, status) in labs.iter().enumerate() {
            if index > 0 {
                app.output.line(Line::new())?;
            }
            let title = Line::new()
                .with(Role::Accent, &status.exercise)
                .with(Role::Text, format!("  {}", status.title));
            let age = board::age(unix_time().saturating_sub(status.since));
            let up = format!("  up for {age}, process {}", status.pid);
            app.output.line(title.with(Role::Dim, up))?;
            app.output.lines(&board::places(status))?;
            app.output.lines(&board::state(status))?;
        }
        Ok(Code::Fine)
    }
}
