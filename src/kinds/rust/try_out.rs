//! Tries whether this machine links a small program and runs it, where a check did neither.

use std::path::PathBuf;

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::kit::write_file;
use super::learner::{job, output_folder, scratch_folder};
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::sandbox::{End, Limits, SandboxError};
use crate::sys::scratch;

const SOURCE: &str = "fn main() {}\n";
/// The most lines of a linker in a message.
const MOST_LINES: usize = 3;

/// Whether `words` of a compiler or linker say that a disk is full.
pub(super) fn is_without_room(words: &str) -> bool {
    ["No space left", "Disk quota exceeded"]
        .iter()
        .any(|part| words.contains(part))
}

/// The error for a full disk, which may be that of the cache.
pub(super) fn without_room(context: &Context) -> CheckError {
    CheckError::Missing {
        what: "no room is left for what is compiled".to_owned(),
        help: help_to_make_room(context),
    }
}

/// Links an empty program in the folder for temporary files, and runs it in the sandbox.
///
/// # Errors
/// Fails with the words of linker, compiler or system, and what to do, where either is impossible.
pub(super) fn link_and_run(toolchain: &Toolchain, context: &Context) -> Result<(), CheckError> {
    context.outside(|context| {
        let tried = try_both(toolchain, context);
        tried.map_err(|error| match error {
            CheckError::Sandbox(SandboxError::HardLimit(_)) | CheckError::Cancelled => error,
            CheckError::Sandbox(error) => cannot_run(&error.to_string()),
            CheckError::File { path, source } => CheckError::Missing {
                what: format!("cannot use {}: {source}", path.display()),
                help: help_on(&source.to_string(), toolchain, context),
            },
            error => error,
        })
    })
}

fn try_both(toolchain: &Toolchain, context: &Context) -> Result<(), CheckError> {
    let scratch = scratch_folder()?;
    let folder = scratch.path();
    write_file(&folder.join("try.rs"), SOURCE.as_bytes())?;
    let output = output_folder(folder)?.join("try");
    let unit = Unit {
        name: "try_out",
        root: PathBuf::from("try.rs"),
        folder,
        output: &output,
        product: Product::Program,
        externs: Vec::new(),
        depends: Vec::new(),
        origin: Origin::Linked,
    };
    let compiled = compile(&unit, toolchain, context, |_| ())?;
    if !compiled.is_success() {
        let words = linker_words(&compiled);
        return Err(CheckError::Missing {
            help: help_on(&words, toolchain, context),
            what: format!("an empty program cannot be linked here: {words}"),
        });
    }
    let job = job(&output, Limits::learner(), toolchain, context)?;
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    match exit.end {
        End::Code(0) => Ok(()),
        end => Err(cannot_run(&format!("it ended with {end:?}"))),
    }
}

fn cannot_run(why: &str) -> CheckError {
    let folder = scratch::temp_dir();
    let folder = folder.display();
    let help = if scratch::runs_programs(&scratch::temp_dir()) {
        "see what the container or security module of this machine forbids".to_owned()
    } else {
        format!(
            "{folder} is mounted `noexec`: set TMPDIR to a folder from which programs can be run"
        )
    };
    CheckError::Missing {
        what: format!("an empty program cannot be run from {folder}: {why}"),
        help,
    }
}

/// What the linker said, without the command that rustc quotes.
fn linker_words(compiled: &Compiled) -> String {
    let words = compiled.words();
    let lines = words.lines().map(|line| {
        let line = line.trim().trim_start_matches(['|', ' ']);
        line.strip_prefix("= note: ").unwrap_or(line).trim()
    });
    let said = lines.filter(|line| {
        let is_command = line.contains("\" \"") || line.starts_with("some arguments are omitted");
        !line.is_empty() && !is_command && !line.starts_with("error: linking with")
    });
    let said: Vec<_> = said.take(MOST_LINES).collect();
    if said.is_empty() {
        return words.lines().next().unwrap_or("no output").to_owned();
    }
    said.join("; ")
}

fn help_to_make_room(context: &Context) -> String {
    let (temporary, cache) = (scratch::temp_dir(), &context.cache);
    format!(
        "make room in {} and {}, or name another folder by GRADUS_CACHE_DIR",
        temporary.display(),
        cache.display()
    )
}

fn help_on(words: &str, toolchain: &Toolchain, context: &Context) -> String {
    let has = |part: &str| words.contains(part);
    if is_without_room(words) {
        help_to_make_room(context)
    } else if has("cannot find") {
        "install the files that programs are linked with: `apt-get install libc6-dev`, `dnf install glibc-devel`, or \
         `apk add musl-dev`"
            .to_owned()
    } else {
        let linker = toolchain.linker.display();
        format!(
            "{linker} has to link programs: `apt-get install build-essential`, or what this system calls it"
        )
    }
}
