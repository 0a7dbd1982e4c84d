//! The commands of a lab's shell: symbolic links to Gradus, which acts on the name it was called by.
//!
//! They are links and not scripts for two reasons. A script just written cannot be executed (ETXTBSY) while
//! a child forked by another thread still has it open for writing; the shell would then run the machine's
//! own command of that name. And a link costs nothing.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The hidden subcommand of Gradus behind the links.
pub(crate) const ENTRY: &str = "__lab";
/// The environment variable with the path of the lab's socket.
pub(crate) const LAB: &str = "GRADUS_LAB";
/// The environment variable with the path of the real `curl`, if that is to be used.
pub(crate) const CURL: &str = "GRADUS_LAB_CURL";

const SOCKET: &str = "control/socket";

/// Commands that every lab's shell has.
const COMMANDS: [&str; 2] = ["nginx", "svc"];
/// Commands that Gradus can stand in for.
pub(crate) const STAND_INS: [&str; 2] = ["curl", "ss"];

/// Creates the links in the folder `bin` of the lab, and returns that folder. `more` are stand-ins for
/// commands that this machine lacks.
pub(crate) fn write(lab: &Path, gradus: &Path, more: &[&str]) -> io::Result<PathBuf> {
    let folder = lab.join("bin");
    fs::create_dir_all(&folder)?;
    for name in COMMANDS.iter().chain(more) {
        match symlink(gradus, folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(folder)
}

/// Translates the arguments of this process, if it was called as a lab's command, to those of the hidden
/// subcommand. The lab is the one whose `bin` it was called from, else the one of the socket `lab`.
pub(crate) fn arguments(arguments: &[OsString], lab: Option<&OsStr>) -> Option<Vec<OsString>> {
    let (first, rest) = arguments.split_first()?;
    let name = Path::new(first).file_name()?;
    let mut known = COMMANDS.iter().chain(&STAND_INS);
    if !known.any(|known| name == *known) {
        return None;
    }
    let folder = Path::new(first).parent().and_then(Path::parent);
    let beside = folder.map(|lab| lab.join(SOCKET)).filter(|it| it.exists());
    let lab = beside.map_or_else(|| lab.map(OsStr::to_owned), |socket| Some(socket.into()))?;
    let mut own: Vec<OsString> = vec!["gradus".into(), ENTRY.into(), lab, name.into()];
    own.extend_from_slice(rest);
    Some(own)
}

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
