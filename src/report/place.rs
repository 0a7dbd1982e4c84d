//! File names for reports, made from learners' names, which may be any string.

use std::io::{self, Write};

use serde::Serialize;

use super::{Header, Record, ReportFolder, clean};
use crate::sys::fingerprint::sha256;

/// The most characters of a name that are kept.
const MOST: usize = 48;
/// Device names that Windows reserves in every folder and with every extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A report with one file for each submission, and `index.jsonl`, which lists the file of each.
pub(super) struct ReportIndex {
    format: &'static str,
    list: Box<dyn Write>,
}

#[derive(Serialize)]
struct IndexEntry<'a> {
    submission: &'a str,
    file: Option<&'a str>,
}

impl ReportIndex {
    pub(super) fn new(format: &'static str, folder: &mut dyn ReportFolder) -> io::Result<Self> {
        let list = folder.file(&format!("{format}/index.jsonl"))?;
        Ok(Self { format, list })
    }

    /// Writes `content` as the file `name` of `record`.
    pub(super) fn file(
        &mut self,
        header: &Header,
        record: &Record,
        name: &str,
        content: &impl Serialize,
        folder: &mut dyn ReportFolder,
    ) -> io::Result<()> {
        let path = path_of(header, record, name);
        let mut file = folder.file(&format!("{}/{path}", self.format))?;
        file.write_all(clean::json_lines(content)?.as_bytes())?;
        file.write_all(b"\n")?;
        file.flush()?;
        self.entry(record, Some(&path))
    }

    /// Lists `record` without a file.
    pub(super) fn skip(&mut self, record: &Record) -> io::Result<()> {
        self.entry(record, None)
    }

    fn entry(&mut self, record: &Record, file: Option<&str>) -> io::Result<()> {
        let submission = &record.submission;
        let entry = clean::json(&IndexEntry { submission, file })?;
        self.list.write_all(entry.as_bytes())?;
        self.list.write_all(b"\n")
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.list.flush()
    }
}

/// Returns the path of the file `name` of `record`: `learner/exercise/name`, or only `name` if the grading
/// has a single submission, so that a script finds it.
fn path_of(header: &Header, record: &Record, name: &str) -> String {
    if header.submissions.count == 1 {
        return name.to_owned();
    }
    let learner = file_name(&record.learner);
    let exercise = file_name(record.exercise.as_str());
    format!("{learner}/{exercise}/{name}")
}

/// Returns a file name that is valid on every system and unique for every `name`, on case-insensitive file
/// systems too. A plain name stays as it is; others are reduced to safe characters, and get a hash after a
/// `~`, which no plain name has.
pub(crate) fn file_name(name: &str) -> String {
    if is_plain(name) {
        return name.to_owned();
    }
    // Without a dot, the whole name with its hash is the stem, which is no device name.
    let stays = |char: &char| is_safe(*char) && *char != '.';
    let safe: String = name.chars().filter(stays).take(MOST).collect();
    let kept = safe.trim_start_matches('-');
    let hash = data_encoding::HEXLOWER.encode(&sha256(name));
    format!("{kept}~{}", &hash[..24])
}

fn is_plain(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let is_small = |char| is_safe(char) && !char.is_ascii_uppercase();
    name.chars().all(is_small)
        && (1..=MOST).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && !is_device(stem)
}

fn is_safe(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-')
}

fn is_device(stem: &str) -> bool {
    let is_port = |prefix| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    DEVICES.contains(&stem) || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn plain_names_stay() {
        for name in ["ada", "s-1042", "a.b_c", "learner-007", "company"] {
            assert_eq!(file_name(name), name);
        }
    }

    #[test]
    fn others_are_safe_and_never_the_same() {
        let long = "x".repeat(5000);
        let names = [
            "",
            ".",
            "..",
            "...",
            "-rf",
            ".git",
            "Ada",
            "ADA",
            "ada.",
            "con",
            "CON",
            "nul.txt",
            "com1",
            "lpt9.x",
            "a b",
            "a\tb",
            "a\nb",
            "a\\b",
            "a:b",
            "ü",
            "u\u{308}",
            "\u{202e}cod",
            "🦀",
            "a*?",
            "<script>",
            &long,
            "~",
            "a~b",
            "$(id)",
            "`id`",
            "%2e%2e",
            "\0",
        ];
        let mut seen = BTreeSet::new();
        for name in names {
            let file = file_name(name);
            let folded = file.to_lowercase();
            assert!(seen.insert(folded.clone()), "{name}: {file} again");
            assert!(
                file.chars().all(|char| is_safe(char) || char == '~'),
                "{file}"
            );
            assert!(
                !file.starts_with(['.', '-']) && !file.ends_with('.'),
                "{file}"
            );
            assert!(file.len() < 100, "{file}");
            assert!(!is_device(folded.split('.').next().unwrap()), "{file}");
            // What was made is not what a plain name would be.
            assert_ne!(file_name(&file), file);
        }
    }
}
