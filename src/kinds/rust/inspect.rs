//! Inspects the compiler's output of a crate: which files are code (dep-info), and forbidden symbols in the
//! LLVM IR, whatever the source looks like.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::forbidden::ForbiddenName;
use crate::check::Collected;

/// How much of a line is searched, in bytes: more than a symbol and its prefix take.
const MOST_OF_LINE: usize = 4 << 10;

/// Substrings of mangled symbols of the standard library, in both mangling schemes.
const SYMBOLS: [(&str, ForbiddenName); 3] = [
    ("3std9panicking8set_hook", ForbiddenName::SetHook),
    ("3std9panicking9take_hook", ForbiddenName::TakeHook),
    ("3std9panicking11update_hook", ForbiddenName::UpdateHook),
];

/// The dep-info file: the compiler lists the source files of `output` in it.
pub(super) fn dep_info(output: &Path) -> PathBuf {
    output.with_extension("d")
}

/// The LLVM IR file of `output`.
pub(super) fn intermediate(output: &Path) -> PathBuf {
    output.with_extension("ll")
}

/// Those of `files` that the compiler read for the crate `output`.
pub(super) fn compiled_files<'a>(
    files: &'a [Collected],
    output: &Path,
) -> io::Result<Vec<&'a Collected>> {
    let dep_info = fs::read_to_string(dep_info(output))?;
    // A source without the name of a collected file may be any of them.
    Ok(files_in_dep_info(files, &dep_info).unwrap_or_else(|| files.iter().collect()))
}

/// Whether the compiler read `files` for `output` and no other source.
pub(super) fn reads_only(files: &[Collected], output: &Path) -> bool {
    let dep_info = fs::read_to_string(dep_info(output));
    dep_info.is_ok_and(|dep_info| files_in_dep_info(files, &dep_info).is_some())
}

/// The files that `dep_info` names; `None` if it names others.
fn files_in_dep_info<'a>(files: &'a [Collected], dep_info: &str) -> Option<Vec<&'a Collected>> {
    // Besides the rule for the output, each source has an empty rule: `src/lib.rs:`.
    let mut sources: BTreeSet<_> = dep_info
        .lines()
        .filter_map(|line| line.strip_suffix(':'))
        .collect();
    let code = files
        .iter()
        .filter(|file| sources.remove(&*file.path.replace(' ', "\\ ")));
    let code: Vec<_> = code.collect();
    let is_odd = |file: &Collected| file.path.contains(char::is_control);
    (sources.is_empty() && !files.iter().any(is_odd)).then_some(code)
}

/// The forbidden names in the LLVM IR of `output`: module-level assembly, and functions that belong to the
/// check.
pub(super) fn find_forbidden(output: &Path) -> io::Result<Vec<ForbiddenName>> {
    let mut input = BufReader::with_capacity(64 << 10, File::open(intermediate(output))?);
    let mut found = BTreeSet::new();
    let mut line = Vec::new();
    while read_line_start(&mut input, &mut line)? {
        if line.starts_with(b"module asm ") {
            found.insert(ForbiddenName::NakedAsm);
        } else if line.starts_with(b"declare ") {
            let text = String::from_utf8_lossy(&line);
            let called = SYMBOLS.iter().filter(|(symbol, _)| text.contains(symbol));
            found.extend(called.map(|(_, name)| *name));
        }
    }
    Ok(found.into_iter().collect())
}

/// Reads a line, of which the start is kept in `line`; `false` at the end of the file.
fn read_line_start(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let kept = bytes[..end.unwrap_or(bytes.len())].iter();
        line.extend(kept.take(MOST_OF_LINE.saturating_sub(line.len())));
        let read = end.map_or(bytes.len(), |end| end + 1);
        input.consume(read);
        if end.is_some() {
            // Empty lines must not look like the end of the file.
            if line.is_empty() {
                line.push(b' ');
            }
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<Collected> {
        let file = |path: &&str| Collected {
            path: (*path).to_owned(),
            bytes: Vec::new(),
        };
        paths.iter().map(file).collect()
    }

    /// The compiled files, and whether they are all that was read.
    fn compiled_files(paths: &[&str], dep_info: &str) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("x.rlib");
        fs::write(super::dep_info(&output), dep_info).unwrap();
        let files = files(paths);
        let compiled = super::compiled_files(&files, &output).unwrap();
        let paths = compiled.iter().map(|file| file.path.clone()).collect();
        (paths, reads_only(&files, &output))
    }

    fn owned(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn code_is_what_the_compiler_read() {
        let dep_info = "out/libx.rlib: src/lib.rs src/a\\ b.rs\n\nsrc/lib.rs:\nsrc/a\\ b.rs:\n";
        assert_eq!(
            compiled_files(&["src/a b.rs", "src/lib.rs", "src/notes.md"], dep_info),
            (owned(&["src/a b.rs", "src/lib.rs"]), true)
        );
    }

    #[test]
    fn where_a_name_may_mean_another_file_all_are_code() {
        let all = ["src/lib.rs", "src/notes.md"];
        let foreign = "src/lib.rs:\n/usr/share/x.rs:\n";
        assert_eq!(compiled_files(&all, foreign), (owned(&all), false));
        // A file name that contains a newline looks like two names.
        let odd = ["src/a.rs", "src/a.rs:\nsrc/b.rs", "src/b.rs", "src/lib.rs"];
        assert_eq!(
            compiled_files(&odd, "src/lib.rs:\nsrc/a.rs:\nsrc/b.rs:\n"),
            (owned(&odd), false)
        );
    }

    #[test]
    fn a_long_line_hides_nothing_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("x.rlib");
        let long = "c".repeat(200_000);
        let text = format!(
            "@a = \"{long}\"\n\nmodule asm \"ret\"\ndeclare void @_ZN3std9panicking8set_hook17h1E(ptr)\n"
        );
        fs::write(intermediate(&output), text).unwrap();
        assert_eq!(
            find_forbidden(&output).unwrap(),
            [ForbiddenName::NakedAsm, ForbiddenName::SetHook]
        );
        fs::write(
            intermediate(&output),
            "define void @_ZN1x8set_hook17h1E() {\n",
        )
        .unwrap();
        assert_eq!(find_forbidden(&output).unwrap(), []);
    }
}
