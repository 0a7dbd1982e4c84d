//! `gradus lab`: labs that stay up, the commands `nginx` and `svc`, and runbooks.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::harness::Extent;
use crate::machine::{DEADLINE, Machine, get};
use crate::processes;
use crate::pty::PASTE;

/// Returns the address `127.0.0.1` with the port that stands for `port`.
fn at(machine: &Machine, port: u16) -> String {
    format!("127.0.0.1:{}", machine.port(port))
}

fn mend(machine: &Machine) {
    let file = machine.exercise("wrong-port/nginx.conf");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(file, text.replace(&at(machine, 3001), &at(machine, 3000))).expect("a file");
}

#[test]
fn a_learner_sees_a_502_mends_it_reloads_and_checks() {
    let machine = Machine::new(&["wrong-port"]);
    let mut lab = machine.up("wrong-port");
    lab.wait_for(&format!("http://{}/", at(&machine, 8080)));
    lab.wait_for(&(at(&machine, 3000) + "  running"));
    assert!(get(machine.port(8080)).starts_with("HTTP/1.1 502 "));
    lab.wait_for("Connection refused");
    lab.send("?");
    lab.wait_for("Enter back");
    lab.wait_gone("Connection refused");
    lab.send("q");
    lab.wait_for("  running");
    mend(&machine);
    lab.wait_for("nginx still runs what it read");
    assert!(get(machine.port(8080)).starts_with("HTTP/1.1 502 "));
    lab.send("r");
    lab.wait_for("nginx has read it.");
    assert!(get(machine.port(8080)).contains("shop answers GET /"));
    lab.send("c");
    lab.wait_for("Passed: The wrong port");
    lab.send("q");
    assert_eq!(lab.wait_end(), 0);
    assert!(lab.is_restored());
    machine.wait_gone(DEADLINE);
}

#[test]
fn another_terminal_sees_the_lab_reloads_it_and_ends_it() {
    let machine = Machine::new(&["wrong-port"]);
    let mut lab = machine.up("wrong-port");
    let ps = machine.says(&["lab", "ps"]);
    assert!(ps.contains("wrong-port") && ps.contains("master"), "{ps}");
    let second = machine.gradus(&["lab", "up", "wrong-port"]);
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2));
    assert!(words.contains("is up already: process"), "{words}");
    get(machine.port(8080));
    lab.wait_for("Connection refused");
    let logs = machine.says(&["lab", "logs"]);
    assert!(logs.contains(&at(&machine, 3001)), "{logs}");
    let conf = machine.exercise("wrong-port/nginx.conf");
    let good = fs::read_to_string(&conf).expect("a file");
    fs::write(&conf, good.replace("proxy_pass", "proxy_pas")).expect("a file");
    let reload = machine.gradus(&["lab", "reload"]);
    let words = String::from_utf8_lossy(&reload.stderr).into_owned();
    assert_eq!(reload.status.code(), Some(1), "{words}");
    assert!(
        words.contains("proxy_pas") && words.contains("keeps its previous"),
        "{words}"
    );
    fs::write(&conf, good).expect("a file");
    mend(&machine);
    let said = machine.says(&["lab", "reload", "wrong-port"]);
    assert!(said.contains("has read its configuration"), "{said}");
    lab.wait_for("nginx was reloaded from elsewhere");
    assert!(get(machine.port(8080)).starts_with("HTTP/1.1 200 "));
    assert!(machine.says(&["lab", "down"]).contains("is down"));
    assert_eq!(lab.wait_end(), 0);
    assert_eq!(machine.gradus(&["lab", "logs"]).status.code(), Some(4));
    machine.wait_gone(DEADLINE);
}

/// A pasted line holds the keys of a lab's screen, `q` among them.
#[test]
fn a_paste_does_nothing_to_a_lab() {
    for size in [(80, 24), (40, 20)] {
        let machine = Machine::new(&["wrong-port"]);
        let mut lab = machine.pty(&["lab", "up", "wrong-port"], &[], size);
        lab.wait_for("c check");
        lab.send(PASTE);
        lab.wait_for("A paste is text");
        lab.send("s");
        lab.wait_for("stop shop");
        lab.send(PASTE);
        processes::wait_until("the paste in the choice was read", || {
            lab.heard().matches("A paste is text").count() == 2
        });
        lab.send("\x1b");
        lab.wait_for("Nothing was done.");
        assert!(get(machine.port(8080)).starts_with("HTTP/1.1 502 "));
        lab.send("q");
        assert_eq!(lab.wait_end(), 0);
        assert!(lab.is_restored());
        let heard = lab.heard();
        for done in ["has read it", "tests passed", "was stopped", "was started"] {
            assert!(!heard.contains(done), "{done} in {heard}");
        }
        machine.wait_gone(DEADLINE);
    }
}

#[test]
fn a_lab_that_is_killed_leaves_nothing_but_a_note_that_goes() {
    let machine = Machine::new(&["wrong-port"]);
    for stopped in [false, true] {
        let lab = machine.up("wrong-port");
        if stopped {
            let bin = fs::read_dir(machine.path("tmp")).expect("a folder");
            let bin = bin.flatten().next().expect("the lab").path().join("bin");
            assert!(run(&bin.join("nginx"), &["-s", "stop"]).status.success());
        }
        lab.signal(rustix::process::Signal::KILL);
        machine.wait_gone(Duration::from_secs(3));
        let ps = machine.says(&["lab", "ps"]);
        assert!(ps.starts_with("No lab is up."), "{ps}");
        let notes = machine.path(".local/state/gradus/labs");
        assert_eq!(fs::read_dir(notes).expect("a folder").count(), 0);
    }
}

#[test]
fn the_footer_tells_of_an_nginx_that_was_killed() {
    let machine = Machine::new(&["wrong-port"]);
    let lab = machine.up("wrong-port");
    lab.wait_for("nginx runs");
    let ps = machine.gradus(&["lab", "ps", "--json"]);
    let ps: serde_json::Value = serde_json::from_slice(&ps.stdout).expect("JSON");
    let master = ps["labs"][0]["nginx"]["master"].as_i64().expect("an id");
    let id = i32::try_from(master).ok();
    let id = id.and_then(rustix::process::Pid::from_raw).expect("an id");
    rustix::process::kill_process(id, rustix::process::Signal::KILL).expect("it runs");
    lab.wait_for("nginx is stopped");
}

#[test]
fn a_lab_outlives_a_port_that_is_taken_meanwhile() {
    let machine = Machine::new(&["wrong-port"]);
    let lab = machine.up("wrong-port");
    lab.wait_for("nginx runs");
    let folder = fs::read_dir(machine.path("tmp")).expect("a folder");
    let folder = folder.flatten().next().expect("the lab").path();
    let nginx = folder.join("bin/nginx");
    assert!(run(&nginx, &["-s", "stop"]).status.success());
    let taken = TcpListener::bind(at(&machine, 8080)).expect("a free port");
    let said = run(&nginx, &[]);
    let words = String::from_utf8_lossy(&said.stderr).into_owned();
    let bind = format!(
        "[emerg] bind() to {} failed (98: Address already in use)",
        at(&machine, 8080)
    );
    assert_eq!(words.matches(&bind).count(), 1, "{words}");
    assert_eq!(said.status.code(), Some(1), "{words}");
    drop(taken);
    assert!(run(&nginx, &[]).status.success(), "the lab is still there");
    assert!(get(machine.port(8080)).starts_with("HTTP/1.1 502 "));
}

#[expect(clippy::disallowed_methods, reason = "the learner's shell does so")]
fn run(program: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .output()
        .expect("it runs")
}

#[test]
fn another_port_stands_for_one_that_is_taken() {
    let machine = Machine::new(&["wrong-port"]);
    let stranger = TcpListener::bind(at(&machine, 8080)).expect("nobody is there");
    let mut lab = machine.up("wrong-port");
    lab.wait_for(&format!("in place of port {}", machine.port(8080)));
    let ps = machine.gradus(&["lab", "ps", "--json"]);
    let ps: serde_json::Value = serde_json::from_slice(&ps.stdout).expect("JSON");
    let port = ps["labs"][0]["ports"][0][1].as_u64().expect("a port");
    let port = u16::try_from(port).expect("a port");
    assert!(get(port).starts_with("HTTP/1.1 502 "));
    lab.wait_for(&format!("http://127.0.0.1:{port}/"));
    // The log speaks of the ports that the learner knows.
    lab.wait_for(&format!("host: \"{}\"", at(&machine, 8080)));
    lab.send("q");
    lab.wait_end();
    drop(stranger);
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
fn without_a_terminal_the_log_is_written_until_a_signal_comes() {
    let machine = Machine::new(&["wrong-port"]);
    let mut command = machine.command(&["lab", "up", "wrong-port"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut lab = Killed(command.spawn().expect("it starts"));
    let mut stdout = lab.0.stdout.take().expect("a pipe");
    let mut text = String::new();
    let mut read_until = |wanted: &str| {
        while !text.contains(wanted) {
            let mut bytes = [0; 1024];
            let count = stdout.read(&mut bytes).expect("it writes");
            assert!(count > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        assert!(!text.contains('\u{1b}'));
    };
    read_until(&format!("http://{}/", at(&machine, 8080)));
    get(machine.port(8080));
    read_until("Connection refused");
    let id = i32::try_from(lab.0.id()).ok();
    let id = id.and_then(rustix::process::Pid::from_raw).expect("an id");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
    assert_eq!(lab.0.wait().expect("it ends").code(), Some(143));
    machine.wait_gone(DEADLINE);
}

#[test]
fn what_is_done_in_the_lab_is_judged_and_written_down() {
    let machine = Machine::of_fixture();
    let mut lab = machine.up("start-the-shop");
    lab.wait_for(&(at(&machine, 3000) + "  stopped"));
    let check = machine.gradus(&["check", "start-the-shop"]);
    assert_eq!(check.status.code(), Some(1));
    lab.send("s");
    lab.wait_for("svc start shop");
    lab.send("\r");
    lab.wait_for("shop started");
    lab.send("w");
    lab.wait_for("Added to runbook.sh: svc start shop");
    let check = machine.says(&["check", "start-the-shop"]);
    assert!(check.contains("Passed: Start the shop"), "{check}");
    lab.send("q");
    assert_eq!(lab.wait_end(), 0);
    // And now from the runbook, in a fresh lab.
    let check = machine.says(&["check", "start-the-shop"]);
    assert!(check.contains("Passed: Start the shop"), "{check}");
}

/// What is handed in is graded: the lab that is up may be anybody's.
#[test]
fn a_grading_does_not_ask_the_lab_that_is_up() {
    let machine = Machine::of_fixture();
    let mut lab = machine.up("start-the-shop");
    lab.send("s");
    lab.wait_for("svc start shop");
    lab.send("\r");
    lab.wait_for("shop started");
    let check = machine.says(&["check", "start-the-shop"]);
    assert!(check.contains("Passed: Start the shop"), "{check}");
    let grade = ["grade", "work", "--learner", "ada", "--course", "course"];
    let said = machine.says(&[&grade[..], &["--out", "out", "--sandbox", "none"]].concat());
    let results = fs::read_to_string(machine.path("out/results.jsonl"));
    let results = results.unwrap_or_else(|_| panic!("{said}"));
    assert!(
        results.contains("\"verdict\":\"failed\",\"score\":0"),
        "{results}"
    );
}

#[test]
fn a_runbook_is_replayed_in_a_fresh_lab() {
    let machine = Machine::of_fixture();
    let (code, said) = machine.runbook("# nothing yet\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Failed: Start the shop"), "{said}");
    assert!(said.contains("gradus lab up start-the-shop"), "{said}");
    let (code, said) = machine.runbook("svc status\n\nsvc start shp\nls\n");
    assert_eq!(code, Some(1));
    let line = "runbook.sh:3: svc start shp: svc: there is no service `shp`";
    assert!(said.contains(line), "{said}");
    let script = "for name in shop\ndo\n  svc start $name\ndone\n\
                  test \"$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/)\" = 200\n\
                  nginx -t && nginx -s reload\nsleep 1000 &\n";
    let (code, said) = machine.runbook(&machine.with_ports(script));
    assert_eq!(code, Some(0), "{said}");
    machine.wait_gone(DEADLINE);
    let left = processes::of_folder(&machine.path(""));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_runbook_that_sleeps_or_loops_is_ended() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let machine = Machine::of_fixture();
    let (code, said) = machine.runbook("while :; do :; done\n");
    assert_eq!(code, Some(1));
    assert!(said.contains("runbook.sh:1: while :;"), "{said}");
    let (code, said) = machine.runbook("svc start shop\nsleep 2000\n");
    assert_eq!(code, Some(1));
    let words = "runbook.sh:2: sleep 2000: not done within 30 s";
    assert!(said.contains(words), "{said}");
    machine.wait_gone(DEADLINE);
}
