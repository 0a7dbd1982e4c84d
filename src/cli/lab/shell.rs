//! `gradus lab shell`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::find;
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::kinds::gateway::lab::control::{LabClient, LabStatus, wrappers};
use crate::sandbox::interactive_in;

/// Open a shell in a lab: `nginx` and `svc` are those of the lab
#[derive(Debug, Args)]
pub(crate) struct Shell {
    /// The exercise [default: the one lab that is up]
    exercise: Option<String>,
}

impl Shell {
    pub(super) fn run(self, app: &App) -> Done {
        let lab = find(app, self.exercise.as_deref())?;
        let client = LabClient::new(&lab.socket);
        let status = client.status()?;
        app.note(&welcome(&status));
        open(app, &status, &lab.socket)?;
        Ok(Code::Fine)
    }
}

/// Returns what to know before the first prompt.
pub(super) fn welcome(status: &LabStatus) -> String {
    format!(
        "This shell is in the lab of {}: nginx and svc (svc --help) are the lab's, $URL is {}, \
         $LOGS has the logs. exit leaves it.",
        status.exercise,
        status.url()
    )
}

/// Runs the learner's shell, or else `sh`, with the lab's commands first on its path.
pub(super) fn open(app: &App, status: &LabStatus, socket: &Path) -> io::Result<()> {
    let bin = status.lab.join("bin");
    let environment = &app.environment;
    let shell = environment.get("SHELL").map(PathBuf::from);
    let shell = shell.filter(|shell| crate::sys::files::is_executable(shell));
    let shell = shell.unwrap_or_else(|| PathBuf::from("/bin/sh"));
    let mut path = OsString::from(&bin);
    path.push(":");
    path.push(environment.get("PATH").unwrap_or("/usr/bin:/bin".as_ref()));
    let mut variables = vec![
        ("PATH", path),
        (wrappers::LAB, socket.into()),
        ("URL", status.url().trim_end_matches('/').into()),
        ("LOGS", status.logs().into()),
    ];
    let arguments = prompt(&shell, status, &bin, &mut variables)?;
    interactive_in(&status.folder, &shell, &arguments, &variables)
}

/// Makes the prompt name the lab, after the learner's own start-up files. Those may set the path
/// anew, so it is set again.
fn prompt(
    shell: &Path,
    status: &LabStatus,
    bin: &Path,
    variables: &mut Vec<(&str, OsString)>,
) -> io::Result<Vec<OsString>> {
    let mark = format!("(lab {}) ", status.exercise);
    let path = format!("PATH={}:$PATH\n", wrappers::quoted(bin));
    let name = shell.file_name().and_then(|name| name.to_str());
    match name {
        Some("bash") => {
            let file = status.lab.join("bashrc");
            let own = "[ -f ~/.bashrc ] && . ~/.bashrc\n";
            fs::write(&file, format!("{own}{path}PS1='{mark}'\"$PS1\"\n"))?;
            Ok(vec!["--rcfile".into(), file.into(), "-i".into()])
        }
        Some("zsh") => {
            let folder = status.lab.join("zsh");
            fs::create_dir_all(&folder)?;
            let own = "[ -f ~/.zshrc ] && . ~/.zshrc\n";
            let file = folder.join(".zshrc");
            fs::write(file, format!("{own}{path}PS1='{mark}'\"$PS1\"\n"))?;
            variables.push(("ZDOTDIR", folder.into()));
            Ok(vec!["-i".into()])
        }
        _ => {
            variables.push(("PS1", format!("{mark}$ ").into()));
            Ok(Vec::new())
        }
    }
}
