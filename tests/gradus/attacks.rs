//! Attacks on a grading: none is accepted, none touches anything outside, none outlives its check.
//! Beside them honest work, right and wrong: none of it is judged otherwise than it is.

mod builders;
mod corpus;
mod scene;

use std::collections::BTreeMap;
use std::fs;

use corpus::{Attack, Need};
use scene::{Grader, Scene};

/// Set where the whole corpus is wanted, however long it takes.
const LONG: &str = "GRADUS_LONG";

#[expect(clippy::disallowed_methods, reason = "the run says which attacks are made")]
fn is_long() -> bool {
    std::env::var_os(LONG).is_some()
}

/// The crates that an attack's items and body are put into.
const SKELETONS: [(&str, &str, &str, &str); 7] = [
    (
        "pair",
        "Some(n)",
        "(n % 2 == 0).then(|| n / 2)",
        "ITEMS\npub fn half(n: i64) -> Option<i64> { BODY }\n\
         pub fn shout(text: &str) -> String { if text.is_empty() { panic!(\"nothing to shout\") } text.to_uppercase() }\n",
    ),
    (
        "keep",
        "items.to_vec()",
        "items.iter().filter(|item| test(item)).cloned().collect()",
        "ITEMS\npub fn keep<T: Clone>(items: &[T], test: impl Fn(&T) -> bool) -> Vec<T> {\n\
         if items.is_empty() { panic!(\"no items\") } let _ = &test; BODY }\n",
    ),
    (
        "secret",
        "Some(code)",
        "(code % 2 == 1).then_some(code + 1)",
        "ITEMS\npub fn open(code: u32) -> Option<u32> { BODY }\npub fn close(code: u32) -> bool { code % 2 == 1 }\n",
    ),
    (
        "sealed",
        "text.to_owned()",
        "format!(\"{text}!\")",
        "ITEMS\npub fn seal(text: &str) -> String { BODY }\n",
    ),
    (
        "buried",
        "10",
        "text.len()",
        "ITEMS\npub fn count(text: &str) -> usize { BODY }\n",
    ),
    (
        "safe-divide",
        "Some(a.wrapping_div(b.max(1)))",
        "a.checked_div(b)",
        "ITEMS\npub fn safe_divide(a: i64, b: i64) -> Option<i64> { BODY }\n",
    ),
    (
        "first-of-pool",
        "Route::Nowhere",
        "match pool { [] => Route::Nowhere, [only] => Route::Only(only.clone()), [first, rest @ ..] => Route::WithSpares { first: first.clone(), spares: rest.len() } }",
        "use contract::Route;\nITEMS\npub fn first_of_pool(pool: &[String]) -> Route { BODY }\n",
    ),
];

/// Returns the crate of an attack on `exercise`.
fn crate_of(exercise: &str, items: &str, body: &str) -> String {
    let found = SKELETONS.iter().find(|(name, ..)| *name == exercise);
    let (_, wrong, right, skeleton) = found.unwrap_or_else(|| panic!("no skeleton of {exercise}"));
    let words = |text: &str| text.replace("WRONG", wrong).replace("RIGHT", right);
    skeleton.replace("ITEMS", &words(items)).replace("BODY", &words(body))
}

/// Hands `attack` in, and returns the verdicts that it must get, by submission.
fn hand_in(scene: &Scene, attack: &Attack) -> BTreeMap<String, String> {
    let learner = attack.learner.as_ref().unwrap_or(&attack.name);
    let mut expected = BTreeMap::new();
    for (exercise, verdict) in &attack.verdict {
        let folder = scene.hand_in(learner, exercise);
        let fill = |text: &str| scene.fill(text, exercise);
        if let Some(body) = &attack.body {
            scene.write(&folder, "src/lib.rs", &fill(&crate_of(exercise, &attack.items, body)));
        }
        if let Some(line) = &attack.line {
            let level = attack.at.expect("a line has a level");
            let text = scene.with_line(exercise, level, &fill(line));
            scene.write(&folder, "nginx.conf", &text);
        }
        for (path, text) in &attack.files {
            scene.write(&folder, path, &fill(text));
        }
        complete(scene, exercise, &folder);
        if let Some(builder) = &attack.builder {
            builders::build(builder, &scene.path("course"), &folder);
        }
        expected.insert(format!("{learner}/{exercise}"), verdict.clone());
    }
    expected
}

/// Adds the files of a lab's starter that a hand-in lacks: an attack needs only say its own.
fn complete(scene: &Scene, exercise: &str, folder: &std::path::Path) {
    let starter = scene.path("course/exercises").join(exercise).join("starter");
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

fn attack_all(grader: Grader, is_wanted: impl Fn(&Attack) -> bool) {
    let mut scene = Scene::new(grader);
    let attacks = corpus::attacks();
    let exercises: std::collections::BTreeSet<_> = attacks.iter().flat_map(|it| it.verdict.keys()).collect();
    for (exercise, ..) in SKELETONS.iter().filter(|(name, ..)| exercises.contains(&(*name).to_owned())) {
        let folder = scene.hand_in("nobody", exercise);
        scene.write(&folder, "src/lib.rs", &crate_of(exercise, "", "WRONG"));
    }
    let graded = scene.grade(&[]);
    let sandboxed = graded.header["sandbox"] != "none";
    for (name, record) in &graded.records {
        assert_eq!(record["verdict"], "failed", "{name}: {record}");
    }
    fs::remove_dir_all(scene.path("hand-ins")).expect("it is there");
    let can = |attack: &&Attack| sandboxed || attack.needs != Some(Need::Sandbox);
    let made: Vec<_> = attacks.iter().filter(|attack| is_wanted(attack)).filter(can).collect();
    let expected: BTreeMap<_, _> = made.iter().flat_map(|attack| hand_in(&scene, attack)).collect();
    let graded = scene.grade(&[]);
    let verdict = |record: &serde_json::Value| record["verdict"].as_str().expect("a verdict").to_owned();
    let mut got: BTreeMap<_, _> = graded.records.iter().map(|(name, record)| (name.clone(), verdict(record))).collect();
    for name in expected.keys() {
        got.entry(name.clone()).or_insert_with(|| "no submission".to_owned());
    }
    let accepted = got.values().filter(|verdict| *verdict == "passed").count();
    println!("attacks: {} in {} hand-ins, accepted {accepted}", made.len(), expected.len());
    let other: Vec<_> = expected.iter().filter(|(name, verdict)| got[*name] != **verdict).map(|(name, verdict)| {
        format!("{name}: {} instead of {verdict}: {}", got[name], graded.records.get(name).map_or(String::new(), ToString::to_string))
    }).collect();
    assert!(other.is_empty(), "{}\n{}", other.join("\n"), String::from_utf8_lossy(&graded.output.stderr));
    assert_eq!(accepted, 0);
    scene.expect_untouched();
}

#[test]
fn no_attack_is_accepted_and_none_touches_anything() {
    attack_all(Grader::Myself, |attack| is_long() || !attack.slow);
}
