//! `gradus grade`.

use clap::Args;

use super::app::{App, Done};
use super::grading::Grading;

/// Grade submissions, one or 100,000, and write results and reports
///
/// Every submission gets a record in `results.jsonl`. To resume an interrupted grading, run the same
/// command again. Exit codes: 0 every submission has a record, 1 with `--require-pass` if one did not
/// pass, 3 otherwise.
#[derive(Debug, Args)]
pub(crate) struct Grade {
    #[command(flatten)]
    grading: Grading,
    /// Start over; the old journal is renamed
    #[arg(long)]
    fresh: bool,
}

impl Grade {
    pub(super) fn run(self, app: &App) -> Done {
        self.grading.run(app, self.fresh, |_| Ok(()))
    }
}
