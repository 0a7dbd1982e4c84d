//! `gradus man`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;

/// Write the manual page
#[derive(Debug, Args)]
pub(crate) struct Man {}

impl Man {
    #[expect(clippy::unused_self, reason = "every command is run like that")]
    pub(super) fn run(self, app: &App) -> Done {
        let mut page = Vec::new();
        clap_mangen::Man::new(super::command(app.guests)).render(&mut page)?;
        app.output.bytes(&page)?;
        Ok(Code::Fine)
    }
}
