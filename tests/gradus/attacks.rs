//! Attacks on a grading: none is accepted, none touches anything outside, and none outlives its check. Honest
//! work beside them gets the verdict it deserves.
#![expect(
    clippy::print_stdout,
    reason = "the figures are for whoever reads the run"
)]

mod aftermath;
mod builders;
pub(crate) mod corpus;
pub(crate) mod course;
mod grader;
pub(crate) mod hand_in;
mod honest;
mod open;
mod outside;
pub(crate) mod place;
pub(crate) mod scene;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use corpus::{Attack, Need};
use grader::Grader;
use hand_in::{SKELETONS, Skeleton, crate_of};
use place::write;
use scene::{Graded, Scene};

use crate::harness::Extent;

/// The fewest attacks of a corpus that is worth its name.
const LEAST: usize = 80;
/// Exercises of each tier, and of each kind of lab.
const FEW: [&str; 4] = ["pair", "sealed", "wrong-port", "start-the-shop"];

/// Returns whether this is the long run.
pub(crate) fn is_long() -> bool {
    Extent::wanted() == Extent::Long
}

/// Returns `all`, or where less is wanted every fifth of it.
fn some_of<T>(all: Vec<T>) -> Vec<T> {
    let step = if Extent::wanted() == Extent::Ordinary {
        5
    } else {
        1
    };
    all.into_iter().step_by(step).collect()
}

/// Grades a wrong answer to every exercise that takes one, so that kits are there to be attacked, and
/// returns whether there is a sandbox.
fn prepare(scene: &mut Scene, attacks: &[Attack]) -> bool {
    for Skeleton { exercise, .. } in SKELETONS {
        let mut verdicts = attacks.iter().map(|attack| &attack.verdict);
        if verdicts.any(|verdict| verdict.contains_key(exercise)) {
            let folder = scene.place.hand_in("nobody", exercise);
            write(&folder, "src/lib.rs", &crate_of(exercise, "", "WRONG"));
        }
    }
    let graded = scene.grade(&[]);
    for (name, record) in &graded.records {
        assert_eq!(record["verdict"], "failed", "{name}: {record}");
    }
    let sandboxed = graded.header["sandbox"] != "none";
    fs::remove_dir_all(scene.path("hand-ins")).expect("it is there");
    sandboxed
}

fn verdict(record: &Value) -> &str {
    record["verdict"].as_str().expect("a verdict")
}

/// Returns what is wrong with `graded`, where the submissions of `expected` get these verdicts.
fn differences(expected: &BTreeMap<String, String>, graded: &Graded) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, expected) in expected {
        let record = graded.records.get(name);
        let got = record.map_or("no submission", verdict);
        if got != expected {
            let record = record.map_or_else(String::new, Value::to_string);
            differences.push(format!("{name}: {got}, not {expected}: {record}"));
        }
    }
    differences
}

/// Returns the arguments that make a grading write every report there is.
fn reports() -> Vec<&'static str> {
    let formats = gradus::report::FORMATS.iter();
    formats
        .flat_map(|format| ["--report", format.id()])
        .collect()
}

/// Makes every attack that is wanted and can be made, and expects what its table says.
fn attack_all(scene: &mut Scene, is_wanted: impl Fn(&Attack) -> bool) {
    let mut attacks = corpus::attacks();
    attacks.retain(is_wanted);
    if Extent::wanted() == Extent::Ordinary {
        // One of the exercises that an attack is made for, and another one for the next.
        attacks = some_of(attacks);
        for (attack, turn) in attacks.iter_mut().zip(0..) {
            let exercise = attack
                .verdict
                .keys()
                .nth(turn % attack.verdict.len())
                .cloned();
            attack
                .verdict
                .retain(|name, _| Some(name) == exercise.as_ref());
        }
    }
    let sandboxed = prepare(scene, &attacks);
    if !sandboxed {
        attacks.retain(|attack| attack.needs != Some(Need::Sandbox));
    }
    let hand_ins = attacks
        .iter()
        .map(|attack| hand_in::attack(&scene.place, attack, sandboxed));
    let expected: BTreeMap<_, _> = hand_ins.flatten().collect();
    let graded = scene.grade(&reports());
    let said = String::from_utf8_lossy(&graded.output.stderr).into_owned();
    let accepted = graded.accepted();
    let differences = differences(&expected, graded);
    let aftermath = scene.aftermath();
    println!(
        "{}: {} attacks in {} hand-ins: accepted {accepted}, otherwise than said {}, {aftermath}",
        scene.grader,
        attacks.len(),
        expected.len(),
        differences.len()
    );
    assert!(differences.is_empty(), "{}\n{said}", differences.join("\n"));
    assert_eq!(accepted, 0);
    assert!(aftermath.is_clean(), "{aftermath:#?}");
}

#[test]
fn the_corpus_is_large_and_every_attack_has_its_reason() {
    let attacks = corpus::attacks();
    assert!(attacks.len() >= LEAST, "{}", attacks.len());
    for Attack {
        name, why, verdict, ..
    } in &attacks
    {
        assert!(why.ends_with('.') && why.len() > 15, "{name}: {why}");
        assert!(!verdict.is_empty(), "{name}: nothing is handed in");
        assert!(
            verdict.values().all(|verdict| verdict != "passed"),
            "{name}"
        );
    }
}

#[test]
fn no_attack_is_accepted_and_none_touches_anything() {
    let mut scene = Scene::new(Grader::Myself);
    attack_all(&mut scene, |attack| is_long() || !attack.slow);
}

/// Kits are made afresh for that user. In the short run they meet what concerns a user's rights, on
/// one exercise of each tier and each kind of lab.
#[test]
fn an_ordinary_user_is_attacked_in_vain_and_is_fair_to_honest_work() {
    if !Extent::Whole.is_wanted() || !Grader::Ordinary.can_be() {
        return;
    }
    let is_near = |exercise: &String| is_long() || FEW.contains(&exercise.as_str());
    let is_short = |attack: &Attack| {
        let meets_rights = attack.needs.is_some() || attack.builder.is_some();
        meets_rights && !attack.slow && attack.verdict.keys().all(is_near)
    };
    let mut scene = Scene::new(Grader::Ordinary);
    attack_all(&mut scene, |attack| is_long() || is_short(attack));
    scene.clear();
    honest::accept_all(&mut scene, |work| is_near(&work.exercise));
    scene.clear();
    honest::refuse_all(&mut scene, |work| is_near(&work.exercise));
}
