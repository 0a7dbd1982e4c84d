//! The files of this repository.

use std::fs;
use std::path::{Path, PathBuf};

use gradus::lesson::{Info, code_blocks, parse_at};

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the text of the file `path`.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the paths of all files below the folder `path`, sorted.
pub(crate) fn files_below(path: &str) -> Vec<String> {
    let mut files = Vec::new();
    collect(&root().join(path), path, &mut files);
    files.sort();
    files
}

/// Returns the paths of the files below the folder `path` whose names end in `.` and `ending`.
pub(crate) fn files_of(path: &str, ending: &str) -> Vec<String> {
    let mut files = files_below(path);
    files.retain(|file| {
        Path::new(file)
            .extension()
            .is_some_and(|found| found == ending)
    });
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{prefix}: {error}"));
    for entry in entries {
        let entry = entry.expect("an entry");
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files);
        } else {
            files.push(path);
        }
    }
}

/// A fenced block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The page, relative to the root.
    pub(crate) page: String,
    /// The line of the page on which the block starts.
    pub(crate) line: usize,
    /// Everything after the fence.
    pub(crate) info: String,
    /// The text.
    pub(crate) text: String,
}

impl Fence {
    /// Returns the language.
    pub(crate) fn language(&self) -> &str {
        Info::new(&self.info).language()
    }

    /// Returns why the block is not run, if it is not.
    pub(crate) fn skip(&self) -> Option<&str> {
        Info::new(&self.info).attribute("skip")
    }

    /// Returns where the block stands, for a message.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// Returns the fenced blocks of the page `page`, in order.
pub(crate) fn fences(page: &str) -> Vec<Fence> {
    let text = read(page);
    let (front, body) = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
        .unwrap_or(("", &text));
    let first_line = match front {
        "" => 1,
        front => front.lines().count() + 3,
    };
    let doc = parse_at(body, first_line);
    let blocks = code_blocks(&doc).into_iter();
    let fences = blocks.map(|block| Fence {
        page: page.to_owned(),
        line: block.line,
        info: block.info.to_owned(),
        text: block.text.to_owned(),
    });
    fences.collect()
}
