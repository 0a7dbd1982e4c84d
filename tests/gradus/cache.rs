//! The cache stays within its bound, and no entry in use is removed.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use gradus::check::cache::Hold;
use gradus::check::{Event, Verdict};
use snapbox::{assert_data_eq, str};

use crate::bench::{Bench, told};
use crate::harness::Desk;
use crate::harness::Extent;

/// Makes a kit of that many bytes, which takes no room on the disk, used so long after 1970.
fn kit(desk: &Desk, name: &str, bytes: u64, used: u64) -> PathBuf {
    let folder = desk.path("cache/kits").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let judge = File::create(folder.join("judge")).expect("a file");
    judge.set_len(bytes).expect("a length");
    let mark = File::create(folder.join(".used")).expect("a file");
    let used = UNIX_EPOCH + Duration::from_secs(used);
    mark.set_modified(used).expect("a time");
    folder
}

#[test]
fn a_kit_that_is_new_takes_the_place_of_what_was_not_used_for_longest() {
    let desk = Desk::with_workspace();
    let here = [("GRADUS_CACHE_DIR", "../cache")];
    let oldest = kit(&desk, "oldest-0", 100_000_000, 1);
    let old = kit(&desk, "old-0", 200_000_000, 2);
    let newer = kit(&desk, "newer-0", 250_000_000, 3);
    let hold = Hold::take(&oldest).expect("it is there");
    File::open(oldest.join(".used"))
        .and_then(|mark| mark.set_modified(UNIX_EPOCH))
        .expect("a time");
    // The first check hands the files out.
    desk.gradus_with(&["check", "double"], "", &here);
    let run = desk.gradus_with(&["check", "double"], "", &here);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(oldest.exists(), "it is in use");
    assert!(!old.exists(), "it was used before the others");
    assert!(newer.exists(), "there is room for it");
    drop(hold);
}

#[test]
fn the_cache_is_shown_and_emptied_but_for_what_is_in_use() {
    let desk = Desk::new();
    let here = [("GRADUS_CACHE_DIR", "../cache")];
    kit(&desk, "one-0", 1_500_000, 1);
    let two = kit(&desk, "two-0", 3_000_000, 2);
    desk.write("cache/verdicts/ab/c.json", "{}");
    desk.write("cache/notes.txt", "not ours");
    let hold = Hold::take(&two).expect("it is there");
    assert_data_eq!(
        desk.gradus_with(&["cache"], "", &here).whole(),
        str![[r"
../cache
  kits               4.5 MB  2 judges of Rust exercises
  runtime            0.0 MB  0 libraries of judges
  nginx              0.0 MB  0 programs that labs run
  verdicts           0.0 MB  1 verdicts of gradings
  author             0.0 MB  0 crates of `gradus author`
  courses            0.0 MB  0 courses that had no problem
  toolchain.json     0.0 MB  0 compilers found
  all                4.5 MB  of 500.0 MB
--- exit 0

"]]
    );
    assert_data_eq!(
        desk.gradus_with(&["cache", "clear"], "", &here).whole(),
        str![[r"
Removed 1.5 MB from ../cache.
Kept, since in use: 1 entry.
--- exit 0

"]]
    );
    assert!(desk.path("cache/notes.txt").exists());
    drop(hold);
    desk.gradus_with(&["cache", "clear"], "", &here);
    assert!(!two.exists());
}

#[test]
fn a_kit_that_somebody_removes_during_a_check_is_made_again() {
    // With the word `main` a crate is compiled alone and then linked.
    const STEPS: [(&str, &str); 3] = [
        ("compiling your crate", ""),
        ("linking", "// main"),
        ("running the hidden tests", ""),
    ];
    let most = if Extent::Whole.is_wanted() { 3 } else { 1 };
    for (step, end) in &STEPS[..most] {
        let mut bench = Bench::fixture();
        let cache = tempfile::tempdir().expect("a folder");
        bench.context.cache = cache.path().to_owned();
        let kits = cache.path().join("kits");
        let times = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&times);
        bench.context.observer = Arc::new(move |event| {
            if event == Event::Step(step) && seen.fetch_add(1, Ordering::Relaxed) == 0 {
                fs::remove_dir_all(&kits).expect("it is there");
            }
        });
        let outcome = bench.check("pair", &format!("{}{end}", bench.solution("pair")));
        assert_eq!(outcome.verdict(), Verdict::Passed, "{}", told(&outcome));
        assert_eq!(times.load(Ordering::Relaxed), 2, "{step}");
    }
}
