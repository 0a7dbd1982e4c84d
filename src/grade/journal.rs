//! The journal of a grading: a header, then a record for each graded submission, appended as it ends. A
//! killed grading resumes from it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{GradeError, Roster, Submission, header};
use crate::check::Verdict;
use crate::report::{Header, Record};
use crate::sys::files;

/// The name of the journal in its folder.
pub const FILE: &str = "journal.jsonl";

/// A journal, locked by this process.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    end: u64,
    known: HashMap<String, JournalEntry>,
}

/// The latest record of a submission, and where its line is in the file.
#[derive(Debug, Clone)]
struct JournalEntry {
    source: Box<str>,
    verdict: Verdict,
    offset: u64,
    length: usize,
}

impl Journal {
    /// Opens the journal in `folder` to resume it, or creates one.
    ///
    /// # Errors
    /// Fails when the folder cannot be written, another process writes there, or the journal belongs to
    /// another grading.
    pub fn open(folder: &Path, header: &Header) -> Result<Self, GradeError> {
        let mut journal = Self::lock(folder)?;
        match journal.read_header()? {
            None => journal.begin(header)?,
            Some(old) => {
                if let Some(what) = header::difference(&old, header) {
                    return Err(GradeError::Other {
                        path: folder.to_owned(),
                        what,
                    });
                }
                journal.read_records()?;
                if old != *header {
                    journal.rewrite(header)?;
                }
            }
        }
        Ok(journal)
    }

    /// Creates a new journal in `folder`; renames an existing one, and returns its new path.
    ///
    /// # Errors
    /// Fails when the folder cannot be written, or another process writes there.
    pub(crate) fn start_over(
        folder: &Path,
        header: &Header,
    ) -> Result<(Self, Option<PathBuf>), GradeError> {
        let path = folder.join(FILE);
        let mut kept = None;
        if path.exists() {
            // Another process must not be writing the journal that is renamed.
            let _held = Self::lock(folder)?;
            let place = files::free_name(folder, "journal-before.jsonl");
            fs::rename(&path, &place).map_err(GradeError::file(&path))?;
            kept = Some(place);
        }
        Ok((Self::open(folder, header)?, kept))
    }

    fn lock(folder: &Path) -> Result<Self, GradeError> {
        let path = folder.join(FILE);
        let opened = fs::create_dir_all(folder).and_then(|()| {
            // Opening a FIFO would block for ever.
            match fs::symlink_metadata(&path) {
                Ok(found) if !found.is_file() => {
                    let what = "not a regular file";
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
                }
                Ok(_) | Err(_) => {}
            }
            File::options()
                .read(true)
                .append(true)
                .create(true)
                .open(&path)
        });
        let file = opened.map_err(GradeError::file(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(GradeError::Busy(folder.to_owned())),
            Err(TryLockError::Error(source)) => return Err(GradeError::File { path, source }),
        }
        Ok(Self {
            path,
            file,
            end: 0,
            known: HashMap::new(),
        })
    }

    /// Reads the header; `None` for a new journal.
    fn read_header(&mut self) -> Result<Option<Header>, GradeError> {
        let mut line = Vec::new();
        let mut reader = BufReader::new(&self.file);
        let read = reader.read_until(b'\n', &mut line);
        read.map_err(GradeError::file(&self.path))?;
        if line.last() != Some(&b'\n') {
            // The process was killed while it wrote the header: nothing was graded yet.
            return Ok(None);
        }
        self.end = line.len() as u64;
        serde_json::from_slice(&line)
            .map(Some)
            .map_err(|error| self.fault(1, &error))
    }

    fn fault(&self, line: usize, error: &serde_json::Error) -> GradeError {
        GradeError::Content {
            path: self.path.clone(),
            line,
            what: format!("not a line of a journal: {error}"),
        }
    }

    fn begin(&mut self, header: &Header) -> Result<(), GradeError> {
        self.cut(0)?;
        self.write_line(header)?;
        Ok(())
    }

    /// Reads all records. An incomplete last line is cut off: its writer was killed.
    fn read_records(&mut self) -> Result<(), GradeError> {
        let path = self.path.clone();
        let file = |error| GradeError::file(&path)(error);
        let mut input = &self.file;
        input.seek(SeekFrom::Start(self.end)).map_err(file)?;
        let mut reader = BufReader::new(input);
        let mut known = HashMap::new();
        let mut end = self.end;
        let mut line = Vec::new();
        for number in 2.. {
            line.clear();
            let length = reader
                .read_until(b'\n', &mut line)
                .map_err(GradeError::file(&self.path))?;
            if line.last() != Some(&b'\n') {
                break;
            }
            let record: Record =
                serde_json::from_slice(&line).map_err(|error| self.fault(number, &error))?;
            if let Some(what) = record.contradiction() {
                return Err(GradeError::Content {
                    path,
                    line: number,
                    what: format!("the record of {}: {what}", record.submission),
                });
            }
            let entry = JournalEntry {
                source: record.source.into_boxed_str(),
                verdict: record.verdict,
                offset: end,
                length,
            };
            // A later record of the same submission replaces the earlier: it was handed in again.
            known.insert(record.submission, entry);
            end += length as u64;
        }
        self.known = known;
        self.cut(end)
    }

    fn cut(&mut self, end: u64) -> Result<(), GradeError> {
        let cut = self.file.set_len(end);
        cut.map_err(GradeError::file(&self.path))?;
        self.end = end;
        Ok(())
    }

    /// Rewrites the journal under `header`, because submissions were added or removed.
    fn rewrite(&mut self, header: &Header) -> Result<(), GradeError> {
        let mut names: Vec<(u64, String)> = Vec::with_capacity(self.known.len());
        names.extend(
            self.known
                .iter()
                .map(|(name, known)| (known.offset, name.clone())),
        );
        names.sort();
        let mut bytes = serde_json::to_vec(header).map_err(|error| self.fault(1, &error))?;
        bytes.push(b'\n');
        for (_, name) in names {
            bytes.extend(self.line(&name)?.unwrap_or_default());
        }
        let folder = self
            .path
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        files::write_whole(&self.path, &bytes).map_err(GradeError::file(&self.path))?;
        *self = Self::lock(&folder)?;
        self.read_header()?;
        self.read_records()
    }

    /// Returns the verdict on the submission `name` whose files have the hash `source`. An internal error
    /// counts as not graded: it may not happen again.
    pub(crate) fn verdict(&self, name: &str, source: &str) -> Option<Verdict> {
        let known = self.known.get(name)?;
        let is_done = *known.source == *source && known.verdict != Verdict::InternalError;
        is_done.then_some(known.verdict)
    }

    /// Appends a record.
    ///
    /// # Errors
    /// Fails when it cannot be written.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), GradeError> {
        let (offset, length) = self.write_line(record)?;
        let known = JournalEntry {
            source: record.source.as_str().into(),
            verdict: record.verdict,
            offset,
            length,
        };
        self.known.insert(record.submission.clone(), known);
        Ok(())
    }

    fn write_line(&mut self, value: &impl serde::Serialize) -> Result<(u64, usize), GradeError> {
        let mut line = serde_json::to_vec(value).map_err(|error| self.fault(1, &error))?;
        line.push(b'\n');
        // One write: a kill leaves a whole line or an incomplete last one, which the next run cuts off.
        let written = self.file.write_all(&line);
        written.map_err(GradeError::file(&self.path))?;
        let offset = self.end;
        self.end += line.len() as u64;
        Ok((offset, line.len()))
    }

    /// Returns the line of the submission `name`, with its line end.
    fn line(&self, name: &str) -> Result<Option<Vec<u8>>, GradeError> {
        let Some(known) = self.known.get(name) else {
            return Ok(None);
        };
        let mut line = vec![0; known.length];
        let mut file = &self.file;
        let read = file
            .seek(SeekFrom::Start(known.offset))
            .and_then(|_| file.read_exact(&mut line));
        read.map_err(GradeError::file(&self.path))?;
        Ok(Some(line))
    }

    /// Writes the results to `place`: `header`, and the records of `submissions` in their order, each with
    /// the learner's entry in `roster`. Returns the number of records.
    ///
    /// # Errors
    /// Fails when the journal cannot be read, or the results cannot be written.
    pub(crate) fn write_results(
        &self,
        header: &Header,
        submissions: &[Submission],
        roster: &Roster,
        place: &Path,
    ) -> Result<usize, GradeError> {
        let failed = |error: serde_json::Error| GradeError::file(place)(error.into());
        let folder = place.parent().unwrap_or(Path::new("."));
        let file = files::temp_file_in(folder).map_err(GradeError::file(folder))?;
        let mut writer = BufWriter::new(file);
        serde_json::to_writer(&mut writer, header).map_err(failed)?;
        writer.write_all(b"\n").map_err(GradeError::file(place))?;
        let mut written = 0;
        for submission in submissions {
            let Some(line) = self.line(&submission.name())? else {
                continue;
            };
            let mut record: Record = serde_json::from_slice(&line).map_err(failed)?;
            record.person = roster.person(&submission.learner).cloned();
            serde_json::to_writer(&mut writer, &record).map_err(failed)?;
            writer.write_all(b"\n").map_err(GradeError::file(place))?;
            written += 1;
        }
        let file = writer
            .into_inner()
            .map_err(|error| GradeError::file(place)(error.into_error()))?;
        files::persist(file, place).map_err(GradeError::file(place))?;
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{header, record};
    use super::super::results::Results;
    use super::*;
    use crate::course::Points;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn submission(learner: &str, exercise: &str) -> Submission {
        Submission {
            learner: learner.to_owned(),
            exercise: exercise.parse().unwrap(),
            folder: PathBuf::new(),
        }
    }

    fn written(journal: &Journal, header: &Header, submissions: &[Submission]) -> Vec<Record> {
        let folder = folder();
        let place = folder.path().join("results.jsonl");
        let count = journal
            .write_results(header, submissions, &Roster::default(), &place)
            .unwrap();
        let results = Results::open(&place).unwrap();
        assert_eq!(results.header(), header);
        let records = results.records().unwrap().map(|it| it.unwrap().0);
        let records: Vec<Record> = records.collect();
        assert_eq!(records.len(), count);
        records
    }

    fn begun(folder: &Path, records: &[Record]) -> Journal {
        let mut journal = Journal::open(folder, &header(&["ada", "bob"])).unwrap();
        for record in records {
            journal.append(record).unwrap();
        }
        journal
    }

    fn all() -> [Submission; 4] {
        [
            submission("ada", "one"),
            submission("ada", "two"),
            submission("bob", "one"),
            submission("bob", "two"),
        ]
    }

    #[test]
    fn what_was_done_is_known_when_it_is_opened_again() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let records = [record("bob", "one"), record("ada", "two")];
        drop(begun(folder.path(), &records));
        let mut journal = Journal::open(folder.path(), &header).unwrap();
        journal.append(&record("ada", "one")).unwrap();
        drop(journal);
        let journal = Journal::open(folder.path(), &header).unwrap();
        let known = |name, source| journal.verdict(name, source);
        assert_eq!(known("ada/one", "files of ada"), Some(Verdict::Passed));
        assert_eq!(known("bob/one", "files of bob"), Some(Verdict::Passed));
        assert_eq!(
            known("bob/one", "files of ada"),
            None,
            "it is a new hand-in"
        );
        assert_eq!(known("bob/two", "files of bob"), None);
        let expected = [("ada", "one"), ("ada", "two"), ("bob", "one")];
        let expected = expected.map(|(learner, exercise)| record(learner, exercise));
        assert_eq!(written(&journal, &header, &all()), expected);
    }

    #[test]
    fn what_gradus_could_not_do_is_not_done() {
        let folder = folder();
        let mut failed = record("ada", "one");
        failed.verdict = Verdict::InternalError;
        failed.score = Points::default();
        let mut journal = begun(folder.path(), &[failed]);
        assert_eq!(journal.verdict("ada/one", "files of ada"), None);
        journal.append(&record("ada", "one")).unwrap();
        let known = journal.verdict("ada/one", "files of ada");
        assert_eq!(known, Some(Verdict::Passed));
    }

    #[test]
    fn a_later_record_stands_for_a_newer_hand_in() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let mut newer = record("ada", "one");
        newer.source = "other files".to_owned();
        let records = [record("ada", "one"), newer.clone()];
        let journal = begun(folder.path(), &records);
        assert_eq!(written(&journal, &header, &all()), [newer.clone()]);
        drop(journal);
        let journal = Journal::open(folder.path(), &header).unwrap();
        assert_eq!(written(&journal, &header, &all()), [newer]);
    }

    #[test]
    fn a_kill_costs_no_more_than_the_last_line() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let records = [record("ada", "one"), record("ada", "two")];
        drop(begun(folder.path(), &records));
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        let lines = whole.split_inclusive(|byte| *byte == b'\n');
        let mut start = 0;
        for (number, line) in lines.enumerate() {
            // Before the line, in it, before its end, and after it.
            let middle = start + line.len() / 2;
            let end = start + line.len();
            for (length, lines) in [
                (start, number),
                (middle, number),
                (end - 1, number),
                (end, number + 1),
            ] {
                fs::write(&path, &whole[..length]).unwrap();
                let mut journal = Journal::open(folder.path(), &header).unwrap();
                let kept = &records[..lines.saturating_sub(1)];
                assert_eq!(written(&journal, &header, &all()), kept);
                journal.append(&record("bob", "one")).unwrap();
                drop(journal);
                let journal = Journal::open(folder.path(), &header).unwrap();
                let found = written(&journal, &header, &all());
                assert_eq!(found.len(), kept.len() + 1, "after {length} bytes");
            }
            start = end;
        }
    }

    #[test]
    fn a_journal_of_another_grading_is_left_alone() {
        let folder = folder();
        drop(begun(folder.path(), &[record("ada", "one")]));
        let before = fs::read(folder.path().join(FILE)).unwrap();
        let mut other = header(&["ada", "bob"]);
        other.tools.clear();
        let error = Journal::open(folder.path(), &other).unwrap_err();
        assert!(matches!(error, GradeError::Other { .. }), "{error:?}");
        assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), before);
    }

    #[test]
    fn submissions_that_are_added_change_the_header_and_no_record() {
        let folder = folder();
        let records = [record("bob", "one"), record("ada", "one")];
        drop(begun(folder.path(), &records));
        let more = header(&["ada", "bob", "cid"]);
        let mut journal = Journal::open(folder.path(), &more).unwrap();
        journal.append(&record("cid", "one")).unwrap();
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        let mut lines = text.lines();
        let first: Header = serde_json::from_str(lines.next().unwrap()).unwrap();
        assert_eq!(first, more);
        let names = lines.map(|line| serde_json::from_str::<Record>(line).unwrap().submission);
        let names: Vec<String> = names.collect();
        assert_eq!(names, ["bob/one", "ada/one", "cid/one"]);
        let found = written(&journal, &more, &[submission("cid", "one")]);
        assert_eq!(found, [record("cid", "one")]);
        let found = written(&journal, &more, &[submission("ada", "one")]);
        assert_eq!(found, [record("ada", "one")]);
    }

    #[test]
    fn a_journal_has_one_writer() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let journal = begun(folder.path(), &[]);
        let second = Journal::open(folder.path(), &header);
        assert!(matches!(second, Err(GradeError::Busy(_))), "{second:?}");
        let anew = Journal::start_over(folder.path(), &header);
        assert!(matches!(anew, Err(GradeError::Busy(_))), "{anew:?}");
        drop(journal);
        Journal::open(folder.path(), &header).unwrap();
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = folder();
        fs::create_dir(folder.path().join(FILE)).unwrap();
        let error = Journal::open(folder.path(), &header(&["ada"])).unwrap_err();
        let GradeError::File { source, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(source.to_string(), "not a regular file");
    }

    #[test]
    fn a_journal_that_is_begun_anew_is_kept_under_another_name() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let (mut journal, kept) = Journal::start_over(folder.path(), &header).unwrap();
        assert_eq!(kept, None, "there was none");
        journal.append(&record("ada", "one")).unwrap();
        drop(journal);
        let before = fs::read(folder.path().join(FILE)).unwrap();
        let (journal, kept) = Journal::start_over(folder.path(), &header).unwrap();
        assert_eq!(journal.verdict("ada/one", "files of ada"), None);
        assert_eq!(fs::read(kept.unwrap()).unwrap(), before);
    }

    #[test]
    fn a_line_that_no_grading_writes_is_reported_with_its_number() {
        let (folder, header) = (folder(), header(&["ada", "bob"]));
        let mut odd = record("bob", "one");
        odd.score = Points::default();
        drop(begun(folder.path(), &[record("ada", "one"), odd]));
        let fault = || match Journal::open(folder.path(), &header).unwrap_err() {
            GradeError::Content { line, what, .. } => (line, what),
            error => panic!("{error:?}"),
        };
        let (line, what) = fault();
        assert_eq!(line, 3);
        assert!(what.starts_with("the record of bob/one: "), "{what}");
        let path = folder.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        fs::write(&path, format!("{first}\n{{}}\n")).unwrap();
        let (line, what) = fault();
        assert_eq!(line, 2);
        assert!(what.starts_with("not a line of a journal: "), "{what}");
        fs::write(&path, "{}\n").unwrap();
        assert_eq!(fault().0, 1);
    }
}
