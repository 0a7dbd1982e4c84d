//! Honest work: correct answers in many styles, none of which is rejected, and wrong ones, none of which is
//! accepted.

use std::collections::BTreeMap;

use super::corpus::{self, Work};
use super::grader::Grader;
use super::scene::Scene;
use super::{hand_in, reports, some_of};

/// The least of either kind.
const LEAST: usize = 40;

/// Grades what is wanted of the work of the table `name`, and returns each with its verdict and
/// record.
fn graded(
    name: &str,
    scene: &mut Scene,
    is_wanted: impl Fn(&Work) -> bool,
) -> Vec<(Work, String, String)> {
    let mut works = corpus::works(name);
    assert!(works.len() >= LEAST, "{name}: {}", works.len());
    works.retain(is_wanted);
    let works = some_of(works);
    let submissions: BTreeMap<_, _> = works
        .into_iter()
        .map(|work| (hand_in::work(&scene.place, &work), work))
        .collect();
    let graded = scene.grade(&reports());
    let with_verdict = submissions.into_iter().map(|(name, work)| {
        let record = &graded.records[&name];
        let verdict = record["verdict"].as_str().expect("a verdict").to_owned();
        (work, verdict, record.to_string())
    });
    with_verdict.collect()
}

/// Expects that the right answers that are wanted pass.
pub(super) fn accept_all(scene: &mut Scene, is_wanted: impl Fn(&Work) -> bool) {
    let right = graded("right", scene, is_wanted);
    let refused = right.iter().filter(|(_, verdict, _)| verdict != "passed");
    let refused: Vec<_> = refused
        .map(|(work, _, record)| format!("{}: {record}", work.style))
        .collect();
    let aftermath = scene.aftermath();
    println!(
        "{}: {} right answers: refused {}, {aftermath}",
        scene.grader,
        right.len(),
        refused.len()
    );
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(aftermath.is_clean(), "{aftermath:#?}");
}

/// Expects that of the wrong answers that are wanted none passes, and none is taken for an attack.
pub(super) fn refuse_all(scene: &mut Scene, is_wanted: impl Fn(&Work) -> bool) {
    let wrong = graded("wrong", scene, is_wanted);
    let accepted = wrong.iter().filter(|(_, verdict, _)| verdict == "passed");
    let accepted = accepted.count();
    let misjudged = |verdict: &str| matches!(verdict, "passed" | "forbidden" | "internal-error");
    let misjudged = wrong.iter().filter(|(_, verdict, _)| misjudged(verdict));
    let misjudged: Vec<_> = misjudged
        .map(|(work, _, record)| format!("{}: {record}", work.style))
        .collect();
    let aftermath = scene.aftermath();
    println!(
        "{}: {} wrong answers: accepted {accepted}, taken for something else {}, {aftermath}",
        scene.grader,
        wrong.len(),
        misjudged.len() - accepted
    );
    assert!(misjudged.is_empty(), "{}", misjudged.join("\n"));
    assert!(aftermath.is_clean(), "{aftermath:#?}");
}

#[test]
fn no_right_answer_is_refused_whatever_its_style() {
    accept_all(&mut Scene::new(Grader::Myself), |_| true);
}

#[test]
fn no_wrong_answer_is_accepted_and_none_is_taken_for_an_attack() {
    refuse_all(&mut Scene::new(Grader::Myself), |_| true);
}
