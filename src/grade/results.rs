//! The results file of a grading, in JSON lines: the source of every report.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::GradeError;
use crate::report::{self, Header, Record};
use crate::sys::files;

/// The file name of results.
pub(crate) const FILE: &str = "results.jsonl";

/// A results file: a header, and a record for each submission, sorted by learner and then in the order of
/// the exercises.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    header: Header,
}

impl Results {
    /// Opens the results at `path`, a file or the output folder of a grading.
    ///
    /// # Errors
    /// Fails when they cannot be read.
    pub fn open(path: &Path) -> Result<Self, GradeError> {
        let path = if path.is_dir() {
            path.join(FILE)
        } else {
            path.to_owned()
        };
        let mut lines = LineReader::open(&path)?;
        let header = match lines.next() {
            Some(line) => lines.parse(&line?.0)?,
            None => {
                return Err(GradeError::Content {
                    path,
                    line: 1,
                    what: "the file is empty".to_owned(),
                });
            }
        };
        Ok(Self { path, header })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the records, each with the location of its line.
    pub(crate) fn records(&self) -> Result<Records, GradeError> {
        let mut lines = LineReader::open(&self.path)?;
        // The first one is the header.
        if let Some(line) = lines.next() {
            line?;
        }
        Ok(Records { lines })
    }
}

/// An iterator over the records of a results file.
#[derive(Debug)]
pub(crate) struct Records {
    lines: LineReader,
}

/// The location of a line in its file: the offset and length in bytes, without the line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteRange {
    start: u64,
    length: usize,
}

impl Records {
    /// Reads the line at `range`, which this iterator returned, again: from the open file, even if another
    /// file has its name now. The iterator must not be advanced afterwards.
    pub(crate) fn line(&mut self, range: ByteRange) -> Result<Vec<u8>, GradeError> {
        let read = self.lines.read_at(range);
        read.map_err(GradeError::file(&self.lines.path))
    }
}

impl Iterator for Records {
    type Item = Result<(Record, ByteRange), GradeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        Some(line.and_then(|(text, range)| {
            let record: Record = self.lines.parse(&text)?;
            match record.contradiction() {
                None => Ok((record, range)),
                Some(what) => Err(GradeError::Content {
                    path: self.lines.path.clone(),
                    line: self.lines.number,
                    what: format!("the record of {}: {what}", record.submission),
                }),
            }
        }))
    }
}

impl report::Results for Results {
    fn header(&self) -> &Header {
        &self.header
    }

    fn each(&self, visit: &mut dyn FnMut(Record) -> io::Result<()>) -> io::Result<()> {
        for record in self.records().map_err(io::Error::other)? {
            let (record, _) = record.map_err(io::Error::other)?;
            visit(record)?;
        }
        Ok(())
    }
}

/// An iterator over the lines of a file, without their ends.
#[derive(Debug)]
struct LineReader {
    path: PathBuf,
    reader: BufReader<File>,
    /// The offset of the next byte.
    at: u64,
    /// The number of the last line, from 1.
    number: usize,
}

impl LineReader {
    fn open(path: &Path) -> Result<Self, GradeError> {
        let file = File::open(path).map_err(GradeError::file(path))?;
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(256 << 10, file),
            at: 0,
            number: 0,
        })
    }

    /// Parses the line `text`, which was read last.
    fn parse<'a, T: serde::Deserialize<'a>>(&self, text: &'a str) -> Result<T, GradeError> {
        serde_json::from_str(text).map_err(|error| GradeError::Content {
            path: self.path.clone(),
            line: self.number,
            what: format!("not a line of results: {error}"),
        })
    }

    fn read_at(&mut self, range: ByteRange) -> io::Result<Vec<u8>> {
        let mut line = vec![0; range.length];
        // A relative seek keeps the buffer: lines are mostly read in order.
        let distance = range.start.wrapping_sub(self.at).cast_signed();
        self.reader.seek_relative(distance)?;
        self.reader.read_exact(&mut line)?;
        self.at = range.start + range.length as u64;
        Ok(line)
    }
}

impl Iterator for LineReader {
    type Item = Result<(String, ByteRange), GradeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = String::new();
        let start = self.at;
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(count) => {
                self.at += count as u64;
                self.number += 1;
                line.truncate(line.trim_end_matches(['\n', '\r']).len());
                let length = line.len();
                Some(Ok((line, ByteRange { start, length })))
            }
            Err(source) => Some(Err(GradeError::File {
                path: self.path.clone(),
                source,
            })),
        }
    }
}

/// Results that are written, line by line; they appear once they are complete.
pub(super) struct ResultsWriter {
    writer: BufWriter<tempfile::NamedTempFile>,
    place: PathBuf,
}

impl ResultsWriter {
    /// Begins results with `header` in the file `place`.
    pub(super) fn begin(place: &Path, header: &Header) -> Result<Self, GradeError> {
        let folder = place.parent().unwrap_or(Path::new("."));
        let file = fs::create_dir_all(folder).and_then(|()| files::temp_file_in(folder));
        let mut results = Self {
            writer: BufWriter::new(file.map_err(GradeError::file(place))?),
            place: place.to_owned(),
        };
        results.add(header)?;
        Ok(results)
    }

    pub(super) fn add(&mut self, value: &impl serde::Serialize) -> Result<(), GradeError> {
        let text = serde_json::to_vec(value);
        let text = text.map_err(|error| GradeError::file(&self.place)(error.into()))?;
        self.add_line(&text)
    }

    pub(super) fn add_line(&mut self, text: &[u8]) -> Result<(), GradeError> {
        let written = self.writer.write_all(text);
        let written = written.and_then(|()| self.writer.write_all(b"\n"));
        written.map_err(GradeError::file(&self.place))
    }

    pub(super) fn end(self) -> Result<(), GradeError> {
        let file = self.writer.into_inner();
        let file = file.map_err(io::IntoInnerError::into_error);
        let put = file.and_then(|file| files::persist(file, &self.place));
        put.map_err(GradeError::file(&self.place))
    }
}

/// The folder that reports are written to. Its files are replaced atomically.
#[derive(Debug)]
pub(crate) struct ResultsFolder {
    root: PathBuf,
    names: Vec<String>,
}

impl ResultsFolder {
    /// The folder is created together with its first file.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            names: Vec::new(),
        }
    }

    /// Returns the paths, in the folder, of the files that were created.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

impl report::ReportFolder for ResultsFolder {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let is_below = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_below {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{path}` is outside the folder of reports"),
            ));
        }
        let place = self.root.join(path);
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let file = files::temp_file_in(folder)?;
        self.names.push(path.to_owned());
        Ok(Box::new(AtomicFile {
            file: Some(BufWriter::new(file)),
            place,
        }))
    }
}

/// A file that is renamed to its place by its first flush, and takes no more bytes after it.
struct AtomicFile {
    file: Option<BufWriter<tempfile::NamedTempFile>>,
    place: PathBuf,
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        files::persist(file, &self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn lines(folder: &Path, text: &str) -> (LineReader, Vec<(String, ByteRange)>) {
        let path = folder.join(FILE);
        fs::write(&path, text).unwrap();
        let mut lines = LineReader::open(&path).unwrap();
        let read = lines.by_ref().collect::<Result<_, _>>().unwrap();
        (lines, read)
    }

    #[test]
    fn a_line_is_read_again_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let (mut lines, mut read) = lines(folder.path(), "first\r\n\nthird ü\nno end");
        assert_eq!(read.len(), 4);
        read.rotate_left(2);
        for (text, range) in read {
            assert_eq!(lines.read_at(range).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn a_line_is_read_again_from_the_same_file_and_not_from_one_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let (mut lines, read) = lines(folder.path(), "first\nsecond\n");
        let path = folder.path().join(FILE);
        files::write_whole(&path, b"other\nresults\n").unwrap();
        assert_eq!(lines.read_at(read[0].1).unwrap(), b"first");
    }

    #[test]
    fn records_follow_the_header_and_their_lines_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let header = fixture::header(&["ada", "bob"]);
        let all = ["ada", "bob"].map(|learner| fixture::record(learner, "one"));
        let results = fixture::results(folder.path(), FILE, &header, &all);
        assert_eq!(results.header(), &header);
        let again = Results::open(folder.path()).unwrap();
        assert_eq!(again.path(), results.path());
        let mut records = again.records().unwrap();
        let read: Vec<_> = records.by_ref().map(Result::unwrap).collect();
        assert!(read.iter().map(|(record, _)| record).eq(&all));
        for (record, range) in read {
            let line = records.line(range).unwrap();
            assert_eq!(line, serde_json::to_vec(&record).unwrap());
        }
        let mut seen = Vec::new();
        let visit = &mut |record| {
            seen.push(record);
            Ok(())
        };
        report::Results::each(&results, visit).unwrap();
        assert_eq!(seen, all);
    }

    #[test]
    fn a_line_that_is_no_record_is_reported_with_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let header = fixture::header(&["ada"]);
        let mut odd = fixture::record("ada", "two");
        odd.tests.clear();
        let all = [fixture::record("ada", "one"), odd];
        let results = fixture::results(folder.path(), FILE, &header, &all);
        let error = results.records().unwrap().last().unwrap().unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("results.jsonl:3: the record of ada/two: "),
            "{text}"
        );
        fs::write(results.path(), "").unwrap();
        let error = Results::open(results.path()).unwrap_err().to_string();
        assert!(error.ends_with(":1: the file is empty"), "{error}");
    }

    #[test]
    fn a_report_replaces_the_old_one_when_it_is_complete() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ResultsFolder::new(root.path());
        let place = root.path().join("a/report.txt");
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(&place, "old").unwrap();
        let mut file = report::ReportFolder::file(&mut folder, "a/report.txt").unwrap();
        file.write_all(b"the new one").unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        file.flush().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "the new one");
        assert!(file.write_all(b"more").is_err(), "it is whole");
        assert_eq!(folder.names(), ["a/report.txt"]);
    }

    #[test]
    fn no_report_lies_outside_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ResultsFolder::new(root.path());
        for path in ["../a", "/a", "a/../../b"] {
            assert!(
                report::ReportFolder::file(&mut folder, path).is_err(),
                "{path}"
            );
        }
        assert!(folder.names().is_empty());
    }
}
