//! Results: what a grading found, in order; the source of every report.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use super::GradeError;
use crate::report::{self, Header, Record};
use crate::sys::files;

/// The name of the results in their folder.
pub const FILE: &str = "results.jsonl";

/// A file of results: a header, and a record a submission, by learner and then in the order of the
/// exercises.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    header: Header,
}

impl Results {
    /// Opens the results at `path`, a file or the folder that a grading wrote.
    ///
    /// # Errors
    /// Fails when they cannot be read.
    pub fn open(path: &Path) -> Result<Self, GradeError> {
        let path = if path.is_dir() {
            path.join(FILE)
        } else {
            path.to_owned()
        };
        let mut lines = Lines::open(&path)?;
        let header = match lines.next() {
            Some(line) => parse(&path, 1, &line?)?,
            None => {
                return Err(GradeError::Content {
                    path,
                    line: 1,
                    what: "no results: the file is empty".to_owned(),
                });
            }
        };
        Ok(Self { path, header })
    }

    /// Returns where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what all records have in common.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the records with their lines, without the line's end.
    ///
    /// # Errors
    /// Fails when the file cannot be read.
    pub fn records(
        &self,
    ) -> Result<impl Iterator<Item = Result<(Record, String), GradeError>>, GradeError> {
        let lines = Lines::open(&self.path)?.enumerate().skip(1);
        let path = self.path.clone();
        Ok(lines.map(move |(index, line)| {
            let line = line?;
            Ok((parse(&path, index + 1, &line)?, line))
        }))
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(
    path: &Path,
    line: usize,
    text: &'a str,
) -> Result<T, GradeError> {
    serde_json::from_str(text).map_err(|error| GradeError::Content {
        path: path.to_owned(),
        line,
        what: format!("no line of results: {error}"),
    })
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

/// The lines of a file.
struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, GradeError> {
        let file = File::open(path).map_err(GradeError::file(path))?;
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(256 << 10, file),
        })
    }
}

impl Iterator for Lines {
    type Item = Result<String, GradeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => {
                line.truncate(line.trim_end_matches(['\n', '\r']).len());
                Some(Ok(line))
            }
            Err(source) => Some(Err(GradeError::File {
                path: self.path.clone(),
                source,
            })),
        }
    }
}

/// The folder that reports are written to. A file there is the old one or the new one, never a
/// part.
#[derive(Debug)]
pub struct ResultsFolder {
    root: PathBuf,
    names: Vec<String>,
}

impl ResultsFolder {
    /// Returns the folder `root`; it is made when the first file is.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            names: Vec::new(),
        }
    }

    /// Returns the names of the files that were begun, below the folder.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl report::Folder for ResultsFolder {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        let is_below = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_below {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{path}` does not lie in the folder of reports"),
            ));
        }
        let place = self.root.join(path);
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let file = files::beside(folder)?;
        self.names.push(path.to_owned());
        Ok(Box::new(Whole {
            file: Some(BufWriter::new(file)),
            place,
        }))
    }
}

/// A file that takes its place when it is flushed.
struct Whole {
    file: Option<BufWriter<tempfile::NamedTempFile>>,
    place: PathBuf,
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // What was written before a flush is whole: the file takes its place.
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        files::persist(file, &self.place)
    }
}
