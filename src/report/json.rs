//! The JSON record of one check, which `--json` prints.

use serde::Serialize;

use crate::check::{
    Diagnostic, Feedback, Outcome, OwnTests, Phase, Scope, TestOutcome, TestVerdict, Verdict,
};
use crate::course::Exercise;
use crate::source::ExerciseId;

/// The version of the record's schema.
const VERSION: u32 = 1;

/// One check: the exercise, the verdict, and what it rests on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckRecord<'a> {
    /// The version of this schema; fields may be added without a new one.
    pub version: u32,
    pub exercise: ExerciseRecord<'a>,
    pub verdict: Verdict,
    /// How many tests passed.
    pub passed: usize,
    /// How many tests there are.
    pub of: usize,
    /// Which tests ran: public ones alone are never a pass.
    pub scope: Scope,
    /// The steps and how long they took.
    pub phases: Vec<PhaseRecord>,
    /// Uses of what no solution may use.
    pub forbidden: &'a [Diagnostic],
    /// The compiler's messages.
    pub diagnostics: &'a [Diagnostic],
    /// Every declared test, in file order.
    pub tests: Vec<CheckTestRecord<'a>>,
    /// The judgement of the learner's own tests, where the exercise has one.
    pub own_tests: Option<&'a OwnTests>,
    /// The output of the learner's code.
    pub printed: &'a str,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ExerciseRecord<'a> {
    pub id: &'a ExerciseId,
    pub kind: &'static str,
    pub title: &'a str,
    /// A hash of everything that a verdict depends on: only checks with the same are comparable.
    pub fingerprint: &'a str,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct PhaseRecord {
    pub name: &'static str,
    /// Wall time in seconds.
    pub seconds: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckTestRecord<'a> {
    /// Its name in the code.
    pub name: &'a str,
    pub title: &'a str,
    pub result: TestVerdict,
    /// The call or request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<&'a str>,
    /// A log line or message that helps, or why it did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

impl<'a> CheckRecord<'a> {
    /// Builds the record of `outcome`; `feedback` decides how much a failing test reveals.
    pub(crate) fn new(exercise: &'a Exercise, outcome: &'a Outcome, feedback: Feedback) -> Self {
        let tests = outcome.tests.iter().map(|test| test_record(test, feedback));
        Self {
            version: VERSION,
            exercise: ExerciseRecord {
                id: &exercise.id,
                kind: exercise.kind.id(),
                title: &exercise.title,
                fingerprint: exercise.fingerprint(),
            },
            verdict: outcome.verdict(),
            scope: outcome.scope,
            passed: outcome.passed(),
            of: outcome.tests.len(),
            phases: outcome.phases.iter().map(phase_record).collect(),
            forbidden: &outcome.forbidden,
            diagnostics: &outcome.diagnostics,
            tests: tests.collect(),
            own_tests: outcome.own_tests.as_ref(),
            printed: &outcome.printed,
        }
    }
}

fn phase_record(phase: &Phase) -> PhaseRecord {
    PhaseRecord {
        name: phase.name,
        seconds: phase.duration.as_secs_f64(),
    }
}

fn test_record(outcome: &TestOutcome, feedback: Feedback) -> CheckTestRecord<'_> {
    let values = match feedback {
        Feedback::Full => outcome.result.failed_values(),
        Feedback::Title => None,
    };
    let note = values.and_then(|values| values.note.as_deref());
    CheckTestRecord {
        name: &outcome.test.name,
        title: &outcome.test.title,
        result: outcome.result.verdict,
        input: values.and_then(|values| values.input.as_deref()),
        expected: values.and_then(|values| values.expected.as_deref()),
        got: values.and_then(|values| values.got.as_deref()),
        note: outcome.result.why_not_run().or(note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;
    use crate::report::terminal::sample;

    #[test]
    fn title_feedback_leaves_out_the_values() {
        let course = fixture::course();
        let outcome = sample::failed();
        let text = |feedback| {
            let record = CheckRecord::new(&course.exercises[0], &outcome, feedback);
            serde_json::to_string(&record).unwrap()
        };
        assert!(text(Feedback::Full).contains(r#""expected":"None""#));
        let title = text(Feedback::Title);
        assert!(
            !title.contains("expected") && !title.contains("divide by zero"),
            "{title}"
        );
        assert!(title.contains(r#""verdict":"crashed""#), "{title}");
    }
}
