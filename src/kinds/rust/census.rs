//! Which hidden tests a judge has: what libtest lists, held against what the source shows.

use super::kit::{Kit, Subject};
use super::{learner, titles, trial};
use crate::check::outcome::TestTitle;
use crate::check::{CheckError, Context};
use crate::kind::Tier;

/// The hidden tests' file.
pub(crate) const FILE: &str = "hidden/tests.rs";

/// Returns the hidden tests that count: those that the source shows, in file order, and then those that
/// only the compiler sees, such as what a macro makes; the name of one of these is its title.
///
/// # Errors
/// Fails when a test that the source shows is not built, when one cannot be called, and when the judge
/// cannot be started.
pub(crate) fn take(
    subject: &Subject,
    kit: &Kit,
    context: &Context,
) -> Result<Vec<TestTitle>, CheckError> {
    let listed = list(kit, context)?;
    for declared in &subject.tests {
        let name = &declared.test.name;
        if !listed.contains(name) {
            let what = format!(
                "test `{name}` is declared and never runs: a `cfg`, or the place it stands in, leaves it out"
            );
            return Err(broken(what, declared.line));
        }
    }
    let mut tests: Vec<_> = subject.tests.iter().map(|of| of.test.clone()).collect();
    for name in listed {
        if tests.iter().any(|test| test.name == name) {
            continue;
        }
        if subject.tier == Tier::Linked {
            let what = format!(
                "test `{name}` is made by a macro, and `judge = \"linked\"` calls only what the source \
                 shows: write it out, or judge with `called`"
            );
            return Err(broken(what, titles::line_of_maker(&subject.hidden, &name)));
        }
        let title = name.replace('_', " ");
        tests.push(TestTitle { name, title });
    }
    Ok(tests)
}

fn broken(what: String, line: usize) -> CheckError {
    CheckError::Exercise {
        what,
        place: Some((FILE.to_owned(), line)),
    }
}

/// Returns the names of the tests that the judge has.
fn list(kit: &Kit, context: &Context) -> Result<Vec<String>, CheckError> {
    let job = learner::job(&kit.judge(), trial::LIMITS, &kit.toolchain, context)?;
    let exit = context
        .sandbox
        .run(job.argument("--list"), &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    let text = String::from_utf8_lossy(&exit.stdout);
    if !exit.end.is_success() {
        let said = crate::text::visible(String::from_utf8_lossy(&exit.stderr).trim());
        let what = format!("the hidden tests cannot be listed: {:?} {said}", exit.end);
        return Err(CheckError::exercise(what.trim_end()));
    }
    let tests = text.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(tests.map(str::to_owned).collect())
}
