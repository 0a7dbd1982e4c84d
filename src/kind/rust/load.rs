//! Reads the folder of a Rust exercise.

use serde::Deserialize;

use super::{OwnTestsRule, RustTask};
use crate::check::rust::collect::Collected;
use crate::check::rust::contract::{self, Contract, ContractError};
use crate::check::rust::kit::{Subject, Tier};
use crate::check::rust::titles;
use crate::course::{ExerciseId, Problem};
use crate::kind::{Folder, WorkspaceFile};
use crate::sandbox::Limits;

/// The table `rust` of `exercise.toml`; the other keys are everyone's.
#[derive(Debug, Default, Deserialize)]
struct Manifest {
    #[serde(default)]
    rust: Settings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    judge: Tier,
    own_tests: Option<OwnTests>,
    cpu_seconds: Option<u64>,
    memory_mib: Option<u64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnTests {
    catch: usize,
}

pub(super) fn load(folder: &Folder<'_>, problems: &mut Vec<Problem>) -> RustTask {
    let settings = settings(folder, problems);
    let subject = subject(folder, &settings, problems);
    let wrong_sources = folder
        .wrong
        .iter()
        .map(|wrong| folder.file(&wrong.path).map(str::to_owned))
        .collect();
    RustTask {
        workspace: workspace(folder, subject.as_ref().ok()),
        solution: files_below(folder, "solution/", true),
        own_tests: settings
            .own_tests
            .map(|OwnTests { catch }| OwnTestsRule { catch }),
        id: folder.id.clone(),
        wrong: folder.wrong.to_vec(),
        wrong_sources,
        subject,
    }
}

fn settings(folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Settings {
    match toml::from_str::<Manifest>(folder.manifest) {
        Ok(manifest) => manifest.rust,
        Err(error) => {
            let file = format!("{}exercise.toml", folder.prefix());
            problems.push(crate::course::toml_problem(
                &file,
                folder.manifest,
                1,
                &error,
            ));
            Settings::default()
        }
    }
}

fn subject(
    folder: &Folder<'_>,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Result<Subject, String> {
    let mut faults = Faults {
        folder,
        problems,
        first: None,
    };
    let bridge = folder.file("bridge.rs");
    let contract = faults.read("contract.rs", |source| {
        contract::parse(source, bridge.is_none())
    });
    let functions = match bridge {
        Some(_) => faults.read("bridge.rs", contract::parse_bridge),
        None => contract
            .as_ref()
            .map(|contract: &Contract| contract.functions.clone()),
    };
    let tests = faults.read("hidden/tests.rs", |source| {
        titles::read(source).map_err(ContractError::from)
    });
    let first = faults.first;
    let (Some(contract), Some(functions), Some(tests)) = (contract, functions, tests) else {
        return Err(first.unwrap_or_else(|| "it could not be read".to_owned()));
    };
    let default = Limits::learner();
    let limits = Limits {
        cpu: settings
            .cpu_seconds
            .map_or(default.cpu, std::time::Duration::from_secs),
        memory: settings.memory_mib.map_or(default.memory, |mib| mib << 20),
        ..default
    };
    Ok(Subject {
        id: folder.id.to_string(),
        crate_name: crate_name(folder.id),
        tier: settings.judge,
        contract,
        functions,
        bridge: bridge.map(str::to_owned),
        hidden: folder
            .file("hidden/tests.rs")
            .unwrap_or_default()
            .to_owned(),
        tests,
        solution: sources_of(&files_below(folder, "solution/", true)),
        limits,
    })
}

/// Collects what is wrong with the files that make a subject.
struct Faults<'a, 'b> {
    folder: &'a Folder<'a>,
    problems: &'b mut Vec<Problem>,
    first: Option<String>,
}

impl Faults<'_, '_> {
    fn read<T>(
        &mut self,
        path: &str,
        read: impl FnOnce(&str) -> Result<T, ContractError>,
    ) -> Option<T> {
        let file = format!("{}{path}", self.folder.prefix());
        let Some(source) = self.folder.file(path) else {
            self.first
                .get_or_insert_with(|| format!("{file} is missing"));
            self.problems
                .push(Problem::new(file, "missing").help("a Rust exercise needs it"));
            return None;
        };
        match read(source) {
            Ok(read) => Some(read),
            Err(error) => {
                self.first
                    .get_or_insert_with(|| format!("{file}:{}: {error}", error.line));
                self.problems
                    .push(Problem::new(file, error.to_string()).at(error.line));
                None
            }
        }
    }
}

/// Returns the files below `part` of the exercise's folder.
fn files_below(folder: &Folder<'_>, part: &str, editable: bool) -> Vec<WorkspaceFile> {
    let prefix = format!("{}{part}", folder.prefix());
    let files = folder.tree.below(&prefix);
    files
        .map(|(path, text)| WorkspaceFile {
            path: path.to_owned(),
            text: text.to_owned(),
            editable,
        })
        .collect()
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

fn crate_name(id: &ExerciseId) -> String {
    id.as_str().replace('-', "_")
}

fn workspace(folder: &Folder<'_>, subject: Option<&Subject>) -> Vec<WorkspaceFile> {
    let mut files = files_below(folder, "starter/", true);
    files.sort_by_key(|file| file.path != "src/lib.rs");
    let ours = |path: &str, text: String| WorkspaceFile {
        path: path.to_owned(),
        text,
        editable: false,
    };
    let id = folder.id;
    let mut manifest = format!(
        "[package]\nname = \"{id}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n"
    );
    if let Some(subject) = subject.filter(|subject| subject.has_types()) {
        manifest.push_str(&format!(
            "\n[dependencies]\n# The types that the course gives; the check brings its own copy.\ncontract = {{ package = \"{id}-contract\", path = \"contract\" }}\n"
        ));
        files.push(ours(
            "contract/Cargo.toml",
            format!("[package]\nname = \"{id}-contract\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[lib]\nname = \"contract\"\n"),
        ));
        files.push(ours(
            "contract/src/lib.rs",
            subject.contract.types_source.clone(),
        ));
    }
    files.push(ours("Cargo.toml", manifest));
    if let Some(readme) = folder.file("README.md") {
        files.push(ours("README.md", readme.to_owned()));
    }
    files
}

/// Returns the files of a new exercise.
pub(super) fn scaffold(id: &ExerciseId) -> Vec<(String, String)> {
    let name = crate_name(id);
    let files = [
        (
            "contract.rs",
            "/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64>;\n",
        ),
        (
            "starter/src/lib.rs",
            "//! Your solution.\n\n/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64> {\n    Some(n + n)\n}\n",
        ),
        (
            "starter/tests/examples.rs",
            "use NAME::NAME;\n\n#[test]\nfn twice_two_is_four() {\n    assert_eq!(NAME(2), Some(4));\n}\n",
        ),
        (
            "solution/src/lib.rs",
            "//! The reference solution.\n\n/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64> {\n    n.checked_mul(2)\n}\n",
        ),
        (
            "hidden/tests.rs",
            "use NAME::NAME;\n\n/// A small number is doubled\n#[test]\nfn small() {\n    assert_eq!(NAME(-3), Some(-6));\n}\n\n/// What does not fit is None\n#[test]\nfn too_large() {\n    assert_eq!(NAME(i64::MAX), None);\n}\n",
        ),
        (
            "wrong/01-wraps.rs",
            "//! Wraps round.\n\n/// Wraps.\npub fn NAME(n: i64) -> Option<i64> {\n    Some(n.wrapping_mul(2))\n}\n",
        ),
    ];
    let mut files: Vec<_> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.replace("NAME", &name)))
        .collect();
    let wrong = "\n[[wrong]]\nfile = \"wrong/01-wraps.rs\"\ncaught_by = \"too_large\"\nfault = \"a result that does not fit\"\n";
    files.push(("exercise.toml".to_owned(), wrong.to_owned()));
    files
}
