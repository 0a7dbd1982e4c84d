//! `gradus` alone: the interactive session.

use super::app::{App, Done};
use super::confinement;
use super::exit::Code;
use crate::check::Feedback;
use crate::session::{self, Farewell, Opening};
use crate::workspace::FOLDER_NAME;

pub(super) fn run(app: &App) -> Done {
    let opened = app.open_course()?;
    let context = app.context(Feedback::Full)?;
    let guard = context.sandbox.guard();
    let opening = Opening {
        root: app
            .workspace_root()
            .unwrap_or_else(|| app.path(FOLDER_NAME.as_ref())),
        course: opened.course,
        workspace: opened.workspace,
        progress: opened.progress,
        command: app.command(""),
        context,
        surface: app.surface(false),
    };
    let farewell = session::run(opening)?;
    confinement::tell_once(app, guard);
    Ok(code(farewell))
}

fn code(farewell: Farewell) -> Code {
    match farewell {
        Farewell::Done | Farewell::Closed => Code::Fine,
        Farewell::Interrupted => Code::Stopped(2),
        Farewell::Signal(signal) => Code::Stopped(signal),
    }
}
