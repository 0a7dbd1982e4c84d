//! A Rust exercise and its files, which are read when they are first wanted.

use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;

use super::contract::{Contract, ContractError};
use super::subject::Subject;
use super::{contract, titles};
use crate::check::{CheckError, Collected};
use crate::kind::{Edition, Folder, Tier, WorkspaceFile, WrongSolution};
use crate::sandbox::Limits;
use crate::source::{ExerciseId, Problem, Tree};

/// The public examples, which are handed out.
pub(super) const EXAMPLES: &str = "starter/tests/examples.rs";

/// The manifest of the crate with the types that the course gives, where there are such.
pub(super) const CONTRACT: &str = "contract/Cargo.toml";

/// The table `rust` of `exercise.toml`; the other keys are everyone's.
#[derive(Debug, Default, Deserialize)]
struct Manifest {
    #[serde(default)]
    rust: Settings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    #[serde(default)]
    judge: Tier,
    pub(super) own_tests: Option<OwnTests>,
    cpu_seconds: Option<u64>,
    memory_mib: Option<u64>,
}

/// How the learner's own tests are judged.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnTests {
    /// How many wrong solutions they must catch.
    pub(super) catch: usize,
}

/// A Rust exercise.
#[derive(Debug)]
pub(super) struct RustTask {
    pub(super) id: ExerciseId,
    tree: Tree,
    pub(super) wrong: Vec<WrongSolution>,
    pub(super) edition: Edition,
    /// The table `rust` of the manifest.
    settings: OnceLock<Result<Settings, Problem>>,
    /// Contract and hidden tests; most commands never want them.
    subject: OnceLock<Result<Subject, Vec<Problem>>>,
}

impl RustTask {
    pub(super) fn of(folder: &Folder<'_>) -> Self {
        Self {
            id: folder.id.clone(),
            tree: folder.tree.clone(),
            wrong: folder.wrong.to_vec(),
            edition: folder.edition,
            settings: OnceLock::new(),
            subject: OnceLock::new(),
        }
    }

    /// Returns the text of the file `path` of the exercise's folder.
    pub(super) fn file(&self, path: &str) -> Option<&str> {
        self.tree.get(&format!("exercises/{}/{path}", self.id))
    }

    /// Returns the files below `part` of the exercise's folder.
    pub(super) fn files_below(&self, part: &str, editable: bool) -> Vec<WorkspaceFile> {
        let prefix = format!("exercises/{}/{part}", self.id);
        let files = self.tree.below(&prefix).map(|(path, text)| WorkspaceFile {
            path: path.to_owned(),
            text: text.to_owned(),
            editable,
            language: language(path),
        });
        files.collect()
    }

    fn settings(&self) -> Result<&Settings, &Problem> {
        let settings = self.settings.get_or_init(|| read_settings(self));
        settings.as_ref()
    }

    pub(super) fn read(&self) -> Result<&Subject, &[Problem]> {
        self.subject
            .get_or_init(|| read_subject(self))
            .as_ref()
            .map_err(Vec::as_slice)
    }

    pub(super) fn subject(&self) -> Result<&Subject, CheckError> {
        self.read().map_err(|problems| {
            let first = problems.first();
            CheckError::exercise(first.map_or_else(String::new, Problem::to_string))
        })
    }

    /// Returns what the learner's own tests have to be worth, if there are to be some.
    pub(super) fn own_tests(&self) -> Option<OwnTests> {
        self.settings().ok()?.own_tests
    }
}

/// Reads the table `rust` of the manifest.
///
/// # Errors
/// Fails with what is wrong with it.
fn read_settings(task: &RustTask) -> Result<Settings, Problem> {
    let text = task.file("exercise.toml").unwrap_or_default();
    let manifest = toml::from_str::<Manifest>(text);
    manifest.map(|manifest| manifest.rust).map_err(|error| {
        let file = format!("exercises/{}/exercise.toml", task.id);
        crate::source::toml_problem(&file, text, 1, &error)
    })
}

/// Reads contract, bridge and hidden tests.
///
/// # Errors
/// Fails with every fault of these files.
fn read_subject(task: &RustTask) -> Result<Subject, Vec<Problem>> {
    let settings = task.settings().map_err(|problem| vec![problem.clone()])?;
    let mut faults = Faults {
        task,
        problems: Vec::new(),
    };
    // Public examples hold no secret: they call the learner's crate as they stand.
    let (tests_file, tier) = match task.edition {
        Edition::Full => ("hidden/tests.rs", settings.judge),
        Edition::Student => (EXAMPLES, Tier::Linked),
    };
    let bridge = task.file("bridge.rs");
    let wire = bridge.is_none() && tier == Tier::Called;
    let contract = faults.read("contract.rs", |source| contract::parse(source, wire));
    let functions = match bridge {
        Some(_) => faults.read("bridge.rs", contract::parse_bridge),
        None => contract
            .as_ref()
            .map(|contract: &Contract| contract.functions.clone()),
    };
    let tests = faults.read(tests_file, |source| {
        titles::read(source).map_err(ContractError::from)
    });
    let problems = faults.problems;
    let (Some(contract), Some(functions), Some(tests)) = (contract, functions, tests) else {
        return Err(problems);
    };
    Ok(Subject {
        id: task.id.to_string(),
        crate_name: crate_name(&task.id),
        tier,
        contract,
        functions,
        bridge: bridge.map(str::to_owned),
        hidden: task.file(tests_file).unwrap_or_default().to_owned(),
        tests,
        solution: sources_of(&task.files_below("solution/", true)),
        limits: settings.limits(),
    })
}

impl Settings {
    fn limits(&self) -> Limits {
        let default = Limits::learner();
        let cpu = self.cpu_seconds.map_or(default.cpu, Duration::from_secs);
        Limits {
            cpu,
            wall: cpu * 10,
            idle: Some(cpu),
            memory: self.memory_mib.map_or(default.memory, |mib| mib << 20),
            ..default
        }
    }
}

/// Collects what is wrong with the files that make a subject.
struct Faults<'a> {
    task: &'a RustTask,
    problems: Vec<Problem>,
}

impl Faults<'_> {
    fn read<T>(
        &mut self,
        path: &str,
        read: impl FnOnce(&str) -> Result<T, ContractError>,
    ) -> Option<T> {
        let file = format!("exercises/{}/{path}", self.task.id);
        let Some(source) = self.task.file(path) else {
            let problem = Problem::new(file, "missing").help("a Rust exercise needs it");
            self.problems.push(problem);
            return None;
        };
        match read(source) {
            Ok(read) => Some(read),
            Err(error) => {
                let problem = Problem::new(file, error.to_string()).at(error.line);
                self.problems.push(problem);
                None
            }
        }
    }
}

/// Returns those of `files` that are collected from a submission.
pub(super) fn sources_of(files: &[WorkspaceFile]) -> Vec<Collected> {
    let sources = files.iter().filter(|file| file.path.starts_with("src/"));
    sources
        .map(|file| Collected {
            path: file.path.clone(),
            bytes: file.text.clone().into_bytes(),
        })
        .collect()
}

pub(super) fn crate_name(id: &ExerciseId) -> String {
    id.as_str().replace('-', "_")
}

/// Returns the files of the learner's crate.
pub(super) fn workspace(task: &RustTask, subject: Option<&Subject>) -> Vec<WorkspaceFile> {
    let mut files = task.files_below("starter/", true);
    files.sort_by_key(|file| file.path != "src/lib.rs");
    let ours = |path: &str, text: String| WorkspaceFile {
        path: path.to_owned(),
        text,
        editable: false,
        language: language(path),
    };
    let types = subject.filter(|subject| subject.has_types());
    let (manifest, contract) = manifests(task.id.as_str(), types.is_some());
    if let Some(subject) = types {
        files.push(ours(CONTRACT, contract));
        let types = format!("{}\n", subject.contract.types_source.trim_end());
        files.push(ours("contract/src/lib.rs", types));
    }
    files.push(ours("Cargo.toml", manifest));
    if let Some(readme) = task.file("README.md") {
        files.push(ours("README.md", readme.to_owned()));
    }
    files
}

/// Returns the manifests of a learner's crate that is the package `name`, and of its contract.
pub(super) fn manifests(name: &str, has_types: bool) -> (String, String) {
    let mut manifest = package(name);
    if has_types {
        manifest.push_str(&depends_on_contract(name));
    }
    let contract = package(&format!("{name}-contract")) + "\n[lib]\nname = \"contract\"\n";
    (manifest, contract)
}

pub(super) fn package(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n"
    )
}

/// Returns the dependency of the package `name` on its contract.
fn depends_on_contract(name: &str) -> String {
    format!(
        "\n[dependencies]\n# The types that the course gives; the check brings its own copy.\n\
         contract = {{ package = \"{name}-contract\", path = \"contract\" }}\n"
    )
}

/// Returns the language of the file `path`.
pub(super) fn language(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "rs")) => "rust",
        Some((_, "toml")) => "toml",
        Some(_) | None => "text",
    }
}
