//! How a learner's program is started: what it can see, and where its standard library is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::compile::library_path;
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::sandbox::{Access, Job, Limits, Stage, View};

/// Returns a job that runs `program` in the folder it is in, within `limits`.
///
/// Where code of a learner runs as another user, the program is named by a path relative to its
/// folder, and the shared standard library lies beside it: that user need not reach anything above,
/// which may be the home of somebody else.
///
/// # Errors
/// Fails when the program cannot be made ready for that.
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
        let prepared = prepare(program, toolchain);
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
        // Threads share one heap: a heap each would use up the address space.
        .variable("MALLOC_ARENA_MAX", "1")
        .within(limits)
        .sharing(context.allowance.clone())
        .seeing(view))
}

/// Lets everybody reach `program` and the standard library beside it, and list nothing.
fn prepare(program: &Path, toolchain: &Toolchain) -> io::Result<()> {
    let folder = program.parent().unwrap_or(Path::new("/"));
    if let Some(library) = toolchain.shared_library() {
        place(&toolchain.libraries.join(library), &folder.join(library))?;
    }
    permit(program, 0o711)?;
    permit(folder, 0o711)
}

/// Puts the library `from` at `to`: as another name for it where that can be had.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    let linked = fs::hard_link(from, to);
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(_) => {
            fs::copy(from, to)?;
        }
    }
    if is_for_everybody(to)? {
        return Ok(());
    }
    // The permissions of the toolchain's own file are not ours to change.
    fs::remove_file(to)?;
    fs::copy(from, to)?;
    permit(to, 0o644)
}

#[cfg(unix)]
fn is_for_everybody(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(file)?.permissions().mode() & 0o004 != 0)
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Makes the folder below `folder` that compilers write into, and returns it.
///
/// # Errors
/// Fails when it cannot be made.
pub(crate) fn output_folder(folder: &Path) -> Result<PathBuf, CheckError> {
    let output = folder.join("out");
    fs::create_dir_all(&output).map_err(|source| CheckError::File {
        path: output.clone(),
        source,
    })?;
    Ok(output)
}
