//! The whole road of one Rust submission, from its files to an [`Outcome`].

use std::path::Path;

use super::dispatch::Dispatch;
use super::kit::{Kit, Subject};
use super::replies::{Loss, MOST_TIMEOUTS};
use super::trial::{self, CallEnd, Note, Trial};
use super::{forbidden, inspect, linked, linking};
use crate::check::outcome::{
    Diagnostic, Outcome, Phase, TestOutcome, TestResult, TestTitle, Values,
};
use crate::check::{CheckError, Collected, Context, Event, Feedback, hand_in};
use crate::kind::Tier;
use crate::sandbox::End;
use crate::sys::clock::Stopwatch;
use crate::sys::scratch::{self, Scratch};

/// Why no test runs where something is used that no solution may use.
const FORBIDDEN: &str = "the crate uses what no solution may use";

/// What is known of a submission while it is assessed.
struct Desk<'a> {
    subject: &'a Subject,
    kit: &'a Kit,
    context: &'a Context,
    outcome: Outcome,
}

/// Returns the outcome of a submission that could not be read, for the reasons `faults`.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub(crate) fn unread(
    subject: &Subject,
    faults: &[Diagnostic],
    context: &Context,
) -> Result<Outcome, CheckError> {
    at_desk(subject, context, |mut desk| {
        for diagnostic in faults {
            desk.say(diagnostic.clone());
        }
        Ok(desk.not_run("the crate could not be read"))
    })
}

/// Assesses a crate of these files.
///
/// # Errors
/// Fails when Gradus could not do its work; a learner's failure is an [`Outcome`].
pub(crate) fn assess_files(
    subject: &Subject,
    files: &[Collected],
    context: &Context,
) -> Result<Outcome, CheckError> {
    at_desk(subject, context, |desk| desk.assess(files))
}

fn at_desk(
    subject: &Subject,
    context: &Context,
    assess: impl Fn(Desk<'_>) -> Result<Outcome, CheckError>,
) -> Result<Outcome, CheckError> {
    context.tell(Event::Step("preparing the judge"));
    let watch = Stopwatch::start();
    Kit::with(subject, context, |kit| {
        let mut desk = Desk {
            subject,
            kit,
            context,
            outcome: Outcome::default(),
        };
        desk.took("prepare", watch);
        assess(desk)
    })
}

/// Makes a scratch folder for one check.
pub(super) fn scratch_folder() -> Result<Scratch, CheckError> {
    Scratch::new().map_err(|source| CheckError::File {
        path: std::env::temp_dir(),
        source,
    })
}

fn find_forbidden(file: &Collected) -> Vec<Diagnostic> {
    forbidden::find(&file.path, &String::from_utf8_lossy(&file.bytes))
}

impl Desk<'_> {
    /// Assesses a crate of `files`.
    fn assess(mut self, files: &[Collected]) -> Result<Outcome, CheckError> {
        let Self {
            subject,
            kit,
            context,
            ..
        } = self;
        scratch::sweep(&std::env::temp_dir());
        let scratch = scratch_folder()?;
        hand_in::write(files, scratch.path())?;
        context.tell(Event::Step("compiling your crate"));
        let (compiled, library) = self.timed("compile", |_| {
            kit.compile_crate(subject, scratch.path(), context, |diagnostic| {
                context.tell(Event::Diagnostic(diagnostic.clone()));
            })
        })?;
        let success = compiled.is_success();
        let code = if success {
            inspect::code(files, &library).map_err(|source| CheckError::File {
                path: inspect::dep_info(&library),
                source,
            })?
        } else {
            files.iter().collect()
        };
        self.outcome.forbidden = code.into_iter().flat_map(find_forbidden).collect();
        if success {
            self.inspect(&library)?;
        }
        if !self.outcome.forbidden.is_empty() {
            return Ok(self.not_run(FORBIDDEN));
        }
        self.outcome.diagnostics = compiled.diagnostics;
        if !success {
            return Ok(self.not_run("the crate does not compile"));
        }
        context.tell(Event::Step("linking"));
        let linked = self.timed("link", |desk| {
            linking::link(subject, kit, &library, context, &mut |said| desk.say(said))
        })?;
        let program = match linked {
            Ok(program) => program,
            Err(why) => return Ok(self.not_run(why)),
        };
        self.inspect(&program)?;
        if !self.outcome.forbidden.is_empty() {
            return Ok(self.not_run(FORBIDDEN));
        }
        context.tell(Event::Step("running the hidden tests"));
        self.timed("run", |desk| match desk.subject.tier {
            Tier::Called => desk.run(&program),
            Tier::Linked => desk.run_linked(&program),
        })?;
        Ok(self.outcome)
    }

    /// Refuses what only the intermediate code of `output` shows.
    fn inspect(&mut self, output: &Path) -> Result<(), CheckError> {
        let found = inspect::find(output).map_err(|source| CheckError::File {
            path: inspect::intermediate(output),
            source,
        })?;
        let told = &mut self.outcome.forbidden;
        if told.is_empty() {
            told.extend(found.into_iter().map(forbidden::unseen));
        }
        Ok(())
    }

    /// Notes that a phase has ended, which began with `watch`.
    fn took(&mut self, name: &'static str, watch: Stopwatch) {
        let duration = watch.elapsed();
        self.outcome.phases.push(Phase { name, duration });
    }

    fn timed<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce(&mut Self) -> Result<T, CheckError>,
    ) -> Result<T, CheckError> {
        let watch = Stopwatch::start();
        let done = step(self);
        self.took(name, watch);
        done
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.context.tell(Event::Diagnostic(diagnostic.clone()));
        self.outcome.diagnostics.push(diagnostic);
    }

    /// Ends the assessment before any test ran.
    fn not_run(mut self, why: &str) -> Outcome {
        let tests = self.kit.tests.iter().map(|test| TestOutcome {
            test: test.clone(),
            result: TestResult::NotRun(why.to_owned()),
        });
        self.outcome.tests = tests.collect();
        self.outcome
    }

    fn run(&mut self, program: &Path) -> Result<(), CheckError> {
        let kit = self.kit;
        let mut dispatch =
            Dispatch::new(program, &kit.toolchain, self.context, self.subject.limits);
        let replies = dispatch.batch(&kit.calls, &kit.starts)?;
        let known = trial::known(&kit.calls, &replies);
        let trial = trial::run(kit, &known, &mut |call| dispatch.call(call), self.context)?;
        let printed = dispatch.finish()?;
        // What the code prints may be the very values that the exercise keeps back.
        self.outcome.printed = match self.context.feedback {
            Feedback::Full => printed,
            Feedback::Title => String::new(),
        };
        for test in &kit.tests {
            let result = result(&test.name, &trial, self.subject);
            keep(test, result, self.context, &mut self.outcome);
        }
        Ok(())
    }

    fn run_linked(&mut self, program: &Path) -> Result<(), CheckError> {
        let mut timeouts = 0;
        for (index, test) in self.kit.tests.iter().enumerate() {
            let result = if timeouts >= MOST_TIMEOUTS {
                TestResult::NotRun("two tests before had taken too long".to_owned())
            } else if self.context.allowance.is_over() {
                TestResult::NotRun("earlier tests had used up the time".to_owned())
            } else {
                linked::run(program, index, self.subject, self.kit, self.context)?
            };
            timeouts += usize::from(matches!(result, TestResult::TimeLimit(_)));
            keep(test, result, self.context, &mut self.outcome);
        }
        Ok(())
    }
}

/// Keeps what a test found, as far as a learner may know it.
fn keep(test: &TestTitle, result: TestResult, context: &Context, outcome: &mut Outcome) {
    let result = match context.feedback {
        Feedback::Full => result,
        Feedback::Title => without_values(result),
    };
    let test = TestOutcome {
        test: test.clone(),
        result,
    };
    context.tell(Event::Test(test.clone()));
    outcome.tests.push(test);
}

fn result(name: &str, trial: &Trial, subject: &Subject) -> TestResult {
    let note = trial.notes.get(name);
    // A call that did not return ends its test, also one that expects a panic.
    let lost = matches!(
        note,
        Some(Note {
            end: CallEnd::Lost(_) | CallEnd::Lacking,
            ..
        })
    );
    match trial.passed.get(name) {
        Some(true) if !lost => TestResult::Passed,
        Some(_) => note.map_or(TestResult::Failed(Values::default()), |note| {
            failed(note, subject)
        }),
        None if lost => note.map_or(TestResult::Failed(Values::default()), |note| {
            failed(note, subject)
        }),
        None if trial.end == End::TimeLimit => {
            let note = Some("the test did not come to an end in time".to_owned());
            TestResult::TimeLimit(Values {
                note,
                ..Values::default()
            })
        }
        None => TestResult::NotRun("the judge ended before this test".to_owned()),
    }
}

fn failed(note: &Note, subject: &Subject) -> TestResult {
    let input = note.input.clone();
    let values = |got: String| Values {
        input: input.clone(),
        got: Some(got),
        ..Values::default()
    };
    match &note.end {
        CallEnd::Returned => TestResult::Failed(compared(note)),
        CallEnd::Panicked(words) => TestResult::Crashed(values(format!("a panic: {words}"))),
        CallEnd::Lacking => {
            TestResult::NotRun(format!("it calls what `{}` lacks", subject.crate_name))
        }
        CallEnd::Lost(loss) => match loss {
            Loss::Exited(code) => {
                TestResult::Crashed(values(format!("the process ended itself with code {code}")))
            }
            Loss::Signalled(signal) => TestResult::Crashed(values(signal_words(*signal))),
            Loss::Time => TestResult::TimeLimit(values(format!(
                "no answer within {} s",
                subject.limits.cpu.as_secs()
            ))),
            Loss::Memory => TestResult::MemoryLimit(values(format!(
                "it wanted more than {} MiB",
                subject.limits.memory >> 20
            ))),
            Loss::Output => TestResult::OutputLimit(values(format!(
                "it printed more than {} KiB",
                subject.limits.output >> 10
            ))),
            Loss::NotMade(given_up) => TestResult::NotRun(given_up.words().to_owned()),
        },
    }
}

/// Finds out which side of an assert is what was expected: the one that the call did not return.
fn compared(note: &Note) -> Values {
    let Note {
        left,
        right,
        input,
        got,
        said,
        ..
    } = note.clone();
    let expected = match (left, right) {
        (Some(left), Some(right)) if Some(&left) == got.as_ref() => Some(right),
        (Some(left), Some(right)) if Some(&right) == got.as_ref() => Some(left),
        _ => None,
    };
    Values {
        input,
        expected,
        got,
        note: said,
    }
}

pub(super) fn signal_words(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT: it aborted, as after a stack overflow",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV, as after a stack overflow",
        _ => return format!("the process was ended by signal {signal}"),
    };
    format!("the process was ended by {name}")
}

fn without_values(result: TestResult) -> TestResult {
    match result {
        TestResult::Passed => TestResult::Passed,
        TestResult::Failed(_) => TestResult::Failed(Values::default()),
        TestResult::Crashed(_) => TestResult::Crashed(Values::default()),
        TestResult::OutputLimit(_) => TestResult::OutputLimit(Values::default()),
        TestResult::MemoryLimit(_) => TestResult::MemoryLimit(Values::default()),
        TestResult::TimeLimit(_) => TestResult::TimeLimit(Values::default()),
        TestResult::NotRun(why) => TestResult::NotRun(why),
    }
}
