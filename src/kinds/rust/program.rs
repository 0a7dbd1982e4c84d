//! Compiles a learner's crate as a program that answers calls: one run of rustc instead of two.
//!
//! The crate's root file gets one more line, with a `main`; the other lines keep their numbers. No parser of
//! ours sees the learner's text: what could make a program of it anything but its library with a caller is
//! recognised by single words and by what rustc reports. `None` then sends the crate the long way, by
//! [`Kit::compile_crate`] and [`linking`](super::linking), which also word what the crate lacks.

use std::path::{Path, PathBuf};

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::diagnostics::RustcDiagnostic;
use super::forbidden::ForbiddenName;
use super::kit::{DISPATCHER, Kit, write_file};
use super::subject::Subject;
use super::{glue, inspect, learner};
use crate::check::{CheckError, Collected, Context, Event};

/// The root file of a crate.
const ROOT: &str = "src/lib.rs";
/// Words that, besides the forbidden names, send a crate the long way wherever they are in its files.
const WORDS: [&str; 8] = [
    // The program's root has a function of this name.
    "main",
    // These could read the root file, and see the line that it gets.
    "include",
    "include_bytes",
    "include_str",
    // A program has dead code where a library exports it, which `expect` can turn around.
    "dead_code",
    "unused",
    "warnings",
    // A program uses all crates that it is given.
    "unused_crate_dependencies",
];
/// What rustc reports of a program and not, or later, of its library: an error in a constant's value, that
/// `main` is missing, and code that nothing uses.
const OF_PROGRAMS: [&str; 3] = ["E0080", "E0601", "dead_code"];
/// Crates of ours that only a program knows: rustc may suggest what is in them.
const OUR_CRATES: [&str; 2] = ["answers", "gradus_rt"];

/// Compiles the crate of `files` in the folder `scratch`. Returns what rustc reported, and the program's path;
/// `None` where only the long way shows what a library would be.
pub(super) fn compile_program(
    subject: &Subject,
    kit: &Kit,
    files: &[Collected],
    scratch: &Path,
    context: &Context,
) -> Result<Option<(Compiled, PathBuf)>, CheckError> {
    let Some(root) = extensible_root(files).filter(|_| subject.has_answers()) else {
        return Ok(None);
    };
    let answers = answers_name(scratch);
    let main = glue::main_line(&answers, &subject.functions, subject.has_types());
    write_file(&scratch.join(ROOT), format!("{root}\n{main}").as_bytes())?;
    let output = learner::output_folder(scratch)?.join(DISPATCHER);
    let mut externs = kit.learner_externs(subject);
    externs.push((&answers, kit.answers()));
    let unit = Unit {
        name: &subject.crate_name,
        root: PathBuf::from(ROOT),
        folder: scratch,
        output: &output,
        product: Product::Program,
        externs,
        depends: vec![kit.runtime()],
        origin: Origin::Learner,
    };
    let compiled = compile(&unit, &kit.toolchain, context, |_| ())?;
    let own_lines = root.lines().count();
    let is_as_library = compiled.has_ended()
        && inspect::reads_only(files, &output)
        && compiled
            .diagnostics
            .iter()
            .all(|reported| is_of_library(reported, own_lines));
    if !is_as_library {
        write_file(&scratch.join(ROOT), root.as_bytes())?;
        return Ok(None);
    }
    for reported in &compiled.diagnostics {
        context.tell(Event::Diagnostic(reported.diagnostic.clone()));
    }
    Ok(Some((compiled, output)))
}

/// The root file, if a line at its end is one of its own items, and if nothing in the crate's files could
/// notice that line.
fn extensible_root(files: &[Collected]) -> Option<&str> {
    let root = files.iter().find(|file| file.path == ROOT)?;
    let source = std::str::from_utf8(&root.bytes).ok()?;
    let is_extensible = ends_with_item(source) && !files.iter().any(|file| has_word(&file.bytes));
    is_extensible.then_some(source)
}

/// Whether the last line of `source` ends an item. An attribute or a doc comment there would belong to what
/// follows. In an open comment or literal, too, a line may look like an end; rustc then reports an error that
/// reaches past it.
fn ends_with_item(source: &str) -> bool {
    let last = source.trim_end().lines().next_back().unwrap_or_default();
    last.ends_with(['}', ';']) && !last.contains("//")
}

fn has_word(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    words.any(|word| {
        let is_listed = WORDS.iter().any(|listed| listed.as_bytes() == word);
        is_listed || std::str::from_utf8(word).is_ok_and(|word| ForbiddenName::find(word).is_some())
    })
}

/// The name by which the program finds the crate that answers calls: new in each check, so that a learner's
/// code cannot name it.
fn answers_name(scratch: &Path) -> String {
    let folder = scratch.file_name().unwrap_or_default().to_string_lossy();
    let unique: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("answers_{unique}")
}

/// Whether rustc would report the same of a library, whose root file has `own_lines`. What has no code, as a
/// syntax error, may be about the line that was added.
fn is_of_library(reported: &RustcDiagnostic, own_lines: usize) -> bool {
    let code = reported.code.as_deref();
    let mut places = reported.places.iter();
    code.is_some_and(|code| !OF_PROGRAMS.contains(&code))
        && reported.diagnostic.file.is_some()
        && places.all(|(file, last_line)| file != ROOT || *last_line <= own_lines)
        && !OUR_CRATES
            .iter()
            .any(|name| reported.diagnostic.text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Diagnostic;

    fn is_of_library(code: Option<&str>, places: &[(&str, usize)], text: &str) -> bool {
        let file = places.first().map(|(file, _)| (*file).to_owned());
        let places = places
            .iter()
            .map(|(file, line)| ((*file).to_owned(), *line));
        let reported = RustcDiagnostic {
            diagnostic: Diagnostic {
                error: true,
                message: String::new(),
                file,
                line: Some(1),
                text: text.to_owned(),
            },
            code: code.map(str::to_owned),
            places: places.collect(),
        };
        super::is_of_library(&reported, 3)
    }

    #[test]
    fn only_what_a_library_would_report_is_taken() {
        assert!(is_of_library(Some("E0308"), &[(ROOT, 3)], ""));
        assert!(is_of_library(Some("E0308"), &[("src/part.rs", 9)], ""));
        let past_the_end = [(ROOT, 1), (ROOT, 4)];
        assert!(!is_of_library(Some("E0255"), &past_the_end, ""));
        assert!(!is_of_library(Some("dead_code"), &[(ROOT, 1)], ""));
        assert!(!is_of_library(Some("E0080"), &[(ROOT, 1)], ""));
        assert!(!is_of_library(Some("E0601"), &[(ROOT, 1)], ""));
        assert!(!is_of_library(None, &[(ROOT, 1)], ""), "of syntax");
        assert!(!is_of_library(Some("linker_messages"), &[], ""));
        let suggestion = "trait `gradus_rt::Put` has it";
        assert!(!is_of_library(Some("E0599"), &[(ROOT, 1)], suggestion));
    }

    #[test]
    fn a_root_that_goes_on_at_its_end_takes_the_long_way() {
        for end in ["}", ";", "}\r\n\r\n", "; }\n"] {
            assert!(ends_with_item(&format!("pub fn f() {{}}\n{end}")), "{end}");
        }
        for end in [
            "/// of what follows",
            "/// }",
            "#[allow(unused)]",
            "/** } */",
            "}\u{200f}",
            "pub",
            "}\n// done",
        ] {
            assert!(!ends_with_item(&format!("pub fn f() {{}}\n{end}")), "{end}");
        }
        assert!(!ends_with_item(""));
    }

    #[test]
    fn a_crate_that_could_notice_its_last_line_takes_the_long_way() {
        for text in [
            "use helper::*; fn f() { main() }",
            "r#main",
            "include_str!(file!())",
            "a::set_hook",
            "\u{e9}main",
        ] {
            assert!(has_word(text.as_bytes()), "{text}");
        }
        for text in ["domain", "main_loop", "includes remaining", ""] {
            assert!(!has_word(text.as_bytes()), "{text}");
        }
    }
}
