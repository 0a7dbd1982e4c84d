//! Runs rustc, confined unless everything it reads is ours.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::diagnostics::{self, LineSplitter, RustcDiagnostic};
use super::inspect;
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context, Diagnostic};
use crate::sandbox::{Access, End, Exit, Job, OutputStream, Stage, View};

/// Folders of linkers and their components.
const LINKER_FOLDERS: [&str; 6] = [
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/lib",
    "/usr/lib",
    "/usr/libexec",
];

/// One call of rustc: what to compile, and into what.
#[derive(Debug, Clone)]
pub(crate) struct Unit<'a> {
    pub name: &'a str,
    /// The root file, relative to `folder`.
    pub root: PathBuf,
    /// The folder the compiler starts in: paths in diagnostics are relative to it.
    pub folder: &'a Path,
    pub output: &'a Path,
    pub product: Product,
    /// The crates it may name, with their libraries.
    pub externs: Vec<(&'a str, PathBuf)>,
    /// Further libraries: the dependencies of `externs`.
    pub depends: Vec<PathBuf>,
    pub origin: Origin,
}

/// The author of the sources; decides how the compiler is confined and which lints are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Gradus: the compiler is trusted.
    Ours,
    /// The author of the exercise, who may be a stranger: the compiler is confined.
    Author,
    /// A learner: `unsafe` is forbidden, and the compiler is confined.
    Learner,
    /// Gradus, linked with a learner's crate. Linking may evaluate constants of that crate, so the compiler
    /// is confined.
    Linked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Library,
    Program,
    /// A libtest binary of the crate's tests.
    Tests,
    /// A program whose own `main` calls the crate's tests.
    TestsByHand,
}

/// The result of a call of rustc.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub end: End,
    pub diagnostics: Vec<RustcDiagnostic>,
}

impl Compiled {
    pub(crate) fn is_success(&self) -> bool {
        self.end.is_success()
    }

    /// Whether rustc came to an end of its own, with errors or without.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.end, End::Code(0 | 1))
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = &RustcDiagnostic> {
        let diagnostics = self.diagnostics.iter();
        diagnostics.filter(|reported| reported.diagnostic.error)
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let diagnostics = self.diagnostics.into_iter();
        diagnostics.map(|reported| reported.diagnostic).collect()
    }

    /// All errors, rendered, as one text.
    pub(crate) fn words(&self) -> String {
        self.errors()
            .map(|reported| reported.diagnostic.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Compiles `unit` and passes each diagnostic to `observe` as it arrives.
pub(crate) fn compile(
    unit: &Unit<'_>,
    toolchain: &Toolchain,
    context: &Context,
    mut observe: impl FnMut(&RustcDiagnostic),
) -> Result<Compiled, CheckError> {
    let mut job = compiler_job(unit, toolchain);
    if unit.origin != Origin::Ours {
        job = job.with_budget(context.budget.clone());
    }
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let mut lines = LineSplitter::default();
    let mut said = Vec::new();
    let exit: Exit = process.finish_with(|stream, bytes| {
        if stream == OutputStream::Stderr {
            for line in lines.push(bytes) {
                if let Some(diagnostic) = diagnostics::parse(&line) {
                    observe(&diagnostic);
                    said.push(diagnostic);
                }
            }
        }
    });
    CheckError::unless_ran(&exit)?;
    if !exit.end.is_success() && !said.iter().any(|reported| reported.diagnostic.error) {
        said.push(RustcDiagnostic {
            diagnostic: diagnostics::without_output(&exit, unit.origin),
            code: None,
            places: Vec::new(),
        });
    }
    Ok(Compiled {
        end: exit.end,
        diagnostics: said,
    })
}

fn compiler_job(unit: &Unit<'_>, toolchain: &Toolchain) -> Job {
    let stage = match unit.origin {
        Origin::Ours => Stage::Trusted,
        Origin::Author | Origin::Learner | Origin::Linked => Stage::Compile,
    };
    let mut arguments: Vec<OsString> = vec!["--edition=2024".into(), "--error-format=json".into()];
    arguments.extend(["--crate-name".into(), unit.name.into()]);
    arguments.extend(output_arguments(unit));
    arguments.extend(["-Cdebuginfo=0".into(), "-Cembed-bitcode=no".into()]);
    match unit.product {
        Product::Library => arguments.push("--crate-type=rlib".into()),
        Product::Program => arguments.push("--crate-type=bin".into()),
        Product::Tests => arguments.push("--test".into()),
        // `--test` would set the cfg itself, but also generate libtest's `main`.
        Product::TestsByHand => arguments
            .extend(["--crate-type=bin", "--cfg=test", "--cap-lints=allow"].map(OsString::from)),
    }
    if unit.product != Product::Library {
        let mut linker = OsString::from("-Clinker=");
        linker.push(&toolchain.linker);
        arguments.push(linker);
    }
    if toolchain.shared.is_some() {
        arguments.push("-Cprefer-dynamic".into());
    }
    match unit.origin {
        Origin::Ours | Origin::Linked => {}
        // A `#[test]` inside of a function would compile and never run.
        Origin::Author => arguments.push("-Dunnameable_test_items".into()),
        Origin::Learner => arguments.push("-Funsafe_code".into()),
    }
    for (name, path) in &unit.externs {
        let mut argument = OsString::from(format!("--extern={name}="));
        argument.push(path);
        arguments.push(argument);
        let mut folder = OsString::from("-Ldependency=");
        folder.push(path.parent().unwrap_or(Path::new(".")));
        arguments.push(folder);
    }
    arguments.push(unit.root.clone().into());
    Job::new(stage, &toolchain.rustc, unit.folder)
        .arguments(arguments)
        .variable("PATH", "/usr/bin:/bin:/usr/local/bin")
        .variable("TMPDIR", unit.output.parent().unwrap_or(unit.folder))
        .seeing(compiler_view(unit, toolchain))
}

/// The arguments that name the output. Where it holds a learner's code, rustc also emits dep-info and LLVM
/// IR.
fn output_arguments(unit: &Unit<'_>) -> Vec<OsString> {
    let is_inspected = match unit.origin {
        Origin::Ours | Origin::Author => false,
        Origin::Learner => matches!(unit.product, Product::Library | Product::Program),
        Origin::Linked => true,
    };
    // `--emit` splits at commas, so paths are relative to the folder: those have none.
    let Some(output) = unit
        .output
        .strip_prefix(unit.folder)
        .ok()
        .filter(|_| is_inspected)
    else {
        return vec!["-o".into(), unit.output.into()];
    };
    let emitted = [
        ("link", output.to_owned()),
        ("llvm-ir", inspect::intermediate(output)),
        ("dep-info", inspect::dep_info(output)),
    ];
    let emitted = emitted.into_iter().map(|(kind, path)| {
        let mut argument = OsString::from(format!("--emit={kind}="));
        argument.push(path);
        argument
    });
    let mut folder = OsString::from("--out-dir=");
    folder.push(unit.output.parent().unwrap_or(unit.folder));
    // A single codegen unit, so that there is a single IR file.
    emitted
        .chain([folder, "-Ccodegen-units=1".into()])
        .collect()
}

/// The files visible to the compiler: toolchain, sources, libraries, and the output folder. Endless files
/// such as `/dev/zero` are not among them.
fn compiler_view(unit: &Unit<'_>, toolchain: &Toolchain) -> View {
    let mut view = View::of_tools()
        .with(Access::Execute, &toolchain.sysroot)
        .with(Access::Execute, &toolchain.rustc)
        .with(Access::Read, unit.folder)
        .with(Access::Write, unit.output.parent().unwrap_or(unit.folder));
    let externs = unit.externs.iter().map(|(_, library)| library);
    for library in externs.chain(&unit.depends) {
        view = view
            .with(Access::Read, library)
            .with_all(Access::List, library.parent());
    }
    if unit.product == Product::Library {
        return view;
    }
    view.with_all(Access::Execute, LINKER_FOLDERS)
        .with(Access::Execute, &toolchain.linker)
        // A C compiler finds its components (`cc1`, `ld`) relative to its own path.
        .with_all(
            Access::Execute,
            toolchain.linker.ancestors().nth(2).filter(is_specific),
        )
        .with(Access::Write, "/dev/null")
}

/// Whether `folder` is more specific than a root such as `/usr`, which would show everything.
fn is_specific(folder: &&Path) -> bool {
    folder.components().count() > 3
}

/// The environment variable by which the dynamic loader finds the toolchain's standard library.
pub(crate) fn library_path(toolchain: &Toolchain) -> (&'static str, &Path) {
    let name = if cfg!(target_os = "macos") {
        "DYLD_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    (name, &toolchain.libraries)
}
