//! A shell in a lab that nobody sits at: what a runbook and a lesson's commands run in.

use std::io;
use std::path::Path;

use super::{Keeper, wrappers};
use crate::sandbox::{Job, Stage};
use crate::sys::files;

/// Where the commands are that every machine has.
pub const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
/// The commands that the lab has its own of: they know the learner's ports, which others stand for.
const OWN: [&str; 2] = ["curl", "ss"];

/// Returns a job for `sh` in `folder`, with the commands of the lab that `keeper` keeps, stand-ins
/// for `curl` and `ss` among them.
///
/// # Errors
/// Fails when the commands cannot be written.
pub fn job(stage: Stage, keeper: &Keeper, folder: &Path, gradus: &Path) -> io::Result<Job> {
    let bin = wrappers::write(keeper.folder(), keeper.socket(), gradus, &OWN)?;
    Ok(Job::new(stage, "/bin/sh", folder)
        .variable("PATH", format!("{}:{PATH}", bin.display()))
        .variable("HOME", folder)
        .variable("LANG", "C.UTF-8")
        .variable("GRADUS_LAB", keeper.socket())
        .variable("LOGS", keeper.folder().join("logs")))
}

/// Puts the real `curl` in the place of its stand-in, in the lab `lab`. It goes to the port that
/// stands for the one in its URL, and shows no progress, as on a terminal.
///
/// # Errors
/// Fails when the command cannot be written.
pub fn with_curl(lab: &Path, curl: &Path, ports: &[(u16, u16)]) -> io::Result<()> {
    let ports = ports.iter();
    let ports = ports.map(|(learner, private)| format!(" --connect-to ':{learner}::{private}'"));
    let ports: String = ports.collect();
    let script = format!(
        "#!/bin/sh\nexec {} --no-progress-meter{ports} \"$@\"\n",
        wrappers::quoted(curl)
    );
    files::write_program(&lab.join("bin/curl"), script.as_bytes())
}
