//! The attacked course: a marker word is in every hidden part of it.

use std::fs;
use std::path::Path;

use super::place::names;
use crate::harness::copy;
use crate::repository::root;

/// The word that stands in every hidden test, in any case.
pub(crate) const CANARY: &str = "zebrafinch";
/// Exercises of the built-in course that are graded here.
const BUILT_IN: [&str; 9] = [
    "safe-divide",
    "first-of-pool",
    "probe-all",
    "wrong-port",
    "header-too-big",
    "pool-with-a-dead-server",
    "classify-the-log",
    "reload-without-loss",
    "php-fpm-socket",
];

/// Writes a course of the fixtures' exercises and some of the built-in course, the word in the
/// hidden part of each.
pub(super) fn write_course(folder: &Path) {
    let fixtures = root().join("tests/fixtures");
    copy(
        &fixtures.join("course-check/exercises"),
        &folder.join("exercises"),
    );
    copy(
        &fixtures.join("course-labs/exercises"),
        &folder.join("exercises"),
    );
    for name in BUILT_IN {
        let to = folder.join("exercises").join(name);
        copy(&root().join("exercises").join(name), &to);
        for (file, note) in [("hidden/tests.rs", "//"), ("hidden/probes.toml", "#")] {
            if let Ok(text) = fs::read_to_string(to.join(file)) {
                fs::write(to.join(file), format!("{text}\n{note} {CANARY}\n")).expect("a file");
            }
        }
    }
    // Values are told where the exercise allows it: what a learner's code returns, too. Its memory is
    // small, so that large values need not be larger than that.
    let told = folder.join("exercises/first-of-pool/exercise.toml");
    let text = fs::read_to_string(&told).expect("a manifest");
    let text = text.replace("[rust]\n", "[rust]\nmemory_mib = 96\n");
    fs::write(told, format!("feedback = \"full\"\n{text}")).expect("a file");
    let told = folder.join("exercises/wrong-port/exercise.toml");
    let text = fs::read_to_string(&told).expect("a manifest");
    fs::write(told, format!("feedback = \"full\"\n{text}")).expect("a file");
    let mut lesson = String::from("+++\ntitle = \"All\"\nsummary = \"All of them.\"\n+++\nAll.\n");
    for name in names(&folder.join("exercises")) {
        lesson.push_str("\n<!-- exercise: ");
        lesson.push_str(&name);
        lesson.push_str(" -->\n");
    }
    fs::create_dir(folder.join("lessons")).expect("a folder");
    fs::write(folder.join("lessons/01-all.md"), lesson).expect("a file");
    let tracks = ["all", "operator", "rust"]
        .map(|id| format!("[[tracks]]\nid = \"{id}\"\ntitle = \"{id}\"\n"));
    let head = "format = 1\nid = \"attacked\"\ntitle = \"What is attacked\"\ndescription = \"Everything.\"\n";
    fs::write(
        folder.join("course.toml"),
        head.to_owned() + &tracks.concat(),
    )
    .expect("a file");
}
