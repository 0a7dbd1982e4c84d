//! The reports beside results. A list of the files of reports is kept, so that stale ones, made from
//! other results, can be removed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{GradeError, Results, ResultsFolder};
use crate::report::Format;
use crate::sys::files;
use crate::sys::fingerprint::sha256_of;

/// The file name of the list, in the folder of the reports.
pub(crate) const FILE: &str = "reports.json";
/// The schema of the list.
const SCHEMA: &str = "gradus-reports/1";

/// The files that writing reports has changed.
#[derive(Debug, Default)]
pub struct WrittenReports {
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// How many stale files were removed.
    pub removed: usize,
}

/// The list of report files in a folder.
#[derive(Debug, Serialize, Deserialize)]
struct ReportList {
    schema: String,
    /// SHA-256 of the results that they were made from, in hexadecimal.
    results: String,
    /// Paths in the folder, with `/` between the parts.
    files: BTreeSet<String>,
}

/// Writes the reports on `results` in `formats` to the folder `root`, and removes listed reports on other
/// results. Reports on the same results stay, and so does every file that is not on the list.
///
/// # Errors
/// Fails when the results cannot be read, or a file cannot be written or removed.
pub fn write(
    results: &Results,
    root: &Path,
    formats: &[&dyn Format],
) -> Result<WrittenReports, GradeError> {
    let former = ReportList::read(root);
    if former.is_none() && formats.is_empty() {
        return Ok(WrittenReports::default());
    }
    let mut folder = ResultsFolder::new(root);
    for format in formats {
        let written = format.write(results, &mut folder);
        written.map_err(GradeError::file(root))?;
    }
    let mut list = ReportList {
        schema: SCHEMA.to_owned(),
        results: fingerprint(results.path()).map_err(GradeError::file(results.path()))?,
        files: folder.names().iter().cloned().collect(),
    };
    let mut removed = 0;
    if let Some(former) = former {
        if former.results == list.results {
            list.files.extend(former.files);
        } else {
            for name in former.files.difference(&list.files) {
                let path = root.join(name);
                removed += usize::from(remove(name, root).map_err(GradeError::file(&path))?);
            }
        }
    }
    list.write(root)?;
    let files = folder.names().iter().map(|name| root.join(name)).collect();
    Ok(WrittenReports { files, removed })
}

impl ReportList {
    /// Reads the list in `root`; `None` where there is no valid one, and thus no file that is known to be
    /// ours.
    fn read(root: &Path) -> Option<Self> {
        let text = fs::read(root.join(FILE)).ok()?;
        let list: Self = serde_json::from_slice(&text).ok()?;
        (list.schema == SCHEMA).then_some(list)
    }

    fn write(&self, root: &Path) -> Result<(), GradeError> {
        let path = root.join(FILE);
        let written = serde_json::to_vec_pretty(self)
            .map_err(io::Error::other)
            .and_then(|text| files::write_whole(&path, &text));
        written.map_err(GradeError::file(&path))
    }
}

fn fingerprint(path: &Path) -> io::Result<String> {
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
    let hash = sha256_of(&mut reader)?;
    Ok(data_encoding::HEXLOWER.encode(&hash))
}

/// Removes the regular file `name` below `root`, and the folders that are empty then; returns whether
/// there was one.
fn remove(name: &str, root: &Path) -> io::Result<bool> {
    let mut parts = Path::new(name).components();
    if !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Ok(false);
    }
    let path = root.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => fs::remove_file(&path)?,
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let folders = path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != root);
    for folder in folders {
        // Fails for a folder that is not empty.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{header, record, results};
    use super::*;
    use crate::report;

    #[test]
    fn fingerprint_of_results_is_their_sha_256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        fs::write(&path, "{}\n").unwrap();
        // printf '{}\n' | sha256sum
        assert_eq!(
            fingerprint(&path).unwrap(),
            "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
        );
    }

    /// A report that consists of these files.
    #[derive(Debug)]
    struct FakeFormat(&'static [&'static str]);

    impl Format for FakeFormat {
        fn id(&self) -> &'static str {
            "files"
        }

        fn summary(&self) -> &'static str {
            "Nobody reads it."
        }

        fn write(
            &self,
            _: &dyn report::Results,
            folder: &mut dyn report::ReportFolder,
        ) -> io::Result<()> {
            for path in self.0 {
                folder.file(path)?.flush()?;
            }
            Ok(())
        }
    }

    /// A folder of reports, with the results that they tell of.
    struct Reports {
        root: tempfile::TempDir,
        results: Results,
    }

    impl Reports {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let results = results(root.path(), "results.jsonl", &header(&["ada"]), &[]);
            Self { root, results }
        }

        /// Has them tell of other results.
        fn change(&mut self) {
            let records = [record("ada", "one")];
            let header = header(&["ada"]);
            self.results = results(self.root.path(), "results.jsonl", &header, &records);
        }

        /// Writes a report of `files`; returns how many stale files were removed.
        fn write(&self, files: &'static [&'static str]) -> usize {
            let format = FakeFormat(files);
            let written = write(&self.results, self.root.path(), &[&format]).unwrap();
            let places = files.iter().map(|name| self.root.path().join(name));
            assert!(written.files.iter().eq(&places.collect::<Vec<_>>()));
            written.removed
        }

        fn has(&self, name: &str) -> bool {
            self.root.path().join(name).exists()
        }
    }

    #[test]
    fn reports_on_the_same_results_stay() {
        let mut reports = Reports::new();
        assert_eq!(reports.write(&["a.txt"]), 0);
        assert_eq!(reports.write(&["b.txt"]), 0);
        assert!(reports.has("a.txt") && reports.has("b.txt"));
        reports.change();
        assert_eq!(reports.write(&["c.txt"]), 2, "both were on the list");
    }

    #[test]
    fn reports_on_other_results_are_taken_away_with_their_folders() {
        let mut reports = Reports::new();
        reports.write(&["a.txt", "in/one.txt", "in/two/three.txt", "kept/one.txt"]);
        fs::write(reports.root.path().join("kept/mine.txt"), "").unwrap();
        reports.change();
        assert_eq!(reports.write(&["a.txt"]), 3);
        assert!(reports.has("a.txt") && reports.has("kept/mine.txt"));
        assert!(!reports.has("in") && !reports.has("kept/one.txt"));
        assert!(reports.has("results.jsonl"));
    }

    #[test]
    fn results_without_reports_leave_no_list() {
        let reports = Reports::new();
        let written = write(&reports.results, reports.root.path(), &[]).unwrap();
        assert_eq!((written.files.len(), written.removed), (0, 0));
        assert!(!reports.has(FILE));
    }

    #[test]
    fn old_reports_are_taken_away_also_when_none_is_written() {
        let mut reports = Reports::new();
        reports.write(&["a.txt"]);
        reports.change();
        let written = write(&reports.results, reports.root.path(), &[]).unwrap();
        assert_eq!((written.removed, reports.has("a.txt")), (1, false));
    }

    #[test]
    fn a_list_that_is_none_of_ours_says_nothing() {
        let mut reports = Reports::new();
        reports.write(&["a.txt"]);
        let path = reports.root.path().join(FILE);
        let other = fs::read_to_string(&path)
            .unwrap()
            .replace(SCHEMA, "other/1");
        fs::write(&path, other).unwrap();
        reports.change();
        assert_eq!(reports.write(&["b.txt"]), 0);
        assert!(reports.has("a.txt"));
    }

    #[test]
    fn only_regular_files_below_the_folder_are_taken_away() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        fs::create_dir_all(inner.join("folder")).unwrap();
        fs::write(root.path().join("outside"), "").unwrap();
        std::os::unix::fs::symlink("../outside", inner.join("link")).unwrap();
        fs::write(inner.join("file"), "").unwrap();
        for name in ["../outside", "folder", "link", "missing", "/etc/passwd"] {
            assert!(!remove(name, &inner).unwrap(), "{name}");
        }
        assert!(remove("file/below", &inner).is_err());
        assert!(remove("file", &inner).unwrap());
        assert!(inner.exists() && root.path().join("outside").exists());
    }
}
