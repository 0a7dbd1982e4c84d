//! What a shell on a page can see and do, and what a command in it did.

use std::ffi::OsString;
use std::path::Path;

use crate::check::{CheckError, Context};
use crate::kinds::gateway::lab::nginx::CHOICE;
use crate::kinds::rust::toolchain::Toolchain;
use crate::sandbox::{Access, End, Exit, Job, Limits, View};
use crate::text::visible;

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// What it printed, errors included, in a learner's words.
    pub(super) printed: String,
    /// How it ended.
    pub(super) end: End,
}

/// Runs `line` as the shell `job` of a page, which may write and run what is in the folders `own`. It
/// reads `view` besides, the tools and libraries of this machine, and Gradus.
pub(super) fn run(
    job: Job,
    line: &str,
    limits: Limits,
    own: &[&Path],
    view: View,
    context: &Context,
) -> Result<Output, CheckError> {
    let gradus = context.sandbox.launcher();
    let view = view
        .with_all(Access::Execute, [gradus, Path::new("/usr")])
        .with_all(Access::Execute, own)
        .with_all(Access::Write, own)
        .with(Access::Read, "/proc");
    let job = job
        .within(limits)
        .secluded(context.sandbox.shell_seclusion())
        .seeing(view)
        .argument("-c")
        .argument(format!("exec 2>&1\n{line}"));
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    Ok(Output::of(&exit))
}

/// Returns what a shell sees in which Gradus checks exercises: the compiler, and an nginx of the
/// machine's own where one was chosen.
pub(super) fn with_tools(context: &Context) -> View {
    let environment = &context.environment;
    let mut view = View::of_lab();
    for (name, folder) in Toolchain::variables(context) {
        let folder = Path::new(&folder);
        view = match name {
            "RUSTUP_HOME" => view.with(Access::Execute, folder),
            // What else is there are keys to registries.
            "CARGO_HOME" => view.with(Access::Execute, folder.join("bin")),
            _ => view,
        };
    }
    for name in ["rustc", "cc", "gcc", "clang"] {
        let found = environment.find_program(name, &[]);
        // A toolchain finds its parts relative to itself.
        let found = found.as_deref().and_then(Path::parent);
        view = view.with_all(Access::Execute, found.filter(|it| it.ends_with("bin")));
    }
    view.with_all(Access::Execute, environment.get(CHOICE).map(Path::new))
}

/// Returns the variables by which a shell finds the compiler and the nginx of this machine.
pub(super) fn variables(context: &Context) -> Vec<(&'static str, OsString)> {
    let mut variables = Toolchain::variables(context);
    variables.extend(context.environment.named(&[CHOICE]));
    variables
}

impl Output {
    /// Returns what came of a process that writes to standard output alone.
    pub(super) fn of(exit: &Exit) -> Self {
        let printed = String::from_utf8_lossy(&exit.stdout);
        let lines = printed
            .lines()
            .map(|line| visible(line.trim_end_matches('\r')) + "\n");
        Self {
            printed: lines.collect(),
            end: exit.end,
        }
    }

    /// Returns why it could not be run to an end, if so.
    pub(super) fn trouble(&self) -> Option<String> {
        match self.end {
            End::Code(126 | 127) => Some("is not a command here".to_owned()),
            End::Code(_) => None,
            End::Signal(signal) => Some(format!("is killed by signal {signal}")),
            End::TimeLimit => Some("does not finish".to_owned()),
            End::OutputLimit => Some("prints too much".to_owned()),
            End::Cancelled => Some("was cancelled".to_owned()),
            End::NotEntered => Some("cannot be started here".to_owned()),
        }
    }
}
