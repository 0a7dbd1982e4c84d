//! `gradus drill`: a fault that nobody tells, named and mended on the clock. Where there is no
//! nginx, the tests say so and return.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gradus::course::{Course, builtin, load};
use gradus::drill::draw::Urn;
use gradus::drill::{Fault, Ground, Seed};
use serde_json::Value;

use crate::machine::Machine;
use crate::processes;
use crate::pty::Pty;

/// How long something may take on a busy machine.
const DEADLINE: Duration = Duration::from_mins(1);

fn course() -> Course {
    load(&builtin::tree()).0
}

fn ground(course: &Course) -> &Ground {
    course.ground.as_ref().expect("the course has a drill")
}

/// Returns the first seed from `from` on whose `count` faults are such that `wanted`.
fn seed(ground: &Ground, from: u32, count: usize, wanted: impl Fn(&[&Fault]) -> bool) -> String {
    let urn = Urn::new(ground, |_| true);
    let mut seeds = (from..from + 10_000).map(Seed);
    let found = seeds.find(|seed| wanted(&urn.draw(*seed, count)));
    found.expect("some seed leads there").to_string()
}

fn seed_of(ground: &Ground, fault: &str) -> String {
    seed(ground, 0, 1, |faults| faults[0].id == fault)
}

/// Puts the file `name` of the drill `number` in order.
fn mend(machine: &Machine, number: u32, name: &str) {
    let course = course();
    let whole = &ground(&course).system.files()[name];
    fs::write(file(machine, number, name), whole).expect("a file");
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
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let course = course();
    let seed = seed_of(ground(&course), "shop-wrong-port");
    let mut drill = sit(&machine, &["--seed", &seed]);
    drill.wait_for("HTTP/1.1 502 Bad Gateway");
    // The logs are for those who look.
    assert!(!drill.heard().contains("refused"));
    drill.send("t");
    drill.wait_for("Connection refused");
    drill.send("t");
    drill.wait_for("The logs are hidden.");
    drill.send("a");
    drill.wait_for("client to nginx, between the two");
    drill.send("\r");
    drill.wait_for("the service is not started");
    drill.send("\r");
    drill.wait_for("That is not it.");
    drill.send("a");
    drill.wait_for("> client to nginx, between the two\n  nginx, before it asks anybody");
    drill.send("\u{1b}[B\u{1b}[B\r");
    drill.wait_for("  nginx asks at a wrong port");
    drill.send("\u{1b}[B\r");
    drill.wait_for("Right. Now mend it");
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
    assert!(heard.contains("1 wrong answer, mended after"), "{heard}");
    assert!(heard.contains("the address that nginx tried"), "{heard}");
    assert!(heard.contains(&format!("drill --seed {seed}")), "{heard}");
    wait_gone(&machine);
    let record = machine.says(&["drill", "--record"]);
    assert!(
        record.contains(&format!(
            "in the end  seed {seed}\n     nginx asks at a wrong port"
        )),
        "{record}"
    );
    assert!(
        record.contains("0 of 1  nginx asks at a wrong port"),
        "{record}"
    );
    let record = json(&machine, &["drill", "--record", "--json"]);
    let entry = &record["drills"][0];
    assert_eq!(entry["faults"][0]["fault"], "shop-wrong-port");
    assert_eq!(entry["faults"][0]["wrong_answers"], 1);
    assert_eq!(entry["failed_checks"], 1);
    assert_eq!(entry["seed"].to_string(), seed);
    assert_eq!(record["best"], Value::Null);
}

#[test]
fn two_faults_are_there_at_once_and_can_be_named_and_mended_from_another_terminal() {
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let course = course();
    let ground = ground(&course);
    let has = |faults: &[&Fault], id: &str| faults.iter().any(|fault| fault.id == id);
    let seed = seed(ground, 0, 2, |faults| {
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
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let text = |number| fs::read_to_string(file(&machine, number, "nginx.conf")).expect("a file");
    let course = course();
    let shop = seed_of(ground(&course), "shop-wrong-port");
    let chat = seed_of(ground(&course), "chat-host-lost");
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

/// Returns what would give `fault` away.
fn telling(ground: &Ground, fault: &Fault) -> Vec<String> {
    let cause = ground.causes.iter().find(|cause| cause.id == fault.cause);
    let title = cause.map_or_else(String::new, |cause| cause.title.clone());
    vec![
        fault.id.clone(),
        fault.cause.clone(),
        title,
        fault.explain.clone(),
    ]
}

#[test]
fn nothing_on_the_screen_and_in_no_file_gives_the_fault_away() {
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let course = course();
    let ground = ground(&course);
    let exercises: Vec<_> = course
        .exercises
        .iter()
        .map(|it| it.id.to_string())
        .collect();
    for (fault, number) in ground.faults.iter().zip(1..) {
        // A machine may lack what it needs, and then a seed leads elsewhere.
        if !fault.needs.is_empty() {
            continue;
        }
        let drill = sit(&machine, &["--seed", &seed_of(ground, &fault.id)]);
        let mut seen = drill.heard();
        for said in [&["lab", "ps"][..], &["lab", "ps", "--json"]] {
            seen += &machine.says(said);
        }
        seen += &processes::of_folder(&machine.path("")).join("\n");
        let whole: String = ground.system.files().values().cloned().collect();
        let mut folders = vec![
            machine.path("work/drills"),
            machine.path("work/.gradus"),
            machine.path(".local/state/gradus"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                seen += &format!("\n{}\n", entry.path().display());
                match fs::read_to_string(entry.path()) {
                    // What is over is no secret.
                    Ok(_) if entry.file_name() == "drills.json" => {}
                    Ok(text) => seen += &text,
                    Err(_) if entry.path().is_dir() => folders.push(entry.path()),
                    Err(_) => {}
                }
            }
        }
        let telling = telling(ground, fault);
        let telling = telling.iter().filter(|word| !whole.contains(*word));
        for word in telling.chain(exercises.iter()) {
            assert!(!seen.contains(word.as_str()), "{word:?} is in\n{seen}");
        }
        assert!(seen.contains("drill-"), "{seen}");
        machine.gradus(&["drill", "give-up"]);
        drop(drill);
        wait_gone(&machine);
        assert!(number <= ground.faults.len());
    }
}

#[test]
fn a_drill_that_is_killed_leaves_nothing_and_is_taken_up_with_what_was_edited() {
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let course = course();
    let seed = seed_of(ground(&course), "accounts-header-too-big");
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

/// A process that does not outlive its test.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn an_exam_of_two_goes_by_lines_and_ends_with_a_score_in_json() {
    let Some(machine) = Machine::new(None) else {
        return;
    };
    let course = course();
    let ground = ground(&course);
    let seed = seed(ground, 0, 1, |faults| faults[0].needs.is_empty());
    let row = Urn::new(ground, |_| true);
    let first = Seed(seed.parse().expect("a number"));
    let seeds = row.row(Some(first), 2, 1, &std::collections::BTreeSet::new());
    assert_eq!((seeds[0], seeds.len()), (first, 2));
    let mut command = machine.command(&["drill", "--exam", "2", "--seed", &seed, "--json"]);
    command
        .env("NO_COLOR", "1")
        .env("TERM", "dumb")
        .env("COLUMNS", "40");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut exam = Killed(command.spawn().expect("it starts"));
    let mut stdin = exam.0.stdin.take().expect("a pipe");
    let mut stderr = exam.0.stderr.take().expect("a pipe");
    let mut text = String::new();
    let mut read_until = |wanted: &str| {
        let mut bytes = [0; 1024];
        while !text.contains(wanted) {
            let count = stderr.read(&mut bytes).expect("it writes");
            assert!(count > 0, "no {wanted:?} in\n{text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        assert!(!text.contains('\u{1b}'), "{text:?}");
        text = text.split_off(text.find(wanted).expect("it is there") + wanted.len());
    };
    read_until("1 of 2 of the exam");
    read_until("q leaves it for later.");
    stdin.write_all(b"a\n").expect("it reads");
    read_until("17. nginx has no connections left");
    let fault = row.draw(seeds[0], 1)[0];
    writeln!(stdin, "answer {} {}", fault.hop, fault.cause).expect("it reads");
    read_until("Right. Now mend it");
    for name in ["nginx.conf", "services.toml"] {
        mend(&machine, 1, name);
    }
    for service in ["shop", "accounts", "reports", "stock-b", "chat"] {
        writeln!(stdin, "svc restart {service}").expect("it reads");
        read_until(&format!("{service} restarted"));
    }
    stdin.write_all(b"r\n").expect("it reads");
    read_until("nginx ");
    stdin.write_all(b"c\n").expect("it reads");
    read_until("2 of 2 of the exam");
    read_until("q leaves it for later.");
    stdin.write_all(b"give-up\n").expect("it reads");
    let mut record = String::new();
    let mut stdout = exam.0.stdout.take().expect("a pipe");
    stdout.read_to_string(&mut record).expect("UTF-8");
    assert_eq!(exam.0.wait().expect("it ends").code(), Some(0));
    let record: Value = serde_json::from_str(&record).unwrap_or_else(|error| {
        panic!("{error}: {record}");
    });
    assert_eq!(record["score"], serde_json::json!({ "points": 2, "of": 4 }));
    let drills = record["drills"].as_array().expect("drills");
    assert_eq!(drills.len(), 2);
    assert_eq!(drills[0]["faults"][0]["fault"], fault.id.as_str());
    assert_ne!(drills[0]["faults"][0], drills[1]["faults"][0]);
    assert_eq!(record["best"], 1);
    wait_gone(&machine);
}

/// A copy of the course with a lesson's worth of drill, as `change` leaves its file `name`.
fn validated(name: &str, change: impl Fn(&str) -> String) -> Option<String> {
    let machine = Machine::new(None)?;
    let course = machine.path("course");
    let tree = builtin::tree();
    let files = tree
        .below("drill/")
        .map(|(path, text)| (format!("drill/{path}"), text));
    let manifest = "format = 1\nid = 'only-drill'\ntitle = 'Only a drill'\n";
    for (path, text) in files.chain([("course.toml".to_owned(), manifest)]) {
        let text = if path == name {
            change(text)
        } else {
            text.to_owned()
        };
        let path = course.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    Some(machine.says(&["validate", &course.to_string_lossy()]))
}

#[test]
fn validate_proves_every_fault_and_every_pair_of_the_drill() {
    let Some(said) = validated("", str::to_owned) else {
        return;
    };
    assert!(!said.contains("drill/"), "{said}");
    assert!(
        said.contains("faults tried, and ") && said.contains(" pairs"),
        "{said}"
    );
}

#[test]
fn validate_tells_a_fault_that_does_not_show_and_one_that_no_probe_notices() {
    let shown = validated("drill/drill.toml", |text| {
        text.replace("upstream timed out", "upstream fell asleep")
    });
    let Some(shown) = shown else { return };
    let with = "with `reports-read-timeout`, the symptom of `reports-read-timeout` does not show";
    assert!(shown.contains(with), "{shown}");
    let unseen = validated("drill/probes.toml", |text| {
        let start = text.find("[[probe]]\nname = \"payments").expect("a probe");
        let end = start + text[start + 1..].find("[[probe]]").expect("another") + 1;
        text[..start].to_owned() + &text[end..]
    });
    let unseen = unseen.expect("nginx was there before");
    assert!(
        unseen.contains("no probe notices the fault `shop-said-502`"),
        "{unseen}"
    );
}

#[test]
fn validate_tells_what_does_not_fit_with_its_line() {
    let said = validated("drill/drill.toml", |text| {
        let text = text.replace("cause = \"crash\"", "cause = \"clash\"");
        text.replace(
            "from = \"proxy_buffer_size 8k;\"",
            "from = \"proxy_set_header\"",
        )
    });
    let Some(said) = said else { return };
    assert!(
        said.contains("fault `reports-crash`: no cause is called `clash`"),
        "{said}"
    );
    let misfit = "an edit of `accounts-header-too-big` does not fit: its piece is 8 times";
    assert!(said.contains(misfit), "{said}");
    assert!(said.contains("drill/drill.toml:"), "{said}");
}
