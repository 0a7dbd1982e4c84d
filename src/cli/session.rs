//! `gradus` alone: the interactive session.

use std::sync::Arc;

use super::app::{App, Done};
use super::confinement;
use super::exit::Code;
use super::failure::Failure;
use crate::check::Feedback;
use crate::tutor::{self, Farewell, Opening, SessionError, Trouble};
use crate::workspace::FOLDER_NAME;

pub(super) fn run(app: &App) -> Done {
    let opened = app.open_course()?;
    let invocation = app.invocation.clone();
    let words = move |error| {
        let words = failure(error).words(&invocation);
        Trouble {
            what: words.what,
            help: words.hint,
        }
    };
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
        caps: app.output.caps().clone(),
        theme: app.output.theme().clone(),
        words: Arc::new(words),
    };
    match tutor::run(opening) {
        Ok(farewell) => {
            confinement::tell_once(app, guard);
            Ok(code(farewell))
        }
        Err(error) => Err(failure(error)),
    }
}

fn failure(error: SessionError) -> Failure {
    match error {
        SessionError::Workspace(error) => error.into(),
        SessionError::Check(error) => error.into(),
        SessionError::Stream(error) => error.into(),
        SessionError::NoEditor => Failure::Refused {
            what: "no editor is set".to_owned(),
            help: "set `VISUAL` or `EDITOR`, or open the file yourself".to_owned(),
        },
    }
}

fn code(farewell: Farewell) -> Code {
    match farewell {
        Farewell::Done | Farewell::Closed => Code::Fine,
        Farewell::Interrupted => Code::Stopped(2),
        Farewell::Signal(signal) => Code::Stopped(signal),
    }
}
