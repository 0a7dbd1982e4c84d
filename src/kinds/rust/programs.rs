//! Programs of a course as crates, which depend on those of exercises: built and run by Cargo.

use std::path::Path;

use super::task::{CONTRACT, language, manifests, package};
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context};
use crate::kind::{PartOrigin, ProgramBuilder, ProgramPart, WorkspaceFile};
use crate::sandbox::{End, Exit, Job, Limits, Stage};
use crate::sys::files;

/// Builds programs by Cargo.
pub(super) struct Cargo;

impl ProgramBuilder for Cargo {
    fn files(&self, id: &str, parts: &[ProgramPart<'_>]) -> Vec<WorkspaceFile> {
        let mut manifest = package(id);
        manifest.push_str("\n[dependencies]\n");
        let mut files = Vec::new();
        for part in parts {
            manifest.push_str(&dependencies(part));
            if part.origin == PartOrigin::Reference {
                files.extend(reference(part));
            }
        }
        files.push(ours("Cargo.toml".to_owned(), manifest));
        files
    }

    fn command(&self, id: &str) -> String {
        format!("cargo run -p {id}")
    }

    fn run(&self, id: &str, folder: &Path, context: &Context) -> Result<String, CheckError> {
        let toolchain = Toolchain::find(context)?;
        let cargo = toolchain.sysroot.join("bin/cargo");
        if !files::is_executable(&cargo) {
            return Err(CheckError::Missing {
                what: "there is no Cargo beside the Rust compiler".to_owned(),
                help: "install Rust from https://rustup.rs".to_owned(),
            });
        }
        let target = folder.join("target");
        let build = Job::new(Stage::Trusted, cargo, folder)
            .arguments(["build", "--quiet", "--offline"])
            .variable("PATH", context.environment.get("PATH").unwrap_or_default())
            .variable("RUSTC", &toolchain.rustc)
            .variable("CARGO_HOME", folder.join("cargo-home"))
            .variable("CARGO_TARGET_DIR", &target);
        finish(build, "it does not build", context)?;
        let program = Job::new(Stage::Trusted, target.join("debug").join(id), folder)
            .within(Limits::learner());
        let exit = finish(program, "it fails", context)?;
        Ok(String::from_utf8_lossy(&exit.stdout).into_owned())
    }
}

/// Runs `job`, which must succeed: else the course is at fault, in the words `failure`.
fn finish(job: Job, failure: &str, context: &Context) -> Result<Exit, CheckError> {
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    if exit.end == End::Code(0) {
        return Ok(exit);
    }
    let said = String::from_utf8_lossy(&exit.stderr);
    let what = format!("{failure} with the reference solutions\n{}", said.trim());
    Err(CheckError::exercise(what))
}

/// Returns the lines by which a manifest names the crate of `part` and that of its types, if it has some.
fn dependencies(part: &ProgramPart<'_>) -> String {
    let id = part.exercise;
    let (name, path) = match part.origin {
        PartOrigin::Learner => (id.to_string(), format!("../../exercises/{id}")),
        PartOrigin::Reference => (reference_name(part), format!("reference/{id}")),
    };
    let mut lines = format!("{id} = {{ package = \"{name}\", path = \"{path}\" }}\n");
    if has_types(part) {
        let types = format!(
            "{id}-types = {{ package = \"{name}-contract\", path = \"{path}/contract\" }}\n"
        );
        lines.push_str(&types);
    }
    lines
}

/// Two packages of a workspace cannot have one name.
fn reference_name(part: &ProgramPart<'_>) -> String {
    format!("{}-reference", part.exercise)
}

fn has_types(part: &ProgramPart<'_>) -> bool {
    part.task
        .workspace()
        .iter()
        .any(|file| file.path == CONTRACT)
}

/// Returns the crate of the reference solution of `part`.
fn reference(part: &ProgramPart<'_>) -> Vec<WorkspaceFile> {
    let folder = format!("reference/{}", part.exercise);
    let (manifest, contract) = manifests(&reference_name(part), has_types(part));
    let is_used = |file: &WorkspaceFile| {
        file.path
            .starts_with(if file.editable { "src/" } else { "contract/" })
    };
    let given = part.task.workspace().into_iter();
    let given = given.filter(|file| !file.editable);
    let sources = given.chain(part.task.solution()).filter(is_used);
    let mut files = vec![ours(format!("{folder}/Cargo.toml"), manifest)];
    files.extend(sources.map(|file| {
        let text = if file.path == CONTRACT {
            contract.clone()
        } else {
            file.text
        };
        ours(format!("{folder}/{}", file.path), text)
    }));
    files
}

fn ours(path: String, text: String) -> WorkspaceFile {
    WorkspaceFile {
        language: language(&path),
        path,
        text,
        editable: false,
    }
}
