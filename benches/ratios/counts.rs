//! Everyday commands in instructions, as valgrind counts them: the same from run to run, whatever else the
//! machine does.

use std::process::Command;

use super::class::is_there;
use super::pairs::Bench;
use super::sample::Spread;
use super::table::{Goal, Row, Table};

const RUNS: usize = 3;

impl Bench {
    pub(crate) fn counts(&self, table: &mut Table) {
        if !is_there("valgrind") {
            println!("valgrind is not there: instructions are not counted");
            return;
        }
        for (command, goal) in [
            ("--version", Goal::Told),
            ("list", Goal::AtMost(6.0)),
            ("status", Goal::AtMost(6.0)),
            ("read first-502", Goal::AtMost(10.0)),
            ("search 502", Goal::AtMost(16.0)),
        ] {
            let counts = (0..RUNS).map(|_| self.instructions(command));
            let figure = Spread::of(counts);
            table.row(&Row {
                name: &format!("instructions of gradus {command}"),
                ours: format!("{:.2} M", figure.median),
                peer: String::new(),
                figure,
                unit: "M",
                goal,
            });
        }
    }

    /// Returns the instructions that `command` takes outside of a workspace, in millions.
    fn instructions(&self, command: &str) -> f64 {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        valgrind.arg(&self.gradus).args(command.split(' '));
        // Each variable and the length of its value would count.
        valgrind.env_clear().env("HOME", "/nowhere");
        valgrind.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        let output = valgrind.current_dir("/").output().expect("valgrind starts");
        let said = String::from_utf8_lossy(&output.stderr);
        let count = said.split_once("Collected : ");
        let count = count.and_then(|(_, rest)| rest.lines().next()?.trim().parse::<f64>().ok());
        count.expect("valgrind says what it counted") / 1e6
    }
}
