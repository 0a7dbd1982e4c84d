//! The job that runs a learner's program: its view of the files, and the path of its standard library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::compile::library_path;
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::sandbox::{Access, Job, Limits, Stage, View};
use crate::sys::scratch::{self, Scratch};

/// The job that runs `program` in the folder it is in, within `limits`.
///
/// If learners' code runs as another user, the program is named relative to its folder, and a copy of the
/// shared standard library is beside it: that user may be unable to enter the folders above, such as
/// someone's home.
pub(crate) fn job(
    program: &Path,
    limits: Limits,
    toolchain: &Toolchain,
    context: &Context,
) -> Result<Job, CheckError> {
    let folder = program.parent().unwrap_or(Path::new("/"));
    let name = program.file_name().unwrap_or_default();
    let start = Path::new(".").join(name);
    let (variable, mut libraries) = library_path(toolchain);
    let mut view = View::of_program(&start);
    if context.sandbox.changes_user() {
        let prepared = share_program(program, toolchain);
        prepared.map_err(|source| CheckError::File {
            path: program.to_owned(),
            source,
        })?;
        libraries = Path::new(".");
    }
    if let Some(library) = toolchain.shared_library() {
        view = view.with(Access::Read, libraries.join(library));
    }
    Ok(Job::new(Stage::Learner, start, folder)
        .variable(variable, libraries)
        // glibc reserves 64 MiB of address space for the malloc arena of each thread.
        .variable("MALLOC_ARENA_MAX", "1")
        .within(limits)
        .with_budget(context.budget.clone())
        .seeing(view))
}

/// Makes a folder for a submission.
pub(super) fn scratch_folder() -> Result<Scratch, CheckError> {
    Scratch::new().map_err(|source| CheckError::File {
        path: scratch::temp_dir(),
        source,
    })
}

/// Makes `program`, with the standard library beside it, executable for all users; its folder cannot be
/// listed.
fn share_program(program: &Path, toolchain: &Toolchain) -> io::Result<()> {
    let folder = program.parent().unwrap_or(Path::new("/"));
    if let Some(library) = toolchain.shared_library() {
        place_library(&toolchain.libraries.join(library), &folder.join(library))?;
    }
    set_mode(program, 0o711)?;
    set_mode(folder, 0o711)
}

/// Places the library `from` at `to`: a hard link if possible, else a copy.
fn place_library(from: &Path, to: &Path) -> io::Result<()> {
    let linked = fs::hard_link(from, to);
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(_) => {
            fs::copy(from, to)?;
        }
    }
    if is_world_readable(to)? {
        return Ok(());
    }
    // A hard link shares the mode of the toolchain's own file, which is not ours to change.
    fs::remove_file(to)?;
    fs::copy(from, to)?;
    set_mode(to, 0o644)
}

#[cfg(unix)]
fn is_world_readable(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(file)?.permissions().mode() & 0o004 != 0)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Makes the output folder of the compiler below `folder`.
pub(crate) fn output_folder(folder: &Path) -> Result<PathBuf, CheckError> {
    let output = folder.join("out");
    fs::create_dir_all(&output).map_err(|source| CheckError::File {
        path: output.clone(),
        source,
    })?;
    Ok(output)
}

/// Describes how `signal` ended a learner's process.
pub(super) fn describe_signal(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT: it aborted, as after a stack overflow",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV, as after a stack overflow",
        _ => return format!("the process was killed by signal {signal}"),
    };
    format!("the process was killed by {name}")
}
