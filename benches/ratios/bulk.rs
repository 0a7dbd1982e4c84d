//! Many submissions: memory, and what is not done again.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use gradus::grade::header::submissions;
use gradus::report::{Header, Record};

use super::pairs::Bench;
use super::sample::{Spread, quietly};
use super::table::{Goal, Row, Table};

const FEW: usize = 100;
const MANY: usize = 10_000;
const MERGED: usize = 100_000;
const PARTS: usize = 4;

impl Bench {
    /// Memory and time of large gradings.
    pub(crate) fn bulk(&self, table: &mut Table) {
        self.cached(table);
        self.merge(table);
    }

    /// Memory between a hundred and ten thousand submissions, and the time of the latter: the same
    /// work, which the cache knows.
    fn cached(&self, table: &mut Table) {
        self.hand_in_same("few", FEW);
        self.hand_in_same("many", MANY);
        quietly(&mut self.grade("few", "warm", &["--cache"]));
        table.ready();
        let (few, _) = peak(&mut self.grade("few", "graded", &["--cache"]));
        let (many, time) = peak(&mut self.grade("many", "graded", &["--cache"]));
        let more = u32::try_from(many.saturating_sub(few)).map_or(f64::INFINITY, f64::from);
        let submissions = u32::try_from(MANY - FEW).map_or(f64::NAN, f64::from);
        table.row(&Row {
            name: "memory of grade, 10,000 : 100 submissions, more for each",
            ours: megabytes(many),
            peer: megabytes(few),
            figure: Spread::of([more / submissions]),
            unit: "kB",
            goal: Goal::AtMost(1.0),
        });
        table.row(&Row {
            name: "grade of 10,000 that the cache knows",
            ours: String::new(),
            peer: String::new(),
            figure: Spread::of([time.as_secs_f64()]),
            unit: "s",
            goal: Goal::AtMost(10.0),
        });
    }

    fn hand_in_same(&self, class: &str, size: usize) {
        let source = Self::course("solution/src/lib.rs");
        let tests = Self::course("solution/tests/mine.rs");
        for number in 0..size {
            let folder = self.path(&format!("{class}/learner-{number:05}/safe-divide"));
            for part in ["src", "tests"] {
                fs::create_dir_all(folder.join(part)).expect("a folder");
            }
            fs::write(folder.join("src/lib.rs"), &source).expect("a file");
            fs::write(folder.join("tests/mine.rs"), &tests).expect("a file");
        }
    }

    /// Parts with a hundred thousand records, put together.
    fn merge(&self, table: &mut Table) {
        let text = fs::read_to_string(self.path("warm/results.jsonl")).expect("it was graded");
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next().expect("a header")).expect("one");
        let record: Record = serde_json::from_str(lines.next().expect("a record")).expect("one");
        let name = |number: usize| format!("learner-{number:06}");
        let all = (0..MERGED).map(|number| format!("{}/safe-divide", name(number)));
        let all = submissions(all);
        let mut parts = Vec::new();
        for part in 0..PARTS {
            let header = Header {
                partition: Some(format!("slice:{}/{PARTS}", part + 1)),
                submissions: all.clone(),
                ..header.clone()
            };
            let mut lines = vec![serde_json::to_string(&header).expect("JSON")];
            for number in (part..MERGED).step_by(PARTS) {
                let record = Record {
                    learner: name(number),
                    submission: format!("{}/safe-divide", name(number)),
                    ..record.clone()
                };
                lines.push(serde_json::to_string(&record).expect("JSON"));
            }
            let path = self.path(&format!("part-{part}.jsonl"));
            fs::write(&path, lines.join("\n") + "\n").expect("a file");
            parts.push(path);
        }
        let mut command = self.gradus(&["merge", "--out", "merged"]);
        table.ready();
        let (peak, time) = peak(command.args(&parts));
        let written = fs::read(self.path("merged/results.jsonl")).expect("it was merged");
        table.row(&Row {
            name: "merge of 100,000 records in 4 parts",
            ours: megabytes(peak),
            peer: megabytes(written.len() as u64 / 1024),
            figure: Spread::of([time.as_secs_f64()]),
            unit: "s",
            goal: Goal::AtMost(5.0),
        });
    }
}

/// Runs `command` to its end and returns the most memory that it had, in kB, and its time.
fn peak(command: &mut Command) -> (u64, Duration) {
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("gradus starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = number.unwrap_or(0).max(peak);
        thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success(), "{command:?}: {ended}");
    (peak, start.elapsed())
}

fn megabytes(kilobytes: u64) -> String {
    let kilobytes = u32::try_from(kilobytes).map_or(f64::INFINITY, f64::from);
    format!("{:.1} MB", kilobytes / 1024.0)
}
