//! `gradus completions`.

use clap::Args;
use clap_complete::Shell;

use super::app::{App, Done};
use super::exit::Code;

/// Write a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, app: &App) -> Done {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut super::command(app.guests),
            "gradus",
            &mut script,
        );
        app.output.bytes(&script)?;
        Ok(Code::Fine)
    }
}
