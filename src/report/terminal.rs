//! The outcome of a check as lines for the terminal.

use super::values::{pieces, value_lines, values_lines};
use crate::check::{
    Diagnostic, Feedback, Outcome, OwnTests, Scope, Standing, TestOutcome, TestVerdict, Verdict,
};
use crate::course::Exercise;
use crate::term::Caps;
use crate::text::{Line, Role, Style};

/// The most lines of the learner's own output that are shown.
const MOST_PRINTED: usize = 20;

/// The notice of a check without hidden tests.
const PUBLIC_ONLY: [&str; 2] = [
    "These are the public examples only, never a pass: the hidden tests are with",
    "your instructor, and run when your work is graded.",
];

/// How an outcome is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// How much a failing test reveals.
    pub feedback: Feedback,
    /// The width of a line in cells; longer values are wrapped.
    pub width: usize,
    /// Whether words replace marks, for a screen reader.
    pub accessible: bool,
}

impl Options {
    /// Returns the options for a terminal that can do what `caps` says.
    pub(crate) fn new(feedback: Feedback, caps: &Caps) -> Self {
        Self {
            feedback,
            width: caps.width,
            accessible: caps.accessible,
        }
    }
}

/// Returns what came out of a check of `exercise`: the verdict, what the compiler said, every test
/// by title, the learner's own tests, what their code printed.
pub(crate) fn outcome_lines(
    exercise: &Exercise,
    outcome: &Outcome,
    options: &Options,
) -> Vec<Line> {
    let mut lines = vec![verdict_line(exercise, outcome)];
    lines.extend(diagnostic_lines(&outcome.forbidden));
    lines.extend(diagnostic_lines(&outcome.diagnostics));
    lines.extend(tests_lines(&outcome.tests, options));
    if let Some(own) = &outcome.own_tests {
        lines.push(Line::new());
        lines.extend(own_lines(own));
    }
    lines.extend(printed_lines(&outcome.printed));
    if outcome.scope == Scope::Public {
        lines.push(Line::new());
        lines.extend(PUBLIC_ONLY.map(|text| Line::new().with(Role::Warn, text)));
    }
    lines
}

fn verdict_line(exercise: &Exercise, outcome: &Outcome) -> Line {
    let verdict = outcome.verdict();
    let words = match (verdict, outcome.scope) {
        (Verdict::Passed, Scope::Public) => "public examples hold",
        _ => verdict.words(),
    };
    let line = Line::new()
        .with(Style::bold(verdict_role(verdict)), capital(words))
        .with(Role::Text, format!(": {}", exercise.title));
    if outcome.tests.is_empty() {
        return line;
    }
    let (passed, of) = (outcome.passed(), outcome.tests.len());
    line.with(Role::Dim, format!(" ({passed} of {of} tests passed)"))
}

fn verdict_role(verdict: Verdict) -> Role {
    match verdict.standing() {
        Standing::Passed => Role::Good,
        Standing::Unjudged => Role::Warn,
        Standing::NotPassed => Role::Bad,
    }
}

/// Lists errors before warnings.
fn diagnostic_lines(diagnostics: &[Diagnostic]) -> Vec<Line> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.error);
    let warnings = diagnostics.iter().filter(|diagnostic| !diagnostic.error);
    let mut lines = Vec::new();
    for diagnostic in errors.chain(warnings) {
        lines.push(Line::new());
        lines.extend(diagnostic_text(diagnostic));
    }
    lines
}

fn diagnostic_text(diagnostic: &Diagnostic) -> Vec<Line> {
    let role = if diagnostic.error {
        Role::Bad
    } else {
        Role::Warn
    };
    if diagnostic.text.trim().is_empty() {
        return vec![short_diagnostic(diagnostic, role)];
    }
    let text = diagnostic.text.trim_end().lines().enumerate();
    text.map(|(index, line)| match index {
        0 => Line::new().with(Style::bold(role), line),
        _ => Line::new().with(Role::Code, line),
    })
    .collect()
}

fn short_diagnostic(diagnostic: &Diagnostic, role: Role) -> Line {
    let mut line = Line::new();
    if let Some(file) = &diagnostic.file {
        let place = diagnostic
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        line.push(Role::Text, format!("{file}{place}: "));
    }
    line.with(role, &diagnostic.message)
}

/// Lists every test by title; a common reason why none ran is given only once.
fn tests_lines(tests: &[TestOutcome], options: &Options) -> Vec<Line> {
    if tests.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new()];
    match why_none_ran(tests) {
        Some(reason) => {
            lines.push(Line::plain(format!("No test ran: {reason}")));
            lines.extend(tests.iter().flat_map(|test| test_title(test, options)));
        }
        None => lines.extend(tests.iter().flat_map(|test| test_lines(test, options))),
    }
    lines
}

/// Returns the common reason why none of `tests` ran, if there is one.
fn why_none_ran(tests: &[TestOutcome]) -> Option<&str> {
    let first = &tests.first()?.result;
    let is_same = tests.iter().all(|test| test.result == *first);
    first.why_not_run().filter(|_| is_same)
}

fn test_lines(outcome: &TestOutcome, options: &Options) -> Vec<Line> {
    let TestOutcome { result, .. } = outcome;
    let mut lines = test_title(outcome, options);
    match (result.why_not_run(), options.feedback) {
        (Some(reason), _) => lines.extend(value_lines("", reason, Role::Dim, options)),
        (None, Feedback::Full) => lines.extend(values_lines(&result.values, options)),
        (None, Feedback::Title) => {}
    }
    lines
}

/// Returns the mark, the wrapped title, and the verdict unless the mark says it.
fn test_title(outcome: &TestOutcome, options: &Options) -> Vec<Line> {
    let TestOutcome { test, result } = outcome;
    let verdict = result.verdict;
    let word = verdict.words();
    let (role, mark) = match verdict {
        TestVerdict::Passed => (Role::Good, "✓"),
        TestVerdict::NotRun => (Role::Dim, "-"),
        TestVerdict::Failed
        | TestVerdict::Crashed
        | TestVerdict::OutputLimit
        | TestVerdict::MemoryLimit
        | TestVerdict::TimeLimit => (Role::Bad, "✗"),
    };
    if options.accessible {
        let line = Line::new().with(role, format!("{word}: "));
        return vec![line.with(Role::Text, &test.title)];
    }
    let rows = pieces(&test.title, options.width.saturating_sub(4).max(20));
    let mut lines: Vec<_> = rows
        .iter()
        .map(|row| Line::plain("    ").with(Role::Text, row))
        .collect();
    if let Some(first) = lines.first_mut() {
        let marked = Line::plain("  ").with(role, mark).with(Role::Text, " ");
        first.spans.splice(..1, marked.spans);
    }
    let says_more = !matches!(verdict.as_verdict(), Verdict::Passed | Verdict::Failed);
    if let Some(last) = lines.last_mut().filter(|_| says_more) {
        last.push(role, format!(" ({word})"));
    }
    lines
}

fn own_lines(own: &OwnTests) -> Vec<Line> {
    if !own.accept_reference {
        return vec![
            Line::new().with(
                Style::bold(Role::Bad),
                "Your tests reject a right solution.",
            ),
            Line::plain("  One of them expects something that the task does not say."),
        ];
    }
    let OwnTests {
        caught, of, needed, ..
    } = own;
    let enough = caught >= needed;
    let role = if enough { Role::Good } else { Role::Bad };
    let mut line = Line::new().with(
        Style::bold(role),
        format!("Your tests catch {caught} of {of}"),
    );
    line.push(Role::Text, " wrong solutions");
    if !enough {
        line.push(Role::Text, format!("; a pass needs {needed}"));
    }
    line.push(Role::Text, ".");
    let mut lines = vec![line];
    if !own.missed.is_empty() {
        lines.push(Line::plain("  Still missed:"));
    }
    let missed = own.missed.iter();
    lines.extend(missed.map(|fault| Line::new().with(Role::Dim, "  - ").with(Role::Text, fault)));
    lines
}

fn printed_lines(printed: &str) -> Vec<Line> {
    if printed.trim().is_empty() {
        return Vec::new();
    }
    let all: Vec<&str> = printed.trim_end().lines().collect();
    let mut lines = vec![
        Line::new(),
        Line::new().with(Style::bold(Role::Text), "Your code printed:"),
    ];
    let shown = all.iter().take(MOST_PRINTED);
    lines.extend(shown.map(|line| Line::plain("  ").with(Role::Code, line)));
    if all.len() > MOST_PRINTED {
        let left = all.len() - MOST_PRINTED;
        lines.push(Line::new().with(Role::Dim, format!("  … and {left} more lines")));
    }
    lines
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|char| char.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
pub(crate) mod sample {
    //! An outcome with one of everything.

    use super::*;
    use crate::check::{TestResult, TestTitle, Values};

    fn test(title: &str, result: TestResult) -> TestOutcome {
        let name = title.to_lowercase().replace(' ', "_");
        TestOutcome {
            test: TestTitle {
                name,
                title: title.to_owned(),
            },
            result,
        }
    }

    /// Returns an outcome with a test that passed, one that crashed and one that did not run.
    pub(crate) fn failed() -> Outcome {
        let values = Values {
            input: Some("safe_divide(7, 0)".into()),
            expected: Some("None".into()),
            got: None,
            note: Some("panicked: attempt to divide by zero".into()),
        };
        Outcome {
            tests: vec![
                test("Exact quotient", TestResult::passed()),
                test(
                    "A zero divisor gives None",
                    TestVerdict::Crashed.with(values),
                ),
                test("Beyond 53 bits", TestResult::not_run("the time was up")),
            ],
            own_tests: Some(OwnTests {
                accept_reference: true,
                caught: 19,
                needed: 27,
                of: 27,
                missed: vec!["a zero divisor panics".into()],
            }),
            printed: "hello\n".into(),
            ..Outcome::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::TestResult;
    use crate::course::fixture;

    const OPTIONS: Options = Options {
        feedback: Feedback::Full,
        width: 80,
        accessible: false,
    };

    fn text(outcome: &Outcome, options: &Options) -> String {
        let course = fixture::course();
        let lines = outcome_lines(&course.exercises[0], outcome, options);
        lines.iter().map(|line| line.text() + "\n").collect()
    }

    #[test]
    fn every_test_is_shown_by_title_with_its_values() {
        let expected = "\
Crashed: Both (1 of 3 tests passed)

  ✓ Exact quotient
  ✗ A zero divisor gives None (crashed)
      input     safe_divide(7, 0)
      expected  None
      note      panicked: attempt to divide by zero
  - Beyond 53 bits
      the time was up

Your tests catch 19 of 27 wrong solutions; a pass needs 27.
  Still missed:
  - a zero divisor panics

Your code printed:
  hello
";
        assert_eq!(text(&sample::failed(), &OPTIONS), expected);
    }

    #[test]
    fn title_feedback_shows_no_values_and_words_stand_for_marks() {
        let options = Options {
            feedback: Feedback::Title,
            accessible: true,
            ..OPTIONS
        };
        let text = text(&sample::failed(), &options);
        assert!(
            text.contains("crashed: A zero divisor gives None\nnot run: Beyond"),
            "{text}"
        );
        assert!(!text.contains("safe_divide"), "{text}");
    }

    #[test]
    fn compile_errors_come_first_and_whole() {
        let diagnostic = |error, text: &str| Diagnostic {
            error,
            message: "m".into(),
            file: Some("src/lib.rs".into()),
            line: Some(3),
            text: text.into(),
        };
        let mut outcome = sample::failed();
        outcome.diagnostics = vec![
            diagnostic(false, "warning: unused\n  |"),
            diagnostic(true, "error[E0308]: mismatched types\n --> src/lib.rs:3\n"),
            diagnostic(true, ""),
        ];
        let text = text(&outcome, &OPTIONS);
        let start = "Compile error: Both (1 of 3 tests passed)\n\n\
                     error[E0308]: mismatched types\n --> src/lib.rs:3\n\n\
                     src/lib.rs:3: m\n\nwarning: unused\n";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn a_reason_why_nothing_ran_is_reported_once() {
        let mut outcome = sample::failed();
        for test in &mut outcome.tests {
            test.result = TestResult::not_run("it does not compile");
        }
        let text = text(&outcome, &OPTIONS);
        assert_eq!(text.matches("it does not compile").count(), 1, "{text}");
        assert!(
            text.contains("  - Exact quotient\n  - A zero divisor"),
            "{text}"
        );
    }
}
