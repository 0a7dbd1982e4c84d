//! The header of results: what all records of a grading have in common.

use std::collections::BTreeSet;

use super::{GradeError, Partition};
use crate::check::Context;
use crate::course::{Course, Exercise};
use crate::kind::Tier;
use crate::report::record::HEADER_SCHEMA;
use crate::report::{ExerciseEntry, Header, Submissions};
use crate::source::Tree;
use crate::sys::fingerprint::{Fingerprint, sha256};

/// Builds the header of a grading of `exercises`; `all` are the names of all submissions, those of other
/// partitions included.
pub(crate) fn header(
    course: &Course,
    exercises: &[&Exercise],
    all: impl Iterator<Item = String>,
    partition: Option<Partition>,
    context: &Context,
) -> Result<Header, GradeError> {
    let mut tools = BTreeSet::new();
    for exercise in exercises {
        tools.extend(exercise.kind.tool(context)?);
    }
    Ok(Header {
        schema: HEADER_SCHEMA.to_owned(),
        gradus: env!("CARGO_PKG_VERSION").to_owned(),
        course: course.id.clone(),
        title: course.title.clone(),
        exercises: exercises
            .iter()
            .map(|exercise| entry(&course.tree, exercise))
            .collect(),
        tools: tools.into_iter().collect(),
        sandbox: context.sandbox.guard().name().to_owned(),
        partition: partition.map(|partition| partition.to_string()),
        submissions: submissions(all),
    })
}

fn entry(tree: &Tree, exercise: &Exercise) -> ExerciseEntry {
    let tier = exercise.task().facts().tier;
    ExerciseEntry {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        kind: exercise.kind.id().to_owned(),
        tier: tier.map(|tier| tier.id().to_owned()),
        max_score: exercise.grading().points,
        fingerprint: fingerprint(tree, exercise),
    }
}

/// Returns the SHA-256 of the files of `exercise` in the course `tree`.
pub(crate) fn fingerprint(tree: &Tree, exercise: &Exercise) -> String {
    let mut fingerprint = Fingerprint::new();
    for (path, text) in tree.below(&format!("exercises/{}/", exercise.id)) {
        fingerprint.add(path);
        fingerprint.add(text);
    }
    fingerprint.finish_whole()
}

/// Counts and fingerprints the sorted `names` of all submissions.
pub fn submissions(names: impl Iterator<Item = String>) -> Submissions {
    let mut count = 0;
    let mut lines = String::new();
    for name in names {
        count += 1;
        lines.extend([&*name, "\n"]);
    }
    Submissions {
        count,
        fingerprint: data_encoding::HEXLOWER.encode(&sha256(lines)),
    }
}

/// Returns why records under `old` are not of a grading under `new`. Which submissions there are is
/// no such reason: some may have been handed in since.
pub(crate) fn difference(old: &Header, new: &Header) -> Option<String> {
    let pairs = [
        ("format", &old.schema, &new.schema),
        ("version of Gradus", &old.gradus, &new.gradus),
        ("course", &old.course, &new.course),
        ("sandbox", &old.sandbox, &new.sandbox),
    ];
    let mut differing = pairs.into_iter().filter(|(_, old, new)| old != new);
    if let Some((what, old, new)) = differing.next() {
        return Some(format!("the {what} was `{old}` and is `{new}`"));
    }
    if old.partition != new.partition {
        let name = |partition: &Option<String>| partition.clone().unwrap_or("all".to_owned());
        let (old, new) = (name(&old.partition), name(&new.partition));
        return Some(format!("the partition was {old} and is {new}"));
    }
    if old.tools != new.tools {
        let (old, new) = (old.tools.join(", "), new.tools.join(", "));
        return Some(format!("the tools were {old} and are {new}"));
    }
    for exercise in &new.exercises {
        match old.exercises.iter().find(|known| known.id == exercise.id) {
            Some(known) if known == exercise => {}
            Some(_) => return Some(format!("the exercise {} has changed", exercise.id)),
            None => return Some(format!("the exercise {} was not graded", exercise.id)),
        }
    }
    (old.exercises != new.exercises).then(|| "other exercises were graded".to_owned())
}

impl Tier {
    /// Returns the name in manifests and results.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Linked => "linked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn fingerprint_of_an_exercise_stays() {
        let course = crate::course::fixture::course();
        let exercise = course.exercise(&"both".parse().unwrap()).unwrap();
        assert_eq!(
            fingerprint(&course.tree, exercise),
            "d534901038455cac573017b4b3a5dff8f31dd6b33243d51fd5d9cec65d9086f1"
        );
    }

    #[test]
    fn fingerprint_of_the_submissions_stays() {
        let names = ["ada/both", "brian/both"].map(str::to_owned);
        let submissions = submissions(names.into_iter());
        assert_eq!(submissions.count, 2);
        assert_eq!(
            submissions.fingerprint,
            "2568773eb068a17e4af42450df10fc581ed14a2fd6932a693d22ed74e23370e0"
        );
    }

    #[test]
    fn submissions_are_known_by_number_and_names() {
        let of = |names: &[&str]| submissions(names.iter().map(|name| (*name).to_owned()));
        let both = of(&["ada/one", "bob/one"]);
        assert_eq!((both.count, of(&[]).count), (2, 0));
        // printf 'ada/one\nbob/one\n' | sha256sum
        assert!(
            both.fingerprint.starts_with("060ec8fc61a360c0"),
            "{}",
            both.fingerprint
        );
        assert_ne!(both, of(&["bob/one", "ada/one"]));
        assert_ne!(both, of(&["ada/onebob/one", ""]));
    }

    #[test]
    fn an_exercise_is_known_by_its_files() {
        let course = crate::course::fixture::course();
        let [both, quick] = ["both", "quick"].map(|id| {
            let mut exercises = course.exercises.iter();
            exercises
                .find(|exercise| exercise.id.as_str() == id)
                .unwrap()
        });
        let of = |exercise| fingerprint(&course.tree, exercise);
        assert_eq!(of(both).len(), 64);
        assert_eq!(of(both), of(both));
        assert_ne!(of(both), of(quick));
    }

    type Change = fn(&mut Header);

    #[test]
    fn gradings_differ_by_whatever_decides_a_verdict() {
        let old = fixture::header(&["ada"]);
        let difference_after = |change: Change| {
            let mut new = old.clone();
            change(&mut new);
            difference(&old, &new)
        };
        let expected: [(Change, &str); 8] = [
            (
                |new| new.schema.push('2'),
                "the format was `gradus-results/1` and",
            ),
            (
                |new| new.gradus.push('2'),
                "the version of Gradus was `1.0.0` and is `1.0.02`",
            ),
            (
                |new| new.course.push('2'),
                "the course was `small` and is `small2`",
            ),
            (
                |new| new.sandbox.clear(),
                "the sandbox was `landlock` and is ``",
            ),
            (
                |new| new.partition = Some("slice:1/2".to_owned()),
                "the partition was all and is slice:1/2",
            ),
            (
                |new| new.tools.clear(),
                "the tools were rustc 1.95.0 and are ",
            ),
            (
                |new| new.exercises[1].title.push('2'),
                "the exercise two has changed",
            ),
            (
                |new| new.exercises[0].id = "three".parse().unwrap(),
                "the exercise three was not graded",
            ),
        ];
        for (change, words) in expected {
            let found = difference_after(change).unwrap();
            assert!(found.starts_with(words), "{found}");
        }
        let fewer = difference_after(|new| new.exercises.truncate(1));
        assert_eq!(fewer.as_deref(), Some("other exercises were graded"));
    }

    #[test]
    fn gradings_do_not_differ_by_their_submissions() {
        let (old, new) = (fixture::header(&["ada"]), fixture::header(&["ada", "bob"]));
        assert_ne!(old, new);
        assert_eq!(difference(&old, &new), None);
    }

    #[test]
    fn a_tier_has_the_name_that_manifests_have() {
        assert_eq!(
            [Tier::Called, Tier::Linked].map(Tier::id),
            ["called", "linked"]
        );
    }
}
