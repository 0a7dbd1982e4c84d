//! Drills in a row, without a terminal.

use std::io::{Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, Stdio};

use gradus::kinds::gateway::drill::draw::{FaultPool, Wanted};
use gradus::kinds::gateway::drill::{Fault, Seed};
use serde_json::{Value, json};

use super::{course, mend, seed, spec, wait_gone};
use crate::machine::Machine;

/// A Gradus that is talked to through pipes; it does not outlive its test.
struct Piped {
    child: Child,
    stdin: ChildStdin,
    stderr: ChildStderr,
    heard: String,
}

impl Piped {
    fn start(machine: &Machine, arguments: &[&str]) -> Self {
        let mut command = machine.command(arguments);
        command.env("NO_COLOR", "1").env("TERM", "dumb");
        command.env("COLUMNS", "40").stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        Self {
            stdin: child.stdin.take().expect("a pipe"),
            stderr: child.stderr.take().expect("a pipe"),
            child,
            heard: String::new(),
        }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("it reads");
    }

    /// Waits until `wanted` is said, after what was waited for before.
    fn wait_for(&mut self, wanted: &str) {
        let mut bytes = [0; 1024];
        while !self.heard.contains(wanted) {
            let count = self.stderr.read(&mut bytes).expect("it writes");
            assert!(count > 0, "no {wanted:?} in\n{}", self.heard);
            let text = String::from_utf8_lossy(&bytes[..count]);
            assert!(!text.contains('\u{1b}'), "{text:?}");
            self.heard.push_str(&text);
        }
        let end = self.heard.find(wanted).expect("it is there") + wanted.len();
        self.heard.drain(..end);
    }

    /// Waits for the end, and returns the exit code and what came on standard output.
    fn end(&mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        let mut stdout = self.child.stdout.take().expect("a pipe");
        stdout.read_to_string(&mut text).expect("UTF-8");
        (self.child.wait().expect("it ends").code(), text)
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Names and mends `fault` of the first drill.
fn solve(machine: &Machine, exam: &mut Piped, fault: &Fault) {
    exam.say("a");
    exam.wait_for("17. worker_connections exhausted");
    exam.say(&format!("answer {} {}", fault.hop, fault.cause));
    exam.wait_for("Right. Now fix it");
    for name in ["nginx.conf", "services.toml"] {
        mend(machine, 1, name);
    }
    for service in ["shop", "accounts", "reports", "stock-b", "chat"] {
        exam.say(&format!("svc restart {service}"));
        exam.wait_for(&format!("{service} restarted"));
    }
    exam.say("r");
    exam.say("c");
}

#[test]
fn an_exam_of_two_goes_by_lines_and_ends_with_a_score_in_json() {
    let machine = Machine::new(&[]);
    let course = course();
    let spec = spec(&course);
    let seed = seed(&spec, 0, 1, |faults| faults[0].needs.is_empty());
    let pool = FaultPool::new(&spec, |_| true);
    let first = Seed(seed.parse().expect("a number"));
    let seeds = pool.row(Some(first), 2, 1, Wanted::default());
    assert_eq!((seeds[0], seeds.len()), (first, 2));
    let fault = pool.draw(first, 1)[0];
    let arguments = ["drill", "--exam", "2", "--seed", &seed, "--json"];
    let mut exam = Piped::start(&machine, &arguments);
    exam.wait_for("1 of 2 of the exam");
    exam.wait_for("q leaves it for later.");
    solve(&machine, &mut exam, fault);
    exam.wait_for("2 of 2 of the exam");
    exam.wait_for("q leaves it for later.");
    exam.say("give-up");
    let (code, record) = exam.end();
    assert_eq!(code, Some(0));
    let record: Value = serde_json::from_str(&record).unwrap_or_else(|error| {
        panic!("{error}: {record}");
    });
    assert_eq!(record["score"], json!({ "points": 2, "of": 4 }));
    let drills = record["drills"].as_array().expect("drills");
    assert_eq!(drills.len(), 2);
    assert_eq!(drills[0]["faults"][0]["fault"], fault.id.as_str());
    assert_ne!(drills[0]["faults"][0], drills[1]["faults"][0]);
    assert_eq!(record["best"], 1);
    wait_gone(&machine);
}
