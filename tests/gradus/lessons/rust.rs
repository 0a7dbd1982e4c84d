//! Rust blocks: rustdoc's rules, but one compiler run for all that must compile.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::repository::Fence;

use super::of;

/// The exit code of a process that panicked.
const PANIC: i32 = 101;

#[test]
fn rust_blocks_compile_and_run() {
    let (blocks, skipped) = of("rust");
    let (failing, compiling): (Vec<_>, Vec<_>) = blocks
        .into_iter()
        .partition(|fence| fence.has("compile_fail"));
    let folder = tempfile::tempdir().expect("a scratch folder");
    let program = compile(folder.path(), "all", &program(&compiling));
    let program = program.unwrap_or_else(|errors| panic!("{errors}"));
    for (index, fence) in compiling.iter().enumerate() {
        if !fence.has("no_run") {
            run(&program, index, fence);
        }
    }
    for fence in &failing {
        let compiled = compile(
            folder.path(),
            "one",
            &self::program(std::slice::from_ref(fence)),
        );
        assert!(compiled.is_err(), "{} compiles", fence.place());
    }
    println!(
        "Rust: {} blocks compile, {} do not and should not, {skipped} say why they are not tried",
        compiling.len(),
        failing.len()
    );
}

/// Returns a program that runs the block whose index is its argument.
fn program(blocks: &[Fence]) -> String {
    let mut source = String::from("#![allow(warnings)]\n");
    let mut arms = String::new();
    for (index, fence) in blocks.iter().enumerate() {
        let name = module(index, fence);
        let text = &fence.text;
        let body = if text.contains("fn main()") {
            format!("{text}\npub fn run() {{ main(); }}")
        } else {
            format!("pub fn run() {{\n{text}\n}}")
        };
        writeln!(source, "mod {name} {{\n{body}\n}}").expect("a string takes it");
        writeln!(arms, "        \"{index}\" => {name}::run(),").expect("a string takes it");
    }
    let main = format!(
        "fn main() {{\n    match std::env::args().nth(1).unwrap().as_str() {{\n{arms}        \
         _ => unreachable!(),\n    }}\n}}\n"
    );
    source + &main
}

/// Returns the name of a block's module, from which its place can be told.
fn module(index: usize, fence: &Fence) -> String {
    let place = fence.place();
    let place = place.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
    format!("block_{index}_{place}")
}

fn compile(folder: &Path, name: &str, source: &str) -> Result<PathBuf, String> {
    let file = folder.join(format!("{name}.rs"));
    std::fs::write(&file, source).expect("a file");
    let program = folder.join(name);
    let mut rustc = command("rustc");
    rustc.args(["--edition", "2024", "--crate-name", name, "-o"]);
    let output = output(rustc.arg(&program).arg(&file));
    if output.status.success() {
        return Ok(program);
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn run(program: &Path, index: usize, fence: &Fence) {
    let output = output(command(program).arg(index.to_string()));
    let expected = if fence.has("should_panic") { PANIC } else { 0 };
    let errors = String::from_utf8_lossy(&output.stderr);
    let place = fence.place();
    assert_eq!(output.status.code(), Some(expected), "{place}: {errors}");
}

#[expect(clippy::disallowed_methods, reason = "the blocks are run for real")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

fn output(command: &mut Command) -> Output {
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}
