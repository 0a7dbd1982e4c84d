//! The tier `linked`: hidden tests in the learner's process, for contracts whose values cannot
//! cross to another one. Each test is a process of its own; it passes only if a random token that
//! it was given before any learner's code ran comes back, and the process ends with code 0. That
//! resists ordinary cheats, not machine code, and not safe code that reads all memory through a hole of
//! the compiler.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

use syn::spanned::Spanned as _;
use syn::{Attribute, Item, Meta};

use super::compile::{Compiled, Origin, Product, Unit, compile};
use super::contract::Function;
use super::kit::{Kit, Subject};
use super::replies::frame;
use super::titles::{is_test, literal};
use super::{census, learner};
use crate::check::outcome::{Diagnostic, TestResult, Values};
use crate::check::{CheckError, Context};
use crate::sandbox::{End, Exit, Input, SandboxError};

/// An edit of a source: the bytes from `start` to `end` become `text`.
#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: &'static str,
}

/// A test as the runner calls it.
#[derive(Debug)]
struct Called {
    path: String,
    should_panic: Option<String>,
}

/// Returns the source of the program that runs the hidden tests one at a time: the hidden tests, each on
/// its own line, and behind them what calls them.
///
/// # Errors
/// Fails when the hidden tests are not Rust.
pub(crate) fn program(subject: &Subject) -> Result<String, syn::Error> {
    let file = syn::parse_file(&subject.hidden)?;
    let mut edits = Vec::new();
    let mut tests = Vec::new();
    collect(&file.items, "crate::", &mut edits, &mut tests);
    let mut source = edited(&subject.hidden, edits);
    source.push('\n');
    for (index, function) in subject.contract.functions.iter().enumerate() {
        let types = if subject.has_types() {
            "use ::contract::*; "
        } else {
            ""
        };
        let bound = bound(function, &subject.crate_name);
        writeln!(
            source,
            "mod __bound{index} {{ {types}use ::std::{{collections::*, net::*, time::Duration}}; {bound} }}"
        )
        .expect("a string takes it");
    }
    source.push_str(
        "fn main() { use ::gradus_rt::linked::{Finish, Test}; ::gradus_rt::linked::run(&[",
    );
    for Called { path, should_panic } in tests {
        write!(
            source,
            "Test {{ run: || {path}().holds(), should_panic: {should_panic:?} }}, "
        )
        .expect("a string takes it");
    }
    source.push_str("]) }\n");
    Ok(source)
}

/// Returns the function of the contract whose item is at the line of `error` in the program's source.
pub(crate) fn bound_at<'a>(subject: &'a Subject, error: &Diagnostic) -> Option<&'a Function> {
    // A line that ends nothing is one all the same.
    let hidden = subject.hidden.matches('\n').count() + 1;
    let index = error.line?.checked_sub(hidden + 1)?;
    subject.contract.functions.get(index)
}

/// Returns whose fault it is that the hidden tests cannot be called with the reference solution.
pub(crate) fn at_fault(subject: &Subject, linked: &Compiled, error: &Diagnostic) -> CheckError {
    let words = linked.words();
    match bound_at(subject, error) {
        Some(function) => CheckError::Exercise {
            what: format!(
                "`{}` of the solution is not what the contract says\n{words}",
                function.name
            ),
            place: Some(("contract.rs".to_owned(), function.line)),
        },
        None => CheckError::Exercise {
            what: format!("the hidden tests cannot be called one at a time\n{words}"),
            place: error.file.clone().zip(error.line),
        },
    }
}

/// Returns an item that compiles only when `function` of the learner's crate has the contract's
/// types: a result of another type could equal whatever a test compares it with.
fn bound(function: &Function, crate_name: &str) -> String {
    let Function {
        name,
        signature,
        pointer,
        parameters,
        generics,
        result,
        ..
    } = function;
    if generics.is_empty() && !signature.contains("impl ") {
        return format!("const F: {pointer} = ::{crate_name}::{name};");
    }
    let names: Vec<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    let call = format!("::{crate_name}::{name}({})", names.join(", "));
    if result.contains("impl ") {
        return format!("{signature} {{ {call} }}");
    }
    // Nothing is converted inside a cell: the type is the contract's, or this does not compile.
    format!(
        "{signature} {{ let got = ::std::cell::Cell::new({call}); let exact: ::std::cell::Cell<{result}> = got; exact.into_inner() }}"
    )
}

fn collect(items: &[Item], prefix: &str, edits: &mut Vec<Edit>, tests: &mut Vec<Called>) {
    for item in items {
        match item {
            Item::Fn(function) if is_test(function) => {
                let runner = |attribute: &&Attribute| {
                    ["test", "should_panic", "ignore"]
                        .iter()
                        .any(|name| attribute.path().is_ident(name))
                };
                for attribute in function.attrs.iter().filter(runner) {
                    let range = attribute.span().byte_range();
                    edits.push(Edit {
                        start: range.start,
                        end: range.end,
                        text: "",
                    });
                }
                make_visible(&function.vis, function.sig.span().byte_range().start, edits);
                let path = format!("{prefix}{}", function.sig.ident);
                tests.push(Called {
                    path,
                    should_panic: should_panic(&function.attrs),
                });
            }
            Item::Mod(module) => {
                make_visible(
                    &module.vis,
                    module.mod_token.span().byte_range().start,
                    edits,
                );
                if let Some((_, items)) = &module.content {
                    collect(items, &format!("{prefix}{}::", module.ident), edits, tests);
                }
            }
            _ => {}
        }
    }
}

fn make_visible(visibility: &syn::Visibility, start: usize, edits: &mut Vec<Edit>) {
    if matches!(visibility, syn::Visibility::Inherited) {
        edits.push(Edit {
            start,
            end: start,
            text: "pub(crate) ",
        });
    }
}

/// Returns the words a test must panic with: the empty text where any will do.
fn should_panic(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|attribute| attribute.path().is_ident("should_panic"))?;
    let words = match &attribute.meta {
        Meta::NameValue(pair) => literal(&pair.value),
        Meta::List(list) => list
            .parse_args::<syn::MetaNameValue>()
            .ok()
            .and_then(|pair| literal(&pair.value)),
        Meta::Path(_) => None,
    };
    Some(words.unwrap_or_default())
}

fn edited(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut text = source.to_owned();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.start..edit.end, edit.text);
    }
    text
}

/// Links the hidden tests with the learner's library and returns what the compiler said, which
/// quotes hidden tests, and where the program is.
///
/// # Errors
/// Fails when the compiler cannot be started, or the hidden tests are not Rust.
pub(crate) fn link(
    subject: &Subject,
    kit: &Kit,
    library: &Path,
    context: &Context,
) -> Result<(Compiled, PathBuf), CheckError> {
    let source = program(subject).map_err(|error| CheckError::exercise(error.to_string()))?;
    let output = library.parent().unwrap_or(&kit.folder);
    let folder = output.parent().unwrap_or(output);
    let root = folder.join(census::FILE);
    let hidden = root.parent().unwrap_or(folder);
    let written = fs::create_dir_all(hidden).and_then(|()| fs::write(&root, source));
    written.map_err(|source| CheckError::File {
        path: root.clone(),
        source,
    })?;
    let output = output.join("linked");
    let mut externs: Vec<(&str, PathBuf)> = kit.learner_externs(subject);
    externs.push(("gradus_rt", kit.runtime()));
    externs.push((&subject.crate_name, library.to_owned()));
    let unit = Unit {
        name: "linked",
        root: PathBuf::from(census::FILE),
        folder,
        output: &output,
        product: Product::TestsByHand,
        externs,
        depends: Vec::new(),
        origin: Origin::Linked,
    };
    let compiled = compile(&unit, &kit.toolchain, context, |_| ())?;
    // It holds the hidden tests, and is needed no longer.
    fs::remove_file(&root).map_err(|source| CheckError::File { path: root, source })?;
    Ok((compiled, output))
}

/// Runs test number `index` of `program` in a process of its own.
///
/// # Errors
/// Fails when the process cannot be started, or the check is called off.
pub(crate) fn run(
    program: &Path,
    index: usize,
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<TestResult, CheckError> {
    let pipe = |source| {
        CheckError::Sandbox(SandboxError::Pipe {
            program: program.to_owned(),
            source,
        })
    };
    let mut token = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut token))
        .map_err(pipe)?;
    let (mut ours, theirs) = UnixStream::pair().map_err(pipe)?;
    let job = learner::job(program, subject.limits, &kit.toolchain, context)?
        .argument(index.to_string())
        .reading(Input::Descriptor(OwnedFd::from(theirs)));
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let (exit, message) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            ours.write_all(&token).ok();
            let mut out_of_memory = false;
            loop {
                match frame::read(&mut ours).ok().flatten() {
                    Some((frame::MEMORY, _)) => out_of_memory = true,
                    message => return (message, out_of_memory),
                }
            }
        });
        (process.finish(), reader.join().unwrap_or_default())
    });
    CheckError::unless_ran(&exit)?;
    let (message, out_of_memory) = message;
    Ok(judge(&exit, message, out_of_memory, &token, subject))
}

fn judge(
    exit: &Exit,
    message: Option<(u8, Vec<u8>)>,
    out_of_memory: bool,
    token: &[u8],
    subject: &Subject,
) -> TestResult {
    let note = |words: String| Values {
        note: Some(words),
        ..Values::default()
    };
    match (exit.end, message) {
        (End::Code(0), Some((frame::READY, back))) if back == token => TestResult::Passed,
        (End::Code(_), Some((frame::NOTE, sides))) => TestResult::Failed(values(&sides)),
        (End::Signal(_), _) if out_of_memory => TestResult::MemoryLimit(note(format!(
            "it wanted more than {} MiB",
            subject.limits.memory >> 20
        ))),
        (End::TimeLimit, _) => TestResult::TimeLimit(note(format!(
            "no end within {} s",
            subject.limits.cpu.as_secs()
        ))),
        (End::OutputLimit, _) => TestResult::OutputLimit(note(format!(
            "it printed more than {} KiB",
            subject.limits.output >> 10
        ))),
        (End::Code(code), _) => {
            TestResult::Crashed(note(format!("the process ended itself with code {code}")))
        }
        (End::Signal(signal), _) => TestResult::Crashed(note(super::assess::signal_words(signal))),
        (End::Cancelled | End::NotEntered, _) => {
            TestResult::NotRun("the check was called off".to_owned())
        }
    }
}

/// Reads the two sides of an assert of equality, by custom the call first, and what else was said.
fn values(mut bytes: &[u8]) -> Values {
    let bytes = &mut bytes;
    let got = super::trial::maybe(bytes).flatten();
    Values {
        expected: super::trial::maybe(bytes).flatten(),
        got,
        note: super::trial::maybe(bytes).flatten(),
        ..Values::default()
    }
}
