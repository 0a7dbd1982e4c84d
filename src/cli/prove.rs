//! A hidden command: proves a batch of blocks in a process of its own, for a `gradus validate`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use crate::check::Feedback;
use crate::code_blocks;
use crate::course::load;

/// Proves one batch of blocks and writes the findings as JSON.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    batch: String,
    pages: String,
}

impl Prove {
    pub(super) fn run(self, app: &App) -> Done {
        let (course, _) = load(&app.tree(None)?, app.guests.kinds);
        let mut batches =
            code_blocks::batches(&course, app.guests.languages, &self.pages).into_iter();
        let batch = batches.find(|batch| batch.name == self.batch);
        let batch = batch.ok_or_else(|| Failure::Refused {
            what: format!("{} no longer exists", self.batch),
            help: "validate again".to_owned(),
        })?;
        let mut context = app.context(Feedback::Full)?;
        context.sandbox = context.sandbox.with_secluded_shells(std::env::temp_dir());
        app.output.json(&batch.prove(&course, &context))?;
        Ok(Code::Fine)
    }
}
