//! The journal: a header and a record a submission, appended as each ends, so that a grading that
//! was killed goes on where it was.

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

/// A journal that this process alone writes.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    end: u64,
    known: HashMap<String, Known>,
}

/// What the journal knows of a submission.
#[derive(Debug, Clone)]
struct Known {
    source: Box<str>,
    verdict: Verdict,
    offset: u64,
    length: usize,
}

impl Journal {
    /// Opens the journal in `folder` to go on with it, or begins one.
    ///
    /// # Errors
    /// Fails when the folder cannot be written, another process writes there, or the journal there
    /// is of another grading.
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

    /// Begins a new journal in `folder`; one that is there is kept under another name, which is
    /// returned.
    ///
    /// # Errors
    /// Fails when the folder cannot be written, or another process writes there.
    pub fn begin_anew(
        folder: &Path,
        header: &Header,
    ) -> Result<(Self, Option<PathBuf>), GradeError> {
        let path = folder.join(FILE);
        let mut kept = None;
        if path.exists() {
            // Nobody else may be writing what is moved away.
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
            // What is there and is no file, such as a pipe, would let us wait without end.
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

    /// Returns the header of a journal that was begun before.
    fn read_header(&mut self) -> Result<Option<Header>, GradeError> {
        let mut line = Vec::new();
        let mut reader = BufReader::new(&self.file);
        let read = reader.read_until(b'\n', &mut line);
        read.map_err(GradeError::file(&self.path))?;
        if line.last() != Some(&b'\n') {
            // Killed before the header was whole: nothing was graded yet.
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
            what: format!("no line of a journal: {error}"),
        }
    }

    fn begin(&mut self, header: &Header) -> Result<(), GradeError> {
        self.cut(0)?;
        self.write_line(header)?;
        Ok(())
    }

    /// Reads what was done. A last line that is not whole is cut off: its writer was killed.
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
            let entry = Known {
                source: record.source.into_boxed_str(),
                verdict: record.verdict,
                offset: end,
                length,
            };
            // A later record of the same submission stands for a newer hand-in.
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

    /// Writes what is known anew under `header`: submissions were added or taken away.
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

    /// Returns the verdict on the submission `name` with the files `source`. What Gradus could not
    /// do before may work now: it counts as not done.
    pub fn verdict(&self, name: &str, source: &str) -> Option<Verdict> {
        let known = self.known.get(name)?;
        let is_done = *known.source == *source && known.verdict != Verdict::InternalError;
        is_done.then_some(known.verdict)
    }

    /// Appends a record.
    ///
    /// # Errors
    /// Fails when it cannot be written.
    pub fn append(&mut self, record: &Record) -> Result<(), GradeError> {
        let (offset, length) = self.write_line(record)?;
        let known = Known {
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
        // In one piece: a kill leaves the line, or a part at the end that is cut off next time.
        let written = self.file.write_all(&line);
        written.map_err(GradeError::file(&self.path))?;
        let offset = self.end;
        self.end += line.len() as u64;
        Ok((offset, line.len()))
    }

    /// Returns the line of the submission `name`, its end included.
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

    /// Writes the results to `place`: `header`, and the records of `submissions` in their order,
    /// with what `roster` says of the learners. Returns how many of them have a record.
    ///
    /// # Errors
    /// Fails when the journal cannot be read, or the results cannot be written.
    pub fn write_results(
        &self,
        header: &Header,
        submissions: &[Submission],
        roster: &Roster,
        place: &Path,
    ) -> Result<usize, GradeError> {
        let failed = |error: serde_json::Error| GradeError::file(place)(error.into());
        let folder = place.parent().unwrap_or(Path::new("."));
        let file = files::beside(folder).map_err(GradeError::file(folder))?;
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
