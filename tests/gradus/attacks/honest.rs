//! Honest work: right answers in many styles, of which none is refused, and wrong ones, of which
//! none is accepted.

use std::collections::BTreeMap;

use super::corpus::{self, Work};
use super::hand_in;
use super::scene::{Grader, Scene};

/// The least of either kind.
const LEAST: usize = 40;

/// Grades the work of the table `name`, and returns each with its verdict and record.
fn graded(name: &str, scene: &mut Scene) -> Vec<(Work, String, String)> {
    let works = corpus::works(name);
    assert!(works.len() >= LEAST, "{name}: {}", works.len());
    let submissions: BTreeMap<_, _> = works
        .into_iter()
        .map(|work| (hand_in::work(&scene.place, &work), work))
        .collect();
    let graded = scene.grade(&[]);
    let with_verdict = submissions.into_iter().map(|(name, work)| {
        let record = &graded.records[&name];
        let verdict = record["verdict"].as_str().expect("a verdict").to_owned();
        (work, verdict, record.to_string())
    });
    with_verdict.collect()
}

#[test]
fn no_right_answer_is_refused_whatever_its_style() {
    let mut scene = Scene::new(Grader::Myself);
    let right = graded("right", &mut scene);
    let refused = right.iter().filter(|(_, verdict, _)| verdict != "passed");
    let refused: Vec<_> = refused
        .map(|(work, _, record)| format!("{}: {record}", work.style))
        .collect();
    println!("right {}, refused {}", right.len(), refused.len());
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    scene.expect_untouched();
}

#[test]
fn no_wrong_answer_is_accepted_and_none_is_taken_for_an_attack() {
    let mut scene = Scene::new(Grader::Myself);
    let wrong = graded("wrong", &mut scene);
    let misjudged = |verdict: &str| matches!(verdict, "passed" | "forbidden" | "internal-error");
    let accepted = wrong.iter().filter(|(_, verdict, _)| verdict == "passed");
    println!("wrong {}, accepted {}", wrong.len(), accepted.count());
    let misjudged = wrong.iter().filter(|(_, verdict, _)| misjudged(verdict));
    let misjudged: Vec<_> = misjudged
        .map(|(work, _, record)| format!("{}: {record}", work.style))
        .collect();
    assert!(misjudged.is_empty(), "{}", misjudged.join("\n"));
    scene.expect_untouched();
}
