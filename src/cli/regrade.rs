//! `gradus regrade`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::failure::Failure;
use super::grading::Grading;
use crate::check::Verdict;
use crate::course::Points;
use crate::grade::Results;
use crate::grade::compare::{ResultChange, compare};
use crate::text::{Line, Role, counted};

/// Grade submissions again, and show which results changed and why
#[derive(Debug, Args)]
pub(crate) struct Regrade {
    #[command(flatten)]
    grading: Grading,
    /// The older results: the folder of that grading, or its results.jsonl
    #[arg(long, value_name = "OLD")]
    diff: PathBuf,
}

impl Regrade {
    pub(super) fn run(self, app: &App) -> Done {
        let old = Results::open(&app.path(&self.diff))?;
        let compared = |new: &Results| show(app, &compare(&old, new)?);
        self.grading.run(app, false, compared)
    }
}

fn show(app: &App, changes: &[ResultChange]) -> Result<(), Failure> {
    for change in changes {
        app.output.lines(&lines(change))?;
    }
    let text = match changes.len() {
        0 => "no result changed".to_owned(),
        count => format!("{} changed", counted(count, "result")),
    };
    Ok(app.output.line(Line::plain(text))?)
}

fn lines(change: &ResultChange) -> Vec<Line> {
    let words = |side: &Option<(Verdict, Points)>| match side {
        Some((verdict, score)) => format!("{} ({score})", verdict.words()),
        None => "nothing".to_owned(),
    };
    let name = crate::text::visible(&change.submission);
    let head = Line::new().with(Role::Accent, name).with(
        Role::Text,
        format!(": {} -> {}", words(&change.before), words(&change.now)),
    );
    let why = format!("    {}", crate::text::visible(&change.reason.words()));
    let mut lines = vec![head, Line::new().with(Role::Dim, why)];
    for title in &change.tests {
        let text = format!("    differs: {}", crate::text::visible(title));
        lines.push(Line::new().with(Role::Dim, text));
    }
    lines
}
