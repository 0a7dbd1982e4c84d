//! The tier `linked`: hidden tests in the learner's process, for contracts whose values cannot be
//! serialised. Each test is a process of its own. It passes only if the process sends back a random token,
//! which it was given before any code of the learner's ran, and exits with code 0. This resists ordinary
//! cheating, but neither machine code nor safe code that reads arbitrary memory through a soundness hole of
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
use super::kit::Kit;
use super::replies::frame;
use super::subject::Subject;
use super::titles::{is_test, literal};
use super::{census, learner};
use crate::check::{CheckError, Collected, Context, Diagnostic, TestResult, TestVerdict, Values};
use crate::sandbox::{End, Exit, Input, SandboxError};

/// A replacement of the bytes from `start` to `end` by `text`.
#[derive(Debug)]
struct Replacement {
    start: usize,
    end: usize,
    text: &'static str,
}

/// A test as the generated `main` calls it.
#[derive(Debug)]
struct CalledTest {
    path: String,
    should_panic: Option<String>,
}

/// The source of the program that runs one hidden test: the hidden tests, each on its own line, followed by
/// the binding items and `main`.
pub(crate) fn program(subject: &Subject) -> Result<String, syn::Error> {
    let file = syn::parse_file(&subject.hidden)?;
    let mut edits = Vec::new();
    let mut tests = Vec::new();
    collect(&file.items, "crate::", &mut edits, &mut tests);
    let mut source = with_replacements(&subject.hidden, edits);
    source.push('\n');
    for (index, function) in subject.contract.functions.iter().enumerate() {
        let types = if subject.has_types() {
            "use ::contract::*; "
        } else {
            ""
        };
        let bound = binding_item(function, &subject.crate_name);
        writeln!(
            source,
            "mod __bound{index} {{ {types}use ::std::{{collections::*, net::*, time::Duration}}; {bound} }}"
        )
        .expect("a string takes it");
    }
    source.push_str(
        "fn main() { use ::gradus_rt::linked::{Finish, Test}; ::gradus_rt::linked::run(&[",
    );
    for CalledTest { path, should_panic } in tests {
        write!(
            source,
            "Test {{ run: || {path}().holds(), should_panic: {should_panic:?} }}, "
        )
        .expect("a string takes it");
    }
    source.push_str("]) }\n");
    Ok(source)
}

/// The contract's function whose binding item is at the line of `error` in the program's source.
pub(crate) fn bound_at<'a>(subject: &'a Subject, error: &Diagnostic) -> Option<&'a Function> {
    // `program` appends a newline even if the hidden tests end with one.
    let hidden = subject.hidden.matches('\n').count() + 1;
    error.file.as_deref().filter(|file| *file == census::FILE)?;
    let index = error.line?.checked_sub(hidden + 1)?;
    subject.contract.functions.get(index)
}

/// The error for hidden tests that do not link with the reference solution: blames the solution or the
/// tests.
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

/// An item that compiles only if `function` of the learner's crate has exactly the contract's types.
/// Otherwise a type of the learner's could be equal to whatever a test compares it with.
fn binding_item(function: &Function, crate_name: &str) -> String {
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
    // `Cell<T>` is invariant and nothing coerces inside of it, so the types must be identical.
    format!(
        "{signature} {{ let got = ::std::cell::Cell::new({call}); let exact: ::std::cell::Cell<{result}> = got; exact.into_inner() }}"
    )
}

fn collect(
    items: &[Item],
    prefix: &str,
    edits: &mut Vec<Replacement>,
    tests: &mut Vec<CalledTest>,
) {
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
                    edits.push(Replacement {
                        start: range.start,
                        end: range.end,
                        text: "",
                    });
                }
                make_visible(&function.vis, function.sig.span().byte_range().start, edits);
                let path = format!("{prefix}{}", function.sig.ident);
                tests.push(CalledTest {
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

fn make_visible(visibility: &syn::Visibility, start: usize, edits: &mut Vec<Replacement>) {
    if matches!(visibility, syn::Visibility::Inherited) {
        edits.push(Replacement {
            start,
            end: start,
            text: "pub(crate) ",
        });
    }
}

/// The text that a test's panic must contain; empty if any panic will do.
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

fn with_replacements(source: &str, mut edits: Vec<Replacement>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut text = source.to_owned();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.start..edit.end, edit.text);
    }
    text
}

/// Links the hidden tests with the learner's library. Returns the diagnostics, which quote hidden tests, and
/// the program's path.
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
    // The source has the hidden tests in it: no learner's process may find it.
    fs::remove_file(&root).map_err(|source| CheckError::File { path: root, source })?;
    Ok((compiled, output))
}

/// The end of a process that ran one test.
pub(crate) struct Run {
    result: TestResult,
    /// Where it panicked, as its process reports.
    place: Option<String>,
    /// What it printed.
    pub(super) printed: Vec<u8>,
}

impl Run {
    pub(crate) fn passed(&self) -> bool {
        self.result.verdict == TestVerdict::Passed
    }

    /// The result, with the place of a panic if that is in one of the learner's `files`.
    pub(crate) fn result(self, files: &[Collected]) -> TestResult {
        let mut result = self.result;
        let values = &mut result.values;
        if let (TestVerdict::Failed, Some(place)) = (result.verdict, self.place)
            && let Some(place) = super::values::place_in(&place, files)
        {
            let said = values.note.take().unwrap_or_default();
            values.note = Some(format!("a panic at {place}: {said}"));
        }
        result
    }
}

/// Runs test number `index` of `program` in a process of its own.
pub(crate) fn run(
    program: &Path,
    index: usize,
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<Run, CheckError> {
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
    let place = match &message {
        Some((frame::NOTE, sides)) => place_of(sides),
        _ => None,
    };
    let result = judge_exit(&exit, message, out_of_memory, &token, subject);
    Ok(Run {
        result,
        place,
        printed: [exit.stdout, exit.stderr].concat(),
    })
}

fn judge_exit(
    exit: &Exit,
    message: Option<(u8, Vec<u8>)>,
    out_of_memory: bool,
    token: &[u8],
    subject: &Subject,
) -> TestResult {
    match (exit.end, message) {
        (End::Code(0), Some((frame::READY, back))) if back == token => TestResult::passed(),
        (End::Code(_), Some((frame::NOTE, sides))) => {
            TestVerdict::Failed.with(assert_values(&sides))
        }
        (End::Signal(_), _) if out_of_memory => TestVerdict::MemoryLimit.with(Values::note(
            format!("it needed more than {} MiB", subject.limits.memory >> 20),
        )),
        (End::TimeLimit, _) => TestVerdict::TimeLimit.with(Values::note(format!(
            "not finished within {} s",
            subject.limits.cpu.as_secs()
        ))),
        (End::OutputLimit, _) => TestVerdict::OutputLimit.with(Values::note(format!(
            "it printed more than {} KiB",
            subject.limits.output >> 10
        ))),
        (End::Code(code), _) => {
            TestVerdict::Crashed.with(Values::note(format!("the process exited with code {code}")))
        }
        (End::Signal(signal), _) => {
            TestVerdict::Crashed.with(Values::note(learner::describe_signal(signal)))
        }
        (End::Cancelled | End::NotEntered, _) => TestResult::not_run("the check was cancelled"),
    }
}

/// The place of the panic in a note: its fourth part.
fn place_of(mut bytes: &[u8]) -> Option<String> {
    for _ in 0..3 {
        super::trial::read_optional(&mut bytes)?;
    }
    super::trial::read_optional(&mut bytes).flatten()
}

/// Reads the sides of a failed `assert_eq!`, by convention the call first, and its message.
fn assert_values(mut bytes: &[u8]) -> Values {
    let bytes = &mut bytes;
    let got = super::trial::read_optional(bytes).flatten();
    Values {
        expected: super::trial::read_optional(bytes).flatten(),
        got,
        note: super::trial::read_optional(bytes).flatten(),
        ..Values::default()
    }
}
