//! What a grading must not leave behind.

use std::fmt;
use std::fs;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::course::CANARY;
use super::place::{names, write};
use super::scene::{Graded, Grader, Scene};
use crate::processes::of_folder;

/// What a grading with every report writes.
const WRITTEN: [&str; 10] = [
    "canvas.csv",
    "exercism",
    "github",
    "gradebook.csv",
    "gradescope",
    "journal.jsonl",
    "junit.xml",
    "report.html",
    "reports.json",
    "results.jsonl",
];

/// What a grading left that it should not have, each as a line for whoever reads the failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Aftermath {
    /// Where the hidden word stands, or what a file of the machine begins with.
    told: Vec<String>,
    /// What outside was touched.
    touched: Vec<String>,
    /// Processes that still run.
    outlived: Vec<String>,
    /// Scratch folders, and files among the results that are none.
    left: Vec<String>,
    /// Where a terminal or a CI log would obey what a learner wrote.
    obeyed: Vec<String>,
}

impl Aftermath {
    /// Returns what the last grading of `scene` left.
    pub(super) fn of(scene: &Scene) -> Self {
        let graded = scene.graded();
        let mut texts = vec![
            ("standard output".to_owned(), graded.output.stdout.clone()),
            ("standard error".to_owned(), graded.output.stderr.clone()),
        ];
        let out = scene.path("out");
        let files = files(&out);
        texts.extend(files.into_iter().map(|path| {
            let bytes = fs::read(&path).expect("a file");
            (path.display().to_string(), bytes)
        }));
        let mut left = names(&scene.path("tmp"));
        left.extend(
            names(&out)
                .into_iter()
                .filter(|name| !WRITTEN.contains(&name.as_str())),
        );
        Self {
            told: texts.iter().filter_map(told).collect(),
            touched: scene.outside.touched(),
            outlived: of_folder(scene.root()),
            left,
            obeyed: obeyed(&texts, graded),
        }
    }

    /// Returns whether nothing is wrong.
    pub(super) fn is_clean(&self) -> bool {
        let Self {
            told,
            touched,
            outlived,
            left,
            obeyed,
        } = self;
        [told, touched, outlived, left, obeyed]
            .iter()
            .all(|lines| lines.is_empty())
    }
}

impl fmt::Display for Aftermath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "canary hits {}, touched outside {}, outlived their check {}, left behind {}, \
             obeyed by a terminal or log {}",
            self.told.len(),
            self.touched.len(),
            self.outlived.len(),
            self.left.len(),
            self.obeyed.len()
        )
    }
}

/// Returns the files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// What `/etc/passwd` and a certificate begin with: an nginx that reads them tells it.
pub(crate) const OF_MACHINE: [&str; 2] = ["root:x:0:0", "-----begin certificate"];

/// Returns the place of a word in a text that nobody may be told, and what stands around it.
fn told((name, bytes): &(String, Vec<u8>)) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let mut words = OF_MACHINE.into_iter().chain([CANARY]);
    let at = words.find_map(|word| text.find(word))?;
    let start = text.floor_char_boundary(at.saturating_sub(500));
    let around: String = text[start..].chars().take(700).collect();
    Some(format!("{name}: {around}"))
}

fn obeyed(texts: &[(String, Vec<u8>)], graded: &Graded) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bytes) in texts {
        if bytes.contains(&0x1b) {
            found.push(format!("an escape sequence in {name}"));
        }
    }
    for (name, bytes) in &texts[..2] {
        let text = String::from_utf8_lossy(bytes);
        let commands = text.lines().filter(|line| line.starts_with("::"));
        found.extend(commands.map(|line| format!("a workflow command in {name}: {line}")));
    }
    found.extend(graded.records.values().filter_map(escaped));
    found
}

/// Returns a record in which an escape sequence is hidden by JSON's own escapes. What a folder is
/// called is a fact; everything else loses its control characters.
fn escaped(record: &Value) -> Option<String> {
    let mut told = record.clone();
    told.as_object_mut()?
        .retain(|key, _| key != "learner" && key != "submission");
    let told = told.to_string();
    told.contains("\\u001b").then_some(told)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test leaves a process")]
fn what_is_told_touched_left_or_running_is_counted() {
    let mut scene = Scene::new(Grader::Myself);
    scene.place.hand_in("nobody", "pair");
    scene.grade(&[]);
    assert!(scene.aftermath().is_clean());

    write(&scene.path("out"), "report.html", "a ZebraFinch \u{1b}[2J");
    write(&scene.path("out"), "report.txt", "nobody asked for it");
    write(&scene.path("tmp"), "scratch/file", "");
    write(&scene.path("outside"), "marker", "as it was not\n");
    write(&scene.path("home"), ".gitconfig", "");
    let port = ("127.0.0.1", scene.outside.port());
    TcpStream::connect(port).expect("somebody listens");
    UnixStream::connect(scene.path("outside/socket")).expect("somebody listens");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.send_to(b"hello", port).expect("it is sent");
    let mut process = Command::new("sleep");
    process.arg("600").current_dir(scene.path("tmp"));
    let mut process = process.spawn().expect("it starts");

    let aftermath = scene.aftermath();
    process.kill().expect("it is ours");
    process.wait().expect("it is ours");
    // The folder in which a file is new is another one, too.
    assert_eq!(
        aftermath.to_string(),
        "canary hits 1, touched outside 6, outlived their check 1, left behind 2, \
         obeyed by a terminal or log 1",
        "{aftermath:#?}"
    );
}
