//! Hostile versions of the other files of a lab that a learner hands in: none leads out of the lab, and nothing
//! outside it is read into a report.

use gradus::kinds::KINDS;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use gradus::check::{Outcome, Verdict};
use gradus::course::{self, builtin};

use crate::lab::context;
use crate::lab_kills::solution;

/// What no report may hold.
const SECRET: &str = "worker_processes hush-4711;";

/// Checks the solution of `exercise` after `change` was done to its folder.
fn check(exercise: &str, change: impl FnOnce(&Path)) -> Outcome {
    let context = context();
    let folder = tempfile::tempdir().expect("a folder");
    solution(exercise, folder.path());
    change(folder.path());
    let (course, _) = course::load(&builtin::tree(), KINDS);
    let exercise = course.exercise(&exercise.parse().expect("a name"));
    let task = &exercise.expect("the lab").task();
    task.check_folder(folder.path(), &context)
        .expect("a verdict")
}

/// Checks the solution of `exercise` with `text` in place of its file `name`.
fn with(exercise: &str, name: &str, text: &str) -> Outcome {
    check(exercise, |folder| {
        fs::write(folder.join(name), text).expect("a file");
    })
}

fn service(line: &str) -> String {
    format!("[[service]]\nname = \"shop\"\n{line}\n")
}

#[test]
fn a_service_does_not_leave_its_lab() {
    let outside = tempfile::tempdir().expect("a folder");
    let outside_socket = format!("address = 'unix:{}/x.sock'", outside.path().display());
    let texts = [
        service("address = '10.0.0.1:3000'"),
        service("address = '0.0.0.0:0'"),
        service("address = '[::ffff:10.0.0.1]:3000'"),
        service("address = 'example.com:80'"),
        service("address = '127.0.0.1:0'"),
        service("address = '127.0.0.1:8080'"),
        service("address = 'unix:../x.sock'"),
        service("address = 'unix:run/../../x.sock'"),
        service(&outside_socket),
        service("command = 'touch x'"),
        "[[service]]\nname = '../shop'\n".to_owned(),
        "[[service]]\nname = \"shop\\u001b[2J\"\n".to_owned(),
        "a = [".repeat(10_000),
        "# more\n".repeat((10 << 20) / 7 + 1),
    ];
    for text in texts {
        let shown: String = text.chars().take(80).collect();
        let outcome = with("worker-limit", "services.toml", &text);
        assert_eq!(outcome.verdict(), Verdict::CompileError, "{shown}");
        assert!(outcome.phases.is_empty(), "{shown}: something was started");
        assert!(!format!("{outcome:?}").contains("\\u{1b}"), "{shown}");
    }
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

/// Who listens on every address of a server listens on loopback addresses alone in a lab.
#[test]
fn a_service_is_found_where_it_would_be_on_a_server() {
    for (service_at, passed_to) in [
        ("0.0.0.0:3000", "127.0.0.1:3000"),
        ("0.0.0.0:3000", "0.0.0.0:3000"),
        ("0.0.0.0:3000", "localhost:3000"),
        ("[::]:3000", "127.0.0.1:3000"),
        ("[::]:3000", "[::1]:3000"),
        ("[::1]:3000", "[::]:3000"),
        ("[::1]:3000", "localhost:3000"),
        ("127.0.0.1:3000", "localhost:3000"),
        ("localhost:3000", "127.0.0.1:3000"),
        ("localhost:3000", "[::1]:3000"),
    ] {
        let outcome = check("wrong-address", |folder| {
            let change = |name: &str, from: &str, to: &str| {
                let file = folder.join(name);
                let text = fs::read_to_string(&file).expect("a file");
                fs::write(file, text.replacen(from, to, 1)).expect("a file");
            };
            let solution = fs::read_to_string(folder.join("nginx.conf")).expect("a file");
            let (_, passed) = solution
                .split_once("proxy_pass http://")
                .expect("an address");
            let (passed, _) = passed.split_once(';').expect("its end");
            change("nginx.conf", passed, passed_to);
            change("services.toml", "[::1]:3000", service_at);
        });
        let shown = format!("{service_at}, {passed_to}: {outcome:#?}");
        assert_eq!(outcome.verdict(), Verdict::Passed, "{shown}");
    }
}

/// Nine probes that each look for a line of the access log.
#[test]
fn where_nothing_listens_no_line_of_a_log_is_waited_for() {
    let text = "events {}\nhttp {}\n";
    let outcome = with("split-the-502-rate", "nginx.conf", text);
    assert_eq!(outcome.verdict(), Verdict::Failed);
    let probing: Duration = outcome.phases.iter().map(|phase| phase.duration).sum();
    assert!(probing < Duration::from_secs(5), "{probing:?}");
}

#[test]
fn a_character_that_cannot_be_seen_is_named_in_every_file() {
    let told = |outcome: &Outcome| format!("{:?}{:?}", outcome.diagnostics, outcome.tests);
    let quotes = with(
        "worker-limit",
        "services.toml",
        "[[service]]\nname = “shop”\n",
    );
    assert!(
        told(&quotes).contains("line 2 has a typographic quote (U+201C)"),
        "{quotes:#?}"
    );
    let space = with(
        "worker-limit",
        "services.toml",
        &service("\u{a0}start = true"),
    );
    assert!(
        told(&space).contains("line 3 has a no-break space (U+00A0)"),
        "{space:#?}"
    );
    let rules = "[[rule]]\ncause = 'app-down'\nerror =\u{a0}'refused'\n";
    let rules = with("classify-the-log", "rules.toml", rules);
    assert!(
        told(&rules).contains("line 3 has a no-break space (U+00A0)"),
        "{rules:#?}"
    );
    let mark = with("app-down", "runbook.sh", "\u{feff}svc start shop\n");
    assert!(
        told(&mark).contains("the file begins with a byte-order mark"),
        "{mark:#?}"
    );
}

#[test]
fn rules_that_mean_harm_are_read_within_bounds() {
    let texts = [
        "[[rule]]\ncause = \"\\u001b[2J\"\nerror = 'x'\n".to_owned(),
        "[[rule]]\ncause = 'app-down'\nerror = ''\n".to_owned(),
        "x = [".repeat(10_000),
        "# more\n".repeat((10 << 20) / 7 + 1),
    ];
    for text in texts {
        let shown: String = text.chars().take(80).collect();
        let outcome = with("classify-the-log", "rules.toml", &text);
        assert_eq!(outcome.verdict(), Verdict::CompileError, "{shown}");
        assert!(outcome.phases.is_empty(), "{shown}: something was started");
        assert!(!format!("{outcome:?}").contains("\\u{1b}"), "{shown}");
    }
}

/// The commands of a lab act on this lab, whatever they are told.
#[test]
fn the_words_of_a_runbook_act_on_its_lab_alone() {
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("x").display().to_string();
    let lines = [
        format!("nginx -c {file}"),
        format!("nginx -p {file}"),
        format!("nginx -g 'pid {file};'"),
        format!("nginx -e {file}"),
        "nginx -s ../../x".to_owned(),
        "svc start ../../x".to_owned(),
        "svc start '*'".to_owned(),
    ];
    for line in lines {
        let text = format!("svc start shop\n{line}\n");
        let outcome = with("app-down", "runbook.sh", &text);
        assert_eq!(outcome.verdict(), Verdict::Failed, "{line}");
        let told = format!("{:?}", outcome.tests);
        assert!(told.contains("runbook.sh:2: "), "{line}: {told}");
    }
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

#[test]
fn nothing_outside_the_lab_is_read_into_a_report() {
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret.conf");
    fs::write(&secret, SECRET).expect("a file");
    let files = [
        ("wrong-port", "nginx.conf"),
        ("worker-limit", "services.toml"),
        ("classify-the-log", "rules.toml"),
        ("app-down", "runbook.sh"),
    ];
    let mut outcomes = Vec::new();
    for (exercise, name) in files {
        let linked = check(exercise, |folder| {
            fs::remove_file(folder.join(name)).expect("a file");
            symlink(&secret, folder.join(name)).expect("a link");
        });
        outcomes.push((name.to_owned(), linked));
    }
    let lines = [
        "include SECRET;",
        "http { include SECRET; }",
        "http { map $uri $x { include SECRET; } }",
        "http { server { listen 127.0.0.1:8080; ssl_certificate SECRET; } }",
        "http { server { listen 127.0.0.1:8080; auth_basic_user_file SECRET; } }",
        "http { server { listen 127.0.0.1:8080; location / { alias SECRET; } } }",
        "http { server { listen 127.0.0.1:8080; location / { root OUTSIDE; } } }",
    ];
    for line in lines {
        let text = line
            .replace("SECRET", &secret.to_string_lossy())
            .replace("OUTSIDE", &outside.path().to_string_lossy());
        let text = format!("events {{ }}\n{text}\n");
        let outcome = with("wrong-port", "nginx.conf", &text);
        outcomes.push((line.to_owned(), outcome));
    }
    for (what, outcome) in outcomes {
        assert_ne!(outcome.verdict(), Verdict::Passed, "{what}");
        assert!(!format!("{outcome:?}").contains("hush-4711"), "{what}");
    }
    let left = fs::read_dir(outside.path()).expect("a folder").count();
    assert_eq!(left, 1, "something was written");
}
