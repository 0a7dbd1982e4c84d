//! Checks submissions through the library, with the real launcher and compiler.

use gradus::kinds::KINDS;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gradus::check::{CheckError, Context, Outcome, TestOutcome, TestResult, Values};
use gradus::course;
use gradus::course::{Course, Exercise};
use gradus::sandbox::{Rule, Sandbox};
use gradus::source::Tree;
use gradus::sys::environment::Environment;
use tempfile::TempDir;

use crate::harness;

/// The starter of [`Bench::of_tests`].
const STARTER: &str = "pub fn next(_n: i64) -> i64 {\n    0\n}\n";
/// The solution of [`Bench::of_tests`].
pub(crate) const NEXT: &str = "pub fn next(n: i64) -> i64 {\n    n + 1\n}\n";

/// A course, what a check works with, and a folder for submissions.
pub(crate) struct Bench {
    pub(crate) course: Course,
    pub(crate) context: Context,
    scratch: TempDir,
}

impl Bench {
    /// Returns one with the built-in course.
    pub(crate) fn builtin() -> Self {
        Self::of(&course::builtin::tree())
    }

    /// Returns one with the fixture `course-check`.
    pub(crate) fn fixture() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-check");
        Self::of(&Tree::read(&folder).expect("a course"))
    }

    /// Returns one with an exercise `next`, `pub fn next(n: i64) -> i64;`, with these hidden tests.
    pub(crate) fn of_tests(judge: &str, hidden: &str) -> Self {
        Self::of_exercise(judge, "pub fn next(n: i64) -> i64;\n", NEXT, hidden)
    }

    /// Returns one with an exercise `next`, whose hidden test `one` is to catch the wrong solution `wrong`.
    pub(crate) fn of_wrong(hidden: &str, wrong: &str) -> Self {
        let contract = "pub fn next(n: i64) -> i64;\n";
        let mut files = next("called", contract, NEXT, hidden);
        let entry = "\n[[wrong]]\nfile = \"wrong/01-it.rs\"\ncaught_by = \"one\"\nfault = \"it\"\n";
        files[2].1.to_mut().push_str(entry);
        files.push((
            "exercises/next/wrong/01-it.rs".to_owned(),
            Cow::Owned(wrong.to_owned()),
        ));
        Self::of(&Tree::new(files))
    }

    /// Returns one with an exercise `next`.
    pub(crate) fn of_exercise(judge: &str, contract: &str, solution: &str, hidden: &str) -> Self {
        Self::of(&Tree::new(next(judge, contract, solution, hidden)))
    }

    /// Takes one rule of the sandbox away.
    pub(crate) fn without(mut self, rule: Rule) -> Self {
        self.context.sandbox = self.context.sandbox.without(rule);
        self
    }

    fn of(tree: &Tree) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let variables = harness::toolchain();
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value));
        let environment = Environment::new(variables, scratch.path().to_owned());
        let sandbox = Sandbox::new(env!("CARGO_BIN_EXE_gradus"));
        let mut context = Context::new(sandbox, Arc::new(environment));
        // What is made once for an exercise is shared, to be made once.
        context.cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let (course, problems) = course::load(tree, KINDS);
        assert_eq!(problems, []);
        Self {
            course,
            context,
            scratch,
        }
    }

    /// Returns the exercise `id`.
    pub(crate) fn exercise(&self, id: &str) -> &Exercise {
        let exercise = self.course.exercise(&id.parse().expect("a slug"));
        exercise.unwrap_or_else(|| panic!("no exercise `{id}`"))
    }

    /// Returns the text of a file of the exercise `id`.
    pub(crate) fn file(&self, id: &str, path: &str) -> &str {
        let path = format!("exercises/{id}/{path}");
        self.course
            .tree
            .get(&path)
            .unwrap_or_else(|| panic!("no {path}"))
    }

    /// Returns the solution of the exercise `id`.
    pub(crate) fn solution(&self, id: &str) -> &str {
        self.file(id, "solution/src/lib.rs")
    }

    /// Writes a submission and returns its folder.
    pub(crate) fn submission(&self, files: &[(&str, &str)]) -> PathBuf {
        let folder = tempfile::tempdir_in(self.scratch.path())
            .expect("a folder")
            .keep();
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    /// Checks the folder `submission` against the exercise `id`.
    pub(crate) fn try_check(&self, id: &str, submission: &Path) -> Result<Outcome, CheckError> {
        self.exercise(id)
            .task()
            .check_folder(submission, &self.context)
    }

    /// Checks a crate of these files against the exercise `id`.
    pub(crate) fn check_files(&self, id: &str, files: &[(&str, &str)]) -> Outcome {
        let outcome = self.try_check(id, &self.submission(files));
        outcome.expect("Gradus can do its work")
    }

    /// Checks a crate with this `src/lib.rs` against the exercise `id`.
    pub(crate) fn check(&self, id: &str, source: &str) -> Outcome {
        self.check_files(id, &[("src/lib.rs", source)])
    }
}

/// Returns the files of a course with an exercise `next`; its manifest is the third.
fn next(
    judge: &str,
    contract: &str,
    solution: &str,
    hidden: &str,
) -> Vec<(String, Cow<'static, str>)> {
    let exercise = format!(
        "kind = \"rust\"\ntitle = \"Next\"\nsummary = \"The next.\"\nhints = [\"a\", \"b\", \"c\"]\n\
         feedback = \"full\"\n\n[rust]\njudge = \"{judge}\"\n"
    );
    let lesson = "+++\ntitle = \"Next\"\nsummary = \"You know what comes next.\"\n+++\n\n<!-- exercise: next -->\n";
    let course = "format = 1\nid = \"next\"\ntitle = \"Next\"\ndescription = \"The next.\"\n\n[[tracks]]\n\
                  id = \"rust\"\ntitle = \"Rust\"\ndescription = \"All.\"\n";
    let files = [
        ("course.toml", course),
        ("lessons/01-next.md", lesson),
        ("exercises/next/exercise.toml", &exercise),
        ("exercises/next/README.md", "Say what comes next.\n"),
        ("exercises/next/contract.rs", contract),
        ("exercises/next/starter/src/lib.rs", STARTER),
        ("exercises/next/solution/src/lib.rs", solution),
        ("exercises/next/hidden/tests.rs", hidden),
    ];
    files
        .map(|(path, text)| (path.to_owned(), Cow::Owned(text.to_owned())))
        .into()
}

/// Returns what a learner is told, for a snapshot.
pub(crate) fn told(outcome: &Outcome) -> String {
    let mut text = format!("{}\n", outcome.verdict().words());
    for diagnostic in outcome.forbidden.iter().chain(&outcome.diagnostics) {
        text.push_str(&diagnostic.text);
    }
    for TestOutcome { test, result } in &outcome.tests {
        writeln!(text, "{}: {}", test.title, words(result)).expect("a string takes it");
    }
    text
}

fn words(result: &TestResult) -> String {
    if let Some(why) = result.why_not_run() {
        return format!("not run: {why}");
    }
    let Values {
        input,
        expected,
        got,
        note,
    } = &result.values;
    let parts = [
        ("input", input),
        ("expected", expected),
        ("got", got),
        ("note", note),
    ];
    let parts = parts
        .iter()
        .filter_map(|(name, part)| Some(format!("; {name} {}", part.as_ref()?)));
    result.verdict.words().to_owned() + &parts.collect::<String>()
}
