//! The commands of a lab's shell: links to Gradus, which knows by its name what it is asked for.
//!
//! They are links and no scripts: a script that has just been written cannot be run while another
//! thread starts a process, which has it open for a moment, and a shell would take the next command
//! of that name, the machine's own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The hidden command of Gradus that stands behind the links.
pub(crate) const ENTRY: &str = "__lab";
/// The variable that leads a command to its lab: the path of the lab's socket.
pub(crate) const LAB: &str = "GRADUS_LAB";
/// The variable that names the real `curl`, where it is to be asked and not the stand-in.
pub(crate) const CURL: &str = "GRADUS_LAB_CURL";

/// The lab's socket, in its folder.
const SOCKET: &str = "control/socket";

/// The commands that are always there.
const TRADE: [&str; 2] = ["nginx", "svc"];
/// What can be stood in for where this machine has none.
pub(crate) const STAND_INS: [&str; 2] = ["curl", "ss"];

/// Makes the commands in the folder `bin` of the lab `lab`, and returns that folder. `more` are
/// stand-ins for what this machine lacks.
///
/// # Errors
/// Fails when they cannot be made.
pub(crate) fn write(lab: &Path, gradus: &Path, more: &[&str]) -> io::Result<PathBuf> {
    let folder = lab.join("bin");
    fs::create_dir_all(&folder)?;
    for name in TRADE.iter().chain(more) {
        match symlink(gradus, folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(folder)
}

/// Returns the arguments of Gradus for `arguments`, those of this process, if it was started as a
/// command of a lab: the one in whose folder it was named, else the one at `lab`.
pub(crate) fn arguments(arguments: &[OsString], lab: Option<&OsStr>) -> Option<Vec<OsString>> {
    let (first, rest) = arguments.split_first()?;
    let name = Path::new(first).file_name()?;
    let mut known = TRADE.iter().chain(&STAND_INS);
    if !known.any(|known| name == *known) {
        return None;
    }
    let beside = Path::new(first).parent().and_then(Path::parent);
    let beside = beside.map(|lab| lab.join(SOCKET)).filter(|it| it.exists());
    let lab = beside.map_or_else(|| lab.map(OsStr::to_owned), |lab| Some(lab.into()))?;
    let mut own: Vec<OsString> = vec!["gradus".into(), ENTRY.into(), lab, name.into()];
    own.extend_from_slice(rest);
    Some(own)
}

/// Quotes `path` for a shell.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_of_a_lab_is_known_by_its_name() {
        let words = |line: &str| -> Vec<OsString> { line.split(' ').map(Into::into).collect() };
        let lab = Some(OsStr::new("/lab/control"));
        let own = arguments(&words("/lab/bin/nginx -s reload"), lab);
        assert_eq!(
            own,
            Some(words("gradus __lab /lab/control nginx -s reload"))
        );
        assert_eq!(arguments(&words("/usr/bin/gradus nginx"), lab), None);
        assert_eq!(arguments(&words("nginx -t"), None), None);
    }
}
