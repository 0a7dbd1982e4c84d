//! Assesses one Rust submission: compile, inspect, link, run the hidden tests, build the [`Outcome`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::compile::Compiled;
use super::dispatch::Dispatch;
use super::kit::Kit;
use super::kits::with_kit;
use super::learner::{describe_signal, scratch_folder};
use super::linking::Linked;
use super::replies::{Loss, most_timeouts};
use super::subject::Subject;
use super::toolchain::Toolchain;
use super::trial::{self, CallEnd, PanicNote, Trial};
use super::{forbidden, inspect, linked, linking, program, try_out, values};
use crate::check::{
    CheckError, Collected, Context, Diagnostic, Event, Feedback, Outcome, Phase, TestOutcome,
    TestResult, TestTitle, TestVerdict, Values, Verdict, hand_in,
};
use crate::kind::Tier;
use crate::sandbox::{End, SandboxError};
use crate::sys::clock::Stopwatch;
use crate::sys::scratch;

const FORBIDDEN: &str = "the crate uses what no solution may use";

/// The state of one assessment; its methods are the phases in order.
struct Assessment<'a> {
    subject: &'a Subject,
    kit: &'a Kit,
    context: &'a Context,
    outcome: Outcome,
}

/// What the compiler made of a crate.
enum Built {
    Library(PathBuf),
    Program(PathBuf),
}

/// The outcome of a submission whose files could not be collected, for the reasons `faults`.
pub(crate) fn assess_unreadable(
    subject: &Subject,
    faults: &[Diagnostic],
    context: &Context,
) -> Result<Outcome, CheckError> {
    with_assessment(subject, context, |mut assessment| {
        for diagnostic in faults {
            assessment.report(diagnostic.clone());
        }
        Ok(assessment.end_without_tests("the crate could not be read"))
    })
}

/// Assesses a crate of these files. A learner's failure is an [`Outcome`]; `Err` means that Gradus itself
/// failed.
pub(crate) fn assess_files(
    subject: &Subject,
    files: &[Collected],
    context: &Context,
) -> Result<Outcome, CheckError> {
    with_assessment(subject, context, |assessment| assessment.assess(files))
}

fn with_assessment(
    subject: &Subject,
    context: &Context,
    assess: impl Fn(Assessment<'_>) -> Result<Outcome, CheckError>,
) -> Result<Outcome, CheckError> {
    context.tell(Event::Step("preparing the judge"));
    let watch = Stopwatch::start();
    let assessed = with_kit(subject, context, |kit| {
        let mut assessment = Assessment {
            subject,
            kit,
            context,
            outcome: Outcome::default(),
        };
        assessment.record_phase("prepare", watch);
        assess(assessment)
    });
    if let Err(CheckError::Exercise { what, .. }) = &assessed
        && try_out::is_without_room(what)
    {
        return Err(try_out::without_room(context));
    }
    if may_be_the_machine(&assessed) {
        try_out::link_and_run(&Toolchain::find(context)?, context)?;
    }
    assessed
}

/// Whether what was found may have its cause in a machine that links or runs no program.
fn may_be_the_machine(assessed: &Result<Outcome, CheckError>) -> bool {
    match assessed {
        Err(error) => matches!(
            error,
            CheckError::Exercise { .. } | CheckError::Sandbox(SandboxError::Enter { .. })
        ),
        // rustc's errors about code have a line.
        Ok(outcome) => {
            let mut errors = outcome.diagnostics.iter().filter(|said| said.error);
            outcome.verdict() == Verdict::CompileError && errors.all(|error| error.line.is_none())
        }
    }
}

fn forbidden_in(file: &Collected) -> Vec<Diagnostic> {
    forbidden::find(&file.path, &String::from_utf8_lossy(&file.bytes))
}

impl Assessment<'_> {
    fn assess(mut self, files: &[Collected]) -> Result<Outcome, CheckError> {
        let context = self.context;
        scratch::sweep(&scratch::temp_dir());
        let scratch = scratch_folder()?;
        hand_in::write(files, scratch.path())?;
        context.tell(Event::Step("compiling your crate"));
        let (compiled, built) = self.time_phase("compile", |assessment| {
            assessment.compile(files, scratch.path())
        })?;
        let (Built::Library(output) | Built::Program(output)) = &built;
        let success = compiled.is_success();
        let code = if success {
            inspect::compiled_files(files, output).map_err(|source| CheckError::File {
                path: inspect::dep_info(output),
                source,
            })?
        } else {
            files.iter().collect()
        };
        self.outcome.forbidden = code.into_iter().flat_map(forbidden_in).collect();
        if success {
            self.inspect(output)?;
        }
        if !self.outcome.forbidden.is_empty() {
            return Ok(self.end_without_tests(FORBIDDEN));
        }
        self.outcome.diagnostics = compiled.into_diagnostics();
        if !success {
            return Ok(self.end_without_tests("the crate does not compile"));
        }
        let linked = match built {
            Built::Program(program) => Linked::Program(program),
            Built::Library(library) => self.link(&library)?,
        };
        let program = match linked {
            Linked::Program(program) => program,
            Linked::Refused(why) => return Ok(self.end_without_tests(why)),
        };
        context.tell(Event::Step("running the hidden tests"));
        self.time_phase("run", |assessment| match assessment.subject.tier {
            Tier::Called => assessment.run(&program, files),
            Tier::Linked => assessment.run_linked(&program, files),
        })?;
        Ok(self.outcome)
    }

    /// Compiles the crate in `scratch`: as a program where that shows what its library would be.
    fn compile(
        &self,
        files: &[Collected],
        scratch: &Path,
    ) -> Result<(Compiled, Built), CheckError> {
        let Self {
            subject,
            kit,
            context,
            ..
        } = *self;
        let built = program::compile_program(subject, kit, files, scratch, context)?;
        if let Some((compiled, program)) = built {
            return Ok((compiled, Built::Program(program)));
        }
        let (compiled, library) = kit.compile_crate(subject, scratch, context, |reported| {
            context.tell(Event::Diagnostic(reported.diagnostic.clone()));
        })?;
        Ok((compiled, Built::Library(library)))
    }

    /// Links `library` with what calls it.
    fn link(&mut self, library: &Path) -> Result<Linked, CheckError> {
        let Self {
            subject,
            kit,
            context,
            ..
        } = *self;
        context.tell(Event::Step("linking"));
        let linked = self.time_phase("link", |assessment| {
            linking::link(subject, kit, library, context, &mut |diagnostic| {
                assessment.report(diagnostic);
            })
        })?;
        if let Linked::Program(program) = &linked {
            self.inspect(program)?;
        }
        Ok(if self.outcome.forbidden.is_empty() {
            linked
        } else {
            Linked::Refused(FORBIDDEN)
        })
    }

    /// Rejects forbidden names that only the LLVM IR of `output` shows, unless the source scan found some.
    fn inspect(&mut self, output: &Path) -> Result<(), CheckError> {
        let found = inspect::find_forbidden(output).map_err(|source| CheckError::File {
            path: inspect::intermediate(output),
            source,
        })?;
        let forbidden = &mut self.outcome.forbidden;
        if forbidden.is_empty() {
            forbidden.extend(found.into_iter().map(forbidden::hidden_use));
        }
        Ok(())
    }

    fn record_phase(&mut self, name: &'static str, watch: Stopwatch) {
        let duration = watch.elapsed();
        self.outcome.phases.push(Phase { name, duration });
    }

    fn time_phase<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce(&mut Self) -> Result<T, CheckError>,
    ) -> Result<T, CheckError> {
        let watch = Stopwatch::start();
        let done = step(self);
        self.record_phase(name, watch);
        done
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.context.tell(Event::Diagnostic(diagnostic.clone()));
        self.outcome.diagnostics.push(diagnostic);
    }

    /// Ends the assessment before any test ran, with the reason for each test.
    fn end_without_tests(mut self, why: &str) -> Outcome {
        let tests = self.kit.tests.iter().map(|test| TestOutcome {
            test: test.clone(),
            result: TestResult::not_run(why),
        });
        self.outcome.tests = tests.collect();
        self.outcome
    }

    fn run(&mut self, program: &Path, files: &[Collected]) -> Result<(), CheckError> {
        let kit = self.kit;
        let mut dispatch =
            Dispatch::new(program, &kit.toolchain, self.context, self.subject.limits);
        let replies = dispatch.call_all(&kit.calls, &kit.starts)?;
        let known = trial::known(&kit.calls, &replies);
        let trial = trial::run(kit, &known, &mut |call| dispatch.call(call), self.context)?;
        let printed = dispatch.finish()?;
        // The output may contain the very values that the exercise does not reveal.
        self.outcome.printed = match self.context.feedback {
            Feedback::Full => printed,
            Feedback::Title => String::new(),
        };
        if self.context.awaited && !self.outcome.printed.is_empty() {
            self.outcome.printed_by = self.printed_by(program, &trial)?;
        }
        for test in &kit.tests {
            let result = test_result(&test.name, &trial, self.subject, files);
            record_test(test, result, self.context, &mut self.outcome);
        }
        Ok(())
    }

    /// Makes the last call of the first tests that failed once more, each in a process of its own: its output
    /// belongs to that test.
    fn printed_by(
        &self,
        program: &Path,
        trial: &Trial,
    ) -> Result<BTreeMap<String, String>, CheckError> {
        let mut printed_by = BTreeMap::new();
        let failed = self.kit.tests.iter().filter_map(|test| {
            let note = trial.notes.get(&test.name)?;
            let is_slow = matches!(note.end, CallEnd::Lost(Loss::Time | Loss::NotMade(_)));
            Some((&test.name, note.call.as_ref().filter(|_| !is_slow)?))
        });
        for (name, call) in failed.take(MOST_REPEATED) {
            let toolchain = &self.kit.toolchain;
            let mut dispatch = Dispatch::new(program, toolchain, self.context, self.subject.limits);
            dispatch.call(call)?;
            let printed = dispatch.finish()?;
            if !printed.is_empty() {
                printed_by.insert(name.clone(), printed);
            }
        }
        Ok(printed_by)
    }

    /// Keeps what a test printed that did not pass.
    fn keep_printed(&mut self, test: &TestTitle, run: &linked::Run) {
        if self.context.awaited && self.context.feedback == Feedback::Full && !run.passed() {
            let printed = String::from_utf8_lossy(&run.printed);
            if !printed.trim().is_empty() {
                let printed = super::diagnostics::visible_lines(&printed);
                self.outcome.printed_by.insert(test.name.clone(), printed);
            }
        }
    }

    fn run_linked(&mut self, program: &Path, files: &[Collected]) -> Result<(), CheckError> {
        let mut timeouts = 0;
        for (index, test) in self.kit.tests.iter().enumerate() {
            let result = if timeouts >= most_timeouts(self.context) {
                let why = if self.context.awaited {
                    "an earlier test took too long"
                } else {
                    "two earlier tests took too long"
                };
                TestResult::not_run(why)
            } else if self.context.budget.is_exhausted() {
                TestResult::not_run("earlier tests used up the time")
            } else {
                let run = linked::run(program, index, self.subject, self.kit, self.context)?;
                self.keep_printed(test, &run);
                run.result(files)
            };
            timeouts += usize::from(result.verdict == TestVerdict::TimeLimit);
            record_test(test, result, self.context, &mut self.outcome);
        }
        Ok(())
    }
}

/// The most tests whose last call is made once more.
const MOST_REPEATED: usize = 3;

/// Records the result of a test, without its values where feedback is restricted to titles.
fn record_test(test: &TestTitle, result: TestResult, context: &Context, outcome: &mut Outcome) {
    let result = match context.feedback {
        Feedback::Full => result,
        Feedback::Title => result.without_values(),
    };
    let test = TestOutcome {
        test: test.clone(),
        result,
    };
    context.tell(Event::Test(test.clone()));
    outcome.tests.push(test);
}

fn test_result(name: &str, trial: &Trial, subject: &Subject, files: &[Collected]) -> TestResult {
    let note = trial.notes.get(name);
    // A lost call fails its test, even one with `#[should_panic]`, which the stub's panic would satisfy.
    let lost = matches!(
        note,
        Some(PanicNote {
            end: CallEnd::Lost(_) | CallEnd::Lacking,
            ..
        })
    );
    match trial.passed.get(name) {
        Some(true) if !lost => TestResult::passed(),
        Some(_) => note.map_or(TestVerdict::Failed.with(Values::default()), |note| {
            failed_result(note, subject, files)
        }),
        None if lost => note.map_or(TestVerdict::Failed.with(Values::default()), |note| {
            failed_result(note, subject, files)
        }),
        None if trial.end == End::TimeLimit => {
            TestVerdict::TimeLimit.with(Values::note("the test did not finish in time"))
        }
        None => TestResult::not_run("the judge exited before this test"),
    }
}

fn failed_result(note: &PanicNote, subject: &Subject, files: &[Collected]) -> TestResult {
    let input = note.input.clone();
    let values = |got: String| Values {
        input: input.clone(),
        got: Some(got),
        ..Values::default()
    };
    match &note.end {
        CallEnd::Returned => TestVerdict::Failed.with(values::of_assertion(note)),
        CallEnd::Panicked(panic) => {
            TestVerdict::Crashed.with(values(values::of_panic(panic, files)))
        }
        CallEnd::Lacking => {
            TestResult::not_run(format!("it calls what `{}` lacks", subject.crate_name))
        }
        CallEnd::Lost(loss) => match loss {
            Loss::Exited(code) => {
                TestVerdict::Crashed.with(values(format!("the process exited with code {code}")))
            }
            Loss::Signalled(signal) => TestVerdict::Crashed.with(values(describe_signal(*signal))),
            Loss::Time => TestVerdict::TimeLimit.with(values(format!(
                "no answer within {} s",
                subject.limits.cpu.as_secs()
            ))),
            Loss::Memory => TestVerdict::MemoryLimit.with(values(format!(
                "it needed more than {} MiB",
                subject.limits.memory >> 20
            ))),
            Loss::Output => TestVerdict::OutputLimit.with(values(format!(
                "it printed more than {} KiB",
                subject.limits.output >> 10
            ))),
            Loss::NotMade(given_up) => TestResult::not_run(given_up.message_text()),
        },
    }
}
