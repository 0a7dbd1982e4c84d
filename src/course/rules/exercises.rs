//! Rules for exercises of every kind.

use super::super::manifest::ExerciseManifest;
use super::super::{Course, EquivalentMutant, Exercise};
use super::{first_level_heading, key_line};
use crate::kind::Edition;
use crate::source::Problem;

/// The minimum number of hints.
const FEWEST_HINTS: usize = 3;

pub(super) fn check(course: &Course, exercise: &Exercise, problems: &mut Vec<Problem>) {
    let folder = format!("exercises/{}/", exercise.id);
    let file = format!("{folder}exercise.toml");
    let text = course.tree.get(&file).unwrap_or_default();
    let problem =
        |message: String, key: &str| Problem::new(&*file, message).at(key_line(text, key));
    if exercise.title.trim().is_empty() {
        problems.push(problem("`title` is empty".into(), "title"));
    }
    if exercise.summary.trim().is_empty() {
        let help = "say in one sentence what is to be done";
        problems.push(problem("`summary` is missing or empty".into(), "summary").help(help));
    }
    if exercise.hints.len() < FEWEST_HINTS && course.edition == Edition::Full {
        let hints = match exercise.hints.len() {
            1 => "1 hint".to_owned(),
            count => format!("{count} hints"),
        };
        let help = format!("write at least {FEWEST_HINTS}, the gentlest first");
        problems.push(problem(hints, "hints").help(help));
    }
    if exercise.hints.iter().any(|hint| hint.trim().is_empty()) {
        problems.push(problem("a hint is empty".into(), "hints"));
    }
    unknown_keys(&file, text, exercise.kind.id(), problems);
    grading(exercise, &file, problems);
    readme(course, exercise, &folder, problems);
    wrong(course, exercise, &folder, problems);
    equivalent(exercise, &file, problems);
}

fn unknown_keys(file: &str, text: &str, kind: &str, problems: &mut Vec<Problem>) {
    let Ok(table) = text.parse::<toml::Table>() else {
        return;
    };
    for key in table.keys() {
        if key != kind && !ExerciseManifest::KEYS.contains(&key.as_str()) {
            let line = text.lines().position(|line| {
                line.trim_start_matches(['[', ' '])
                    .starts_with(key.as_str())
            });
            let keys = ExerciseManifest::KEYS.join(", ");
            let problem =
                Problem::new(file, format!("unknown key `{key}`")).at(line.map(|index| index + 1));
            problems.push(problem.help(format!("keys are {keys} and the table `{kind}`")));
        }
    }
}

fn grading(exercise: &Exercise, file: &str, problems: &mut Vec<Problem>) {
    let grading = &exercise.grading();
    let tests = exercise.task().facts().tests;
    for (index, test) in grading.tests.iter().enumerate() {
        let name = &test.name;
        let problem = |message: String| Problem::new(file, message).at(test.line);
        // Tests that cannot be read are reported by the kind.
        if !tests.is_empty() && tests.iter().all(|known| known.name != *name) {
            let help = "name a hidden test or probe as it is called in the code";
            problems.push(problem(format!("no hidden test is called `{name}`")).help(help));
        }
        if grading.tests[..index]
            .iter()
            .any(|earlier| earlier.name == *name)
        {
            problems.push(problem(format!("the weight of `{name}` appears twice")));
        }
    }
    let weight = |name: &str| grading.weight(name);
    if !tests.is_empty() && tests.iter().all(|test| weight(&test.name) == 0) {
        let help = "let at least one weigh something";
        problems.push(Problem::new(file, "no test has a weight").help(help));
    }
}

fn readme(course: &Course, exercise: &Exercise, folder: &str, problems: &mut Vec<Problem>) {
    let file = format!("{folder}README.md");
    if course.tree.get(&file).is_none() {
        let help = "write the task: every rule that the hidden tests check";
        problems.push(Problem::new(file, "missing").help(help));
        return;
    }
    if exercise.readme.trim().is_empty() {
        problems.push(Problem::new(file, "empty"));
    } else if let Some(line) = first_level_heading(&exercise.readme) {
        let help = "the title comes from exercise.toml; start with the task itself";
        problems.push(
            Problem::new(file, "a first-level heading")
                .at(line)
                .help(help),
        );
    }
}

/// Checks the marks of equivalent mutants. `validate --mutants` checks that these survive.
fn equivalent(exercise: &Exercise, file: &str, problems: &mut Vec<Problem>) {
    let marks = &exercise.equivalent();
    for (index, mark) in marks.iter().enumerate() {
        let problem = |message: &str| Problem::new(file, message).at(mark.line);
        if mark.reason.trim().is_empty() {
            let help = "say in `reason` why no test can tell it from the solution";
            problems.push(problem("a mutant is marked without a reason").help(help));
        }
        let is_same = |other: &EquivalentMutant| {
            (&other.file, &other.text, &other.change) == (&mark.file, &mark.text, &mark.change)
        };
        if marks[..index].iter().any(is_same) {
            problems.push(problem("a mutant is marked twice"));
        }
    }
}

/// Checks the entries of wrong solutions. Their kind, which knows their files, checks that these exist.
fn wrong(course: &Course, exercise: &Exercise, folder: &str, problems: &mut Vec<Problem>) {
    let file = format!("{folder}exercise.toml");
    let prefix = format!("{folder}wrong/");
    let files: Vec<String> = course
        .tree
        .below(&prefix)
        .map(|(name, _)| format!("wrong/{name}"))
        .collect();
    for (index, wrong) in exercise.wrong().iter().enumerate() {
        if exercise.wrong()[..index]
            .iter()
            .any(|earlier| earlier.path == wrong.path)
        {
            let message = format!("the wrong solution `{}` appears twice", wrong.path);
            problems.push(Problem::new(&*file, message).at(wrong.line));
        }
        if wrong.fault.trim().is_empty() {
            problems.push(Problem::new(&*file, "`fault` is empty").at(wrong.line));
        }
    }
    for name in files {
        let part = |path: &str| path.split('/').nth(1).map(str::to_owned);
        let is_named = exercise
            .wrong()
            .iter()
            .any(|wrong| part(&wrong.path) == part(&name));
        if !is_named {
            let help = "add a `[[wrong]]` entry that names it, or delete it";
            let problem = Problem::new(
                format!("{folder}{name}"),
                "exercise.toml does not name this wrong solution",
            );
            problems.push(problem.help(help));
        }
    }
}
