//! The journal of a grading: a header, then a record for each graded submission, appended as it ends. A
//! killed grading resumes from it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::results::ResultsWriter;
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
    pub(crate) fn write_results(
        &self,
        header: &Header,
        submissions: &[Submission],
        roster: &Roster,
        place: &Path,
    ) -> Result<usize, GradeError> {
        let failed = |error: serde_json::Error| GradeError::file(place)(error.into());
        let mut results = ResultsWriter::begin(place, header)?;
        let mut written = 0;
        for submission in submissions {
            let Some(line) = self.line(&submission.name())? else {
                continue;
            };
            let mut record: Record = serde_json::from_slice(&line).map_err(failed)?;
            record.person = roster.person(&submission.learner).cloned();
            results.add(&record)?;
            written += 1;
        }
        results.end()?;
        Ok(written)
    }
}

#[cfg(test)]
mod tests;
