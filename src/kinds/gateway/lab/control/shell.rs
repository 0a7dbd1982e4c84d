//! A non-interactive shell in a lab, for runbooks and the commands of lessons.

use std::io;
use std::path::Path;

use super::{LabHost, LabReply, LabRequest, wrappers};
use crate::kinds::gateway::lab::system::PREFIX;
use crate::sandbox::{Job, Stage};

/// The `PATH` of the system's commands.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
/// The job that runs `sh` in `folder`, with the lab's commands first on its `PATH`, stand-ins for `curl` and
/// `ss` among them.
pub(crate) fn job(stage: Stage, host: &LabHost, folder: &Path, gradus: &Path) -> io::Result<Job> {
    // The stand-ins translate the learner's ports; the machine's `curl` would not.
    let bin = wrappers::write(host.folder(), gradus, &wrappers::STAND_INS)?;
    Ok(Job::new(stage, "/bin/sh", folder)
        .variable("PATH", format!("{}:{PATH}", bin.display()))
        .variable("HOME", folder)
        .variable("LANG", "C.UTF-8")
        .variable(wrappers::LAB, host.socket())
        .variable("URL", url(host))
        .variable("LOGS", host.folder().join(PREFIX).join("logs")))
}

/// nginx's URL, as the learner knows it.
fn url(host: &LabHost) -> String {
    match host.ask(LabRequest::Status) {
        LabReply::Status(status) => format!("http://127.0.0.1:{}", status.nginx.listen),
        _ => String::new(),
    }
}
