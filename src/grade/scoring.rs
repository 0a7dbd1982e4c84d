//! Scoring: turns an outcome into a record with points.

use crate::check::{
    CheckError, Diagnostic, Feedback, Outcome, OwnTests, TestResult, TestVerdict, Values, Verdict,
};
use crate::course::{Credit, Exercise, Points};
use crate::report::record::RECORD_SCHEMA;
use crate::report::{Record, TestRecord, Time};
use crate::text;

use super::Submission;

/// The name of the test record for the learner's own tests.
const OWN_TESTS: &str = "own-tests";
/// The most bytes of compiler or program output in a record.
const MOST_TEXT: usize = 16 << 10;
/// The most bytes of a test's feedback.
const MOST_FEEDBACK: usize = 4 << 10;

/// Returns how much a failing test reveals. Where the exercise does not say, graded results reveal less
/// than a learner's own check.
pub(crate) fn feedback(exercise: &Exercise) -> Feedback {
    exercise.feedback.unwrap_or(Feedback::Title)
}

/// Returns the record of a submission that was checked.
pub(crate) fn record(submission: &Submission, exercise: &Exercise, outcome: &Outcome) -> Record {
    let feedback = feedback(exercise);
    let mut tests: Vec<TestRecord> = outcome
        .tests
        .iter()
        .map(|test| TestRecord {
            name: test.test.name.clone(),
            title: test.test.title.clone(),
            verdict: test.result.verdict,
            weight: exercise.grading().weight(&test.test.name),
            visibility: exercise.grading().visibility(&test.test.name),
            feedback: feedback_text(&test.result, feedback),
        })
        .collect();
    tests.extend(own_tests(outcome.own_tests.as_ref(), exercise));
    let verdict = outcome.verdict();
    let messages = outcome.forbidden.iter().chain(&outcome.diagnostics);
    Record {
        verdict,
        score: score(verdict, exercise, &tests),
        tests,
        diagnostics: join_diagnostics(messages),
        output: match feedback {
            Feedback::Full => truncate(&outcome.printed, MOST_TEXT),
            Feedback::Title => String::new(),
        },
        ..not_run_record(submission, exercise)
    }
}

/// Returns the record of a submission whose check failed with an error of Gradus or the machine.
pub(crate) fn failed_record(
    submission: &Submission,
    exercise: &Exercise,
    error: &CheckError,
) -> Record {
    Record {
        error: Some(error_text(error)),
        ..not_run_record(submission, exercise)
    }
}

pub(super) fn error_text(error: &CheckError) -> String {
    text::visible(&text::with_causes(error))
}

/// Returns a record in which nothing ran.
fn not_run_record(submission: &Submission, exercise: &Exercise) -> Record {
    let tests = exercise
        .task()
        .facts()
        .tests
        .into_iter()
        .map(|test| TestRecord {
            weight: exercise.grading().weight(&test.name),
            visibility: exercise.grading().visibility(&test.name),
            name: test.name,
            title: test.title,
            verdict: TestVerdict::NotRun,
            feedback: String::new(),
        });
    Record {
        schema: RECORD_SCHEMA.to_owned(),
        submission: submission.name(),
        learner: submission.learner.clone(),
        person: None,
        exercise: submission.exercise.clone(),
        verdict: Verdict::InternalError,
        score: Points::default(),
        max_score: exercise.grading().points,
        tests: tests.chain(own_tests(None, exercise)).collect(),
        diagnostics: String::new(),
        output: String::new(),
        error: None,
        source: String::new(),
        time: Time::default(),
    }
}

/// A pass scores all points. Partial credit is the share of the weights of passed tests; forbidden code and
/// internal errors score none.
fn score(verdict: Verdict, exercise: &Exercise, tests: &[TestRecord]) -> Points {
    let points = exercise.grading().points;
    match verdict {
        Verdict::Passed => points,
        Verdict::Forbidden | Verdict::InternalError => Points::default(),
        Verdict::Failed
        | Verdict::Crashed
        | Verdict::OutputLimit
        | Verdict::MemoryLimit
        | Verdict::TimeLimit
        | Verdict::CompileError => match exercise.grading().credit {
            Credit::All => Points::default(),
            Credit::Partial => {
                let weight = |test: &&TestRecord| u64::from(test.weight);
                let passed = tests.iter().filter(|test| test.passed());
                points.share(
                    passed.map(|test| weight(&test)).sum(),
                    tests.iter().map(|test| weight(&test)).sum(),
                )
            }
        },
    }
}

/// Returns the test record for the learner's own tests, if the exercise asks for some. They keep their
/// weight if they could not be judged.
fn own_tests(own: Option<&OwnTests>, exercise: &Exercise) -> Option<TestRecord> {
    if own.is_none() && !exercise.task().facts().judges_own_tests {
        return None;
    }
    let verdict = match own {
        None => TestVerdict::NotRun,
        Some(own) if own.suffice() => TestVerdict::Passed,
        Some(_) => TestVerdict::Failed,
    };
    Some(TestRecord {
        name: OWN_TESTS.to_owned(),
        title: "Your own tests accept a correct solution and catch wrong ones".to_owned(),
        verdict,
        weight: exercise.grading().own_tests,
        visibility: exercise.grading().visibility(OWN_TESTS),
        feedback: own.map_or_else(String::new, own_tests_feedback),
    })
}

fn own_tests_feedback(own: &OwnTests) -> String {
    if own.accept_reference {
        format!(
            "they catch {} of {} wrong solutions; {} are needed",
            own.caught, own.of, own.needed
        )
    } else {
        "they reject a correct solution".to_owned()
    }
}

fn feedback_text(result: &TestResult, feedback: Feedback) -> String {
    let words = match (result.why_not_run(), feedback) {
        (Some(why), _) => why.to_owned(),
        (None, Feedback::Title) => String::new(),
        (None, Feedback::Full) => result.failed_values().map_or_else(String::new, values),
    };
    truncate(&words, MOST_FEEDBACK)
}

fn values(values: &Values) -> String {
    let parts = [
        ("input", &values.input),
        ("expected", &values.expected),
        ("got", &values.got),
        ("note", &values.note),
    ];
    let lines: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", text::visible(value.as_ref()?))))
        .collect();
    lines.join("\n")
}

fn join_diagnostics<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> String {
    let mut all = String::new();
    for diagnostic in diagnostics {
        if all.len() > MOST_TEXT {
            break;
        }
        all.push_str(diagnostic.text.trim_end());
        all.push('\n');
    }
    truncate(&all, MOST_TEXT)
}

/// Truncates `text` to at most `most` bytes, with a notice.
fn truncate(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    format!("{}\n(cut: it was longer)", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{TestOutcome, TestTitle};
    use crate::course::grading::TestGrading;
    use crate::course::{Lazy, Visibility, builtin, fixture, load};

    fn outcome(results: &[(&str, TestResult)]) -> Outcome {
        let tests = results.iter().map(|(name, result)| TestOutcome {
            test: TestTitle {
                name: (*name).to_owned(),
                title: name.to_uppercase(),
            },
            result: result.clone(),
        });
        Outcome {
            tests: tests.collect(),
            ..Outcome::default()
        }
    }

    fn exercise(credit: Credit) -> Exercise {
        let mut exercise = fixture::course().exercises[0].clone();
        let mut judging = (*exercise.judging).clone();
        let grading = &mut judging.grading;
        grading.points = Points::whole(10);
        grading.credit = credit;
        grading.tests = vec![TestGrading {
            name: "b".into(),
            weight: 3,
            visibility: Visibility::Hidden,
            line: 1,
        }];
        exercise.judging = Lazy::ready(judging);
        exercise
    }

    fn submission(exercise: &Exercise) -> Submission {
        Submission {
            learner: "ada".into(),
            exercise: exercise.id.clone(),
            folder: "/".into(),
        }
    }

    fn graded(exercise: &Exercise, outcome: &Outcome) -> Record {
        record(&submission(exercise), exercise, outcome)
    }

    /// An exercise of the built-in course that asks for the learner's own tests.
    fn asking_for_tests() -> Exercise {
        let (course, problems) = load(&builtin::tree(), crate::kinds::KINDS);
        assert!(problems.is_empty());
        let asks = |exercise: &Exercise| exercise.task().facts().judges_own_tests;
        course.exercises.into_iter().find(asks).unwrap()
    }

    fn own(accept_reference: bool, caught: usize) -> OwnTests {
        OwnTests {
            accept_reference,
            caught,
            needed: 2,
            of: 3,
            missed: Vec::new(),
            rejection: None,
        }
    }

    fn no() -> Diagnostic {
        Diagnostic {
            error: true,
            message: "no".into(),
            file: None,
            line: None,
            text: "no".into(),
        }
    }

    fn secret() -> TestResult {
        TestVerdict::Failed.with(Values {
            input: Some("secret(7)".into()),
            ..Values::default()
        })
    }

    #[test]
    fn weights_share_the_points_out() {
        let half = outcome(&[("a", TestResult::passed()), ("b", secret())]);
        let record = graded(&exercise(Credit::Partial), &half);
        assert_eq!(record.score.to_string(), "2.5");
        assert_eq!(record.tests[1].visibility, Visibility::Hidden);
        let record = graded(&exercise(Credit::All), &half);
        assert_eq!(record.score, Points::default());
        let all = outcome(&[("a", TestResult::passed()), ("b", TestResult::passed())]);
        let record = graded(&exercise(Credit::All), &all);
        assert_eq!(record.score, Points::whole(10));
    }

    #[test]
    fn what_was_refused_has_no_points_whatever_its_tests_say() {
        let mut refused = outcome(&[("a", TestResult::passed())]);
        refused.forbidden.push(no());
        let record = graded(&exercise(Credit::Partial), &refused);
        assert_eq!(
            (record.verdict, record.score),
            (Verdict::Forbidden, Points::default())
        );
    }

    #[test]
    fn own_tests_weigh_as_one_test() {
        let mut outcome = outcome(&[("a", TestResult::passed())]);
        outcome.own_tests = Some(own(true, 1));
        let record = graded(&exercise(Credit::Partial), &outcome);
        assert_eq!(record.score.to_string(), "5");
        assert_eq!(record.verdict, Verdict::Failed);
    }

    #[test]
    fn own_tests_that_are_not_handed_in_cost_what_they_weigh() {
        let exercise = asking_for_tests();
        let mut outcome = outcome(&[("a", TestResult::passed())]);
        outcome.diagnostics.push(no());
        let record = graded(&exercise, &outcome);
        assert_eq!(record.verdict, Verdict::CompileError);
        assert_eq!(record.tests[1].verdict, TestVerdict::NotRun);
        assert_eq!(record.score, exercise.grading().points.share(1, 2));
    }

    #[test]
    fn values_are_reported_only_where_the_exercise_allows_it() {
        let mut exercise = exercise(Credit::Partial);
        let outcome = outcome(&[("a", secret())]);
        assert_eq!(graded(&exercise, &outcome).tests[0].feedback, "");
        exercise.feedback = Some(Feedback::Full);
        let told = &graded(&exercise, &outcome).tests[0].feedback;
        assert_eq!(told, "input: secret(7)");
    }

    #[test]
    fn own_tests_pass_that_accept_the_reference_and_catch_enough() {
        let exercise = exercise(Credit::Partial);
        let entry = |own: OwnTests| {
            let mut outcome = outcome(&[("a", TestResult::passed())]);
            outcome.own_tests = Some(own);
            let mut record = graded(&exercise, &outcome);
            let entry = record.tests.remove(1);
            (record.verdict, entry.verdict, entry.feedback)
        };
        let feedback = |caught| format!("they catch {caught} of 3 wrong solutions; 2 are needed");
        let (passed, failed) = (TestVerdict::Passed, TestVerdict::Failed);
        assert_eq!(entry(own(true, 3)), (Verdict::Passed, passed, feedback(3)));
        assert_eq!(entry(own(true, 2)), (Verdict::Passed, passed, feedback(2)));
        assert_eq!(entry(own(true, 1)), (Verdict::Failed, failed, feedback(1)));
        let rejects = "they reject a correct solution".to_owned();
        assert_eq!(entry(own(false, 3)), (Verdict::Failed, failed, rejects));
    }

    #[test]
    fn own_tests_have_an_entry_only_where_they_are_asked_for() {
        let count = |exercise| graded(&exercise, &outcome(&[])).tests.len();
        assert_eq!(count(exercise(Credit::All)), 0);
        assert_eq!(count(asking_for_tests()), 1);
    }

    #[test]
    fn what_could_not_be_checked_has_every_test_and_no_points() {
        let exercise = asking_for_tests();
        let error = CheckError::File {
            path: "/there".into(),
            source: std::io::Error::other("no\u{1b}pe"),
        };
        let submission = submission(&exercise);
        let failure = failed_record(&submission, &exercise, &error);
        let panicked = failed_record(&submission, &exercise, &CheckError::Bug);
        let told = failure.error.as_deref().unwrap();
        assert!(told.starts_with("cannot use /there: no"), "{told}");
        assert!(!told.contains('\u{1b}'), "{told}");
        let told = panicked.error.as_deref().unwrap();
        assert_eq!(told, "a bug in Gradus ended this check");
        for record in [failure, panicked] {
            assert_eq!(record.submission, submission.name());
            assert_eq!(record.verdict, Verdict::InternalError);
            assert_eq!(
                (record.score, record.max_score),
                (Points::default(), exercise.grading().points)
            );
            let names = record.tests.iter().map(|test| &*test.name);
            let declared = exercise.task().facts().tests;
            let expected = declared.iter().map(|test| &*test.name);
            assert!(names.eq(expected.chain(["own-tests"])));
            let is_not_run = |test: &TestRecord| test.verdict == TestVerdict::NotRun;
            assert!(record.tests.iter().all(is_not_run));
        }
    }

    #[test]
    fn a_record_says_what_the_compiler_and_the_program_said() {
        let mut exercise = exercise(Credit::All);
        let mut outcome = outcome(&[("a", TestResult::not_run("the first took it"))]);
        outcome.printed = "hello".into();
        outcome.diagnostics = vec![no(), no()];
        let record = graded(&exercise, &outcome);
        assert_eq!(record.diagnostics, "no\nno\n");
        assert_eq!(record.tests[0].feedback, "the first took it");
        assert_eq!(record.output, "", "what was printed may be a value");
        exercise.feedback = Some(Feedback::Full);
        assert_eq!(graded(&exercise, &outcome).output, "hello");
    }

    #[test]
    fn what_is_too_long_for_a_record_is_cut() {
        let mut exercise = exercise(Credit::All);
        exercise.feedback = Some(Feedback::Full);
        let cut = |most: usize| format!("{}\n(cut: it was longer)", "x".repeat(most));
        let record = |length: usize| {
            let text = "x".repeat(length);
            let mut outcome = outcome(&[("a", TestResult::not_run(&*text))]);
            outcome.printed.clone_from(&text);
            outcome.diagnostics = vec![Diagnostic { text, ..no() }; 2];
            let mut record = graded(&exercise, &outcome);
            let feedback = record.tests.remove(0).feedback;
            (record.output, record.diagnostics, feedback)
        };
        let (output, diagnostics, feedback) = record(4096);
        assert_eq!((output.len(), feedback.len()), (4096, 4096));
        assert_eq!(diagnostics.len(), 2 * 4097);
        let (output, diagnostics, feedback) = record(16_384);
        assert_eq!((output.len(), feedback), (16_384, cut(4096)));
        assert_eq!(diagnostics, cut(16_384));
        assert_eq!(record(16_385).0, cut(16_384));
    }
}
