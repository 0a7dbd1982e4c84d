//! Attacks that are known to succeed, and what stops them.

use super::corpus;
use super::grader::Grader;
use super::hand_in;
use super::scene::Scene;
use crate::repository::read;

/// How often each is handed in: one that guesses goes wrong more often than not.
const COPIES: usize = 8;

/// Where a reader is told of them.
const THREAT_MODEL: &str = "book/src/grading/threat-model.md";

#[test]
fn what_is_known_to_get_through_does_is_told_and_is_refused_by_the_tier() {
    let open = corpus::open();
    let mut scene = Scene::new(Grader::Myself);
    for attack in &open {
        assert!(
            read(THREAT_MODEL).contains(&format!("`{}`", attack.name)),
            "{THREAT_MODEL} does not tell of {}",
            attack.name
        );
        for number in 0..COPIES {
            let mut copy = attack.clone();
            copy.learner = Some(format!("{}-{number}", attack.name));
            copy.items = copy.items.replace("COPY", &number.to_string());
            hand_in::attack(&scene.place, &copy, true);
        }
    }
    let graded = scene.grade(&[]);
    for attack in &open {
        let copies = graded.records.iter();
        let copies = copies.filter(|(name, _)| name.starts_with(&format!("{}-", attack.name)));
        let tests = copies.flat_map(|(_, record)| record["tests"].as_array().expect("tests"));
        // It answers no test rightly: each that passes was forged.
        let forged = tests.filter(|test| test["verdict"] == "passed").count();
        println!("known to be open: {}: {forged} tests forged", attack.name);
        let records = &graded.records;
        assert!(
            forged > 0,
            "{} is stopped: say so: {records:#?}",
            attack.name
        );
    }
    let aftermath = scene.aftermath();
    assert!(aftermath.is_clean(), "{aftermath:#?}");

    let output = scene.run(&["--tier", "called"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("run in the learner's process"), "{said}");
    assert!(!scene.path("out").exists(), "something was graded");
}
