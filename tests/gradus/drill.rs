//! `gradus drill`: diagnosing and fixing an undisclosed fault, timed.

mod exam;
mod leaks;
mod proof;

use gradus::kinds::KINDS;
use gradus::kinds::gateway::drill;
use std::fs;
use std::path::{Path, PathBuf};

use gradus::course::{Course, builtin, load};
use gradus::kinds::gateway::drill::draw::FaultPool;
use gradus::kinds::gateway::drill::{DrillSpec, Fault, Seed};
use serde_json::Value;

use crate::machine::Machine;
use crate::processes;
use crate::pty::{PASTE, Pty};

fn course() -> Course {
    load(&builtin::tree(), KINDS).0
}

fn spec(course: &Course) -> DrillSpec {
    drill::load(&course.tree, &mut Vec::new()).expect("the course has a drill")
}

/// Returns the first seed from `from` on whose `count` faults are such that `wanted`.
fn seed(spec: &DrillSpec, from: u32, count: usize, wanted: impl Fn(&[&Fault]) -> bool) -> String {
    let pool = FaultPool::new(spec, |_| true);
    let mut seeds = (from..from + 10_000).map(Seed);
    let found = seeds.find(|seed| wanted(&pool.draw(*seed, count)));
    found.expect("some seed leads there").to_string()
}

fn seed_of(spec: &DrillSpec, fault: &str) -> String {
    seed(spec, 0, 1, |faults| faults[0].id == fault)
}

/// Puts the file `name` of the drill `number` in order.
fn mend(machine: &Machine, number: u32, name: &str) {
    let course = course();
    let spec = spec(&course);
    let whole = &spec.system.files()[name];
    fs::write(file(machine, number, name), machine.with_ports(whole)).expect("a file");
}

fn file(machine: &Machine, number: u32, name: &str) -> PathBuf {
    machine.path(&format!("work/drills/{number}/{name}"))
}

fn json(machine: &Machine, arguments: &[&str]) -> Value {
    let output = machine.gradus(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Sits down to a drill and waits for its symptom.
fn sit(machine: &Machine, arguments: &[&str]) -> Pty {
    let pty = machine.pty(&[&["drill"], arguments].concat(), &[], (80, 24));
    pty.wait_for("A customer sees:");
    pty.wait_for("a answer");
    pty
}

/// Waits until no lab and none of its processes is left.
fn wait_gone(machine: &Machine) {
    let tmp = machine.path("tmp");
    processes::wait_until("the lab is gone", || {
        fs::read_dir(&tmp).expect("a folder").count() == 0 && processes::of_folder(&tmp).is_empty()
    });
}

#[test]
fn a_fault_is_seen_named_at_the_second_try_mended_and_written_down() {
    let machine = Machine::new(&[]);
    let course = course();
    let seed = seed_of(&spec(&course), "shop-wrong-port");
    let mut drill = sit(&machine, &["--seed", &seed]);
    drill.wait_for("HTTP/1.1 502 Bad Gateway");
    // The logs are for those who look.
    assert!(!drill.heard().contains("refused"));
    drill.send("t");
    drill.wait_for("Connection refused");
    drill.send("t");
    drill.wait_for("The logs are hidden.");
    drill.send("a");
    drill.wait_for("client to nginx: the connection");
    drill.send("\r");
    drill.wait_for("service not running");
    drill.send("\r");
    drill.wait_for("That is not it.");
    drill.send("a");
    drill.wait_for(
        ">  1  client to nginx: the connection\n   2  nginx, before it contacts an upstream",
    );
    drill.send("\u{1b}[B\u{1b}[B\r");
    drill.wait_for("  wrong port in proxy_pass");
    drill.send("\u{1b}[B\r");
    drill.wait_for("Right. Now fix it");
    mend(&machine, 1, "nginx.conf");
    drill.wait_for("nginx still runs what it read");
    // What was saved serves nobody.
    drill.send("c");
    drill.wait_for("not by what was saved");
    drill.send("r");
    drill.wait_for("nginx has read it.");
    drill.send("c");
    assert_eq!(drill.wait_end(), 0);
    assert!(drill.is_restored());
    let heard = drill.heard();
    assert!(heard.contains("1 wrong answer, fixed after"), "{heard}");
    assert!(heard.contains("the address that nginx tried"), "{heard}");
    assert!(heard.contains(&format!("drill --seed {seed}")), "{heard}");
    wait_gone(&machine);
    let record = machine.says(&["drill", "--record"]);
    assert!(
        record.contains(&format!(
            "in the end  seed {seed}\n     wrong port in proxy_pass"
        )),
        "{record}"
    );
    assert!(
        record.contains("0 of 1  wrong port in proxy_pass"),
        "{record}"
    );
    let record = json(&machine, &["drill", "--record", "--json"]);
    let entry = &record["drills"][0];
    assert_eq!(entry["faults"][0]["fault"], "shop-wrong-port");
    assert_eq!(entry["faults"][0]["wrong_answers"], 1);
    assert_eq!(entry["failed_checks"], 1);
    assert_eq!(entry["seed"].to_string(), seed);
    assert_eq!(record["best"], Value::Null);
    asks_again(&machine);
}

/// Asserts that the cause that was named at the second try is to be reviewed.
fn asks_again(machine: &Machine) {
    let said = machine.says(&["review"]);
    assert!(
        said.contains("The next question is due in 16 hours."),
        "{said}"
    );
    let mut review = machine.command(&["review"]);
    let review = review.env("GRADUS_NOW", "9999999999").output();
    let review = String::from_utf8_lossy(&review.expect("gradus runs").stdout).into_owned();
    let question = "A customer requests `GET /books?sort=price` and gets 502. The error log says";
    assert!(folded(&review).contains(question), "{review}");
    assert!(review.contains(". wrong port in proxy_pass\n"), "{review}");
    assert!(!review.contains("service not running"), "{review}");
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A pasted line holds the keys of a drill's screen, and the digits of its answers.
#[test]
fn a_paste_does_nothing_to_a_drill() {
    let machine = Machine::new(&[]);
    let mut drill = sit(&machine, &[]);
    drill.send(PASTE);
    drill.wait_for("A paste is text");
    for (count, key, choice, left) in [
        (2, "a", "client to nginx: the connection", "No answer."),
        (3, "g", "Give up and see what it was", "It goes on."),
    ] {
        drill.send(key);
        drill.wait_for(choice);
        drill.send(PASTE);
        processes::wait_until("the paste was read", || {
            drill.heard().matches("A paste is text").count() == count
        });
        drill.send("\x1b");
        drill.wait_for(left);
    }
    drill.send("q");
    assert_eq!(drill.wait_end(), 0);
    assert!(drill.is_restored());
    let heard = drill.heard();
    for done in [
        "has read it",
        "That is not it",
        "Right",
        "Given up",
        "tests passed",
    ] {
        assert!(!heard.contains(done), "{done} in {heard}");
    }
    wait_gone(&machine);
}

#[test]
fn two_faults_are_there_at_once_and_can_be_named_and_mended_from_another_terminal() {
    let machine = Machine::new(&[]);
    let course = course();
    let spec = spec(&course);
    let has = |faults: &[&Fault], id: &str| faults.iter().any(|fault| fault.id == id);
    let seed = seed(&spec, 0, 2, |faults| {
        has(faults, "reports-worker-limit") && has(faults, "chat-host-lost")
    });
    let mut drill = sit(&machine, &["--faults", "2", "--seed", &seed]);
    drill.wait_for("Two things are broken.");
    drill.wait_for("HTTP/1.1 502 Bad Gateway");
    drill.wait_for("HTTP/1.1 404 Not Found");
    let answer = |hop: &str, cause: &str| {
        let step = ["drill", "answer", "--hop", hop, "--cause", cause, "--json"];
        json(&machine, &step)["answer"].clone()
    };
    assert_eq!(answer("upstream", "host-lost"), "one-of-several");
    assert_eq!(answer("upstream", "host-lost"), "again");
    assert_eq!(answer("upstream", "crash"), "hop-only");
    // The one without the other is half a repair.
    mend(&machine, 1, "nginx.conf");
    assert!(machine.says(&["lab", "reload"]).contains("has read its"));
    let check = machine.gradus(&["drill", "check", "--json"]);
    assert_eq!(check.status.code(), Some(1));
    assert_eq!(answer("upstream", "worker-limit"), "all");
    mend(&machine, 1, "services.toml");
    drill.wait_for("A service reads it when it is restarted");
    let bin = fs::read_dir(machine.path("tmp"))
        .expect("a folder")
        .flatten();
    let svc = bin
        .map(|lab| lab.path().join("bin/svc"))
        .find(|it| it.exists());
    run(&svc.expect("the lab's svc"), &["restart", "reports"]);
    let check = json(&machine, &["drill", "check", "--json"]);
    assert_eq!(check["passed"], true);
    let faults = check["over"]["faults"].as_array().expect("faults");
    let wrong: u64 = faults
        .iter()
        .filter_map(|it| it["wrong_answers"].as_u64())
        .sum();
    assert_eq!((faults.len(), wrong), (2, 1));
    assert_eq!(drill.wait_end(), 0);
    wait_gone(&machine);
}

#[expect(clippy::disallowed_methods, reason = "the learner's shell does so")]
fn run(program: &Path, arguments: &[&str]) {
    let done = std::process::Command::new(program).args(arguments).output();
    let done = done.expect("it runs");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_seed_leads_to_the_same_files_and_to_another_fault_where_it_differs() {
    let machine = Machine::new(&[]);
    let text = |number| fs::read_to_string(file(&machine, number, "nginx.conf")).expect("a file");
    let course = course();
    let shop = seed_of(&spec(&course), "shop-wrong-port");
    let chat = seed_of(&spec(&course), "chat-host-lost");
    for (number, seed) in [(1, &shop), (2, &shop), (3, &chat)] {
        let mut drill = sit(&machine, &["--seed", seed]);
        drill.send("q");
        assert_eq!(drill.wait_end(), 0);
        let other = machine.gradus(&["drill", "--seed", "7"]);
        assert_eq!(other.status.code(), Some(2));
        let said = machine.says(&["drill", "give-up"]);
        assert!(said.contains(&format!("Drill {number}")), "{said}");
    }
    assert_eq!(text(1), text(2));
    assert_ne!(text(2), text(3));
    assert_eq!(machine.gradus(&["drill", "check"]).status.code(), Some(4));
}

#[test]
fn a_drill_that_is_killed_leaves_nothing_and_is_taken_up_with_what_was_edited() {
    let machine = Machine::new(&[]);
    let course = course();
    let seed = seed_of(&spec(&course), "accounts-header-too-big");
    let drill = sit(&machine, &["--seed", &seed]);
    let conf = file(&machine, 1, "nginx.conf");
    let edited = fs::read_to_string(&conf).expect("a file") + "# My own note.\n";
    fs::write(&conf, &edited).expect("a file");
    drill.signal(rustix::process::Signal::KILL);
    wait_gone(&machine);
    let mut again = sit(&machine, &["--resume"]);
    again.wait_for("Drill 1");
    assert_eq!(fs::read_to_string(&conf).expect("a file"), edited);
    again.signal(rustix::process::Signal::INT);
    again.wait_end();
    again.wait_for("Drill 1 waits, with your files");
    wait_gone(&machine);
    // Without its lab the files are judged.
    mend(&machine, 1, "nginx.conf");
    let check = machine.says(&["drill", "check"]);
    assert!(check.contains("And what was it?"), "{check}");
    let said = machine.says(&["drill", "answer", "--hop", "4", "--cause", "header-too-big"]);
    assert!(
        said.contains("Right.") && said.contains("Once more:"),
        "{said}"
    );
    assert_eq!(
        machine.gradus(&["drill", "--resume"]).status.code(),
        Some(4)
    );
    assert!(conf.exists());
}
