//! The attacks and the honest work of `tests/fixtures`, read from their tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::repository::{files_of, read};

/// One attack: what is handed in, why, and the verdict it must get.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Attack {
    /// Its name, and the learner's.
    pub(crate) name: String,
    /// What it tries, and why that would fool a naive grader.
    pub(crate) why: String,
    /// The verdict it must get, by the exercise that it answers.
    pub(crate) verdict: BTreeMap<String, String>,
    /// The verdict where there is a sandbox, if it is another one.
    #[serde(default)]
    pub(crate) sandboxed: BTreeMap<String, String>,
    /// Items of its crate, put into the skeleton of the exercise.
    #[serde(default)]
    pub(crate) items: String,
    /// The body of its function, put into the skeleton of the exercise.
    pub(crate) body: Option<String>,
    /// Files, by their paths in the hand-in.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// A line of nginx's configuration, put into the solution of the exercise.
    pub(crate) line: Option<String>,
    /// Where that line stands.
    pub(crate) at: Option<Level>,
    /// What makes a hand-in that git cannot hold.
    pub(crate) builder: Option<String>,
    /// The name of the learner's folder, where it is the attack.
    pub(crate) learner: Option<String>,
    /// What must be there for it to be stopped; without it the attack is not made.
    pub(crate) needs: Option<Need>,
    /// Whether it takes so long that only the long run makes it.
    #[serde(default)]
    pub(crate) slow: bool,
}

impl Attack {
    /// Returns the verdict that it must get where it answers `exercise`.
    pub(crate) fn expected(&self, exercise: &str, sandboxed: bool) -> &str {
        let confined = self.sandboxed.get(exercise).filter(|_| sandboxed);
        confined.unwrap_or(&self.verdict[exercise])
    }

    /// Returns whether any of its texts names `what`.
    pub(crate) fn names(&self, what: &str) -> bool {
        let mut texts = [&self.body, &self.line].into_iter().flatten();
        let in_files = self.files.values().any(|text| text.contains(what));
        in_files || self.items.contains(what) || texts.any(|text| text.contains(what))
    }
}

/// What stops an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Need {
    /// The sandbox.
    Sandbox,
}

/// Where a directive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// Outside every block.
    Main,
    /// In the block `http`.
    Http,
    /// In the first `server`.
    Server,
    /// In the first `location`.
    Location,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    attack: Vec<Attack>,
}

/// The attacks that are known to get through.
const OPEN: &str = "tests/fixtures/attacks/open.toml";

/// Returns the attacks of every table, but for those that are known to get through.
pub(crate) fn attacks() -> Vec<Attack> {
    let mut tables = files_of("tests/fixtures/attacks", "toml");
    tables.retain(|path| path != OPEN);
    let attacks: Vec<Attack> = tables.iter().flat_map(|path| table(path)).collect();
    let names: BTreeSet<_> = attacks.iter().map(|attack| &attack.name).collect();
    assert_eq!(names.len(), attacks.len(), "two attacks have one name");
    attacks
}

/// Returns the attacks that are known to get through.
pub(crate) fn open() -> Vec<Attack> {
    table(OPEN)
}

/// Returns the attacks of the table `path`.
pub(crate) fn table(path: &str) -> Vec<Attack> {
    let table: Table =
        toml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    table.attack
}

/// Honest work: right or wrong, never refused for its style.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Work {
    /// Its name, and the learner's.
    pub(crate) name: String,
    /// What is peculiar about it.
    pub(crate) style: String,
    /// The exercise that it answers.
    pub(crate) exercise: String,
    /// Its files, by their paths in the hand-in.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Files of the course, by the paths in the hand-in that they get.
    #[serde(default)]
    pub(crate) from: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Works {
    work: Vec<Work>,
}

/// Returns the honest work of the table `name`.
pub(crate) fn works(name: &str) -> Vec<Work> {
    let path = format!("tests/fixtures/honest/{name}.toml");
    let works: Works =
        toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    works.work
}
