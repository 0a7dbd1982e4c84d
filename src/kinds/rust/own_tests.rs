//! The learner's own tests: they must accept the reference solution, and are run against the wrong ones.
//!
//! The tests are linked with the stub, so the solutions run in other processes. A wrong solution counts as
//! caught only if the tests fail *and* some call got a reply other than the reference's: a test that fails
//! for another reason catches nothing.

mod rejection;

use std::fs;
use std::path::{Path, PathBuf};

use super::compile::{Origin, Product, Unit, compile};
use super::dispatch::Dispatch;
use super::kit::Kit;
use super::kits::keep;
use super::learner;
use super::replies::{Call, MOST_TIMEOUTS, Reply};
use super::subject::Subject;
use super::trial::{self, Known, Trial};
use crate::check::{
    CheckError, Collected, Context, Diagnostic, Event, OwnTests, Rejection, RejectionReason,
    hand_in,
};
use crate::sandbox::{End, Limits};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;
use crate::sys::scratch::Scratch;

pub(crate) const FILE: &str = "tests/mine.rs";

/// The dispatcher of a course solution, relative to the folder it is cached in.
const DISPATCHER: &str = "out/dispatcher";

/// A wrong solution, which the learner's tests should catch.
#[derive(Debug, Clone)]
pub(crate) struct WrongCrate {
    pub source: String,
    /// The name of the fault, as `exercise.toml` has it.
    pub fault: String,
}

/// The result of the tests, or why they could not be run.
#[derive(Debug, Clone)]
pub(crate) enum Judged {
    /// They ran: against all wrong solutions, unless there is a warning.
    Worth(OwnTests, Option<Diagnostic>),
    /// They do not compile, or are missing.
    Unusable(Vec<Diagnostic>),
}

/// Runs the learner's tests `file` against the reference and `wrong_crates`.
pub(crate) fn judge(
    subject: &Subject,
    kit: &Kit,
    file: &Collected,
    wrong_crates: &[WrongCrate],
    needed: usize,
    context: &Context,
) -> Result<Judged, CheckError> {
    let cache = cache_file(&kit.folder, file, wrong_crates);
    let rerun_at = reference_rerun_index(file, wrong_crates.len());
    if let Some(worth) = read_cached(&cache, needed) {
        return Ok(Judged::Worth(worth, None));
    }
    let scratch = learner::scratch_folder()?;
    hand_in::write(std::slice::from_ref(file), scratch.path())?;
    let tests = match compile_tests(subject, kit, scratch.path(), context)? {
        TestsBuild::Program(tests) => tests,
        TestsBuild::Failed(diagnostics) => return Ok(Judged::Unusable(diagnostics)),
    };
    let mut runs = OwnTestRuns {
        subject,
        kit,
        context,
        tests,
        source: String::from_utf8_lossy(&file.bytes).into_owned(),
        reference: context
            .outside(|context| course_dispatcher(subject, kit, "solution", None, context))?,
        calls: Vec::new(),
        starts: Vec::new(),
        answers: Vec::new(),
        timeouts: 0,
    };
    let worth = run_against_all(&mut runs, wrong_crates, needed, rerun_at)?;
    if runs.is_given_up() {
        return Ok(Judged::Worth(worth, Some(given_up_warning())));
    }
    let written = serde_json::to_vec(&worth)
        .map_err(std::io::Error::from)
        .and_then(|text| files::write_whole(&cache, &text));
    written.map_err(|source| CheckError::File {
        path: cache,
        source,
    })?;
    Ok(Judged::Worth(worth, None))
}

/// Adds to `fault`, for which there are no tests to judge, what they are for.
pub(crate) fn explain_absence(fault: Diagnostic, needed: usize, of: usize) -> Diagnostic {
    let text = format!(
        "{}\nYour function is right: every hidden test passes. A pass also needs tests of your\n\
         own, in {FILE}: a correct solution passes them, and of {of} wrong ones at least\n\
         {needed} fail.\n\
         help: `gradus check` in your workspace hands out a starter of {FILE}\n",
        fault.text.trim_end()
    );
    Diagnostic { text, ..fault }
}

fn given_up_warning() -> Diagnostic {
    let message = "your tests took too long; they did not meet the wrong solutions that were left";
    Diagnostic {
        error: false,
        message: message.to_owned(),
        file: Some(FILE.to_owned()),
        line: None,
        text: format!("warning: {message}\n"),
    }
}

/// The index of the wrong solution before which the tests run against the reference a second time. That
/// catches tests which fail unconditionally once they have run before. The index is a hash of the tests, so
/// that the same tests always get the same result.
fn reference_rerun_index(file: &Collected, wrong_crates: usize) -> usize {
    let sum = file.bytes.iter().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    sum % wrong_crates.max(1)
}

/// The cache file in `folder` with the result of these tests. They see only the course's solutions, so the
/// rest of the learner's crate does not matter.
fn cache_file(folder: &Path, file: &Collected, wrong_crates: &[WrongCrate]) -> PathBuf {
    let mut key = Fingerprint::new();
    key.add(&file.bytes);
    for wrong_crate in wrong_crates {
        key.add(&wrong_crate.source);
        key.add(&wrong_crate.fault);
    }
    folder.join(format!("own-{}.json", key.finish()))
}

fn read_cached(cache_file: &Path, needed: usize) -> Option<OwnTests> {
    let worth: OwnTests = serde_json::from_slice(&fs::read(cache_file).ok()?).ok()?;
    Some(OwnTests { needed, ..worth })
}

/// What the compiler made of a learner's tests.
enum TestsBuild {
    Program(PathBuf),
    Failed(Vec<Diagnostic>),
}

fn compile_tests(
    subject: &Subject,
    kit: &Kit,
    folder: &Path,
    context: &Context,
) -> Result<TestsBuild, CheckError> {
    let output = learner::output_folder(folder)?.join("mine");
    let mut externs: Vec<(&str, PathBuf)> = kit.learner_externs(subject);
    externs.push((&subject.crate_name, kit.stub(subject)));
    let unit = Unit {
        name: "mine",
        root: PathBuf::from(FILE),
        folder,
        output: &output,
        product: Product::Tests,
        externs,
        depends: vec![kit.runtime()],
        origin: Origin::Learner,
    };
    let compiled = compile(&unit, &kit.toolchain, context, |_| ())?;
    Ok(if compiled.is_success() {
        TestsBuild::Program(output)
    } else {
        TestsBuild::Failed(compiled.into_diagnostics())
    })
}

/// The dispatcher of a course solution, built once and cached in the kit.
fn course_dispatcher(
    subject: &Subject,
    kit: &Kit,
    name: &str,
    source: Option<&str>,
    context: &Context,
) -> Result<PathBuf, CheckError> {
    let folder = kit.folder.join(name);
    let program = folder.join(DISPATCHER);
    if program.is_file() {
        return Ok(program);
    }
    let source = source.unwrap_or_default().as_bytes().to_vec();
    let scratch = Scratch::within(&kit.folder);
    let scratch = scratch.map_err(|source| CheckError::File {
        path: kit.folder.clone(),
        source,
    })?;
    hand_in::write(
        &[Collected {
            path: "src/lib.rs".to_owned(),
            bytes: source,
        }],
        scratch.path(),
    )?;
    let (compiled, library) = kit.compile_crate(subject, scratch.path(), context, |_| ())?;
    let present = vec![true; subject.functions.len()];
    let (linked, _) = kit.link(subject, &library, &present, context)?;
    if !compiled.is_success() || !linked.is_success() {
        return Err(CheckError::exercise(format!(
            "{name} does not compile\n{}",
            compiled.words()
        )));
    }
    keep(scratch, &folder, DISPATCHER)?;
    Ok(program)
}

fn is_accepted(trial: &Trial) -> bool {
    let mut passed = trial.passed.values();
    trial.end.is_success() && !trial.passed.is_empty() && passed.all(|passed| *passed)
}

/// Runs of the learner's tests, each against one solution. A trait, so that the order is tested without
/// processes.
trait TestRuns {
    /// Why the tests reject the reference, if they do.
    fn reject_reference(&mut self) -> Result<Option<Rejection>, CheckError>;

    /// Whether the tests accept the reference although they have run before.
    fn accepts_reference_again(&self) -> Result<bool, CheckError>;

    fn catches(&mut self, wrong_crate: &WrongCrate) -> Result<bool, CheckError>;

    /// Whether no more solutions are tried.
    fn is_given_up(&self) -> bool;

    fn report_progress(&self, index: usize, of: usize);
}

/// Runs the tests against the reference and each wrong solution, and before the one at `rerun_at` against
/// the reference once more.
fn run_against_all(
    runs: &mut impl TestRuns,
    wrong_crates: &[WrongCrate],
    needed: usize,
    rerun_at: usize,
) -> Result<OwnTests, CheckError> {
    let rejection = runs.reject_reference()?;
    let mut worth = OwnTests {
        accept_reference: rejection.is_none(),
        caught: 0,
        needed,
        of: wrong_crates.len(),
        missed: Vec::new(),
        rejection: rejection.map(Box::new),
    };
    if !worth.accept_reference {
        // Tests that reject a correct solution get no credit for what they catch.
        return Ok(worth);
    }
    for (index, wrong_crate) in wrong_crates.iter().enumerate() {
        if runs.is_given_up() {
            // The rest counts as missed.
            for wrong_crate in &wrong_crates[index..] {
                worth.miss(&wrong_crate.fault);
            }
            break;
        }
        runs.report_progress(index, wrong_crates.len());
        if index == rerun_at && !runs.accepts_reference_again()? {
            worth.accept_reference = false;
            worth.rejection = Some(Box::new(rejection::reject(RejectionReason::Unsteady)));
            return Ok(worth);
        }
        if runs.catches(wrong_crate)? {
            worth.caught += 1;
        } else {
            worth.miss(&wrong_crate.fault);
        }
    }
    Ok(worth)
}

/// Whether failed tests caught a wrong solution whose replies differ. Tests stopped because the check ran
/// out of time have caught nothing.
fn has_caught(end: End, is_time_over: bool) -> bool {
    !end.is_success() && !is_time_over
}

fn are_given_up(timeouts: usize, is_time_over: bool) -> bool {
    timeouts >= MOST_TIMEOUTS || is_time_over
}

/// The compiled tests and the calls they made of the reference, with its replies.
struct OwnTestRuns<'a> {
    subject: &'a Subject,
    kit: &'a Kit,
    context: &'a Context,
    tests: PathBuf,
    /// The learner's file.
    source: String,
    reference: PathBuf,
    calls: Vec<Call>,
    /// The indexes in `calls` at which a test begins.
    starts: Vec<usize>,
    answers: Vec<Reply>,
    /// How often the tests timed out with a wrong solution.
    timeouts: usize,
}

impl TestRuns for OwnTestRuns<'_> {
    /// Keeps the calls that the tests make.
    fn reject_reference(&mut self) -> Result<Option<Rejection>, CheckError> {
        let reference = self.reference.clone();
        let mut dispatch = self.dispatch(&reference);
        let mut answers = Vec::new();
        let trial = self.run(&[], &mut |call| {
            let reply = dispatch.call(call)?.without_place();
            answers.push(reply.clone());
            Ok(reply)
        })?;
        let rejection = (!is_accepted(&trial)).then(|| {
            let found = rejection::find(&self.source, &trial);
            found.unwrap_or_else(|| rejection::reject(RejectionReason::Ended))
        });
        answers.truncate(trial.calls.len());
        self.answers = answers;
        self.calls = trial.calls;
        self.starts = trial.starts;
        Ok(rejection)
    }

    fn accepts_reference_again(&self) -> Result<bool, CheckError> {
        let known: Vec<_> = self.calls.iter().zip(&self.answers).collect();
        let mut dispatch = self.dispatch(&self.reference);
        let trial = self.run(&known, &mut |call| Ok(dispatch.call(call)?.without_place()))?;
        Ok(is_accepted(&trial))
    }

    fn catches(&mut self, wrong_crate: &WrongCrate) -> Result<bool, CheckError> {
        // The hash is in the name since the kit's key does not cover the wrong solutions.
        let mut key = Fingerprint::new();
        key.add(&wrong_crate.source);
        let name = format!("wrong-{}", key.finish());
        let (subject, kit, source) = (self.subject, self.kit, Some(&*wrong_crate.source));
        let program = self
            .context
            .outside(|context| course_dispatcher(subject, kit, &name, source, context))?;
        let mut dispatch = self.dispatch(&program);
        let replies = dispatch.call_all(&self.calls, &self.starts)?;
        let replies: Vec<_> = replies
            .into_iter()
            .map(|reply| reply.map(Reply::without_place))
            .collect();
        if replies.iter().flatten().eq(&self.answers) {
            return Ok(false);
        }
        let known = trial::known(&self.calls, &replies);
        let trial = self.run(&known, &mut |call| Ok(dispatch.call(call)?.without_place()))?;
        self.timeouts += usize::from(trial.end == End::TimeLimit);
        Ok(has_caught(trial.end, self.context.budget.is_exhausted()))
    }

    fn is_given_up(&self) -> bool {
        are_given_up(self.timeouts, self.context.budget.is_exhausted())
    }

    fn report_progress(&self, index: usize, of: usize) {
        self.context.tell(Event::OwnTests(index, of));
    }
}

impl OwnTestRuns<'_> {
    fn dispatch(&self, program: &Path) -> Dispatch<'_> {
        Dispatch::new(
            program,
            &self.kit.toolchain,
            self.context,
            self.subject.limits,
        )
    }

    fn run(
        &self,
        known: &Known<'_>,
        answer: &mut trial::AnswerCall<'_>,
    ) -> Result<Trial, CheckError> {
        let (toolchain, context) = (&self.kit.toolchain, self.context);
        let job = learner::job(&self.tests, Limits::learner(), toolchain, context)?;
        trial::run_job(job, known, answer, self.context)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;

    /// Tests that catch the solutions whose source is `caught`.
    #[derive(Default)]
    struct FakeRuns {
        rejects: bool,
        rejects_again: bool,
        /// After how many solutions they are given up.
        patience: Option<usize>,
        met: RefCell<Vec<String>>,
    }

    impl TestRuns for FakeRuns {
        fn reject_reference(&mut self) -> Result<Option<Rejection>, CheckError> {
            Ok(self
                .rejects
                .then(|| rejection::reject(RejectionReason::Failed)))
        }

        fn accepts_reference_again(&self) -> Result<bool, CheckError> {
            self.met.borrow_mut().push("reference".to_owned());
            Ok(!self.rejects_again)
        }

        fn catches(&mut self, wrong_crate: &WrongCrate) -> Result<bool, CheckError> {
            self.met.get_mut().push(wrong_crate.fault.clone());
            Ok(wrong_crate.source == "caught")
        }

        fn is_given_up(&self) -> bool {
            self.patience == Some(self.met.borrow().len())
        }

        fn report_progress(&self, index: usize, of: usize) {
            assert!(index < of);
        }
    }

    fn wrong_crates() -> Vec<WrongCrate> {
        let all = [
            ("caught", "a"),
            ("missed", "b"),
            ("caught", "c"),
            ("missed", "b"),
        ];
        let wrong_crate = |(source, fault): (&str, &str)| WrongCrate {
            source: source.to_owned(),
            fault: fault.to_owned(),
        };
        all.map(wrong_crate).into()
    }

    fn own(accept_reference: bool, caught: usize, missed: &[&str]) -> OwnTests {
        OwnTests {
            accept_reference,
            caught,
            needed: 2,
            of: 4,
            missed: missed.iter().map(|fault| (*fault).to_owned()).collect(),
            rejection: None,
        }
    }

    /// The result, and the order in which solutions were tried.
    fn run_fake(mut runs: FakeRuns, rerun_at: usize) -> (OwnTests, String) {
        let worth = run_against_all(&mut runs, &wrong_crates(), 2, rerun_at).unwrap();
        (worth, runs.met.take().join(" "))
    }

    #[test]
    fn tests_meet_every_opponent_and_once_more_the_reference() {
        let (worth, met) = run_fake(FakeRuns::default(), 2);
        assert_eq!(worth, own(true, 2, &["b"]));
        assert_eq!(met, "a b reference c b");
    }

    #[test]
    fn tests_that_reject_the_reference_meet_nobody() {
        let rejecting = FakeRuns {
            rejects: true,
            ..FakeRuns::default()
        };
        let (worth, met) = run_fake(rejecting, 2);
        let rejection = Some(Box::new(rejection::reject(RejectionReason::Failed)));
        let rejected = own(false, 0, &[]);
        assert_eq!(
            (worth, &*met),
            (
                OwnTests {
                    rejection,
                    ..rejected
                },
                ""
            )
        );
    }

    #[test]
    fn tests_that_reject_the_reference_once_they_have_run_are_no_tests() {
        let rejecting = FakeRuns {
            rejects_again: true,
            ..FakeRuns::default()
        };
        let (worth, met) = run_fake(rejecting, 1);
        let rejection = Some(Box::new(rejection::reject(RejectionReason::Unsteady)));
        let rejected = own(false, 1, &[]);
        let expected = OwnTests {
            rejection,
            ..rejected
        };
        assert_eq!((worth, &*met), (expected, "a reference"));
    }

    #[test]
    fn opponents_that_were_never_met_are_missed() {
        let slow = FakeRuns {
            patience: Some(1),
            ..FakeRuns::default()
        };
        let (worth, met) = run_fake(slow, 3);
        assert_eq!((worth, &*met), (own(true, 1, &["b", "c"]), "a"));
    }

    #[test]
    fn tests_catch_by_failing_in_time() {
        assert!(has_caught(End::Code(101), false));
        assert!(has_caught(End::TimeLimit, false));
        assert!(!has_caught(End::Code(101), true));
        assert!(!has_caught(End::Code(0), false));
        assert!(!has_caught(End::Code(0), true));
    }

    #[test]
    fn tests_are_given_up_when_they_took_too_long_twice_or_time_is_over() {
        assert!(!are_given_up(MOST_TIMEOUTS - 1, false));
        assert!(are_given_up(MOST_TIMEOUTS, false));
        assert!(are_given_up(0, true));
        let diagnostic = given_up_warning();
        assert!(!diagnostic.error, "what was met counts");
        assert_eq!(diagnostic.file.as_deref(), Some(FILE));
    }

    #[test]
    fn tests_that_are_missing_are_explained_and_the_function_is_called_right() {
        let explained = explain_absence(given_up_warning(), 20, 27);
        assert!(explained.text.contains("Your function is right"));
        assert!(
            explained
                .text
                .contains("of 27 wrong ones at least\n20 fail")
        );
        assert!(explained.text.contains("starter of tests/mine.rs"));
        assert_eq!(explained.message, given_up_warning().message);
    }

    fn file(text: &str) -> Collected {
        Collected {
            path: FILE.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_turn_of_the_reference_follows_from_the_tests() {
        assert_eq!(reference_rerun_index(&file("b"), 40), 98 % 40);
        assert_eq!(reference_rerun_index(&file("ab"), 40), (97 * 31 + 98) % 40);
        assert_eq!(reference_rerun_index(&file("ab"), 0), 0);
    }

    #[test]
    fn what_tests_are_worth_is_remembered_by_tests_and_opponents() {
        let folder = tempfile::tempdir().unwrap();
        let place = |text, wrong_crates: &[WrongCrate]| {
            cache_file(folder.path(), &file(text), wrong_crates)
        };
        let all = wrong_crates();
        let here = place("a", &all);
        assert_eq!(here, place("a", &all));
        assert_eq!(here.parent(), Some(folder.path()));
        assert_ne!(here, place("b", &all));
        assert_ne!(here, place("a", &all[1..]));
        assert_eq!(read_cached(&here, 3), None);
        let worth = own(true, 2, &["b"]);
        fs::write(&here, serde_json::to_vec(&worth).unwrap()).unwrap();
        // `needed` is not cached: an author may have changed it.
        let needed = 3;
        assert_eq!(
            read_cached(&here, needed),
            Some(OwnTests { needed, ..worth })
        );
    }

    #[test]
    fn tests_accept_a_solution_if_some_ran_and_all_passed() {
        let accepted = |end, passed: &[bool]| {
            let name = |(index, passed): (usize, &bool)| (index.to_string(), *passed);
            is_accepted(&Trial {
                end,
                passed: passed.iter().enumerate().map(name).collect(),
                notes: BTreeMap::new(),
                calls: Vec::new(),
                starts: Vec::new(),
            })
        };
        assert!(accepted(End::Code(0), &[true, true]));
        assert!(!accepted(End::Code(0), &[true, false]));
        assert!(!accepted(End::Code(0), &[]));
        assert!(!accepted(End::Code(101), &[true, true]));
    }
}
