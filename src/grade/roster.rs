//! The class list.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::GradeError;
use crate::report::Person;
use crate::sys::files;

/// The most bytes a class list may have.
const MOST_BYTES: u64 = 256 << 20;

/// The people of a class list, by the name of the learner's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Roster(BTreeMap<String, Person>);

#[derive(Debug, Deserialize)]
struct RosterRow {
    learner: String,
    name: Option<String>,
    email: Option<String>,
    id: Option<String>,
    section: Option<String>,
    submitted_at: Option<String>,
}

impl Roster {
    /// Reads a CSV file whose first row names the columns: `learner`, and optionally `name`, `email`, `id`,
    /// `section` and `submitted_at`; other columns are ignored.
    ///
    /// # Errors
    /// Fails when the file cannot be read, has no column `learner`, or names a learner twice.
    pub(crate) fn read(path: &Path) -> Result<Self, GradeError> {
        let bytes = files::read_bounded(path, MOST_BYTES).map_err(GradeError::file(path))?;
        Self::parse(&bytes).map_err(|(line, what)| GradeError::Content {
            path: path.to_owned(),
            line,
            what,
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, (usize, String)> {
        // Spreadsheets begin UTF-8 with a byte order mark.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let written = reader.headers().map_err(|error| fault(&error))?;
        let headers: csv::StringRecord = written.iter().map(str::to_lowercase).collect();
        if headers.iter().all(|header| header != "learner") {
            let what = "the first row has no column `learner`".to_owned();
            return Err((1, what));
        }
        reader.set_headers(headers.clone());
        let mut people = BTreeMap::new();
        for row in reader.records() {
            let record = row.map_err(|error| fault(&error))?;
            let line = line_of(record.position());
            let row: RosterRow = record
                .deserialize(Some(&headers))
                .map_err(|error| (line, error.to_string()))?;
            let learner = row.learner.clone();
            if learner.is_empty() || learner.contains('/') {
                return Err((
                    line,
                    format!("`{learner}` is not a valid name for a learner"),
                ));
            }
            if people.insert(learner.clone(), row.person()).is_some() {
                return Err((line, format!("the learner `{learner}` appears twice")));
            }
        }
        Ok(Self(people))
    }

    pub(crate) fn person(&self, learner: &str) -> Option<&Person> {
        self.0.get(learner)
    }

    pub(crate) fn learners(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl RosterRow {
    fn person(self) -> Person {
        let non_empty = |text: Option<String>| text.filter(|text| !text.is_empty());
        Person {
            name: non_empty(self.name),
            email: non_empty(self.email),
            id: non_empty(self.id),
            section: non_empty(self.section),
            submitted_at: non_empty(self.submitted_at),
        }
    }
}

fn fault(error: &csv::Error) -> (usize, String) {
    (line_of(error.position()), error.to_string())
}

fn line_of(position: Option<&csv::Position>) -> usize {
    position.map_or(1, |position| {
        usize::try_from(position.line()).unwrap_or(usize::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names() {
        let text =
            "\u{feff}E-mail,Name , learner,email\nx,\"Lovelace, Ada\",ada,a@b.example\n,,bob,\n";
        let roster = Roster::parse(text.as_bytes()).unwrap();
        let ada = roster.person("ada").unwrap();
        assert_eq!(ada.name.as_deref(), Some("Lovelace, Ada"));
        assert_eq!(ada.email.as_deref(), Some("a@b.example"));
        assert_eq!(roster.person("bob"), Some(&Person::default()));
        assert_eq!(roster.learners().collect::<Vec<_>>(), ["ada", "bob"]);
    }

    #[test]
    fn faults_have_a_line() {
        let fault = |text: &str| Roster::parse(text.as_bytes()).unwrap_err();
        assert_eq!(fault("name\nada\n").0, 1);
        assert_eq!(fault("learner\nada\nada\n").0, 3);
        assert_eq!(fault("learner\nada\n../x\n").0, 3);
        assert_eq!(fault("learner,name\nada,A,B\n").0, 2);
    }

    #[test]
    fn a_class_list_is_read_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("class.csv");
        std::fs::write(&path, "learner,section\nada,B\n").unwrap();
        let roster = Roster::read(&path).unwrap();
        let section = roster.person("ada").unwrap().section.as_deref();
        assert_eq!(section, Some("B"));
        std::fs::write(&path, "name\nada\n").unwrap();
        let error = Roster::read(&path).unwrap_err().to_string();
        assert!(error.ends_with("class.csv:1: the first row has no column `learner`"));
    }
}
