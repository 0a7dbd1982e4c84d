//! Labs: what a check takes beyond the waits that the lab itself prescribes, and how soon a lab that
//! is put up answers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::pairs::Bench;
use super::sample::{Spread, in_turn, median, quietly};
use super::table::{Goal, Row, Table, WALL, milliseconds, ms};

/// How often each check is run.
const ROUNDS: usize = 5;
/// How often all labs are graded.
const GRADINGS: usize = 3;
/// How often something short is run.
const MORE: usize = 15;

/// A scratch folder with the solution of every lab.
pub(crate) struct Labs<'a> {
    bench: &'a Bench,
    scratch: tempfile::TempDir,
    names: Vec<String>,
}

/// What one check took.
struct Check {
    wall: Duration,
    /// What the lab itself prescribes.
    wait: Duration,
}

impl<'a> Labs<'a> {
    /// Solves every lab of the built-in course.
    pub(crate) fn new(bench: &'a Bench) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let exercises = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises");
        let mut names = Vec::new();
        for entry in fs::read_dir(&exercises).expect("the course").flatten() {
            if entry.path().join("hidden/probes.toml").is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let submission = scratch.path().join("class/learner").join(&name);
                for part in ["starter", "solution"] {
                    copy(&entry.path().join(part), &submission);
                }
                names.push(name);
            }
        }
        names.sort();
        Self {
            bench,
            scratch,
            names,
        }
    }

    /// The checks of all labs, one after the other.
    pub(crate) fn checks(&self, table: &mut Table) {
        let mut all = Duration::ZERO;
        for name in &self.names {
            self.check(name);
            let rounds = (0..self.bench.rounds(ROUNDS)).map(|_| self.check(name));
            let Some(rounds) = rounds.collect::<Option<Vec<_>>>() else {
                println!("lab {name}: this machine cannot check it");
                continue;
            };
            let beyond = |check: &Check| milliseconds(check.wall.saturating_sub(check.wait));
            let wall = median(rounds.iter().map(|check| check.wall));
            table.row(&Row {
                name: &format!("lab {name}: check, its waits, beyond"),
                ours: ms(wall),
                peer: ms(median(rounds.iter().map(|check| check.wait))),
                figure: Spread::of(rounds.iter().map(beyond)),
                unit: "ms",
                goal: Goal::AtMost(300.0),
            });
            all += wall;
        }
        table.row(&Row {
            name: &format!("{} labs: all checks together", self.names.len()),
            ours: String::new(),
            peer: String::new(),
            figure: Spread::of([all.as_secs_f64()]),
            unit: "s",
            goal: Goal::AtMost(30.0),
        });
    }

    /// The labs as they are graded: each in a network and among processes of its own.
    pub(crate) fn apart(&self, table: &mut Table) {
        let grade = |more: &[&str]| {
            fs::remove_dir_all(self.scratch.path().join("graded")).ok();
            let mut command = self.command(&["grade", "class", "--jobs", "1", "--require-pass"]);
            for name in &self.names {
                command.args(["--exercise", name]);
            }
            let output = command.args(["--out", "graded"]).args(more).output();
            let output = output.expect("gradus starts");
            assert!(output.status.success(), "{output:?}");
        };
        let times = self.bench.rounds(GRADINGS);
        let pairs = in_turn(times, |_| grade(&[]), |_| grade(&["--sandbox", "none"]));
        let labs = u32::try_from(self.names.len()).unwrap_or(1);
        let name = format!("grade {labs} labs: apart : limits alone");
        table.ratio(&name, &pairs, WALL, Goal::AtMost(1.12));
        let (ours, peer): (Vec<_>, Vec<_>) = pairs
            .iter()
            .map(|pair| (pair.ours.wall / labs, pair.peer.wall / labs))
            .unzip();
        let more = |(ours, peer): (&Duration, &Duration)| milliseconds(*ours) - milliseconds(*peer);
        table.row(&Row {
            name: "a lab of them, more for each",
            figure: Spread::of(ours.iter().zip(&peer).map(more)),
            ours: ms(median(ours)),
            peer: ms(median(peer)),
            unit: "ms",
            goal: Goal::Told,
        });
    }

    fn solution(&self, name: &str) -> PathBuf {
        self.scratch.path().join("class/learner").join(name)
    }

    /// Checks a solution; `None` if this machine cannot.
    fn check(&self, name: &str) -> Option<Check> {
        let start = Instant::now();
        let output = self
            .command(&["check", name, "--json", "--path"])
            .arg(self.solution(name))
            .output()
            .expect("gradus starts");
        let wall = start.elapsed();
        if output.status.code() == Some(4) {
            return None;
        }
        assert!(output.status.success(), "{name}: {output:?}");
        let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let phases = record["phases"].as_array().expect("phases").iter();
        let waits = phases.filter(|phase| phase["name"] == "wait");
        let wait: f64 = waits.filter_map(|phase| phase["seconds"].as_f64()).sum();
        Some(Check {
            wall,
            wait: Duration::from_secs_f64(wait),
        })
    }

    /// A whole check, against a script that starts nginx, asks once and stops it.
    pub(crate) fn against_a_script(&self, table: &mut Table) {
        let Some(nginx) = installed() else {
            println!("nginx is not there: apt-get install nginx-light");
            return;
        };
        let folder = self.scratch.path().join("peer");
        fs::create_dir_all(folder.join("logs")).expect("a folder");
        let port = free_port();
        let config = fs::read_to_string(self.solution("wrong-port").join("nginx.conf"));
        let config = config.expect("a solution").replace("127.0.0.1:8080", &port);
        let config = format!("pid logs/nginx.pid;\n{config}");
        fs::write(folder.join("nginx.conf"), config).expect("a file");
        let nginx = format!(
            "{} -p {1} -c {1}/nginx.conf",
            nginx.display(),
            folder.display()
        );
        let script = format!(
            "{nginx} && curl -s -o /dev/null http://{port}/; {nginx} -s stop; \
             while [ -e {}/logs/nginx.pid ]; do sleep 0.002; done",
            folder.display()
        );
        let solution = self.solution("wrong-port");
        let ours = |_| {
            quietly(
                self.command(&["check", "wrong-port", "--path"])
                    .arg(&solution),
            );
        };
        let peer = |_| quietly(Command::new("sh").args(["-c", &script]));
        let pairs = in_turn(self.bench.rounds(MORE), ours, peer);
        let name = "lab wrong-port, 9 requests : nginx, curl once, stop";
        table.ratio(name, &pairs, WALL, Goal::Told);
    }

    /// From the start of `gradus lab up` to the whole answer to a first request.
    pub(crate) fn first_answer(&self, table: &mut Table) {
        quietly(&mut self.command(&["init", "work"]));
        let times = (0..self.bench.rounds(MORE)).map(|_| milliseconds(self.up()));
        table.row(&Row {
            name: "lab up wrong-port: its first request is answered",
            ours: String::new(),
            peer: String::new(),
            figure: Spread::of(times),
            unit: "ms",
            goal: Goal::AtMost(150.0),
        });
    }

    fn up(&self) -> Duration {
        let start = Instant::now();
        let mut lab = self
            .command(&["lab", "up", "wrong-port", "--workspace", "work"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("gradus starts");
        let stdout = BufReader::new(lab.stdout.take().expect("a pipe"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let place = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split('/').next().map(str::to_owned)
        });
        let mut stream = TcpStream::connect(place.expect("an address")).expect("nginx listens");
        let request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let time = start.elapsed();
        assert!(answer.starts_with(b"HTTP/1.1 502 "), "{answer:?}");
        quietly(&mut self.command(&["lab", "down", "wrong-port"]));
        lab.wait().expect("it ends");
        time
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.bench.gradus);
        command.args(arguments).current_dir(self.scratch.path());
        command
            .env("GRADUS_CACHE_DIR", self.scratch.path().join("cache"))
            .env("GRADUS_STATE_DIR", self.scratch.path().join("state"));
        command
    }
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders
        .map(|folder| folder.join("nginx"))
        .find(|it| it.exists())
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}
