//! A shell in a lab that nobody sits at: what a runbook and a lesson's commands run in.

use std::io;
use std::path::Path;

use super::{Answer, Keeper, Request, wrappers};
use crate::kinds::gateway::lab::system::PREFIX;
use crate::sandbox::{Job, Stage};

/// Where the commands are that every machine has.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
/// Returns a job for `sh` in `folder`, with the commands of the lab that `keeper` keeps, stand-ins
/// for `curl` and `ss` among them.
///
/// # Errors
/// Fails when the commands cannot be written.
pub(crate) fn job(stage: Stage, keeper: &Keeper, folder: &Path, gradus: &Path) -> io::Result<Job> {
    // The lab's own know the ports that stand for the learner's.
    let bin = wrappers::write(keeper.folder(), gradus, &wrappers::STAND_INS)?;
    Ok(Job::new(stage, "/bin/sh", folder)
        .variable("PATH", format!("{}:{PATH}", bin.display()))
        .variable("HOME", folder)
        .variable("LANG", "C.UTF-8")
        .variable(wrappers::LAB, keeper.socket())
        .variable("URL", url(keeper))
        .variable("LOGS", keeper.folder().join(PREFIX).join("logs")))
}

/// Returns where customers find nginx, as the learner knows it.
fn url(keeper: &Keeper) -> String {
    match keeper.ask(Request::Status) {
        Answer::Status(status) => format!("http://127.0.0.1:{}", status.nginx.listen),
        _ => String::new(),
    }
}
