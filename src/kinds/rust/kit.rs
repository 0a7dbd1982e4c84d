//! What every check of one exercise needs, made once and kept: the runtime, the crate `contract`,
//! the stub, the judge, and the calls that the judge made of the reference solution.

mod make;

use crate::kind::Tier;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::contract::{Contract, Function};
use super::replies::Call;
use super::titles::Declared;
use super::toolchain::Toolchain;
use super::{glue, learner};
use crate::check::cache::Hold;
use crate::check::outcome::TestTitle;
use crate::check::{CheckError, Collected, Context};
use crate::sandbox::Limits;
use crate::sys::fingerprint::Fingerprint;
pub(super) use make::keep;
use make::make;

/// The file of the runtime.
const RUNTIME: &str = "libgradus_rt.rlib";
/// The file of a kit that is written last: the calls.
const CALLS: &str = "calls";
/// The file of the hidden tests that count.
const TESTS: &str = "tests.json";
/// How often a kit is made for one piece of work, where it is taken away each time.
const TRIES: usize = 3;

/// A Rust exercise, read and ready to be made into a kit.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
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
    pub(crate) fn has_types(&self) -> bool {
        !self.contract.types.is_empty()
    }
}

/// What every check of one exercise needs.
#[derive(Debug)]
pub(crate) struct Kit {
    /// The folder it is kept in.
    pub folder: PathBuf,
    /// The toolchain it was made with.
    pub toolchain: Toolchain,
    /// The calls that the judge makes of the reference solution, in order.
    pub calls: Vec<Call>,
    /// Where in `calls` those of each test begin.
    pub starts: Vec<usize>,
    /// The hidden tests that count.
    pub tests: Vec<TestTitle>,
    /// Keeps it in the cache; `None` while it is made.
    hold: Option<Hold>,
}

impl Kit {
    /// Does `work` with the kit of `subject`, made now if there is none yet for this toolchain. Where
    /// the kit was taken away meanwhile, as by `rm`, what `work` found means nothing, and it is done
    /// again with a new kit.
    ///
    /// # Errors
    /// Fails when the machine lacks a compiler, when the exercise is broken, and as `work` does.
    pub(crate) fn with<T>(
        subject: &Subject,
        context: &Context,
        mut work: impl FnMut(&Self) -> Result<T, CheckError>,
    ) -> Result<T, CheckError> {
        for _ in 1..TRIES {
            match context.outside(|context| Self::get(subject, context)) {
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(error),
                Ok(kit) => {
                    let done = work(&kit);
                    if kit.is_whole(subject) {
                        return done;
                    }
                }
            }
        }
        work(&context.outside(|context| Self::get(subject, context))?)
    }

    /// Returns the kit of `subject`. That it was taken away before it could be used is an error that
    /// [`is_gone`] knows.
    fn get(subject: &Subject, context: &Context) -> Result<Self, CheckError> {
        let toolchain = Toolchain::find(context)?;
        let name = format!("{}-{}", subject.id, key(subject, &toolchain));
        let folder = context.cache.join("kits").join(name);
        if !folder.join(CALLS).exists() {
            make(subject, &toolchain, &folder, context)?;
        }
        let Some(hold) = Hold::take(&folder) else {
            return Err(gone(folder));
        };
        let kept = read_calls(&folder.join(CALLS)).zip(read_tests(&folder.join(TESTS)));
        let Some(((calls, starts), tests)) = kept else {
            // What was damaged makes room.
            fs::remove_file(folder.join(CALLS)).ok();
            return Err(gone(folder));
        };
        Ok(Self {
            folder,
            toolchain,
            calls,
            starts,
            tests,
            hold: Some(hold),
        })
    }

    /// Returns whether it is still the kit that it was when it was asked for.
    fn is_whole(&self, subject: &Subject) -> bool {
        let called = [self.judge(), self.stub(subject)];
        let called = called.into_iter().filter(|_| subject.tier == Tier::Called);
        let types = self.learner_externs(subject);
        let mut files = called.chain([self.runtime(), self.folder.join(CALLS)]);
        files.all(|file| file.exists())
            && types.iter().all(|(_, file)| file.exists())
            && self.hold.as_ref().is_none_or(Hold::is_current)
    }

    /// Returns the crates a learner's crate may name.
    pub(crate) fn learner_externs(&self, subject: &Subject) -> Vec<(&'static str, PathBuf)> {
        if subject.has_types() {
            vec![("contract", self.folder.join("libcontract.rlib"))]
        } else {
            Vec::new()
        }
    }

    /// Returns the judge; it has a folder of its own, where nothing else is to be seen.
    pub(crate) fn judge(&self) -> PathBuf {
        self.folder.join("judge/judge")
    }

    /// Returns the stub crate.
    pub(crate) fn stub(&self, subject: &Subject) -> PathBuf {
        self.folder.join(format!("lib{}.rlib", subject.crate_name))
    }

    /// Returns the runtime.
    pub(crate) fn runtime(&self) -> PathBuf {
        self.folder.join(RUNTIME)
    }

    /// Compiles the crate in `folder` (its root is `src/lib.rs`) as a learner's, and returns what
    /// the compiler said and where the library is.
    ///
    /// # Errors
    /// Fails when the compiler cannot be started.
    pub(crate) fn compile_crate(
        &self,
        subject: &Subject,
        folder: &Path,
        context: &Context,
        observe: impl FnMut(&crate::check::Diagnostic),
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
    pub(crate) fn link(
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

fn gone(path: PathBuf) -> CheckError {
    let source = ErrorKind::NotFound.into();
    CheckError::File { path, source }
}

/// Returns whether something of ours was not where it had been a moment before.
fn is_gone(error: &CheckError) -> bool {
    matches!(error, CheckError::File { source, .. } if source.kind() == ErrorKind::NotFound)
}

fn read_tests(path: &Path) -> Option<Vec<TestTitle>> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn read_calls(path: &Path) -> Option<(Vec<Call>, Vec<usize>)> {
    let bytes = fs::read(path).ok()?;
    let mut rest: &[u8] = &bytes;
    let (mut calls, mut starts) = (Vec::new(), Vec::new());
    while let Some((is_first, after)) = rest.split_first() {
        if *is_first != 0 {
            starts.push(calls.len());
        }
        let (length, after) = after.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (call, after) = after.split_at_checked(length)?;
        calls.push(call.to_vec());
        rest = after;
    }
    Some((calls, starts))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CheckError> {
    let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}
