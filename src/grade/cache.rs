//! A cache of verdicts: the same exercise, tools, Gradus and source, byte for byte, give the same verdict.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use crate::report::{ExerciseEntry, Header, Record};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// A folder of records, each named by a hash of everything that its verdict depends on.
#[derive(Debug, Clone)]
pub(crate) struct VerdictCache {
    folder: PathBuf,
    /// The hash over what is the same for the whole grading: Gradus, sandbox and tools.
    base: Fingerprint,
}

impl VerdictCache {
    pub(crate) fn new(folder: impl Into<PathBuf>, header: &Header) -> Self {
        let mut base = Fingerprint::new();
        let parts = [&header.schema, &header.gradus, &header.sandbox];
        for part in parts.into_iter().chain(&header.tools) {
            base.add(part);
        }
        Self {
            folder: folder.into(),
            base,
        }
    }

    /// Returns the record of an earlier submission to `exercise` whose files have the hash `source`. It may
    /// be another learner's: the caller must set the learner and the submission.
    pub(crate) fn get(&self, exercise: &ExerciseEntry, source: &str) -> Option<Record> {
        let mut file = File::open(self.place(exercise, source)).ok()?;
        files::touch(&file);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let record: Record = serde_json::from_slice(&bytes).ok()?;
        let is_right = record.source == source && record.exercise == exercise.id;
        is_right.then_some(record)
    }

    /// Stores `record`; a failure to write is ignored, since a cache can be rebuilt.
    pub(crate) fn put(&self, exercise: &ExerciseEntry, record: &Record) {
        let Ok(bytes) = serde_json::to_vec(record) else {
            return;
        };
        files::write_whole(&self.place(exercise, &record.source), &bytes).ok();
    }

    fn place(&self, exercise: &ExerciseEntry, source: &str) -> PathBuf {
        let mut key = self.base.clone();
        key.add(exercise.id.as_str());
        key.add(&exercise.fingerprint);
        key.add(source);
        let name = key.finish_whole();
        // Split by the first two digits: a folder with a hundred thousand files is slow to list.
        let (first, name) = name.split_at(2);
        self.folder.join(first).join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::fixture::{header, record};
    use super::*;
    use crate::course::{Points, fixture};
    use crate::grade::header::submissions;

    #[test]
    fn name_of_an_entry_stays() {
        let entry = ExerciseEntry {
            id: "both".parse().unwrap(),
            title: "Both".into(),
            kind: "rust".into(),
            tier: None,
            max_score: Points::default(),
            fingerprint: "f".into(),
        };
        let header = Header {
            schema: "gradus-results-1".into(),
            gradus: "0.1.0".into(),
            course: fixture::course().id,
            title: "A small course".into(),
            exercises: Vec::new(),
            tools: vec!["rustc 1".into(), "nginx 2".into()],
            sandbox: "landlock".into(),
            partition: None,
            submissions: submissions(std::iter::empty()),
        };
        let place = VerdictCache::new("kept", &header).place(&entry, "s");
        assert_eq!(
            place.to_str(),
            Some("kept/4a/6486c8d2560ba9e3b13fc9b8b94f4d3c3d38a981e5c1a6439664491d89c976.json")
        );
    }

    #[test]
    fn a_verdict_is_kept_for_the_same_source_exercise_and_tools() {
        let folder = tempfile::tempdir().unwrap();
        let header = header(&["ada"]);
        let cache = VerdictCache::new(folder.path(), &header);
        let [one, two] = [0, 1].map(|index| &header.exercises[index]);
        let kept = record("ada", "one");
        assert_eq!(cache.get(one, &kept.source), None);
        cache.put(one, &kept);
        assert_eq!(cache.get(one, &kept.source), Some(kept.clone()));
        assert_eq!(cache.get(two, &kept.source), None);
        assert_eq!(cache.get(one, "other files"), None);
        let mut changed = one.clone();
        changed.fingerprint.push('2');
        assert_eq!(cache.get(&changed, &kept.source), None);
        let mut other = header.clone();
        other.tools.push("nginx 1.28.5".to_owned());
        let other = VerdictCache::new(folder.path(), &other);
        assert_eq!(other.get(one, &kept.source), None);
        let again = VerdictCache::new(folder.path(), &header);
        assert_eq!(again.get(one, &kept.source), Some(kept));
    }

    #[test]
    fn a_record_in_the_place_of_another_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let header = header(&["ada"]);
        let cache = VerdictCache::new(folder.path(), &header);
        let one = &header.exercises[0];
        let kept = record("ada", "one");
        cache.put(one, &kept);
        let place = cache.place(one, &kept.source);
        let other_exercise = record("ada", "two");
        let mut other_source = kept.clone();
        other_source.source = "other files".to_owned();
        for other in [other_exercise, other_source] {
            fs::write(&place, serde_json::to_vec(&other).unwrap()).unwrap();
            assert_eq!(cache.get(one, &kept.source), None);
        }
        fs::write(&place, "{}").unwrap();
        assert_eq!(cache.get(one, &kept.source), None);
    }
}
