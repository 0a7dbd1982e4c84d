//! The commands of a lab's shell: scripts of one line that ask the lab.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The hidden command of Gradus that the scripts run.
pub const ENTRY: &str = "__lab";

/// The commands that are always there.
const TRADE: [&str; 2] = ["nginx", "svc"];

/// Writes the commands to the folder `bin` of the lab `lab`, which listens at `socket`, and
/// returns that folder. `more` are stand-ins for what this machine lacks.
///
/// # Errors
/// Fails when they cannot be written.
pub fn write(lab: &Path, socket: &Path, gradus: &Path, more: &[&str]) -> io::Result<PathBuf> {
    let folder = lab.join("bin");
    fs::create_dir_all(&folder)?;
    for name in TRADE.iter().chain(more) {
        let script = format!(
            "#!/bin/sh\nexec {} {ENTRY} {} {name} \"$@\"\n",
            quoted(gradus),
            quoted(socket)
        );
        let path = folder.join(name);
        fs::write(&path, script)?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    }
    Ok(folder)
}

/// Quotes `path` for a shell.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
