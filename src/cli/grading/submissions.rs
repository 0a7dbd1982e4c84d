//! The submissions that a grading was given.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::Path;

use crate::cli::app::App;
use crate::cli::failure::Failure;
use crate::grade::discover::{self, Discovered};
use crate::grade::{Roster, Submission};
use crate::source::ExerciseId;
use crate::text::counted;

/// The argument that means a list on standard input.
const LIST: &str = "-";
/// The most names or paths that one message lists.
const MOST_LISTED: usize = 10;

/// Finds the submissions that `place` names, a folder or a list; says which paths are none.
pub(super) fn find(
    app: &App,
    place: &Path,
    learner: Option<&str>,
    exercises: &[ExerciseId],
) -> Result<Vec<Submission>, Failure> {
    let found = locate(app, place, learner, exercises)?;
    for ignored in found.ignored.iter().take(MOST_LISTED) {
        let path = app.shown(&ignored.path);
        app.warn(&format!("{path} is not a submission: {}", ignored.why));
    }
    if found.ignored.len() > MOST_LISTED {
        let more = found.ignored.len() - MOST_LISTED;
        app.warn(&format!("{more} more are not submissions"));
    }
    Ok(found.submissions)
}

fn locate(
    app: &App,
    place: &Path,
    learner: Option<&str>,
    exercises: &[ExerciseId],
) -> Result<Discovered, Failure> {
    if place == Path::new(LIST) {
        let (input, here) = (BufReader::new(std::io::stdin()), app.environment.folder());
        return Ok(discover::read_list(input, here, exercises)?);
    }
    let folder = app.path(place);
    if let Some(learner) = learner {
        return Ok(discover::find_checkout(learner, &folder, exercises));
    }
    if discover::is_checkout(&folder, exercises) {
        let path = std::fs::canonicalize(&folder).ok();
        let name = path.as_deref().and_then(Path::file_name);
        let learner = name.and_then(|name| name.to_str()).unwrap_or("learner");
        return Ok(discover::find_checkout(learner, &folder, exercises));
    }
    Ok(discover::find_hand_ins(&folder, exercises)?)
}

/// Reports the learners of the class list without a submission.
pub(super) fn tell_absent(app: &App, roster: &Roster, submissions: &[Submission]) {
    let present: BTreeSet<&str> = submissions
        .iter()
        .map(|submission| submission.learner.as_str())
        .collect();
    let absent: Vec<&str> = roster
        .learners()
        .filter(|learner| !present.contains(learner))
        .collect();
    if absent.is_empty() {
        return;
    }
    let mut names = absent[..absent.len().min(MOST_LISTED)].join(", ");
    if absent.len() > MOST_LISTED {
        names.push_str(", …");
    }
    app.note(&format!(
        "{} of the class list handed nothing in: {names}",
        counted(absent.len(), "learner")
    ));
}
