//! The learner's own tests: they must accept the reference solution, and are run against the wrong
//! ones.
//!
//! The tests are linked with the stub, so the solutions are in other processes. A wrong solution
//! counts as caught only if the tests fail *and* some call they made was answered otherwise than
//! the reference answers it: a test that fails for another reason has caught nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::assess::scratch_folder;
use super::compile::{Origin, Product, Unit, compile};
use super::dispatch::Dispatch;
use super::kit::{Kit, Subject, keep};
use super::learner;
use super::replies::{Call, MOST_TIMEOUTS, Reply};
use super::trial::{self, Known, Trial};
use crate::check::outcome::{Diagnostic, OwnTests};
use crate::check::{CheckError, Collected, Context, Event, hand_in};
use crate::sandbox::{End, Limits};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;
use crate::sys::scratch::Scratch;

/// The file of the learner's own tests in their crate.
pub(crate) const FILE: &str = "tests/mine.rs";

/// The dispatcher of a solution of the course, below the folder it is kept in.
const DISPATCHER: &str = "out/dispatcher";

/// A solution that the learner's tests meet.
#[derive(Debug, Clone)]
pub(crate) struct Opponent {
    /// The source of its `src/lib.rs`.
    pub source: String,
    /// The kind of fault.
    pub fault: String,
}

/// What the tests are worth, or why they could not be run.
#[derive(Debug, Clone)]
pub(crate) enum Judged {
    /// They ran, against all wrong solutions unless there is a warning.
    Worth(OwnTests, Option<Diagnostic>),
    /// They do not compile, or are not there.
    Unusable(Vec<Diagnostic>),
}

/// Runs the learner's tests `file` against the reference and `opponents`.
///
/// # Errors
/// Fails when Gradus could not do its work.
///
/// # Panics
/// Never: what tests are worth can be written.
pub(crate) fn judge(
    subject: &Subject,
    kit: &Kit,
    file: &Collected,
    opponents: &[Opponent],
    needed: usize,
    context: &Context,
) -> Result<Judged, CheckError> {
    let memory = memory(&kit.folder, file, opponents);
    let again = turn_of_reference(file, opponents.len());
    if let Some(worth) = remembered(&memory, needed) {
        return Ok(Judged::Worth(worth, None));
    }
    let scratch = scratch_folder()?;
    hand_in::write(std::slice::from_ref(file), scratch.path())?;
    let tests = match compile_tests(subject, kit, scratch.path(), context)? {
        Ok(tests) => tests,
        Err(diagnostics) => return Ok(Judged::Unusable(diagnostics)),
    };
    let mut bench = Bench {
        subject,
        kit,
        context,
        tests,
        reference: context
            .outside(|context| program_of(subject, kit, "solution", None, context))?,
        calls: Vec::new(),
        starts: Vec::new(),
        answers: Vec::new(),
        timeouts: 0,
    };
    let worth = meet_all(&mut bench, opponents, needed, again)?;
    if bench.is_given_up() {
        return Ok(Judged::Worth(worth, Some(given_up())));
    }
    let written = serde_json::to_vec(&worth)
        .map_err(std::io::Error::from)
        .and_then(|text| files::write_whole(&memory, &text));
    written.map_err(|source| CheckError::File {
        path: memory,
        source,
    })?;
    Ok(Judged::Worth(worth, None))
}

fn given_up() -> Diagnostic {
    let message = "your tests took too long; they did not meet the wrong solutions that were left";
    Diagnostic {
        error: false,
        message: message.to_owned(),
        file: Some(FILE.to_owned()),
        line: None,
        text: format!("warning: {message}\n"),
    }
}

/// Returns before which opponent the tests meet the reference once more. Tests that fail whatever
/// they see, once they have run before, reject it then; the turn follows from the tests alone, so
/// that the same tests are worth the same.
fn turn_of_reference(file: &Collected, opponents: usize) -> usize {
    let sum = file.bytes.iter().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    sum % opponents.max(1)
}

/// Returns the file in `folder` that remembers what these tests are worth: they meet only the course's
/// solutions, so the rest of the learner's crate does not matter.
fn memory(folder: &Path, file: &Collected, opponents: &[Opponent]) -> PathBuf {
    let mut key = Fingerprint::new();
    key.add(&file.bytes);
    for opponent in opponents {
        key.add(&opponent.source);
        key.add(&opponent.fault);
    }
    folder.join(format!("own-{}.json", key.finish()))
}

fn remembered(memory: &Path, needed: usize) -> Option<OwnTests> {
    let worth: OwnTests = serde_json::from_slice(&fs::read(memory).ok()?).ok()?;
    Some(OwnTests { needed, ..worth })
}

fn compile_tests(
    subject: &Subject,
    kit: &Kit,
    folder: &Path,
    context: &Context,
) -> Result<Result<PathBuf, Vec<Diagnostic>>, CheckError> {
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
        Ok(output)
    } else {
        Err(compiled.diagnostics)
    })
}

/// Returns the dispatcher of a solution of the course, made once and kept in the kit.
fn program_of(
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

/// Runs of the learner's tests, each against one solution.
trait Meetings {
    /// Runs the tests against the reference. Returns whether they accept it.
    fn meet_reference(&mut self) -> Result<bool, CheckError>;

    /// Returns whether the tests accept the reference when they have run before.
    fn accepts_reference_again(&self) -> Result<bool, CheckError>;

    /// Returns whether the tests catch the opponent.
    fn catches(&mut self, opponent: &Opponent) -> Result<bool, CheckError>;

    /// Returns whether the tests meet no more opponents.
    fn is_given_up(&self) -> bool;

    /// Says that the opponent with this index, of so many, is next.
    fn tell(&self, index: usize, of: usize);
}

/// Runs the tests against the reference and every opponent, and before the opponent `again` against the
/// reference once more.
fn meet_all(
    meetings: &mut impl Meetings,
    opponents: &[Opponent],
    needed: usize,
    again: usize,
) -> Result<OwnTests, CheckError> {
    let mut worth = OwnTests {
        accept_reference: meetings.meet_reference()?,
        caught: 0,
        needed,
        of: opponents.len(),
        missed: Vec::new(),
    };
    if !worth.accept_reference {
        // What they catch is worth nothing then.
        return Ok(worth);
    }
    for (index, opponent) in opponents.iter().enumerate() {
        if meetings.is_given_up() {
            // None of those that the tests never met is caught.
            for opponent in &opponents[index..] {
                worth.miss(&opponent.fault);
            }
            break;
        }
        meetings.tell(index, opponents.len());
        if index == again && !meetings.accepts_reference_again()? {
            worth.accept_reference = false;
            return Ok(worth);
        }
        if meetings.catches(opponent)? {
            worth.caught += 1;
        } else {
            worth.miss(&opponent.fault);
        }
    }
    Ok(worth)
}

/// Returns whether tests have caught an opponent that answered some call in its own way. Tests that the
/// check has no more time for have caught nothing.
fn has_caught(end: End, is_time_over: bool) -> bool {
    !end.is_success() && !is_time_over
}

/// Returns whether tests that took too long so often meet no more opponents.
fn are_given_up(timeouts: usize, is_time_over: bool) -> bool {
    timeouts >= MOST_TIMEOUTS || is_time_over
}

/// The learner's tests and what the reference answered them.
struct Bench<'a> {
    subject: &'a Subject,
    kit: &'a Kit,
    context: &'a Context,
    tests: PathBuf,
    reference: PathBuf,
    calls: Vec<Call>,
    /// Where in `calls` those of each test begin.
    starts: Vec<usize>,
    answers: Vec<Reply>,
    /// How often the tests took too long with a wrong solution.
    timeouts: usize,
}

impl Meetings for Bench<'_> {
    /// Keeps the calls that the tests make.
    fn meet_reference(&mut self) -> Result<bool, CheckError> {
        let reference = self.reference.clone();
        let mut dispatch = self.dispatch(&reference);
        let mut answers = Vec::new();
        let trial = self.run(&[], &mut |call| {
            let reply = dispatch.call(call)?;
            answers.push(reply.clone());
            Ok(reply)
        })?;
        let accepted = is_accepted(&trial);
        answers.truncate(trial.calls.len());
        self.answers = answers;
        self.calls = trial.calls;
        self.starts = trial.starts;
        Ok(accepted)
    }

    fn accepts_reference_again(&self) -> Result<bool, CheckError> {
        let known: Vec<_> = self.calls.iter().zip(&self.answers).collect();
        let mut dispatch = self.dispatch(&self.reference);
        let trial = self.run(&known, &mut |call| dispatch.call(call))?;
        Ok(is_accepted(&trial))
    }

    fn catches(&mut self, opponent: &Opponent) -> Result<bool, CheckError> {
        // The kit does not depend on the wrong solutions, and an author changes them.
        let mut key = Fingerprint::new();
        key.add(&opponent.source);
        let name = format!("wrong-{}", key.finish());
        let (subject, kit, source) = (self.subject, self.kit, Some(&*opponent.source));
        let program = self
            .context
            .outside(|context| program_of(subject, kit, &name, source, context))?;
        let mut dispatch = self.dispatch(&program);
        let replies = dispatch.batch(&self.calls, &self.starts)?;
        if replies.iter().flatten().eq(&self.answers) {
            return Ok(false);
        }
        let known = trial::known(&self.calls, &replies);
        let trial = self.run(&known, &mut |call| dispatch.call(call))?;
        self.timeouts += usize::from(trial.end == End::TimeLimit);
        Ok(has_caught(trial.end, self.context.allowance.is_over()))
    }

    fn is_given_up(&self) -> bool {
        are_given_up(self.timeouts, self.context.allowance.is_over())
    }

    fn tell(&self, index: usize, of: usize) {
        self.context.tell(Event::OwnTests(index, of));
    }
}

impl Bench<'_> {
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
        answer: &mut trial::Answerer<'_>,
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

    /// Tests of a learner that catch the opponents whose source is `caught`.
    #[derive(Default)]
    struct Played {
        rejects: bool,
        rejects_again: bool,
        /// How many opponents they meet before they are given up.
        patience: Option<usize>,
        met: RefCell<Vec<String>>,
    }

    impl Meetings for Played {
        fn meet_reference(&mut self) -> Result<bool, CheckError> {
            Ok(!self.rejects)
        }

        fn accepts_reference_again(&self) -> Result<bool, CheckError> {
            self.met.borrow_mut().push("reference".to_owned());
            Ok(!self.rejects_again)
        }

        fn catches(&mut self, opponent: &Opponent) -> Result<bool, CheckError> {
            self.met.get_mut().push(opponent.fault.clone());
            Ok(opponent.source == "caught")
        }

        fn is_given_up(&self) -> bool {
            self.patience == Some(self.met.borrow().len())
        }

        fn tell(&self, index: usize, of: usize) {
            assert!(index < of);
        }
    }

    fn opponents() -> Vec<Opponent> {
        let all = [
            ("caught", "a"),
            ("missed", "b"),
            ("caught", "c"),
            ("missed", "b"),
        ];
        let opponent = |(source, fault): (&str, &str)| Opponent {
            source: source.to_owned(),
            fault: fault.to_owned(),
        };
        all.map(opponent).into()
    }

    fn own(accept_reference: bool, caught: usize, missed: &[&str]) -> OwnTests {
        OwnTests {
            accept_reference,
            caught,
            needed: 2,
            of: 4,
            missed: missed.iter().map(|fault| (*fault).to_owned()).collect(),
        }
    }

    /// Returns what the tests are worth, and whom they met.
    fn meet(mut played: Played, again: usize) -> (OwnTests, String) {
        let worth = meet_all(&mut played, &opponents(), 2, again).unwrap();
        (worth, played.met.take().join(" "))
    }

    #[test]
    fn tests_meet_every_opponent_and_once_more_the_reference() {
        let (worth, met) = meet(Played::default(), 2);
        assert_eq!(worth, own(true, 2, &["b"]));
        assert_eq!(met, "a b reference c b");
    }

    #[test]
    fn tests_that_reject_the_reference_meet_nobody() {
        let rejecting = Played {
            rejects: true,
            ..Played::default()
        };
        let (worth, met) = meet(rejecting, 2);
        assert_eq!((worth, &*met), (own(false, 0, &[]), ""));
    }

    #[test]
    fn tests_that_reject_the_reference_once_they_have_run_are_no_tests() {
        let rejecting = Played {
            rejects_again: true,
            ..Played::default()
        };
        let (worth, met) = meet(rejecting, 1);
        assert_eq!((worth, &*met), (own(false, 1, &[]), "a reference"));
    }

    #[test]
    fn opponents_that_were_never_met_are_missed() {
        let slow = Played {
            patience: Some(1),
            ..Played::default()
        };
        let (worth, met) = meet(slow, 3);
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
        let diagnostic = given_up();
        assert!(!diagnostic.error, "what was met counts");
        assert_eq!(diagnostic.file.as_deref(), Some(FILE));
    }

    fn file(text: &str) -> Collected {
        Collected {
            path: FILE.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_turn_of_the_reference_follows_from_the_tests() {
        assert_eq!(turn_of_reference(&file("b"), 40), 98 % 40);
        assert_eq!(turn_of_reference(&file("ab"), 40), (97 * 31 + 98) % 40);
        assert_eq!(turn_of_reference(&file("ab"), 0), 0);
    }

    #[test]
    fn what_tests_are_worth_is_remembered_by_tests_and_opponents() {
        let folder = tempfile::tempdir().unwrap();
        let place = |text, opponents: &[Opponent]| memory(folder.path(), &file(text), opponents);
        let all = opponents();
        let here = place("a", &all);
        assert_eq!(here, place("a", &all));
        assert_eq!(here.parent(), Some(folder.path()));
        assert_ne!(here, place("b", &all));
        assert_ne!(here, place("a", &all[1..]));
        assert_eq!(remembered(&here, 3), None);
        let worth = own(true, 2, &["b"]);
        fs::write(&here, serde_json::to_vec(&worth).unwrap()).unwrap();
        // An author may ask for more by now.
        let needed = 3;
        assert_eq!(
            remembered(&here, needed),
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
