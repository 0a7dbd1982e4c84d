//! `gradus lab down`.

use clap::Args;

use super::{find, registry, say};
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::LabRequest;
use crate::sandbox::Cancel;
use crate::sys::clock::Stopwatch;
use crate::text::Line;
use std::time::Duration;

/// How long a lab may take to go.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait between two looks.
const BEAT: Duration = Duration::from_millis(20);

/// Stop a running lab
#[derive(Debug, Args)]
pub(crate) struct Down {
    /// The exercise [default: the one lab that is up]
    exercise: Option<String>,
}

impl Down {
    pub(super) fn run(self, app: &App) -> Done {
        let lab = find(app, self.exercise.as_deref())?;
        say(&lab, &LabRequest::Down)?;
        let watch = Stopwatch::start();
        let still = || registry(app).find(&lab.exercise) == Some(lab.clone());
        while still() && watch.elapsed() < PATIENCE {
            Cancel::new().wait(BEAT);
        }
        let text = format!("The lab of {} is down.", lab.exercise);
        app.output.line(Line::plain(text))?;
        Ok(Code::Fine)
    }
}
