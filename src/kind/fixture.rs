//! A task for unit tests: it has no files, and a function judges whatever is handed in.

use std::fmt;
use std::path::Path;

use super::{Facts, Task, WorkspaceFile, WrongSolution};
use crate::check::{CheckError, Collected, Context, HandIn, Outcome};

/// A task that this function judges.
pub(crate) struct JudgedBy<F>(pub(crate) F);

impl<F> fmt::Debug for JudgedBy<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JudgedBy")
    }
}

impl<F: Fn() -> Outcome + Send + Sync> Task for JudgedBy<F> {
    fn workspace(&self) -> Vec<WorkspaceFile> {
        Vec::new()
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        Vec::new()
    }

    fn public_files(&self) -> Result<Vec<(String, String)>, String> {
        Ok(Vec::new())
    }

    fn decides(&self, _path: &str) -> bool {
        true
    }

    fn facts(&self) -> Facts {
        Facts::of(Vec::new())
    }

    fn missing(&self, _context: &Context) -> Option<String> {
        None
    }

    fn prepare(&self, _context: &Context) -> Result<(), CheckError> {
        Ok(())
    }

    fn collect(&self, folder: &Path) -> HandIn {
        HandIn {
            folder: folder.to_owned(),
            files: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn check(&self, _hand_in: &HandIn, _context: &Context) -> Result<Outcome, CheckError> {
        Ok(self.0())
    }

    fn wrong_solution(&self, _wrong: &WrongSolution) -> Option<Vec<Collected>> {
        Some(Vec::new())
    }

    fn judge_files(&self, _: &[Collected], _: &Context) -> Result<Outcome, CheckError> {
        Ok(self.0())
    }
}
