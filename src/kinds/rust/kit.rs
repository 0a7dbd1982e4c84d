//! The kit of an exercise: what all its checks share. Made once and cached: the runtime, the crate
//! `contract`, the stub, the crate `answers`, the judge, and the calls that the judge made of the reference
//! solution.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::diagnostics::RustcDiagnostic;
use super::replies::Call;
use super::subject::Subject;
use super::toolchain::Toolchain;
use super::{glue, learner};
use crate::check::cache::Hold;
use crate::check::{CheckError, Context, TestTitle};
use crate::kind::Tier;

pub(super) const RUNTIME: &str = "libgradus_rt.rlib";
/// The program that answers calls.
pub(super) const DISPATCHER: &str = "dispatcher";
/// Its source, as rustc names it.
pub(super) const DISPATCHER_SOURCE: &str = "dispatcher.rs";
/// The crate that answers a program's calls.
pub(super) const ANSWERS: &str = "answers";
/// The calls. Written last: a kit that has this file is complete.
pub(super) const CALLS: &str = "calls";
pub(super) const TESTS: &str = "tests.json";

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
    pub hold: Option<Hold>,
}

impl Kit {
    /// Whether the kit is still the one that was opened, with all its files.
    pub(super) fn is_whole(&self, subject: &Subject) -> bool {
        let called = [self.judge(), self.stub(subject)].into_iter();
        let types = self.learner_externs(subject);
        let answers = Some(self.answers()).filter(|_| subject.has_answers());
        let mut files = called
            .filter(|_| subject.tier == Tier::Called)
            .chain([self.runtime(), self.folder.join(CALLS)])
            .chain(answers);
        files.all(|file| file.exists())
            && types.iter().all(|(_, file)| file.exists())
            && self.hold.as_ref().is_none_or(Hold::is_current)
    }

    /// The crates that a learner's crate may name.
    pub(crate) fn learner_externs(&self, subject: &Subject) -> Vec<(&'static str, PathBuf)> {
        if subject.has_types() {
            vec![("contract", self.library("contract"))]
        } else {
            Vec::new()
        }
    }

    /// The judge's path. It has a folder of its own, since its view shows the whole folder.
    pub(crate) fn judge(&self) -> PathBuf {
        self.folder.join("judge/judge")
    }

    pub(crate) fn stub(&self, subject: &Subject) -> PathBuf {
        self.library(&subject.crate_name)
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.folder.join(RUNTIME)
    }

    /// The crate that answers calls, where [`Subject::has_answers`].
    pub(crate) fn answers(&self) -> PathBuf {
        self.library(ANSWERS)
    }

    /// The library of the crate `name`.
    pub(super) fn library(&self, name: &str) -> PathBuf {
        self.folder.join(format!("lib{name}.rlib"))
    }

    /// Compiles the crate in `folder`, with the root `src/lib.rs`, as a learner's. Returns the library's
    /// path.
    pub(crate) fn compile_crate(
        &self,
        subject: &Subject,
        folder: &Path,
        context: &Context,
        observe: impl FnMut(&RustcDiagnostic),
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
        write_file(&folder.join(DISPATCHER_SOURCE), source.as_bytes())?;
        let program = output.join(DISPATCHER);
        let mut externs: Vec<(&str, PathBuf)> = self.learner_externs(subject);
        externs.push(("gradus_rt", self.runtime()));
        externs.push((&subject.crate_name, library.to_owned()));
        let unit = Unit {
            name: "dispatcher",
            root: PathBuf::from(DISPATCHER_SOURCE),
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

pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CheckError> {
    let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| CheckError::File {
        path: path.to_owned(),
        source,
    })
}

/// The error for a file of the cache that someone removed.
pub(super) fn removed(path: PathBuf) -> CheckError {
    let source = ErrorKind::NotFound.into();
    CheckError::File { path, source }
}
