//! What the compiler made of a crate: which files are code, and what the intermediate code has that no
//! solution may have, however the source says it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::forbidden::Name;
use crate::check::Collected;

/// So many bytes of a line are looked at: more than a symbol and what stands before it take.
const MOST_OF_LINE: usize = 4 << 10;

/// Symbols of the standard library, whatever the scheme that mangles them, and the names they stand for.
const SYMBOLS: [(&str, Name); 3] = [
    ("3std9panicking8set_hook", Name::SetHook),
    ("3std9panicking9take_hook", Name::TakeHook),
    ("3std9panicking11update_hook", Name::UpdateHook),
];

/// Returns the file in which the compiler tells what files are code, beside what it makes.
pub(super) fn dep_info(output: &Path) -> PathBuf {
    output.with_extension("d")
}

/// Returns the file of the intermediate code, beside what is made of it.
pub(super) fn intermediate(output: &Path) -> PathBuf {
    output.with_extension("ll")
}

/// Returns those of `files` that the compiler read for the crate `output`.
///
/// # Errors
/// Fails when the compiler did not tell.
pub(super) fn code<'a>(files: &'a [Collected], output: &Path) -> io::Result<Vec<&'a Collected>> {
    Ok(code_by(files, &fs::read_to_string(dep_info(output))?))
}

fn code_by<'a>(files: &'a [Collected], told: &str) -> Vec<&'a Collected> {
    // Each file has a line of its own, which ends with a colon.
    let mut told: BTreeSet<_> = told
        .lines()
        .filter_map(|line| line.strip_suffix(':'))
        .collect();
    let code = files
        .iter()
        .filter(|file| told.remove(&*file.path.replace(' ', "\\ ")));
    let code: Vec<_> = code.collect();
    let is_odd = |file: &Collected| file.path.contains(char::is_control);
    if told.is_empty() && !files.iter().any(is_odd) {
        code
    } else {
        // Something was read that is told otherwise than it is called: it may be any of them.
        files.iter().collect()
    }
}

/// Returns what the intermediate code of `output` has that no solution may have: machine code, and calls
/// of what belongs to the check.
///
/// # Errors
/// Fails when it cannot be read.
pub(super) fn find(output: &Path) -> io::Result<Vec<Name>> {
    let mut input = BufReader::with_capacity(64 << 10, File::open(intermediate(output))?);
    let mut found = BTreeSet::new();
    let mut line = Vec::new();
    while start_of_line(&mut input, &mut line)? {
        if line.starts_with(b"module asm ") {
            found.insert(Name::NakedAsm);
        } else if line.starts_with(b"declare ") {
            let text = String::from_utf8_lossy(&line);
            let called = SYMBOLS.iter().filter(|(symbol, _)| text.contains(symbol));
            found.extend(called.map(|(_, name)| *name));
        }
    }
    Ok(found.into_iter().collect())
}

/// Reads a line and keeps its start in `line`; returns false at the end.
fn start_of_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
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
            // A line of nothing is no end.
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

    fn code(paths: &[&str], told: &str) -> Vec<String> {
        let files = files(paths);
        code_by(&files, told)
            .iter()
            .map(|file| file.path.clone())
            .collect()
    }

    #[test]
    fn code_is_what_the_compiler_read() {
        let told = "out/libx.rlib: src/lib.rs src/a\\ b.rs\n\nsrc/lib.rs:\nsrc/a\\ b.rs:\n";
        assert_eq!(
            code(&["src/a b.rs", "src/lib.rs", "src/notes.md"], told),
            ["src/a b.rs", "src/lib.rs"]
        );
    }

    #[test]
    fn where_a_name_may_mean_another_file_all_are_code() {
        let all = ["src/lib.rs", "src/notes.md"];
        assert_eq!(code(&all, "src/lib.rs:\n/usr/share/x.rs:\n"), all);
        // A name of two lines is told as two names.
        let odd = ["src/a.rs", "src/a.rs:\nsrc/b.rs", "src/b.rs", "src/lib.rs"];
        assert_eq!(code(&odd, "src/lib.rs:\nsrc/a.rs:\nsrc/b.rs:\n"), odd);
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
        assert_eq!(find(&output).unwrap(), [Name::NakedAsm, Name::SetHook]);
        fs::write(
            intermediate(&output),
            "define void @_ZN1x8set_hook17h1E() {\n",
        )
        .unwrap();
        assert_eq!(find(&output).unwrap(), []);
    }
}
