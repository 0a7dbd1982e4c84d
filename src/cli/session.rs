//! `gradus` alone: the interactive session.

use super::app::{App, Done};
use super::next;

/// Opens the course where the learner left it.
pub(super) fn run(app: &App) -> Done {
    next::Next::run(app)
}
