//! The log that is read: a file or standard input, and whether it is text.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The bytes that are read at once, and looked at to tell text from anything else.
const CHUNK: usize = 256 * 1024;

/// Formats that begin with these bytes, and the command that makes text of a file.
const PACKED: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "zcat"),
    (b"\x28\xb5\x2f\xfd", "zstdcat"),
    (b"\xfd7zXZ\0", "xzcat"),
    (b"BZh", "bzcat"),
    (b"LPKSHHRH", "journalctl --file"),
];

/// Why a log is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is a folder", .0.display())]
    Folder(PathBuf),
    /// A compressed log, or a journal.
    #[error("{} is packed", path.display())]
    Packed { path: PathBuf, tool: &'static str },
    #[error("{} is not text: byte {at} is NUL", path.display())]
    Binary { path: PathBuf, at: usize },
    #[error("no log is named, and none comes from a pipe")]
    None,
}

/// Opens the log `path`; `None` stands for standard input.
pub(super) fn open(path: Option<&Path>) -> Result<Box<dyn BufRead>, LogError> {
    let shown = path.unwrap_or(Path::new("the input")).to_path_buf();
    let failed = |source| LogError::Read {
        path: shown.clone(),
        source,
    };
    let source: Box<dyn Read> = match path {
        Some(path) if path.is_dir() => return Err(LogError::Folder(shown)),
        Some(path) => Box::new(File::open(path).map_err(failed)?),
        None => Box::new(io::stdin()),
    };
    let mut log = BufReader::with_capacity(CHUNK, source);
    let start = log.fill_buf().map_err(failed)?;
    let packed = PACKED.iter().find(|(magic, _)| start.starts_with(magic));
    if let Some((_, tool)) = packed {
        return Err(LogError::Packed { path: shown, tool });
    }
    // A log that was truncated while it was written to begins with a hole.
    let hole = start.iter().take_while(|byte| **byte == 0).count();
    let nul = start.iter().skip(hole).position(|byte| *byte == 0);
    if let Some(nul) = nul {
        let at = hole + nul + 1;
        return Err(LogError::Binary { path: shown, at });
    }
    Ok(Box::new(log))
}
