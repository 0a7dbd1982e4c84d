//! The kind `rust`.

use std::path::Path;
use std::sync::Arc;

use super::{Folder, Kind, Task, WorkspaceFile};
use crate::check::{CheckError, Context, Outcome, TestTitle};
use crate::course::{ExerciseId, Problem};

/// The kind `rust`.
#[derive(Debug)]
pub struct Rust;

#[derive(Debug)]
struct RustTask;

impl Kind for Rust {
    fn id(&self) -> &'static str {
        "rust"
    }

    fn summary(&self) -> &'static str {
        "rust"
    }

    fn load(&self, _folder: &Folder<'_>, _problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(RustTask)
    }

    fn scaffold(&self, _id: &ExerciseId) -> Vec<(String, String)> {
        Vec::new()
    }
}

impl Task for RustTask {
    fn workspace(&self) -> Vec<WorkspaceFile> {
        Vec::new()
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        Vec::new()
    }

    fn tests(&self) -> Vec<TestTitle> {
        Vec::new()
    }

    fn missing(&self, _context: &Context) -> Option<String> {
        None
    }

    fn prepare(&self, _context: &Context) -> Result<(), CheckError> {
        Ok(())
    }

    fn check(&self, _submission: &Path, _context: &Context) -> Result<Outcome, CheckError> {
        Ok(Outcome::default())
    }

    fn validate(&self, _context: &Context) -> Result<Vec<Problem>, CheckError> {
        Ok(Vec::new())
    }
}
