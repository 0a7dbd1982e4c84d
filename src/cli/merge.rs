//! `gradus merge`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::grading::reports;
use crate::grade::{Results, merge, results};
use crate::text::{Line, Role, counted};

/// Merge the results of all partitions; refuse missing, duplicate or contradictory ones
///
/// Given the results of a complete grading, it only writes reports.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The results of each partition: the folder of its grading, or its results.jsonl
    #[arg(value_name = "PART", required = true)]
    parts: Vec<PathBuf>,
    /// The folder for results and reports
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also write a report in this format; can be repeated
    #[arg(id = reports::ASKED, long = "report", value_name = "FORMAT")]
    reports: Vec<String>,
}

impl Merge {
    pub(super) fn run(self, app: &App) -> Done {
        let mut parts = Vec::new();
        for part in &self.parts {
            parts.push(Results::open(&app.path(part))?);
        }
        let out = app.path(&self.out);
        let place = out.join(results::FILE);
        let submissions = merge::merge(&parts, &place)?;
        let whole = Results::open(&place)?;
        let written = reports::write(app, &whole, &out, &self.reports)?;
        let text = format!(
            "{} of {}: complete",
            counted(submissions, "submission"),
            counted(parts.len(), "part")
        );
        app.output.line(Line::new().with(Role::Good, text))?;
        reports::list(app, &place, &written)?;
        Ok(Code::Fine)
    }
}
