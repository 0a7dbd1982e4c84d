//! Two labs from the first 502 to the pass, as a learner does them in two terminals: with the programs of the
//! machine, and without nginx, `curl` and `ss`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::machine::{DEADLINE, Machine, get};
use crate::pty::Pty;

/// Prints the status that a customer gets, and a word that the command itself does not show.
const STATUS: &str = "curl -s -o /dev/null -w '%{http_code}'-status $URL; echo\r";

#[test]
fn on_a_bare_machine_the_wrong_port_is_found_and_mended() {
    wrong_port(&Machine::bare("wrong-port"));
}

#[test]
fn with_the_programs_of_this_machine_the_wrong_port_is_found_and_mended() {
    wrong_port(&Machine::new(&["wrong-port"]));
}

#[test]
fn on_a_bare_machine_the_app_that_is_down_is_started() {
    app_down(&Machine::bare("app-down"));
}

#[test]
fn with_the_programs_of_this_machine_the_app_that_is_down_is_started() {
    app_down(&Machine::new(&["app-down"]));
}

fn wrong_port(machine: &Machine) {
    let mut lab = machine.up("wrong-port");
    lab.wait_for(&machine.with_ports("http://127.0.0.1:8080/"));
    let mut shell = shell(machine);
    shell.send("curl -i $URL\r");
    shell.wait_for("502 Bad Gateway");
    shell.send("tail -n 2 $LOGS/error.log\r");
    shell.wait_for("Connection refused");
    shell.wait_for(&machine.with_ports("upstream: \"http://127.0.0.1:3001/\""));
    shell.send(&machine.with_ports("ss -ltn | grep :3000\r"));
    shell.wait_for("LISTEN");
    shell.send(&machine.with_ports("sed -i s/:3001/:3000/ nginx.conf\r"));
    // A saved file is not a running one, and nobody says so.
    lab.wait_for("nginx still runs what it read");
    lab.wait_for("nginx.conf not reloaded");
    shell.send(STATUS);
    shell.wait_for("502-status");
    let unread = "the lab that is up has not read this file: `gradus lab reload wrong-port`";
    let check = machine.says(&["check", "wrong-port"]);
    assert!(check.contains(unread), "{check}");
    shell.send("nginx -t && nginx -s reload\r");
    shell.wait_for("test is successful");
    lab.wait_for("nginx was reloaded from elsewhere.");
    lab.wait_gone("nginx.conf not reloaded");
    shell.send("curl -i $URL\r");
    shell.wait_for("200 OK");
    shell.wait_for("shop answers GET /");
    leave(&mut shell);
    let check = machine.says(&["check", "wrong-port"]);
    assert!(check.contains("Passed: The wrong port"), "{check}");
    assert!(!check.contains(unread), "{check}");
    end(&mut lab, machine);
}

fn app_down(machine: &Machine) {
    let mut lab = machine.up("app-down");
    lab.wait_for(&machine.with_ports("127.0.0.1:3000  stopped"));
    lab.wait_for("customers get 502");
    let mut shell = shell(machine);
    shell.send("curl -i $URL\r");
    shell.wait_for("502 Bad Gateway");
    shell.send("tail -n 4 $LOGS/error.log\r");
    shell.wait_for("Connection refused");
    shell.send("svc status\r");
    shell.wait_for(&machine.with_ports("shop         stopped  127.0.0.1:3000"));
    shell.send(&machine.with_ports("ss -ltn | grep :3000 || echo nobody'-there'\r"));
    shell.wait_for("nobody-there");
    shell.send("svc start shop\r");
    shell.wait_for("shop started");
    lab.wait_for("shop was started from elsewhere.");
    lab.wait_for("customers get 200");
    shell.send("curl -i $URL\r");
    shell.wait_for("shop answers GET /");
    leave(&mut shell);
    // A check takes the shop away, and puts it back: the second finds what the first found.
    for _ in 0..2 {
        let check = machine.says(&["check", "app-down"]);
        assert!(check.contains("Passed: Nothing is listening"), "{check}");
        lab.wait_for("shop running · customers get 200");
    }
    end(&mut lab, machine);
}

/// Returns a second terminal in the lab.
fn shell(machine: &Machine) -> Pty {
    let shell = machine.terminal(&["lab", "shell"]);
    shell.wait_for("exit leaves it.");
    shell.wait_for("(lab ");
    shell
}

fn leave(shell: &mut Pty) {
    shell.send("exit\r");
    assert_eq!(shell.wait_end(), 0);
}

fn end(lab: &mut Pty, machine: &Machine) {
    lab.send("q");
    assert_eq!(lab.wait_end(), 0);
    assert!(lab.is_restored());
    machine.wait_gone(DEADLINE);
}

#[test]
fn what_cannot_be_undone_in_a_lab_is_told_at_every_check() {
    let machine = Machine::new(&["app-down"]);
    let mut lab = machine.up("app-down");
    assert!(machine.gradus(&["lab", "reload"]).status.success());
    let mut shell = shell(&machine);
    shell.send("svc start shop\r");
    shell.wait_for("shop started");
    for _ in 0..2 {
        let check = machine.says(&["check", "app-down"]);
        assert!(
            check.contains("nginx's workers are not those that ran at the start"),
            "{check}"
        );
        assert!(
            check.contains("this lab remembers what was done to it"),
            "{check}"
        );
    }
    leave(&mut shell);
    end(&mut lab, &machine);
}

#[test]
fn what_can_still_be_done_in_a_lab_is_not_called_past() {
    let machine = Machine::new(&["reload-without-loss"]);
    let mut lab = machine.up("reload-without-loss");
    let check = machine.says(&["check", "reload-without-loss"]);
    assert!(!check.contains("this lab remembers"), "{check}");
    end(&mut lab, &machine);
}

#[test]
fn another_server_in_the_place_of_the_shop_is_found_out() {
    let machine = Machine::new(&["app-down"]);
    let mut lab = machine.up("app-down");
    // A lab holds a port that nobody listens on, but not against somebody who insists.
    let impostor = Impostor::at(machine.port(3000));
    if impostor.is_some() {
        lab.wait_for("customers get 200");
        assert!(get(machine.port(8080)).contains("shop answers GET /"));
    }
    let check = machine.gradus(&["check", "app-down"]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    drop(impostor);
    end(&mut lab, &machine);
}

/// Answers as the shop does, as far as a stranger can know.
struct Impostor {
    port: u16,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Impostor {
    fn at(port: u16) -> Option<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).ok()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stopping);
        let answer = move || {
            for stream in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                stream.map(answer_once).ok();
            }
        };
        let thread = Some(thread::spawn(answer));
        Some(Self {
            port,
            stopping,
            thread,
        })
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // It waits for a connection.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
        self.thread.take().map(JoinHandle::join);
    }
}

fn answer_once(mut stream: TcpStream) {
    let answer = "HTTP/1.1 200 OK\r\nX-Served-By: shop\r\nContent-Length: 28\r\n\
                  Connection: close\r\n\r\nshop answers GET /\nreceipt 7\n";
    let read = stream.read(&mut [0; 1024]);
    // Whoever asked may have gone.
    read.and_then(|_| stream.write_all(answer.as_bytes())).ok();
}
