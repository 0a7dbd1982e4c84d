//! Blocks `rust`, by rustdoc's rules, but with one run of the compiler for all that must compile.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::console::part;
use crate::check::{CheckError, Context, Diagnostic};
use crate::code_blocks::{Bench, Block, Language, Miss, Scope};
use crate::kinds::rust::compile::{Compiled, Origin, Product, Unit, compile, library_path};
use crate::kinds::rust::toolchain::Toolchain;
use crate::lesson::Info;
use crate::sandbox::{End, Job, Limits, Stage};
use crate::sys::files;

/// The word for a block that does not compile.
const COMPILE_FAIL: &str = "compile_fail";
/// The word for a block that panics.
const SHOULD_PANIC: &str = "should_panic";
/// The word for a block that is compiled alone.
const NO_RUN: &str = "no_run";
/// The word for a block that rustdoc leaves alone: it needs a reason, and with one it is not here.
const IGNORE: &str = "ignore";
/// The exit code of a process that panicked.
const PANIC: i32 = 101;
/// The lines of a block's file before the block.
const BEFORE: usize = 1;

/// Blocks `rust`.
#[derive(Debug)]
pub(super) struct Rust;

impl Language for Rust {
    fn names(&self) -> &'static [&'static str] {
        &["rust"]
    }

    fn knows_word(&self, word: &str) -> bool {
        [COMPILE_FAIL, SHOULD_PANIC, NO_RUN, IGNORE].contains(&word) || is_code(word)
    }

    /// They know rustdoc's words.
    fn published(&self, info: Info<'_>) -> String {
        if info.attribute("skip").is_some() {
            return "rust,ignore".to_owned();
        }
        info.words().collect::<Vec<_>>().join(",")
    }

    fn scope(&self) -> Scope {
        Scope::Course
    }

    fn variables(&self, context: &Context) -> Vec<(&'static str, OsString)> {
        Toolchain::variables(context)
    }

    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        prove(blocks, bench.context).unwrap_or_else(|error| {
            let misses = blocks
                .iter()
                .map(|block| vec![Miss::of_error(block, &error)]);
            misses.collect()
        })
    }
}

/// Returns whether `word` is the code of an error, such as `E0004`.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix('E').unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the compiler works with.
struct Shop<'a> {
    folder: &'a Path,
    toolchain: Toolchain,
    context: &'a Context,
}

fn prove(blocks: &[&Block], context: &Context) -> Result<Vec<Vec<Miss>>, CheckError> {
    let scratch = files::scratch("gradus-blocks-").map_err(CheckError::temporary)?;
    let shop = Shop {
        folder: scratch.path(),
        toolchain: Toolchain::find(context)?,
        context,
    };
    let mut misses: Vec<Vec<Miss>> = vec![Vec::new(); blocks.len()];
    let mut sound = BTreeMap::new();
    for (index, block) in blocks.iter().enumerate() {
        if block.info().has(IGNORE) {
            let problem = block.problem("`ignore` without a reason");
            misses[index] = vec![Miss::Broken(problem.help("say why with `skip=\"…\"`"))];
        } else if block.info().has(COMPILE_FAIL) {
            misses[index] = shop.refused(index, block)?;
        } else {
            sound.insert(index, *block);
        }
    }
    let program = shop.program(&mut sound, &mut misses)?;
    for (index, block) in sound {
        if !block.info().has(NO_RUN) {
            misses[index].extend(shop.run(&program, index, block)?);
        }
    }
    Ok(misses)
}

impl Shop<'_> {
    /// Compiles the blocks of `sound` to one program; those that do not compile are taken out, and
    /// told in `misses`.
    fn program(
        &self,
        sound: &mut BTreeMap<usize, &Block>,
        misses: &mut [Vec<Miss>],
    ) -> Result<PathBuf, CheckError> {
        loop {
            let (compiled, program) = self.compile(sound)?;
            if compiled.is_success() {
                return Ok(program);
            }
            let errors = compiled.errors().map(|reported| &reported.diagnostic);
            let mut found: Vec<usize> = Vec::new();
            for error in errors {
                let Some(index) = error.file.as_deref().and_then(index_of) else {
                    continue;
                };
                if let Some(block) = sound.get(&index) {
                    misses[index].push(Miss::Broken(does_not_compile(block, error)));
                    found.push(index);
                }
            }
            if found.is_empty() {
                // It is no block's fault alone, so it is told of all of them.
                let words = compiled.words();
                for (index, block) in std::mem::take(sound) {
                    misses[index].extend(block.broken(format!("it does not compile\n{words}")));
                }
            }
            sound.retain(|index, _| !found.contains(index));
            if sound.is_empty() {
                return Ok(program);
            }
        }
    }

    /// Compiles one block that must not compile.
    fn refused(&self, index: usize, block: &Block) -> Result<Vec<Miss>, CheckError> {
        let (compiled, _) = self.compile(&BTreeMap::from([(index, block)]))?;
        if compiled.is_success() {
            return Ok(block.broken("it compiles"));
        }
        let words = compiled.words();
        let info = block.info();
        let mut codes = info.words().filter(|word| is_code(word));
        let missing = codes.find(|code| !words.contains(&format!("error[{code}]")));
        Ok(missing.map_or_else(Vec::new, |code| {
            let message = format!("it does not compile, but not for the error {code}");
            block.broken(message + &part("came:", &words))
        }))
    }

    fn compile(&self, blocks: &BTreeMap<usize, &Block>) -> Result<(Compiled, PathBuf), CheckError> {
        let mut main = String::from("#![allow(warnings)]\n");
        let mut arms = String::new();
        for (index, block) in blocks {
            let name = format!("block_{index}");
            self.write(&format!("{name}.rs"), &module(&block.text))?;
            writeln!(main, "mod {name};").expect("a string takes everything");
            writeln!(arms, "\"{index}\" => {name}::run(),").expect("a string takes everything");
        }
        let asked = "std::env::args().nth(1).unwrap_or_default().as_str()";
        writeln!(main, "fn main() {{ match {asked} {{\n{arms}_ => {{}} }} }}")
            .expect("a string takes everything");
        self.write("blocks.rs", &main)?;
        let output = self.folder.join("blocks");
        let unit = Unit {
            name: "blocks",
            root: PathBuf::from("blocks.rs"),
            folder: self.folder,
            output: &output,
            product: Product::Program,
            externs: Vec::new(),
            depends: Vec::new(),
            origin: Origin::Ours,
        };
        let compiled = compile(&unit, &self.toolchain, self.context, |_| ())?;
        Ok((compiled, output))
    }

    fn run(&self, program: &Path, index: usize, block: &Block) -> Result<Vec<Miss>, CheckError> {
        let (name, libraries) = library_path(&self.toolchain);
        let job = Job::new(Stage::Trusted, program, self.folder)
            .within(Limits::learner())
            .argument(index.to_string())
            .variable(name, libraries);
        let exit = self.context.sandbox.run(job, &self.context.cancel)?;
        let panics = block.info().has(SHOULD_PANIC);
        let fault = match exit.end {
            End::Code(0) if panics => "it does not panic".to_owned(),
            End::Code(0) => return Ok(Vec::new()),
            End::Code(PANIC) if panics => return Ok(Vec::new()),
            End::Code(PANIC) => {
                let (line, words) = panicked(&String::from_utf8_lossy(&exit.stderr));
                let problem = block.problem("it panics".to_owned() + &part("came:", &words));
                let line = line.map_or(block.line, |line| line_of(block, line));
                return Ok(vec![Miss::Broken(problem.at(line))]);
            }
            End::Code(code) => format!("it ends with code {code}"),
            End::TimeLimit => "it does not finish".to_owned(),
            End::OutputLimit => "it prints too much".to_owned(),
            End::Signal(signal) => format!("it is killed by signal {signal}"),
            End::Cancelled => return Err(CheckError::Cancelled),
            End::NotEntered => "it cannot be started here".to_owned(),
        };
        let came = String::from_utf8_lossy(&exit.stderr);
        Ok(block.broken(fault + &part("came:", came.trim())))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), CheckError> {
        let path = self.folder.join(name);
        let written = files::write_whole(&path, text.as_bytes());
        written.map_err(CheckError::file(path))
    }
}

/// Returns a module around the block `text`.
fn module(text: &str) -> String {
    if text.contains("fn main()") {
        format!("\n{text}\npub fn run() {{ main(); }}\n")
    } else {
        format!("pub fn run() {{\n{text}\n}}\n")
    }
}

fn index_of(file: &str) -> Option<usize> {
    file.strip_prefix("block_")?
        .strip_suffix(".rs")?
        .parse()
        .ok()
}

/// Returns the line of its module in which a block panicked, and its words.
fn panicked(said: &str) -> (Option<usize>, String) {
    let mut lines = said.lines();
    let place = lines.find_map(|line| line.split_once(" panicked at "));
    let mut place = place.map_or("", |(_, place)| place).split(':');
    let is_here = place.next().is_some_and(|file| index_of(file).is_some());
    let line = place.next().filter(|_| is_here);
    let words = lines.take_while(|line| !line.starts_with("note: "));
    let words: Vec<_> = words.collect();
    (line.and_then(|line| line.parse().ok()), words.join("\n"))
}

/// Returns the line of the page for the line `line` of a block's module. What is said of the end of
/// a module is said of the block's last line.
fn line_of(block: &Block, line: usize) -> usize {
    let last = block.text.lines().count().max(1);
    block.line + line.saturating_sub(BEFORE).clamp(1, last)
}

fn does_not_compile(block: &Block, error: &Diagnostic) -> crate::source::Problem {
    let line = error.line.map_or(block.line, |line| line_of(block, line));
    let message = format!("it does not compile: {}", error.message);
    block.problem(message).at(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_keeps_its_lines_in_its_module() {
        for text in ["let x = 1;\n", "fn main() {}\n"] {
            let first = text.lines().next();
            assert_eq!(module(text).lines().nth(BEFORE), first);
        }
    }

    #[test]
    fn a_panic_has_its_line_and_its_words() {
        let said = "x\nthread 'main' (7) panicked at block_3.rs:2:5:\nnot so\nnote: run with\n";
        assert_eq!(panicked(said), (Some(2), "not so".to_owned()));
        let elsewhere = "thread 'main' panicked at /core/num.rs:9:1:\nnot so\n";
        assert_eq!(panicked(elsewhere), (None, "not so".to_owned()));
    }

    #[test]
    fn codes_of_errors_are_known_words() {
        assert!(Rust.knows_word("E0308") && Rust.knows_word("no_run"));
        assert!(!Rust.knows_word("E308") && !Rust.knows_word("nightly"));
    }
}
