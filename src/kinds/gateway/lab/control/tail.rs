//! Follows the logs, with bounds on what is read and returned at a time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sys::files;

/// The most bytes that are read at once.
const CHUNK: u64 = 256 << 10;
/// The most chunks of one call.
const CHUNKS: u64 = 8;
/// The most lines of one call.
const LINES: usize = 200;

/// Byte offsets up to which the logs were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Positions {
    pub error: u64,
    pub access: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogSource {
    Error,
    Access,
}

impl LogSource {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Access => "access",
        }
    }
}

/// What was appended to the logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct NewLines {
    pub positions: Positions,
    /// The new lines of both logs, each in order.
    pub lines: Vec<(LogSource, String)>,
    /// The number of lines skipped before them.
    pub left_out: usize,
}

/// Reads what was appended to the logs in `folder` since `from`. A missing log has no lines; a log that
/// shrank is read from its start.
pub(crate) fn read_new_lines(folder: &Path, from: Positions) -> io::Result<NewLines> {
    let mut positions = from;
    let mut error = LogTail::default();
    let mut access = LogTail::default();
    error.read(&path(folder, LogSource::Error), &mut positions.error)?;
    access.read(&path(folder, LogSource::Access), &mut positions.access)?;
    let left_out = error.drop_oldest() + access.drop_oldest();
    let named = |source| move |line: String| (source, line);
    let error = error.lines.into_iter().map(named(LogSource::Error));
    let access = access.lines.into_iter().map(named(LogSource::Access));
    Ok(NewLines {
        positions,
        // A screen shows the last lines: the access line comes after the errors that explain it.
        lines: error.chain(access).collect(),
        left_out,
    })
}

pub(crate) fn path(folder: &Path, source: LogSource) -> PathBuf {
    folder.join(format!("{}.log", source.name()))
}

#[derive(Debug, Default)]
struct LogTail {
    lines: Vec<String>,
    left_out: usize,
}

impl LogTail {
    /// Reads complete lines from `position`, and advances it.
    fn read(&mut self, path: &Path, position: &mut u64) -> io::Result<()> {
        let length = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            // A configuration may have made it a folder, as with `proxy_temp_path logs/error.log`.
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if length < *position {
            *position = 0;
        }
        for _ in 0..CHUNKS {
            let bytes = files::read_from(path, *position, CHUNK)?;
            let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                // A line longer than a chunk is split.
                None if bytes.len() as u64 == CHUNK => bytes.len(),
                None => return Ok(()),
            };
            *position += whole as u64;
            let text = String::from_utf8_lossy(&bytes[..whole]);
            self.lines.extend(text.lines().map(str::to_owned));
            self.left_out += self.drop_oldest();
            if (bytes.len() as u64) < CHUNK {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Drops all but the last lines, and returns how many.
    fn drop_oldest(&mut self) -> usize {
        let over = self.lines.len().saturating_sub(LINES);
        self.lines.drain(..over);
        over + std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = path(folder.path(), LogSource::Access);
        fs::write(&log, "one\ntwo\nthr").unwrap();
        let first = read_new_lines(folder.path(), Positions::default()).unwrap();
        let texts = |news: &NewLines| -> Vec<_> {
            news.lines.iter().map(|(_, line)| line.clone()).collect()
        };
        assert_eq!(texts(&first), ["one", "two"]);
        fs::write(&log, "one\ntwo\nthree\n").unwrap();
        let second = read_new_lines(folder.path(), first.positions).unwrap();
        assert_eq!(texts(&second), ["three"]);
        fs::write(&log, "new\n").unwrap();
        let third = read_new_lines(folder.path(), second.positions).unwrap();
        assert_eq!(texts(&third), ["new"]);
    }

    #[test]
    fn a_folder_in_the_place_of_a_log_has_no_lines() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(path(folder.path(), LogSource::Error)).unwrap();
        fs::write(path(folder.path(), LogSource::Access), "one\n").unwrap();
        let news = read_new_lines(folder.path(), Positions::default()).unwrap();
        assert_eq!(news.lines, [(LogSource::Access, "one".to_owned())]);
    }

    #[test]
    fn of_a_flood_only_the_end_is_told_and_the_rest_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<_> = (0..50_000).map(|line| format!("line {line}")).collect();
        fs::write(
            path(folder.path(), LogSource::Error),
            lines.join("\n") + "\n",
        )
        .unwrap();
        let news = read_new_lines(folder.path(), Positions::default()).unwrap();
        assert_eq!(news.lines.len(), LINES);
        assert_eq!(news.left_out, 50_000 - LINES);
        assert_eq!(news.lines.last().unwrap().1, "line 49999");
    }
}
