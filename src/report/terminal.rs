//! The outcome of a check as lines for the terminal.

use super::values::{pieces, value_lines, values_lines};
use crate::check::{
    Diagnostic, Feedback, Outcome, OwnTests, Rejection, RejectionReason, Scope, Standing,
    TestOutcome, TestVerdict, Verdict,
};
use crate::course::Exercise;
use crate::term::Caps;
use crate::text::{Line, Role, Style};

/// The most lines of the learner's own output that are shown.
const MOST_PRINTED: usize = 20;
/// The most of them under one test.
const MOST_PRINTED_BY_ONE: usize = 10;

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
/// by title, the learner's own tests, what their code printed. Own tests that alone keep from a pass come
/// before the others.
pub(crate) fn outcome_lines(
    exercise: &Exercise,
    outcome: &Outcome,
    options: &Options,
) -> Vec<Line> {
    let mut lines = vec![verdict_line(exercise, outcome)];
    lines.extend(diagnostic_lines(&outcome.forbidden));
    lines.extend(diagnostic_lines(&outcome.diagnostics));
    let own = outcome.own_tests.as_ref();
    let own = own.map_or_else(Vec::new, |own| own_lines(own, outcome.tests.len(), options));
    let tests = tests_lines(outcome, options);
    if outcome.lacks_own_tests_only() {
        lines.extend(own.into_iter().chain(tests));
    } else {
        lines.extend(tests.into_iter().chain(own));
    }
    let is_told_by_test = |test: &TestOutcome| outcome.printed_by.contains_key(&test.test.name);
    if !outcome.tests.iter().any(is_told_by_test) {
        let work = match exercise.kind.about().work {
            "" => "code",
            work => work,
        };
        lines.extend(printed_lines(&outcome.printed, work));
    }
    if outcome.scope == Scope::Public {
        lines.push(Line::new());
        lines.extend(PUBLIC_ONLY.map(|text| Line::new().with(Role::Warn, text)));
    }
    lines
}

/// Returns the verdict, the exercise, and how many tests passed.
pub(crate) fn verdict_line(exercise: &Exercise, outcome: &Outcome) -> Line {
    let verdict = outcome.verdict();
    let words = match (verdict, outcome.scope) {
        (Verdict::Passed, Scope::Public) => "public examples hold",
        (Verdict::CompileError, _) => match exercise.kind.about().unaccepted {
            _ if outcome.lacks_own_tests_only() => "incomplete",
            "" => verdict.words(),
            words => words,
        },
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
fn tests_lines(outcome: &Outcome, options: &Options) -> Vec<Line> {
    let tests = &outcome.tests;
    if tests.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new()];
    match why_none_ran(tests) {
        Some(reason) => {
            lines.push(Line::plain(format!("No test ran: {reason}")));
            lines.extend(tests.iter().flat_map(|test| test_title(test, options)));
        }
        None => lines.extend(tests.iter().flat_map(|test| {
            let printed = outcome.printed_by.get(&test.test.name);
            let mut lines = test_lines(test, options);
            lines.extend(printed.map_or_else(Vec::new, |text| printed_by_lines(text, options)));
            lines
        })),
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

/// Says what the learner's own tests are worth, where `tests` hidden ones passed.
fn own_lines(own: &OwnTests, tests: usize, options: &Options) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    if own.accept_reference {
        lines.extend(worth_lines(own));
        return lines;
    }
    let unknown = Rejection {
        reason: RejectionReason::Failed,
        file: "your tests".to_owned(),
        function: None,
        line: None,
    };
    let rejection = own.rejection.as_deref().unwrap_or(&unknown);
    let (headline, why) = (rejection_headline(rejection), rejection_cause(rejection));
    lines.push(Line::new().with(Style::bold(Role::Bad), headline));
    let right = format!("Your function is right: all {tests} hidden tests pass.");
    let width = options.width.saturating_sub(2).max(20);
    let rows = [why, right].map(|text| pieces(&text, width));
    lines.extend(
        rows.concat()
            .iter()
            .map(|row| Line::plain("  ").with(Role::Text, row)),
    );
    lines
}

/// Returns what is wrong with own tests that reject a correct solution.
fn rejection_headline(rejection: &Rejection) -> String {
    let file = &rejection.file;
    match rejection.reason {
        RejectionReason::Empty => format!("{file} is empty."),
        RejectionReason::NoTest => format!("{file} has no test."),
        RejectionReason::TooSlow => "Your tests do not finish.".to_owned(),
        RejectionReason::NoPanic | RejectionReason::Failed => {
            "Your tests reject a correct solution.".to_owned()
        }
        RejectionReason::Ended => "Your tests exit before they are done.".to_owned(),
        RejectionReason::Unsteady => {
            "Your tests accept a correct solution once, and then reject it.".to_owned()
        }
    }
}

/// Returns which test is at fault, and what to do about it.
fn rejection_cause(rejection: &Rejection) -> String {
    let Rejection {
        file,
        function,
        line,
        ..
    } = rejection;
    let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
    let one = match function {
        Some(function) => format!("`{function}` ({place})"),
        None => format!("A test in {file}"),
    };
    match rejection.reason {
        RejectionReason::Empty => {
            "A pass takes tests of your own: functions with `#[test]` that a \
             right solution passes and a wrong one does not."
                .to_owned()
        }
        RejectionReason::NoTest if function.is_some() => {
            format!("{one} is never run: write `#[test]` on the line above its `fn`.")
        }
        RejectionReason::NoTest => {
            "Write functions with `#[test]` on the line above `fn`.".to_owned()
        }
        RejectionReason::TooSlow => format!(
            "{one} is still running when the time is up, with a correct solution: look for a loop \
             that never ends."
        ),
        RejectionReason::NoPanic => {
            format!("{one} has `#[should_panic]`, and a correct solution does not panic there.")
        }
        RejectionReason::Failed => format!("{one} expects something that the task does not say."),
        RejectionReason::Ended => {
            format!(
                "{one} ends the whole process, as `std::process::exit` or a stack overflow does."
            )
        }
        RejectionReason::Unsteady => {
            "They depend on something other than what the function returns.".to_owned()
        }
    }
}

fn worth_lines(own: &OwnTests) -> Vec<Line> {
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

/// Returns what the learner's code printed in one test.
fn printed_by_lines(printed: &str, options: &Options) -> Vec<Line> {
    let all: Vec<&str> = printed.trim_end().lines().collect();
    let mut shown = all[..all.len().min(MOST_PRINTED_BY_ONE)].join("\n");
    if all.len() > MOST_PRINTED_BY_ONE {
        let left = all.len() - MOST_PRINTED_BY_ONE;
        shown = format!("{shown}\n… and {left} more lines");
    }
    value_lines("printed", &shown, Role::Code, options)
}

fn printed_lines(printed: &str, work: &str) -> Vec<Line> {
    if printed.trim().is_empty() {
        return Vec::new();
    }
    let all: Vec<&str> = printed.trim_end().lines().collect();
    let mut lines = vec![
        Line::new(),
        Line::new().with(Style::bold(Role::Text), format!("Your {work} printed:")),
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
                rejection: None,
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

    fn with_own(rejection: Option<Rejection>) -> Outcome {
        let mut outcome = sample::failed();
        for test in &mut outcome.tests {
            test.result = TestResult::passed();
        }
        let own = outcome.own_tests.as_mut().unwrap();
        own.accept_reference = rejection.is_none();
        own.rejection = rejection.map(Box::new);
        outcome
    }

    #[test]
    fn own_tests_that_alone_keep_from_a_pass_come_first() {
        let text = text(&with_own(None), &OPTIONS);
        let start = "Failed: Both (3 of 3 tests passed)\n\nYour tests catch 19 of 27";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn each_fault_of_own_tests_has_a_message_of_its_own() {
        use RejectionReason::{Empty, Ended, Failed, NoPanic, NoTest, TooSlow, Unsteady};
        let said = [
            (Empty, "mine.rs is empty."),
            (NoTest, "`t` (mine.rs:7) is never run: write `#[test]`"),
            (TooSlow, "`t` (mine.rs:7) is still running when the time"),
            (
                NoPanic,
                "`t` (mine.rs:7) has `#[should_panic]`, and a correct",
            ),
            (Failed, "`t` (mine.rs:7) expects something that the task"),
            (Ended, "`t` (mine.rs:7) ends the whole process"),
            (Unsteady, "once, and then reject it"),
        ];
        for (reason, words) in said {
            let rejection = Rejection {
                reason,
                file: "mine.rs".into(),
                function: Some("t".into()),
                line: Some(7),
            };
            let text = text(&with_own(Some(rejection)), &OPTIONS);
            let first: Vec<&str> = text.lines().take(6).collect();
            let first = first.join("\n");
            assert!(first.contains(words), "{text}");
            assert!(first.contains("all 3 hidden tests pass"), "{text}");
        }
    }

    #[test]
    fn only_own_tests_that_are_missing_make_it_incomplete() {
        let mut outcome = with_own(None);
        outcome.own_tests = None;
        outcome.diagnostics = vec![Diagnostic {
            error: true,
            message: "tests/mine.rs does not exist".into(),
            file: Some("tests/mine.rs".into()),
            line: None,
            text: String::new(),
        }];
        assert!(text(&outcome, &OPTIONS).starts_with("Incomplete: Both (3 of 3"));
        outcome.diagnostics[0].line = Some(1);
        assert!(text(&outcome, &OPTIONS).starts_with("Compile error: Both (3 of 3"));
    }

    #[test]
    fn what_a_failing_test_printed_stands_under_it() {
        let mut outcome = sample::failed();
        let name = outcome.tests[1].test.name.clone();
        let printed: Vec<_> = (0..13).map(|line| format!("line {line}")).collect();
        outcome.printed_by.insert(name, printed.join("\n"));
        let text = text(&outcome, &OPTIONS);
        let under = "zero\n      printed   line 0\n                line 1\n";
        assert!(text.contains(under), "{text}");
        assert!(
            text.contains("line 9\n                … and 3 more lines\n"),
            "{text}"
        );
        assert!(!text.contains("Your code printed"), "{text}");
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
