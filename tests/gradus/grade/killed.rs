//! A grading that is killed at random moments ends with the results of one that is not.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::mixed::dice;
use crate::processes::wait_until;

/// How many submissions are left at the last kill, at least: each must hit a grading that runs.
const LEFT: usize = 10;
/// The most looks, of 10 ms each, between a record and a kill.
const MOST_LOOKS: usize = 30;

/// A moment at which a grading is killed.
#[derive(Debug)]
pub(super) struct Moment {
    /// How many records there are.
    records: usize,
    /// How many looks it is let go on after that.
    looks: usize,
}

/// Returns `kills` moments in a grading of `size` submissions, one somewhere in each equal share of
/// them, as `seed` has it.
pub(super) fn moments(seed: &str, kills: usize, size: usize) -> Vec<Moment> {
    let share = (size - LEFT) / kills;
    let moment = |kill| Moment {
        records: share * kill + dice(&format!("{seed} records {kill}")) % share,
        looks: dice(&format!("{seed} looks {kill}")) % MOST_LOOKS,
    };
    (0..kills).map(moment).collect()
}

/// Runs `grading`, whose journal is `journal`, until `moment`, and kills it. Returns how many records
/// it left, and how many bytes of one that was not whole.
pub(super) fn kill(mut grading: Command, journal: PathBuf, moment: &Moment) -> (usize, usize) {
    let mut journal = Journal::new(journal);
    journal.look();
    // One record at least is its own: it is seen to be at work.
    let goal = moment.records.max(journal.records + 1);
    let quiet = grading.stdout(Stdio::null()).stderr(Stdio::null());
    let mut grading = quiet.spawn().expect("gradus starts");
    while journal.records < goal {
        let before = journal.records;
        wait_until("one more record", || {
            journal.look();
            journal.records > before
        });
    }
    let mut looks = 0..moment.looks;
    wait_until("a moment of its work", || looks.next().is_none());
    grading.kill().expect("it is ours");
    let status = grading.wait().expect("it ends");
    assert_eq!(status.signal(), Some(9), "it ended by itself: {status}");
    journal.look();
    (journal.records, journal.begun)
}

/// A journal that another process writes.
struct Journal {
    path: PathBuf,
    /// Where the line that is not whole begins.
    end: u64,
    /// How many records are whole.
    records: usize,
    /// How many bytes there are of one that is not.
    begun: usize,
    has_header: bool,
}

impl Journal {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            end: 0,
            records: 0,
            begun: 0,
            has_header: false,
        }
    }

    /// Reads what came since the last look.
    fn look(&mut self) {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.path) {
            let read = file.seek(SeekFrom::Start(self.end));
            let read = read.and_then(|_| file.read_to_end(&mut bytes));
            read.expect("a file can be read");
        }
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            self.end += line.len() as u64;
            self.records += usize::from(self.has_header);
            self.has_header = true;
        }
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        self.begun = bytes.len() - whole.map_or(0, |place| place + 1);
    }
}
