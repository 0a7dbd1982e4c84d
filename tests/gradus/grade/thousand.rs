//! A class of a thousand, drawn from the corpus: killed at random, or dealt out, its grading ends in the results
//! of an undisturbed one. The ordinary run does the same to a small class.
#![expect(
    clippy::print_stdout,
    reason = "the figures are for whoever reads the run"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use gradus::sys::clock::Stopwatch;

use super::killed::{kill, moments};
use super::mixed::{self, Due};
use super::stopped::{self, expect_same, expect_same_files};
use crate::attacks::course::CANARY;
use crate::attacks::is_long;
use crate::attacks::place::Place;
use crate::attacks::scene::{Graded, Grader, Scene};
use crate::harness::Extent;
use crate::processes::{of_folder, wait_until};

/// How large the class is in the long run, and in the ordinary one.
const SIZES: [usize; 2] = [1_000, 20];
/// How often the grading is killed.
const KILLS: usize = 5;
/// How it is dealt out, and into how many parts; in the ordinary run only as the first says.
const DEALT: [(&str, usize); 3] = [("hash", 4), ("slice", 1), ("slice", 7)];
/// Says when the kills come: to have a run again. Without it each run has moments of its own.
const SEED: &str = "GRADUS_SEED";
/// Where a class is to be left for somebody else, and how large it is to be.
const CLASS_OUT: &str = "GRADUS_CLASS_OUT";
const CLASS_SIZE: &str = "GRADUS_CLASS_SIZE";

#[expect(clippy::disallowed_methods, reason = "whoever runs it says so")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[test]
fn a_class_that_is_killed_or_dealt_out_ends_as_one_left_in_peace() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let size = SIZES[usize::from(!is_long())];
    let mut scene = Scene::new(Grader::Myself);
    let due = mixed::hand_in(&scene.place, size);
    let roster = scene.path("roster.csv").display().to_string();
    let roster = ["--roster", &roster];

    let watch = Stopwatch::start();
    expect_due(&due, scene.grade(&roster));
    told("left in peace", watch);
    let whole = stopped::results(&scene, "out");
    let reports = stopped::reports(&scene, "out", &whole);
    for (name, bytes) in &reports {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        assert!(!text.contains(CANARY), "the hidden word is in {name}");
    }
    let expect_whole = |out: &str| {
        let results = stopped::results(&scene, out);
        expect_same(out, &whole, &results);
        expect_same_files(out, &reports, &stopped::reports(&scene, out, &results));
    };

    let watch = Stopwatch::start();
    kill_again_and_again(&scene, &roster, size);
    expect_whole("killed");
    told("killed, and gone on with", watch);
    let dealt = if is_long() { &DEALT[..] } else { &DEALT[..1] };
    for (scheme, of) in dealt {
        let watch = Stopwatch::start();
        expect_whole(&in_parts(&scene, &roster, scheme, *of));
        told(&format!("{scheme}, {of} of them, merged"), watch);
    }
    scene.expect_untouched();
}

fn told(what: &str, watch: Stopwatch) {
    println!("{what}: {:.0} s", watch.elapsed().as_secs_f64());
}

/// Expects that everybody got what they must get.
fn expect_due(due: &BTreeMap<String, Due>, graded: &Graded) {
    assert_eq!(graded.output.status.code(), Some(0), "{:?}", graded.output);
    assert!(due.keys().eq(graded.records.keys()), "others were graded");
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, due) in due {
        let verdict = graded.records[name]["verdict"].as_str().expect("text");
        *verdicts.entry(verdict).or_default() += 1;
        if !due.is(verdict) {
            wrong.push(format!("{name}: not {due:?}: {}", graded.records[name]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let learners: BTreeSet<_> = due.keys().filter_map(|name| mixed::of(name)).collect();
    println!(
        "{} submissions of {} learners: {verdicts:?}",
        due.len(),
        learners.len()
    );
}

/// Grades the class into `killed`; killed on the way, and started again each time.
fn kill_again_and_again(scene: &Scene, roster: &[&str], size: usize) {
    let seed = variable(SEED).unwrap_or_else(|| RandomState::new().hash_one(SEED).to_string());
    println!("{SEED}={seed}");
    let journal = scene.path("killed/journal.jsonl");
    for moment in moments(&seed, KILLS, size) {
        let (records, begun) = kill(scene.grading("killed", roster), journal.clone(), &moment);
        println!("killed with {records} records, and {begun} bytes of one more");
        assert!(records < size, "there was nothing left to do");
        assert!(!scene.path("killed/results.jsonl").exists());
        // What it had started goes with it.
        wait_until("all of it to end", || of_folder(&scene.path("")).is_empty());
    }
    grade(scene, "killed", roster);
    let journal = fs::read_to_string(journal).expect("a journal");
    assert_eq!(journal.lines().count(), 1 + size, "nothing is graded twice");
}

/// Grades the class in `of` parts, all at once, as on as many machines, and merges them; returns into
/// which folder.
fn in_parts(scene: &Scene, roster: &[&str], scheme: &str, of: usize) -> String {
    let merged = format!("{scheme}-{of}");
    let start = |part| {
        let out = format!("{merged}-part-{part}");
        let partition = format!("{scheme}:{part}/{of}");
        let arguments = [roster, &["--partition", &partition]].concat();
        let mut grading = scene.grading(&out, &arguments);
        grading.stdout(Stdio::null()).stderr(Stdio::null());
        (out, grading.spawn().expect("gradus starts"))
    };
    let gradings: Vec<_> = (1..=of).rev().map(start).collect();
    let mut merge = scene.gradus("merge");
    for (out, mut grading) in gradings {
        let status = grading.wait().expect("it ends");
        assert!(status.success(), "{out}: {status}");
        merge.arg(scene.path(&out));
    }
    let output = merge.arg("--out").arg(scene.path(&merged)).output();
    let output = output.expect("gradus starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    merged
}

fn grade(scene: &Scene, out: &str, arguments: &[&str]) {
    let output = scene.grading(out, arguments).output();
    let output = output.expect("gradus starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_class_of_one_size_is_the_same_bytes_each_time() {
    let scratch = tempfile::tempdir().expect("a folder");
    let out = variable(CLASS_OUT).map(PathBuf::from);
    let root = out.unwrap_or_else(|| scratch.path().join("class"));
    let size = variable(CLASS_SIZE).map_or(SIZES[1], |size| size.parse().expect("a number"));
    assert!(!root.exists(), "{} is in the way", root.display());
    let write = || {
        let place = Place::make(root.clone(), root.join("cache"), NOBODY);
        mixed::hand_in(&place, size);
        let mut listing = BTreeMap::new();
        list(&root, &mut listing);
        listing
    };
    let first = write();
    fs::remove_dir_all(&root).expect("it is there");
    let second = write();
    let both = first.keys().chain(second.keys());
    let differs: BTreeSet<_> = both
        .filter(|path| first.get(*path) != second.get(*path))
        .collect();
    assert_eq!(differs, BTreeSet::new());
}

/// A port on which nobody listens.
const NOBODY: u16 = 9;
/// The most bytes of a file that is read: more is a hole.
const MOST_READ: u64 = 64 << 20;

/// Adds what `path` is and everything below it.
fn list(path: &Path, listing: &mut BTreeMap<PathBuf, (u32, u64, Vec<u8>)>) {
    let metadata = fs::symlink_metadata(path).expect("it is there");
    let length = if metadata.is_dir() { 0 } else { metadata.len() };
    let bytes = if metadata.is_symlink() {
        let target = fs::read_link(path).expect("a link");
        target.into_os_string().into_encoded_bytes()
    } else if metadata.is_file() && length <= MOST_READ {
        fs::read(path).expect("a file")
    } else {
        Vec::new()
    };
    listing.insert(path.to_owned(), (metadata.mode(), length, bytes));
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            list(&entry.expect("an entry").path(), listing);
        }
    }
}
