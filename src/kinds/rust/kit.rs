//! The kit of an exercise: what all its checks share. Made once and cached: the runtime, the crate
//! `contract`, the stub, the judge, and the calls that the judge made of the reference solution.

mod make;

use crate::kind::Tier;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::contract::{Contract, Function};
use super::replies::Call;
use super::titles::DeclaredTest;
use super::toolchain::Toolchain;
use super::{glue, learner};
use crate::check::cache::Hold;
use crate::check::outcome::TestTitle;
use crate::check::{CheckError, Collected, Context};
use crate::sandbox::Limits;
use crate::sys::fingerprint::Fingerprint;
pub(super) use make::keep;
use make::make;

const RUNTIME: &str = "libgradus_rt.rlib";
/// The calls. Written last: a kit that has this file is complete.
const CALLS: &str = "calls";
const TESTS: &str = "tests.json";
/// How often a kit is made again because someone removed it meanwhile.
const TRIES: usize = 3;

/// A Rust exercise, parsed.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub id: String,
    pub crate_name: String,
    pub tier: Tier,
    pub contract: Contract,
    /// The functions called across processes: the contract's, or the bridge's.
    pub functions: Vec<Function>,
    pub bridge: Option<String>,
    /// The source of the hidden tests.
    pub hidden: String,
    /// The hidden tests visible in the source, in file order.
    pub tests: Vec<DeclaredTest>,
    /// The reference solution; empty in a student edition.
    pub solution: Vec<Collected>,
    /// The limits of the learner's code.
    pub limits: Limits,
}

impl Subject {
    pub(crate) fn has_types(&self) -> bool {
        !self.contract.types.is_empty()
    }
}

#[derive(Debug)]
pub(crate) struct Kit {
    pub folder: PathBuf,
    pub toolchain: Toolchain,
    /// The calls that the judge makes of the reference solution, in order.
    pub calls: Vec<Call>,
    /// The indexes in `calls` at which a test begins.
    pub starts: Vec<usize>,
    pub tests: Vec<TestTitle>,
    /// The lock that keeps it in the cache; `None` while it is made.
    hold: Option<Hold>,
}

impl Kit {
    /// Runs `work` with the kit of `subject`, which is made if this toolchain has none yet. If the kit is
    /// removed meanwhile, as by `rm`, the result of `work` is meaningless: it is dropped, and `work` runs
    /// again with a new kit.
    pub(crate) fn with<T>(
        subject: &Subject,
        context: &Context,
        mut work: impl FnMut(&Self) -> Result<T, CheckError>,
    ) -> Result<T, CheckError> {
        for _ in 1..TRIES {
            match context.outside(|context| Self::open_or_make(subject, context)) {
                Err(error) if was_removed(&error) => {}
                Err(error) => return Err(error),
                Ok(kit) => {
                    let done = work(&kit);
                    if kit.is_whole(subject) {
                        return done;
                    }
                }
            }
        }
        work(&context.outside(|context| Self::open_or_make(subject, context))?)
    }

    /// Opens the kit of `subject`, or makes it. [`was_removed`] recognises the error for one that was
    /// removed before it could be locked.
    fn open_or_make(subject: &Subject, context: &Context) -> Result<Self, CheckError> {
        let toolchain = Toolchain::find(context)?;
        let name = format!("{}-{}", subject.id, cache_key(subject, &toolchain));
        let folder = context.cache.join("kits").join(name);
        if !folder.join(CALLS).exists() {
            make(subject, &toolchain, &folder, context)?;
        }
        let Some(hold) = Hold::take(&folder) else {
            return Err(removed(folder));
        };
        let kept = read_calls(&folder.join(CALLS)).zip(read_tests(&folder.join(TESTS)));
        let Some(((calls, starts), tests)) = kept else {
            // A damaged kit counts as incomplete, and is made again.
            fs::remove_file(folder.join(CALLS)).ok();
            return Err(removed(folder));
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

    /// Whether the kit is still the one that was opened, with all its files.
    fn is_whole(&self, subject: &Subject) -> bool {
        let called = [self.judge(), self.stub(subject)].into_iter();
        let types = self.learner_externs(subject);
        let mut files = called
            .filter(|_| subject.tier == Tier::Called)
            .chain([self.runtime(), self.folder.join(CALLS)]);
        files.all(|file| file.exists())
            && types.iter().all(|(_, file)| file.exists())
            && self.hold.as_ref().is_none_or(Hold::is_current)
    }

    /// The crates that a learner's crate may name.
    pub(crate) fn learner_externs(&self, subject: &Subject) -> Vec<(&'static str, PathBuf)> {
        if subject.has_types() {
            vec![("contract", self.folder.join("libcontract.rlib"))]
        } else {
            Vec::new()
        }
    }

    /// The judge's path. It has a folder of its own, since its view shows the whole folder.
    pub(crate) fn judge(&self) -> PathBuf {
        self.folder.join("judge/judge")
    }

    pub(crate) fn stub(&self, subject: &Subject) -> PathBuf {
        self.folder.join(format!("lib{}.rlib", subject.crate_name))
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.folder.join(RUNTIME)
    }

    /// Compiles the crate in `folder`, with the root `src/lib.rs`, as a learner's. Returns the library's
    /// path.
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

    /// Links a learner's library with a dispatcher of the functions `present`. Returns the program's path.
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
        write_file(&folder.join("dispatcher.rs"), source.as_bytes())?;
        let program = output.join("dispatcher");
        let mut externs: Vec<(&str, PathBuf)> = self.learner_externs(subject);
        externs.push(("gradus_rt", self.runtime()));
        externs.push((&subject.crate_name, library.to_owned()));
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

fn cache_key(subject: &Subject, toolchain: &Toolchain) -> String {
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

fn removed(path: PathBuf) -> CheckError {
    let source = ErrorKind::NotFound.into();
    CheckError::File { path, source }
}

/// Whether a file of ours vanished.
fn was_removed(error: &CheckError) -> bool {
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

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CheckError> {
    let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}
