//! What every check of one exercise needs, made once and kept: the runtime, the crate `contract`,
//! the stub, the judge, and the calls that the judge made of the reference solution.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::outcome::TestTitle;
use super::super::{CheckError, Context};
use super::census;
use super::collect::{self, Collected};
use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::contract::{Contract, Function};
use super::dispatch::Dispatch;
use super::glue;
use super::learner;
use super::linked;
use super::replies::Call;
use super::runtime;
use super::titles::Declared;
use super::toolchain::Toolchain;
use super::trial;
use crate::sandbox::Limits;
use crate::sys::fingerprint::Fingerprint;
use crate::sys::scratch::{self, Scratch};

/// The folder of the reference solution.
const SOLUTION: &str = "solution";
/// The file of the calls.
const CALLS: &str = "calls";
/// The file of the hidden tests that count.
const TESTS: &str = "tests.json";

/// Where the hidden tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// In a process of ours, which calls the learner's code in another.
    #[default]
    Called,
    /// In the learner's process, one a test.
    Linked,
}

/// A Rust exercise, read and ready to be made into a kit.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The exercise's name.
    pub id: String,
    /// The name of the learner's crate.
    pub crate_name: String,
    /// Where the hidden tests run.
    pub tier: Tier,
    /// What the contract says.
    pub contract: Contract,
    /// The functions that are called across: the contract's, or the bridge's.
    pub functions: Vec<Function>,
    /// The bridge's source.
    pub bridge: Option<String>,
    /// The hidden tests' source.
    pub hidden: String,
    /// The hidden tests that the source shows, in file order.
    pub tests: Vec<Declared>,
    /// The reference solution; empty in a student edition.
    pub solution: Vec<Collected>,
    /// What a learner's code may use.
    pub limits: Limits,
}

impl Subject {
    /// Returns whether the contract gives types.
    pub fn has_types(&self) -> bool {
        !self.contract.types.is_empty()
    }
}

/// What every check of one exercise needs.
#[derive(Debug, Clone)]
pub struct Kit {
    /// The folder it is kept in.
    pub folder: PathBuf,
    /// The toolchain it was made with.
    pub toolchain: Toolchain,
    /// The calls that the judge makes of the reference solution, in order.
    pub calls: Vec<Call>,
    /// The hidden tests that count.
    pub tests: Vec<TestTitle>,
}

impl Kit {
    /// Returns the kit of `subject`, made now if there is none yet for this toolchain.
    ///
    /// # Errors
    /// Fails when the machine lacks a compiler, or the exercise is broken.
    pub fn get(subject: &Subject, context: &Context) -> Result<Self, CheckError> {
        let toolchain = Toolchain::find(context)?;
        let folder =
            context
                .cache
                .join("kits")
                .join(format!("{}-{}", subject.id, key(subject, &toolchain)));
        let kept = read_calls(&folder.join(CALLS)).zip(read_tests(&folder.join(TESTS)));
        if let Some((calls, tests)) = kept {
            return Ok(Self {
                folder,
                toolchain,
                calls,
                tests,
            });
        }
        make(subject, toolchain, folder, context)
    }

    /// Returns the crates a learner's crate may name.
    pub fn learner_externs(&self, subject: &Subject) -> Vec<(&'static str, PathBuf)> {
        if subject.has_types() {
            vec![("contract", self.folder.join("libcontract.rlib"))]
        } else {
            Vec::new()
        }
    }

    /// Returns the judge; it has a folder of its own, where nothing else is to be seen.
    pub fn judge(&self) -> PathBuf {
        self.folder.join("judge/judge")
    }

    /// Returns the stub crate.
    pub fn stub(&self, subject: &Subject) -> PathBuf {
        self.folder.join(format!("lib{}.rlib", subject.crate_name))
    }

    /// Returns the runtime.
    pub fn runtime(&self) -> PathBuf {
        self.folder.join("libgradus_rt.rlib")
    }

    /// Compiles the crate in `folder` (its root is `src/lib.rs`) as a learner's, and returns what
    /// the compiler said and where the library is.
    ///
    /// # Errors
    /// Fails when the compiler cannot be started.
    pub fn compile_crate(
        &self,
        subject: &Subject,
        folder: &Path,
        context: &Context,
        observe: impl FnMut(&super::super::Diagnostic),
    ) -> Result<(Compiled, PathBuf), CheckError> {
        let output = learner::output_folder(folder)?;
        let library = output.join(format!("lib{}.rlib", subject.crate_name));
        let unit = Unit {
            name: &subject.crate_name,
            root: PathBuf::from("src/lib.rs"),
            folder,
            output: &library,
            product: Product::Library,
            externs: self.learner_externs(subject),
            depends: vec![self.runtime()],
            origin: Origin::Learner,
        };
        let compiled = compile(&unit, &self.toolchain, context, observe)?;
        Ok((compiled, library))
    }

    /// Links the library of a learner's crate with a dispatcher that binds the functions of
    /// `present`, and returns what the compiler said and where the program is.
    ///
    /// # Errors
    /// Fails when the compiler cannot be started.
    pub fn link(
        &self,
        subject: &Subject,
        library: &Path,
        present: &[bool],
        context: &Context,
    ) -> Result<(Compiled, PathBuf), CheckError> {
        let output = library.parent().unwrap_or(&self.folder);
        let folder = output.parent().unwrap_or(output);
        let bridge = subject.bridge.as_deref();
        let source = glue::dispatcher(
            &subject.crate_name,
            &subject.functions,
            subject.has_types(),
            present,
            bridge,
        );
        write(&folder.join("dispatcher.rs"), source.as_bytes())?;
        let program = output.join("dispatcher");
        let mut externs = self.learner_externs(subject);
        externs.push(("gradus_rt", self.runtime()));
        let crate_name: &str = &subject.crate_name;
        let mut externs: Vec<(&str, PathBuf)> = externs;
        externs.push((crate_name, library.to_owned()));
        let unit = Unit {
            name: "dispatcher",
            root: PathBuf::from("dispatcher.rs"),
            folder,
            output: &program,
            product: Product::Program,
            externs,
            depends: Vec::new(),
            origin: Origin::Linked,
        };
        Ok((compile(&unit, &self.toolchain, context, |_| ())?, program))
    }
}

fn key(subject: &Subject, toolchain: &Toolchain) -> String {
    let mut key = Fingerprint::new();
    let bridged = subject.bridge.is_some();
    key.add(toolchain.fingerprint());
    key.add(&subject.crate_name);
    key.add(glue::contract_crate(&subject.contract));
    key.add([u8::from(subject.tier == Tier::Linked)]);
    key.add(glue::stub_crate(
        &subject.functions,
        subject.has_types(),
        bridged,
    ));
    key.add(subject.bridge.as_deref().unwrap_or_default());
    key.add(&subject.hidden);
    for file in &subject.solution {
        key.add(&file.path);
        key.add(&file.bytes);
    }
    key.finish()
}

fn make(
    subject: &Subject,
    toolchain: Toolchain,
    folder: PathBuf,
    context: &Context,
) -> Result<Kit, CheckError> {
    let kits = context.cache.join("kits");
    let scratch = scratch(&kits)?;
    let runtime = runtime_library(&toolchain, context)?;
    let mut kit = Kit {
        folder: scratch.path().to_owned(),
        toolchain,
        calls: Vec::new(),
        tests: Vec::new(),
    };
    fs::copy(&runtime, kit.runtime()).map_err(|source| CheckError::File {
        path: runtime,
        source,
    })?;
    make_contract(subject, &kit, context)?;
    match subject.tier {
        Tier::Called => {
            make_stub(subject, &kit, context)?;
            make_judge(subject, &kit, kit.stub(subject), context)?;
            kit.tests = census::take(subject, &kit, context)?;
            kit.calls = record(subject, &kit, context)?;
        }
        Tier::Linked => kit.tests = link_with_solution(subject, &kit, context)?,
    }
    let tests = serde_json::to_vec(&kit.tests).expect("titles can be written");
    write(&kit.folder.join(TESTS), &tests)?;
    write(&kit.folder.join(CALLS), &pack_calls(&kit.calls))?;
    // Somebody else may have made the same kit in the meantime; theirs is as good.
    keep(scratch, &folder, CALLS)?;
    kit.folder = folder;
    Ok(kit)
}

/// Keeps what was made in `scratch` as `folder`, where `proof` says that it is whole.
pub(super) fn keep(scratch: Scratch, folder: &Path, proof: &str) -> Result<(), CheckError> {
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

fn runtime_library(toolchain: &Toolchain, context: &Context) -> Result<PathBuf, CheckError> {
    let folder = context.cache.join("runtime").join(toolchain.fingerprint());
    let library = folder.join("libgradus_rt.rlib");
    if library.is_file() {
        return Ok(library);
    }
    let scratch = scratch(&context.cache.join("runtime"))?;
    for (name, source) in runtime::SOURCES {
        write(&scratch.path().join(name), source.as_bytes())?;
    }
    let output = scratch.path().join("libgradus_rt.rlib");
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
    expect(
        &compile(&unit, toolchain, context, |_| ())?,
        "the runtime does not compile",
    )?;
    keep(scratch, &folder, "libgradus_rt.rlib")?;
    Ok(library)
}

fn make_contract(subject: &Subject, kit: &Kit, context: &Context) -> Result<(), CheckError> {
    if !subject.has_types() {
        return Ok(());
    }
    write(
        &kit.folder.join("contract/src/lib.rs"),
        glue::contract_crate(&subject.contract).as_bytes(),
    )?;
    let output = kit.folder.join("libcontract.rlib");
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
    expect(
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
    write(&kit.folder.join("stub/stub.rs"), source.as_bytes())?;
    let mut externs = kit.learner_externs(subject);
    externs.push(("gradus_rt", kit.runtime()));
    let output = kit.stub(subject);
    let unit = Unit {
        name: &subject.crate_name,
        root: PathBuf::from("stub/stub.rs"),
        folder: &kit.folder,
        output: &output,
        product: Product::Library,
        externs,
        depends: Vec::new(),
        origin: Origin::Author,
    };
    expect(
        &compile(&unit, &kit.toolchain, context, |_| ())?,
        "the contract's functions cannot be called across processes",
    )
}

/// Compiles the hidden tests with `library` as the learner's crate.
fn make_judge(
    subject: &Subject,
    kit: &Kit,
    library: PathBuf,
    context: &Context,
) -> Result<(), CheckError> {
    write(&kit.folder.join(census::FILE), subject.hidden.as_bytes())?;
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
    expect(
        &compile(&unit, &kit.toolchain, context, |_| ())?,
        "the hidden tests do not compile",
    )
}

/// Compiles the hidden tests as they stand and as they are called in a learner's process, both with the
/// reference solution: what does not compile then is the author's fault, and no learner's.
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
    let tests = census::take(subject, kit, context)?;
    let (linked, _) = linked::link(subject, kit, &library, context)?;
    if let Some(error) = linked.errors().next() {
        return Err(linked::at_fault(subject, &linked, error));
    }
    // Only learners' crates are linked from here on.
    for folder in ["judge", SOLUTION] {
        let path = kit.folder.join(folder);
        fs::remove_dir_all(&path).map_err(|source| CheckError::File { path, source })?;
    }
    Ok(tests)
}

/// Compiles the reference solution as a learner's crate and returns its library.
fn compile_solution(
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<PathBuf, CheckError> {
    let folder = kit.folder.join(SOLUTION);
    make_folder(&folder)?;
    collect::write(&subject.solution, &folder)?;
    let (compiled, library) = kit.compile_crate(subject, &folder, context, |_| ())?;
    expect(&compiled, "the solution does not compile")?;
    Ok(library)
}

/// Runs the judge against the reference solution and keeps the calls it makes.
fn record(subject: &Subject, kit: &Kit, context: &Context) -> Result<Vec<Call>, CheckError> {
    let library = compile_solution(subject, kit, context)?;
    let present = vec![true; subject.functions.len()];
    let (linked, program) = kit.link(subject, &library, &present, context)?;
    expect(
        &linked,
        "the solution does not have the contract's functions",
    )?;
    let mut dispatch = Dispatch::new(&program, &kit.toolchain, context, Limits::trusted());
    let trial = trial::run(kit, &[], &mut |call| dispatch.call(call), context)?;
    dispatch.finish()?;
    Ok(trial.calls)
}

/// Turns a failure to compile what is ours or the author's into an error.
fn expect(compiled: &Compiled, what: &str) -> Result<(), CheckError> {
    if compiled.is_success() {
        return Ok(());
    }
    let first = compiled.errors().next();
    Err(CheckError::Exercise {
        what: format!("{what}\n{}", compiled.words()),
        place: first.and_then(|error| error.file.clone().zip(error.line)),
    })
}

fn make_folder(path: &Path) -> Result<(), CheckError> {
    fs::create_dir_all(path).map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CheckError> {
    let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}

fn pack_calls(calls: &[Call]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for call in calls {
        bytes.extend_from_slice(&(call.len() as u64).to_le_bytes());
        bytes.extend_from_slice(call);
    }
    bytes
}

fn read_tests(path: &Path) -> Option<Vec<TestTitle>> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn read_calls(path: &Path) -> Option<Vec<Call>> {
    let bytes = fs::read(path).ok()?;
    let mut rest: &[u8] = &bytes;
    let mut calls = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (call, after) = after.split_at_checked(length)?;
        calls.push(call.to_vec());
        rest = after;
    }
    rest.is_empty().then_some(calls)
}
