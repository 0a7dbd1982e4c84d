//! Makes a folder that is handed in from an entry of the corpus.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::builders;
use super::corpus::{Attack, Work};
use super::place::{Place, write};

/// The crate that an attack's items and body are put into.
pub(super) struct Skeleton {
    /// The exercise that it answers.
    pub(super) exercise: &'static str,
    /// A wrong answer.
    wrong: &'static str,
    /// The right answer.
    right: &'static str,
    /// What holds in one call of the hidden tests: a limit need only be waited for once.
    once: &'static str,
    text: &'static str,
}

/// One for each exercise that is attacked by code.
pub(super) const SKELETONS: [Skeleton; 7] = [
    Skeleton {
        exercise: "pair",
        wrong: "Some(n)",
        right: "(n % 2 == 0).then(|| n / 2)",
        once: "n == 7",
        text: "ITEMS\npub fn half(n: i64) -> Option<i64> { BODY }\n\
               pub fn shout(text: &str) -> String { if text.is_empty() { panic!(\"nothing to shout\") } text.to_uppercase() }\n",
    },
    Skeleton {
        exercise: "keep",
        wrong: "items.to_vec()",
        right: "items.iter().filter(|item| test(item)).cloned().collect()",
        once: "items.len() == 4",
        text: "ITEMS\npub fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T> {\n\
               if items.is_empty() { panic!(\"no items\") } let _ = &test; BODY }\n",
    },
    Skeleton {
        exercise: "secret",
        wrong: "Some(code)",
        right: "(code % 2 == 1).then_some(code + 1)",
        once: "code == 1",
        text: "ITEMS\npub fn open(code: u32) -> Option<u32> { BODY }\npub fn close(code: u32) -> bool { code % 2 == 1 }\n",
    },
    Skeleton {
        exercise: "sealed",
        wrong: "text.to_owned()",
        right: "format!(\"{text}!\")",
        once: "text == \"a\"",
        text: "ITEMS\npub fn seal(text: &str) -> String { BODY }\n",
    },
    Skeleton {
        exercise: "buried",
        wrong: "10",
        right: "text.len()",
        once: "text.len() == 5",
        text: "ITEMS\npub fn count(text: &str) -> usize { BODY }\n",
    },
    Skeleton {
        exercise: "safe-divide",
        wrong: "Some(a.wrapping_div(b.max(1)))",
        right: "a.checked_div(b)",
        once: "(a, b) == (6, 3)",
        text: "ITEMS\npub fn safe_divide(a: i64, b: i64) -> Option<i64> { BODY }\n",
    },
    Skeleton {
        exercise: "first-of-pool",
        wrong: "Route::Nowhere",
        right: "match pool { [] => Route::Nowhere, [only] => Route::Only(only.clone()), [first, rest @ ..] => Route::WithSpares { first: first.clone(), spares: rest.len() } }",
        once: "pool.is_empty()",
        text: "use contract::Route;\nITEMS\npub fn first_of_pool(pool: &[String]) -> Route { BODY }\n",
    },
];

/// Returns the crate of an attack on `exercise`.
pub(super) fn crate_of(exercise: &str, items: &str, body: &str) -> String {
    let found = SKELETONS.iter().find(|known| known.exercise == exercise);
    let skeleton = found.unwrap_or_else(|| panic!("no skeleton of {exercise}"));
    let words = |text: &str| {
        text.replace("WRONG", skeleton.wrong)
            .replace("RIGHT", skeleton.right)
            .replace("ONCE", skeleton.once)
    };
    skeleton
        .text
        .replace("ITEMS", &words(items))
        .replace("BODY", &words(body))
}

/// Hands `attack` in, and returns the verdicts that it must get, by submission.
pub(super) fn attack(place: &Place, attack: &Attack, sandboxed: bool) -> BTreeMap<String, String> {
    let learner = attack.learner.as_ref().unwrap_or(&attack.name);
    let mut expected = BTreeMap::new();
    for exercise in attack.verdict.keys() {
        attack_on(place, attack, exercise, learner);
        let verdict = attack.expected(exercise, sandboxed).to_owned();
        expected.insert(format!("{learner}/{exercise}"), verdict);
    }
    expected
}

/// Hands `attack` in as what `learner` answers to `exercise`.
pub(crate) fn attack_on(place: &Place, attack: &Attack, exercise: &str, learner: &str) {
    let folder = place.hand_in(learner, exercise);
    let fill = |text: &str| place.fill(text, exercise);
    if let Some(body) = &attack.body {
        let text = fill(&crate_of(exercise, &attack.items, body));
        write(&folder, "src/lib.rs", &text);
    }
    if let Some(line) = &attack.line {
        let level = attack.at.expect("a line has a level");
        let text = place.with_line(exercise, level, &fill(line));
        write(&folder, "nginx.conf", &text);
    }
    for (path, text) in &attack.files {
        write(&folder, path, &fill(text));
    }
    complete(place, exercise, &folder);
    if let Some(builder) = &attack.builder {
        builders::build(builder, &place.path("course"), &folder);
    }
}

/// Adds the files of a lab's starter that a hand-in lacks: an attack needs only say its own.
fn complete(place: &Place, exercise: &str, folder: &Path) {
    let starter = place
        .path("course/exercises")
        .join(exercise)
        .join("starter");
    if !starter.join("nginx.conf").is_file() {
        return;
    }
    for entry in fs::read_dir(starter).expect("a starter").flatten() {
        let to = folder.join(entry.file_name());
        if !to.exists() {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}

/// Hands honest work in, and returns the name of the submission.
pub(super) fn work(place: &Place, work: &Work) -> String {
    work_of(place, work, &work.name);
    format!("{}/{}", work.name, work.exercise)
}

/// Hands honest work in as that of `learner`.
pub(crate) fn work_of(place: &Place, work: &Work, learner: &str) {
    let folder = place.hand_in(learner, &work.exercise);
    for (path, text) in &work.files {
        write(&folder, path, text);
    }
    for (path, from) in &work.from {
        let text = fs::read_to_string(place.path("course").join(from));
        let text = text.unwrap_or_else(|error| panic!("{from}: {error}"));
        write(&folder, path, &text);
    }
    complete(place, &work.exercise, &folder);
    // An exercise that judges tests as well gets those of the solution.
    let exercise = place.path("course/exercises").join(&work.exercise);
    if let Ok(text) = fs::read_to_string(exercise.join("solution/tests/mine.rs")) {
        write(&folder, "tests/mine.rs", &text);
    }
}
