//! Correct fixes in many styles: no lab of the course rejects one.

use gradus::kinds::KINDS;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use gradus::check::{Collected, Context, Verdict};
use gradus::course::{self, Exercise, builtin};
use serde::Deserialize;

use crate::bench::told;
use crate::harness::{Extent, skip};
use crate::lab::context;
use crate::repository::{files_of, read};

/// Where the fixes are: a table for each lab.
const FOLDER: &str = "tests/fixtures/fixes";
/// How many labs the course has.
const LABS: usize = 19;
/// The fewest fixes of a lab.
const LEAST: usize = 8;
/// How many fixes of all labs together the ordinary run takes.
const FEW: usize = 8;
/// How many are judged at a time.
const AT_ONCE: usize = 4;

/// A right fix of a lab.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fix {
    /// A sentence that says how it differs from the course's solution.
    how: String,
    /// Changes of files of the course's solution.
    #[serde(default)]
    edits: Vec<Edit>,
    /// Whole files, by their paths in the learner's folder.
    #[serde(default)]
    files: BTreeMap<String, String>,
}

/// A change of a file: wherever `from` is, which is in it, `to` takes its place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    fix: Vec<Fix>,
}

impl Fix {
    /// Returns the learner's folder for `exercise`: the starter, over it the solution, over that the fix.
    fn folder(&self, exercise: &Exercise) -> Vec<Collected> {
        let task = &exercise.task();
        let all = task.workspace().into_iter().chain(task.solution());
        let mut files: BTreeMap<String, String> = all.map(|file| (file.path, file.text)).collect();
        for Edit { file, from, to } in &self.edits {
            let text = files.get_mut(file);
            let text = text.unwrap_or_else(|| panic!("{}: no file {file}", self.how));
            assert!(text.contains(from), "{}: no {from:?} in {file}", self.how);
            *text = text.replace(from, to);
        }
        files.extend(self.files.clone());
        let collected = |(path, text): (String, String)| Collected {
            path,
            bytes: text.into_bytes(),
        };
        files.into_iter().map(collected).collect()
    }

    /// Returns what is wrong where `exercise` does not pass with this fix.
    fn refusal(&self, exercise: &Exercise, context: &Context) -> Option<String> {
        let files = self.folder(exercise);
        let name = format!("{}: {}", exercise.id, self.how);
        match exercise.task().judge_files(&files, context) {
            Ok(outcome) if outcome.verdict() == Verdict::Passed => None,
            Ok(outcome) => Some(format!("{name}\n{}{}", told(&outcome), outcome.printed)),
            Err(error) => Some(format!("{name}\n{error:?}\n")),
        }
    }
}

/// Returns the fixes of each lab, by its name.
fn tables() -> BTreeMap<String, Vec<Fix>> {
    let tables = files_of(FOLDER, "toml").into_iter().map(|path| {
        let table: Table =
            toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let lab = Path::new(&path).file_stem().expect("a name");
        (lab.to_string_lossy().into_owned(), table.fix)
    });
    tables.collect()
}

/// Returns every fix with its lab; in the ordinary run a few of them, drawn evenly.
fn wanted<'a>(
    tables: &'a BTreeMap<String, Vec<Fix>>,
    labs: &'a BTreeMap<String, Exercise>,
) -> Vec<(&'a Exercise, &'a Fix)> {
    let all = tables.iter().flat_map(|(lab, fixes)| {
        let exercise = labs.get(lab).unwrap_or_else(|| panic!("no lab `{lab}`"));
        fixes.iter().map(move |fix| (exercise, fix))
    });
    let all: Vec<_> = all.collect();
    let step = if Extent::wanted() == Extent::Ordinary {
        all.len().div_ceil(FEW)
    } else {
        1
    };
    all.into_iter().step_by(step).collect()
}

/// Returns the labs of the built-in course, by their names.
fn labs() -> BTreeMap<String, Exercise> {
    let (course, problems) = course::load(&builtin::tree(), KINDS);
    assert_eq!(problems, []);
    let labs = course.exercises.iter();
    labs.filter(|exercise| exercise.task().live().is_some())
        .map(|exercise| (exercise.id.to_string(), exercise.clone()))
        .collect()
}

#[test]
fn every_lab_has_fixes_in_many_styles() {
    let tables = tables();
    let labs = labs();
    assert!(labs.keys().eq(tables.keys()), "{:?}", tables.keys());
    assert_eq!(tables.len(), LABS);
    for (lab, fixes) in &tables {
        assert!(fixes.len() >= LEAST, "{lab} has {} fixes", fixes.len());
        let folders = fixes.iter().map(|fix| fix.folder(&labs[lab]));
        let solution = Fix {
            how: String::new(),
            edits: Vec::new(),
            files: BTreeMap::new(),
        };
        let mut folders: Vec<_> = folders.chain([solution.folder(&labs[lab])]).collect();
        let many = folders.len();
        folders.sort_by_cached_key(|folder| format!("{folder:?}"));
        folders.dedup();
        assert_eq!(folders.len(), many, "two fixes of {lab} are the same");
    }
}

#[test]
fn right_fixes_pass_whatever_their_style() {
    let tables = tables();
    let labs = labs();
    let context = context();
    let jobs = Mutex::new(wanted(&tables, &labs));
    let judge = || {
        let mut refusals = Vec::new();
        loop {
            let job = jobs.lock().expect("no thread panicked").pop();
            let Some((exercise, fix)) = job else {
                return refusals;
            };
            match exercise.task().missing(&context) {
                Some(missing) => skip(&missing),
                None => refusals.extend(fix.refusal(exercise, &context)),
            }
        }
    };
    let refusals: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(judge)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert!(refusals.is_empty(), "{}", refusals.join("\n"));
}
