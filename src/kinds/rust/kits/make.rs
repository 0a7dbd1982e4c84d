//! Makes a kit in a scratch folder, and moves it into the cache.

use std::fs;
use std::path::{Path, PathBuf};

use crate::check::cache::Hold;
use crate::check::{CheckError, Context, TestTitle, hand_in};
use crate::kind::Tier;
use crate::kinds::rust::compile::{Compiled, Origin, Product, Unit, compile};
use crate::kinds::rust::dispatch::Dispatch;
use crate::kinds::rust::kit::{ANSWERS, CALLS, Kit, RUNTIME, TESTS, removed, write_file};
use crate::kinds::rust::replies::Call;
use crate::kinds::rust::subject::Subject;
use crate::kinds::rust::toolchain::Toolchain;
use crate::kinds::rust::{census, glue, inspect, linked, runtime, trial};
use crate::sandbox::{Limits, lowered};
use crate::sys::scratch::{self, Scratch};

const SOLUTION: &str = "solution";

pub(super) fn make(
    subject: &Subject,
    toolchain: &Toolchain,
    folder: &Path,
    context: &Context,
) -> Result<(), CheckError> {
    let scratch = scratch(&context.cache.join("kits"))?;
    let made = fill(subject, toolchain, scratch.path(), context);
    if !scratch.path().exists() {
        return Err(removed(scratch.path().to_owned()));
    }
    made?;
    // Another process may have made the same kit meanwhile; either will do.
    keep(scratch, folder, CALLS)?;
    context.trim_cache();
    Ok(())
}

/// Makes all files of a kit in the folder `scratch`.
fn fill(
    subject: &Subject,
    toolchain: &Toolchain,
    scratch: &Path,
    context: &Context,
) -> Result<(), CheckError> {
    let mut kit = Kit {
        folder: scratch.to_owned(),
        toolchain: toolchain.clone(),
        calls: Vec::new(),
        starts: Vec::new(),
        tests: Vec::new(),
        hold: None,
    };
    copy_runtime(&kit, context)?;
    make_contract(subject, &kit, context)?;
    match subject.tier {
        Tier::Called => {
            make_stub(subject, &kit, context)?;
            make_answers(subject, &kit, context)?;
            make_judge(subject, &kit, kit.stub(subject), context)?;
            kit.tests = census::count_tests(subject, &kit, context)?;
            (kit.calls, kit.starts) = record_calls(subject, &kit, context)?;
        }
        Tier::Linked => kit.tests = link_with_solution(subject, &kit, context)?,
    }
    let tests = serde_json::to_vec(&kit.tests).map_err(|error| CheckError::File {
        path: kit.folder.join(TESTS),
        source: error.into(),
    })?;
    write_file(&kit.folder.join(TESTS), &tests)?;
    write_file(
        &kit.folder.join(CALLS),
        &pack_calls(&kit.calls, &kit.starts),
    )
}

/// Renames `scratch` to `folder`, unless that is complete already, as the file `proof` in it shows.
pub(in crate::kinds::rust) fn keep(
    scratch: Scratch,
    folder: &Path,
    proof: &str,
) -> Result<(), CheckError> {
    let kept = scratch.keep_as(folder, proof);
    kept.map_err(|source| CheckError::File {
        path: folder.to_owned(),
        source,
    })
}

fn scratch(kits: &Path) -> Result<Scratch, CheckError> {
    let made = fs::create_dir_all(kits).and_then(|()| {
        scratch::sweep(kits);
        Scratch::within(kits)
    });
    made.map_err(|source| CheckError::File {
        path: kits.to_owned(),
        source,
    })
}

/// Copies the runtime into `kit`; it is compiled once for a toolchain.
fn copy_runtime(kit: &Kit, context: &Context) -> Result<(), CheckError> {
    let fingerprint = kit.toolchain.fingerprint();
    let folder = context.cache.join("runtime").join(fingerprint);
    let library = folder.join(RUNTIME);
    if !library.is_file() {
        make_runtime(&kit.toolchain, &folder, context)?;
    }
    let _hold = Hold::take(&folder);
    let copied = fs::copy(&library, kit.runtime());
    copied.map(drop).map_err(|source| CheckError::File {
        path: library,
        source,
    })
}

fn make_runtime(toolchain: &Toolchain, folder: &Path, context: &Context) -> Result<(), CheckError> {
    let scratch = scratch(&context.cache.join("runtime"))?;
    for (name, source) in runtime::SOURCES {
        write_file(&scratch.path().join(name), source.as_bytes())?;
    }
    let output = scratch.path().join(RUNTIME);
    let unit = Unit {
        name: "gradus_rt",
        root: PathBuf::from("lib.rs"),
        folder: scratch.path(),
        output: &output,
        product: Product::Library,
        externs: Vec::new(),
        depends: Vec::new(),
        origin: Origin::Ours,
    };
    let compiled = compile(&unit, toolchain, context, |_| ())?;
    if !scratch.path().exists() {
        return Err(removed(scratch.path().to_owned()));
    }
    require_success(&compiled, "the runtime does not compile")?;
    keep(scratch, folder, RUNTIME)
}

fn make_contract(subject: &Subject, kit: &Kit, context: &Context) -> Result<(), CheckError> {
    if !subject.has_types() {
        return Ok(());
    }
    write_file(
        &kit.folder.join("contract/src/lib.rs"),
        glue::contract_crate(&subject.contract).as_bytes(),
    )?;
    let output = kit.library("contract");
    let unit = Unit {
        name: "contract",
        root: PathBuf::from("contract/src/lib.rs"),
        folder: &kit.folder,
        output: &output,
        product: Product::Library,
        externs: vec![("gradus_rt", kit.runtime())],
        depends: Vec::new(),
        origin: Origin::Author,
    };
    require_success(
        &compile(&unit, &kit.toolchain, context, |_| ())?,
        "contract.rs does not compile",
    )
}

fn make_stub(subject: &Subject, kit: &Kit, context: &Context) -> Result<(), CheckError> {
    let source = glue::stub_crate(
        &subject.functions,
        subject.has_types(),
        subject.bridge.is_some(),
    );
    make_glue(&subject.crate_name, &source, subject, kit, context)
}

fn make_answers(subject: &Subject, kit: &Kit, context: &Context) -> Result<(), CheckError> {
    if !subject.has_answers() {
        return Ok(());
    }
    let source = glue::answers_crate(&subject.functions, subject.has_types());
    make_glue(ANSWERS, &source, subject, kit, context)
}

/// Compiles the crate `name` of this `source`.
fn make_glue(
    name: &str,
    source: &str,
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<(), CheckError> {
    let root = Path::new("glue").join(name).with_extension("rs");
    write_file(&kit.folder.join(&root), source.as_bytes())?;
    let mut externs = kit.learner_externs(subject);
    externs.push(("gradus_rt", kit.runtime()));
    let output = kit.library(name);
    let unit = Unit {
        name,
        root,
        folder: &kit.folder,
        output: &output,
        product: Product::Library,
        externs,
        depends: Vec::new(),
        origin: Origin::Author,
    };
    require_success(
        &compile(&unit, &kit.toolchain, context, |_| ())?,
        "the contract's functions cannot be called across processes",
    )
}

fn make_judge(
    subject: &Subject,
    kit: &Kit,
    library: PathBuf,
    context: &Context,
) -> Result<(), CheckError> {
    write_file(&kit.folder.join(census::FILE), subject.hidden.as_bytes())?;
    let output = kit.judge();
    make_folder(&kit.folder.join("judge"))?;
    let mut externs: Vec<(&str, PathBuf)> = kit.learner_externs(subject);
    externs.push((&subject.crate_name, library));
    let unit = Unit {
        name: "judge",
        root: PathBuf::from(census::FILE),
        folder: &kit.folder,
        output: &output,
        product: Product::Tests,
        externs,
        depends: vec![kit.runtime()],
        origin: Origin::Author,
    };
    require_success(
        &compile(&unit, &kit.toolchain, context, |_| ())?,
        "the hidden tests do not compile",
    )
}

/// Compiles the hidden tests as written and as they run in a learner's process, both with the reference
/// solution. So what fails to compile here is the author's fault, not a learner's.
fn link_with_solution(
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<Vec<TestTitle>, CheckError> {
    if subject.solution.is_empty() {
        return Ok(subject.tests.iter().map(|of| of.test.clone()).collect());
    }
    let library = compile_solution(subject, kit, context)?;
    make_judge(subject, kit, library.clone(), context)?;
    let tests = census::count_tests(subject, kit, context)?;
    let (linked, program) = linked::link(subject, kit, &library, context)?;
    if let Some(error) = linked.errors().next() {
        return Err(linked::at_fault(subject, &linked, &error.diagnostic));
    }
    let found = inspect::find_forbidden(&program).map_err(|source| CheckError::File {
        path: program,
        source,
    })?;
    if let Some(name) = found.first() {
        return Err(CheckError::Exercise {
            what: format!(
                "the hidden tests or the solution use `{}`, which belongs to the check",
                name.text()
            ),
            place: Some((census::FILE.to_owned(), 1)),
        });
    }
    // From here on only learners' crates are linked; their compiler must not see the solution.
    for folder in ["judge", SOLUTION] {
        let path = kit.folder.join(folder);
        fs::remove_dir_all(&path).map_err(|source| CheckError::File { path, source })?;
    }
    Ok(tests)
}

fn compile_solution(
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<PathBuf, CheckError> {
    let folder = kit.folder.join(SOLUTION);
    make_folder(&folder)?;
    hand_in::write(&subject.solution, &folder)?;
    let (compiled, library) = kit.compile_crate(subject, &folder, context, |_| ())?;
    require_success(&compiled, "the solution does not compile")?;
    Ok(library)
}

/// Runs the judge against the reference solution. Returns its calls, and the indexes at which a test begins.
fn record_calls(
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<(Vec<Call>, Vec<usize>), CheckError> {
    let library = compile_solution(subject, kit, context)?;
    let present = vec![true; subject.functions.len()];
    let (linked, program) = kit.link(subject, &library, &present, context)?;
    require_success(
        &linked,
        "the solution does not have the contract's functions",
    )?;
    let limits = lowered(Limits::trusted()).0;
    let mut dispatch = Dispatch::new(&program, &kit.toolchain, context, limits);
    let trial = trial::run(kit, &[], &mut |call| dispatch.call(call), context)?;
    dispatch.finish()?;
    Ok((trial.calls, trial.starts))
}

/// Turns a failure to compile what is ours or the author's into an error.
fn require_success(compiled: &Compiled, what: &str) -> Result<(), CheckError> {
    if compiled.is_success() {
        return Ok(());
    }
    let first = compiled.errors().next();
    Err(CheckError::Exercise {
        what: format!("{what}\n{}", compiled.words()),
        place: first.and_then(|error| error.diagnostic.file.clone().zip(error.diagnostic.line)),
    })
}

fn make_folder(path: &Path) -> Result<(), CheckError> {
    fs::create_dir_all(path).map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}

fn pack_calls(calls: &[Call], starts: &[usize]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        bytes.push(u8::from(starts.binary_search(&index).is_ok()));
        bytes.extend_from_slice(&(call.len() as u64).to_le_bytes());
        bytes.extend_from_slice(call);
    }
    bytes
}
