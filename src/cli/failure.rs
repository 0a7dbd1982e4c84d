//! Errors of commands: their wording and hints, and nowhere else.

use std::io;
use std::path::PathBuf;

use super::exit::Code;
use super::explain::LogError;
use super::invocation::{Invocation, quoted};
use crate::check::CheckError;
use crate::course::scaffold::ScaffoldError;
use crate::grade::GradeError;
use crate::pack::PackError;
use crate::progress::ProgressError;
use crate::sandbox::{HardLimit, SandboxError};
use crate::session::drill::DrillError;
use crate::session::{SessionError, Trouble};
use crate::source::tree::TreeError;
use crate::text::with_causes;
use crate::workspace::WorkspaceError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A name that does not exist.
    #[error("no {what} is called `{name}`")]
    Unknown {
        /// The kind of thing, such as `exercise`.
        what: &'static str,
        name: String,
        /// A name that is there and looks like it.
        near: Option<String>,
    },
    /// No exercise is named, and the folder does not imply one.
    #[error("which exercise? The current folder belongs to none")]
    WhichExercise,
    #[error("there is no workspace here")]
    NoWorkspace,
    #[error("the built-in course cannot be changed")]
    BuiltIn,
    /// A request that cannot be fulfilled.
    #[error("{what}")]
    Refused { what: String, help: String },
    /// No lab is up, or not the one named.
    #[error("{}", match .0 { Some(name) => format!("the lab of `{name}` is not up"), None => "no lab is up".to_owned() })]
    NoLab(Option<String>),
    #[error("no drill is open")]
    NoDrill,
    /// Something that a session refuses.
    #[error(transparent)]
    Session(SessionError),
    /// Drills that could not be kept.
    #[error(transparent)]
    Drill(#[from] DrillError),
    #[error(transparent)]
    Course(#[from] TreeError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Grade(#[from] GradeError),
    #[error(transparent)]
    Scaffold(#[from] ScaffoldError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("cannot use {}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// The command's own input or output.
    #[error("cannot read or write")]
    Stream(#[from] io::Error),
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Workspace(error) => error.into(),
            SessionError::Check(error) => error.into(),
            SessionError::Drill(error) => error.into(),
            SessionError::Stream(error) => error.into(),
            SessionError::File { path, source } => Self::File { path, source },
            SessionError::Lab(_)
            | SessionError::LabIsUp(_)
            | SessionError::NoEditor
            | SessionError::EditorStart { .. }
            | SessionError::EditorFailed { .. }
            | SessionError::NoChoice { .. } => Self::Session(error),
        }
    }
}

impl Failure {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Session(
                SessionError::LabIsUp(_) | SessionError::NoEditor | SessionError::NoChoice { .. },
            )
            | Self::Unknown { .. }
            | Self::WhichExercise
            | Self::Refused { .. }
            | Self::BuiltIn
            | Self::Log(LogError::None)
            | Self::Drill(DrillError::TooMany { .. }) => Code::Usage,
            Self::Check(CheckError::Missing { .. }) | Self::NoLab(_) | Self::NoDrill => {
                Code::Nothing
            }
            Self::Session(_)
            | Self::NoWorkspace
            | Self::Course(_)
            | Self::Workspace(_)
            | Self::Check(_)
            | Self::Grade(_)
            | Self::Scaffold(_)
            | Self::Drill(_)
            | Self::Pack(_)
            | Self::Log(_)
            | Self::File { .. }
            | Self::Stream(_) => Code::Failed,
        }
    }

    /// Words the error; commands in the hint work as they are printed.
    pub(crate) fn words(&self, invocation: &Invocation) -> Trouble {
        Trouble {
            what: with_causes(self),
            hint: self.hint(invocation),
        }
    }

    fn hint(&self, invocation: &Invocation) -> Option<String> {
        let command = |command: &str| format!("`{}`", invocation.command(command));
        match self {
            Self::Unknown { what, near, .. } => Some(unknown_hint(what, near.as_deref(), command)),
            Self::WhichExercise => Some(format!(
                "name one that {} shows, or change to its folder",
                command("list")
            )),
            Self::NoWorkspace => Some(format!("{} creates one", command("init"))),
            Self::BuiltIn => Some("name a course's folder with `--course`".to_owned()),
            Self::Refused { help, .. } => Some(help.clone()),
            Self::Course(TreeError::NoCourse(_)) => {
                Some(format!("{} starts a course", command("new course DIR")))
            }
            Self::Workspace(error) => workspace_hint(error, command),
            Self::Check(error) => check_hint(error, command),
            Self::Grade(error) => grade_hint(error, command),
            Self::Scaffold(error) => scaffold_hint(error),
            Self::Pack(error) => pack_hint(error),
            Self::Log(error) => Some(log_hint(error, command)),
            Self::Course(TreeError::Read { .. }) => {
                Some("name the course's folder with `--course`".to_owned())
            }
            Self::NoLab(name) => {
                let name = name.as_deref().unwrap_or("EXERCISE");
                Some(format!("{} starts one", command(&format!("lab up {name}"))))
            }
            Self::NoDrill => Some(format!("{} begins one", command("drill"))),
            Self::Session(error) => session_hint(error, command),
            Self::Drill(error) => drill_hint(error, command),
            Self::File { .. } | Self::Stream(_) => None,
        }
    }
}

fn unknown_hint(what: &str, near: Option<&str>, command: impl Fn(&str) -> String) -> String {
    let all = match what {
        "exercise" | "lesson" => format!("{} shows them all", command("list")),
        _ => format!("{} shows what there is", command("status")),
    };
    match near {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    }
}

fn workspace_hint(error: &WorkspaceError, command: impl Fn(&str) -> String) -> Option<String> {
    Some(match error {
        WorkspaceError::NotOne(path) => {
            let path = quoted(&path.to_string_lossy());
            format!("`gradus init {path}` makes it one")
        }
        WorkspaceError::OtherCourse { .. } => {
            "name another workspace with `--workspace`, or the course it belongs to with \
             `--course`"
                .to_owned()
        }
        WorkspaceError::Newer { .. } | WorkspaceError::Progress(ProgressError::Newer { .. }) => {
            "a newer Gradus wrote it: use that one; nothing was changed".to_owned()
        }
        WorkspaceError::Damaged { path, .. } => format!(
            "move {} away and run {} in that folder; your exercises and progress stay",
            path.display(),
            command("init .")
        ),
        WorkspaceError::NotEmpty(_) => {
            format!("give a new folder: {}", command("init DIR"))
        }
        WorkspaceError::Busy(_) => format!(
            "close the other one, or use plain commands such as {} beside it",
            command("check")
        ),
        WorkspaceError::File { .. } | WorkspaceError::Progress(_) => return None,
    })
}

fn session_hint(error: &SessionError, command: impl Fn(&str) -> String) -> Option<String> {
    match error {
        SessionError::Lab(error) if error.is_foreign() => {
            Some("end it where it was started, and start it again".to_owned())
        }
        SessionError::Lab(_) => Some(format!("{} shows which labs are up", command("lab ps"))),
        SessionError::LabIsUp(lab) => Some(format!(
            "{} shows it, {} ends it",
            command("lab ps"),
            command(&format!("lab down {}", lab.exercise))
        )),
        SessionError::NoEditor => {
            Some("set `VISUAL` or `EDITOR`, or open the file yourself".to_owned())
        }
        SessionError::EditorStart { variable, .. } => Some(match variable {
            Some(variable) => format!("set `{variable}` to an editor that is installed"),
            None => "set `EDITOR` to an editor that is installed".to_owned(),
        }),
        SessionError::NoChoice { known, .. } => Some(format!("one of: {}", known.join(", "))),
        SessionError::EditorFailed { .. }
        | SessionError::Workspace(_)
        | SessionError::Check(_)
        | SessionError::Drill(_)
        | SessionError::Stream(_)
        | SessionError::File { .. } => None,
    }
}

fn drill_hint(error: &DrillError, command: impl Fn(&str) -> String) -> Option<String> {
    match error {
        DrillError::Workspace(error) => workspace_hint(error, command),
        DrillError::Newer { .. } => {
            Some("a newer Gradus wrote it: use that one; nothing was changed".to_owned())
        }
        DrillError::Damaged { path, .. } => Some(format!("move {} away", path.display())),
        DrillError::Changed { .. } => Some(format!(
            "{} puts it aside; your files stay",
            command("drill give-up")
        )),
        DrillError::TooMany { most } => Some(format!("`--faults {most}` is the hardest")),
        DrillError::Nothing => Some(format!("{} says what it lacks", command("doctor"))),
        DrillError::File { .. } => None,
    }
}

fn check_hint(error: &CheckError, command: impl Fn(&str) -> String) -> Option<String> {
    match error {
        CheckError::Missing { help, .. } => Some(help.clone()),
        CheckError::Exercise { .. } => Some(format!(
            "report it to the course's author; {} shows more",
            command("validate")
        )),
        CheckError::Sandbox(SandboxError::HardLimit(_)) => Some(HardLimit::HELP.to_owned()),
        CheckError::Cancelled
        | CheckError::Apart(_)
        | CheckError::Bug
        | CheckError::File { .. }
        | CheckError::Sandbox(_)
        | CheckError::Kind(_) => None,
    }
}

fn grade_hint(error: &GradeError, command: impl Fn(&str) -> String) -> Option<String> {
    Some(match error {
        GradeError::Other { .. } => {
            "name another folder with `--out`, or start over with `--fresh`; the old journal is \
             renamed"
                .to_owned()
        }
        GradeError::Busy(_) => "wait for it, or name another folder with `--out`".to_owned(),
        GradeError::Sandbox(lacking) => format!(
            "{}; or grade what you trust with `--sandbox none`",
            lacking.help()
        ),
        GradeError::Twice { .. } => "keep one of the two".to_owned(),
        GradeError::Parts(faults) => {
            let faults: String = faults
                .iter()
                .fold(String::new(), |all, fault| all + "- " + fault + "\n");
            format!("{faults}grade the missing parts again; nothing was written")
        }
        GradeError::Check(error) => return check_hint(error, command),
        GradeError::File { .. } | GradeError::Content { .. } | GradeError::Cancelled => {
            return None;
        }
    })
}

fn pack_hint(error: &PackError) -> Option<String> {
    match error {
        PackError::Exists(_) => {
            Some("name a new place with `--out`; nothing was written".to_owned())
        }
        PackError::NoExamples { .. } => {
            Some("write one or two tests there that the class may see".to_owned())
        }
        PackError::NotLinux(_) => Some(
            "name a Gradus built for Gradescope's image with `--gradus`; nothing was written"
                .to_owned(),
        ),
        PackError::File { .. } | PackError::Manifest { .. } | PackError::Zip { .. } => None,
    }
}

fn scaffold_hint(error: &ScaffoldError) -> Option<String> {
    match error {
        ScaffoldError::Exists(_) => Some("choose another name; nothing was written".to_owned()),
        ScaffoldError::NotASlug(_) | ScaffoldError::File { .. } => None,
    }
}

fn log_hint(error: &LogError, command: impl Fn(&str) -> String) -> String {
    let explain = command("explain").replace('`', "");
    let name = |path: &std::path::Path| quoted(&path.to_string_lossy());
    match error {
        LogError::Read { path, source } if source.kind() == io::ErrorKind::PermissionDenied => {
            format!("`sudo cat {} | {explain}`", name(path))
        }
        LogError::Read { .. } => {
            "`nginx -T` names the logs: look for `error_log` and `access_log`".to_owned()
        }
        LogError::Folder(path) => {
            format!(
                "name a log in it, such as {}",
                path.join("error.log").display()
            )
        }
        LogError::Packed { path, tool } => format!("`{tool} {} | {explain}`", name(path)),
        LogError::Binary { .. } => {
            "name an error.log or an access.log; UTF-16 has to be made UTF-8 first".to_owned()
        }
        LogError::None => format!(
            "{}, or `journalctl -u nginx | {explain}`",
            command("explain /var/log/nginx/error.log")
        ),
    }
}
