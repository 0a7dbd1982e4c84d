//! Calls to the compiler.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::diagnostics::{self, Lines};
use super::inspect;
use super::toolchain::Toolchain;
use crate::check::{CheckError, Context, Diagnostic};
use crate::sandbox::{Access, End, Exit, Job, Stage, Stream, View};

/// Where linkers and their parts are.
const LINKER_FOLDERS: [&str; 6] = [
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/lib",
    "/usr/lib",
    "/usr/libexec",
];

/// What to compile, and into what.
#[derive(Debug, Clone)]
pub(crate) struct Unit<'a> {
    /// The crate's name.
    pub name: &'a str,
    /// The root file, relative to `folder`.
    pub root: PathBuf,
    /// The folder the compiler starts in: paths in diagnostics are relative to it.
    pub folder: &'a Path,
    /// The file to write.
    pub output: &'a Path,
    /// What becomes of it.
    pub product: Product,
    /// The crates it may name, and where they are.
    pub externs: Vec<(&'a str, PathBuf)>,
    /// The crates that those are made of.
    pub depends: Vec<PathBuf>,
    /// Who wrote what it is made of.
    pub origin: Origin,
}

/// Who wrote what a unit is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// We.
    Ours,
    /// The author of the exercise, who may be a stranger: the compiler is confined.
    Author,
    /// A learner: no unsafe code, and the compiler is confined.
    Learner,
    /// We, but a learner's crate is linked into it, some of which is evaluated then: the compiler
    /// is confined.
    Linked,
}

/// What a unit becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// A library.
    Library,
    /// A program.
    Program,
    /// A program that runs the crate's tests.
    Tests,
    /// A program that calls the crate's tests by a `main` of its own.
    TestsByHand,
}

/// What the compiler said.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    /// How it ended.
    pub end: End,
    /// Its diagnostics, in its order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Returns whether it made what it should.
    pub(crate) fn is_success(&self) -> bool {
        self.end.is_success()
    }

    /// Returns the errors.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.error)
    }

    /// Returns the errors as one text.
    pub(crate) fn words(&self) -> String {
        self.errors()
            .map(|diagnostic| diagnostic.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Compiles `unit`, and hands each diagnostic to `observe` as it comes.
///
/// # Errors
/// Fails when the compiler cannot be started.
pub(crate) fn compile(
    unit: &Unit<'_>,
    toolchain: &Toolchain,
    context: &Context,
    mut observe: impl FnMut(&Diagnostic),
) -> Result<Compiled, CheckError> {
    let mut job = job(unit, toolchain);
    if unit.origin != Origin::Ours {
        job = job.sharing(context.allowance.clone());
    }
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let mut lines = Lines::default();
    let mut said = Vec::new();
    let exit: Exit = process.finish_with(|stream, bytes| {
        if stream == Stream::Stderr {
            for line in lines.push(bytes) {
                if let Some(diagnostic) = diagnostics::read(&line) {
                    observe(&diagnostic);
                    said.push(diagnostic);
                }
            }
        }
    });
    CheckError::unless_ran(&exit)?;
    if !exit.end.is_success() && !said.iter().any(|diagnostic| diagnostic.error) {
        said.push(diagnostics::silent(&exit, unit.origin));
    }
    Ok(Compiled {
        end: exit.end,
        diagnostics: said,
    })
}

fn job(unit: &Unit<'_>, toolchain: &Toolchain) -> Job {
    let stage = match unit.origin {
        Origin::Ours => Stage::Trusted,
        Origin::Author | Origin::Learner | Origin::Linked => Stage::Compile,
    };
    let mut arguments: Vec<OsString> = vec!["--edition=2024".into(), "--error-format=json".into()];
    arguments.extend(["--crate-name".into(), unit.name.into()]);
    arguments.extend(outputs(unit));
    arguments.extend(["-Cdebuginfo=0".into(), "-Cembed-bitcode=no".into()]);
    match unit.product {
        Product::Library => arguments.push("--crate-type=rlib".into()),
        Product::Program => arguments.push("--crate-type=bin".into()),
        Product::Tests => arguments.push("--test".into()),
        // A compiler that makes tests sets `test` by itself.
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
        // A test in a function is compiled, and never run.
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
        .seeing(view(unit, toolchain))
}

/// Returns the arguments that name what is to be made. Of what holds a learner's code, the compiler also
/// tells which files it read, and the intermediate code.
fn outputs(unit: &Unit<'_>) -> Vec<OsString> {
    let is_inspected = match unit.origin {
        Origin::Ours | Origin::Author => false,
        Origin::Learner => unit.product == Product::Library,
        Origin::Linked => true,
    };
    // A comma in a path would end it: below its folder, a learner's output has none.
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
    // One unit, so that its code is one file.
    emitted
        .chain([folder, "-Ccodegen-units=1".into()])
        .collect()
}

/// Returns what the compiler can see: the toolchain, the sources, the crates that may be named, and
/// the folder it writes into. Endless files such as `/dev/zero` are not among it.
fn view(unit: &Unit<'_>, toolchain: &Toolchain) -> View {
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
        // A compiler of C finds its parts relative to itself.
        .with_all(
            Access::Execute,
            toolchain.linker.ancestors().nth(2).filter(is_deep),
        )
        .with(Access::Write, "/dev/null")
}

/// Returns whether `folder` is no folder that holds everything, such as `/usr`.
fn is_deep(folder: &&Path) -> bool {
    folder.components().count() > 3
}

/// Returns the environment in which a program linked by `toolchain` finds its standard library.
pub(crate) fn library_path(toolchain: &Toolchain) -> (&'static str, &Path) {
    let name = if cfg!(target_os = "macos") {
        "DYLD_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    (name, &toolchain.libraries)
}
