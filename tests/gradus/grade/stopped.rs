//! Results and reports with all times taken out, so that they can be compared byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gradus::report::FORMATS;

use crate::attacks::scene::Scene;

/// The one part of a record that depends on the clock: at the end of each, as no text can be.
const TIME: &str = "\"time\":{";

/// Returns the results in `out` with every time at zero.
pub(super) fn results(scene: &Scene, out: &str) -> String {
    let text = fs::read_to_string(scene.path(out).join("results.jsonl")).expect("results");
    let lines = text.lines().map(|line| match line.rsplit_once(TIME) {
        Some((before, _)) => format!("{before}{TIME}\"at\":0,\"milliseconds\":0}}}}\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// Returns every file of every report on `results`, which are those of `out`.
pub(super) fn reports(scene: &Scene, out: &str, results: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = scene.path("stopped").join(out);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("results.jsonl"), results).expect("a file");
    let reports = folder.join("reports");
    let mut merge = scene.gradus("merge");
    merge.arg(&folder).arg("--out").arg(&reports);
    for format in FORMATS {
        merge.args(["--report", format.id()]);
    }
    let output = merge.output().expect("gradus starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mut files = BTreeMap::new();
    read(&reports, "", &mut files);
    files
}

fn read(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &name, files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
}

/// Expects that `found` are the results `whole`, and shows every line that differs.
pub(super) fn expect_same(what: &str, whole: &str, found: &str) {
    let pairs = whole.lines().zip(found.lines());
    let different = pairs.filter(|(whole, found)| whole != found);
    let different: Vec<_> = different
        .map(|(whole, found)| format!("{whole}\n{found}\n"))
        .collect();
    assert!(different.is_empty(), "{what}:\n{}", different.join("\n"));
    assert!(whole == found, "{what}: another number of lines");
}

/// Expects the same files with the same bytes.
pub(super) fn expect_same_files(
    what: &str,
    whole: &BTreeMap<String, Vec<u8>>,
    found: &BTreeMap<String, Vec<u8>>,
) {
    assert!(whole.keys().eq(found.keys()), "{what}: other files");
    for (name, bytes) in whole {
        assert!(*bytes == found[name], "{what}: {name} differs");
    }
}
