//! None of the inputs that the fuzzer kept makes Gradus panic or hang.

use std::fs;
use std::path::Path;

#[path = "../fuzz/inputs.rs"]
mod inputs;

/// Feeds every seed of `target` to `read`.
fn replay(target: &str, read: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("seeds") {
        let path = entry.expect("a seed").path();
        let bytes = fs::read(&path).expect("a seed");
        let outcome = std::panic::catch_unwind(|| read(&bytes));
        assert!(outcome.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 3, "{target} has {count} seeds");
}

#[test]
fn seeds_of_manifests_are_read() {
    replay("manifest", inputs::manifest);
}

#[test]
fn seeds_of_lessons_are_read() {
    replay("lesson", inputs::lesson);
}

#[test]
fn seeds_of_probes_are_read() {
    replay("probes", inputs::probes);
}

#[test]
fn seeds_of_journals_are_read() {
    replay("journal", inputs::journal);
}

#[test]
fn seeds_of_parts_are_merged() {
    replay("merge", inputs::merge);
}
