//! Gradus reports about a configuration what nginx reports, in the same words each time.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use gradus::check::{Outcome, TestVerdict, Verdict};
use gradus::kinds::gateway::lab::Nginx;
use gradus::kinds::gateway::lab::config::{ConfigError, rules};
use gradus::text::visible;

use crate::lab::{check, check_folder, context, solution};

/// How often a file is checked whose verdict once depended on who came first.
const AGAIN: usize = 6;

/// Configurations that listen nowhere, each with what nginx says of it; nothing where it takes the file.
const NOWHERE: [(&str, &str); 8] = [
    ("", "no \"events\" section in configuration"),
    ("# Nothing yet.\n", "no \"events\" section in configuration"),
    ("events {}\n", ""),
    ("events {}\nhttp {}\n", ""),
    ("http {}\n", "no \"events\" section in configuration"),
    (
        "location / {\n    proxy_pass http://localhost:3000;\n}\n",
        "\"location\" directive is not allowed here in nginx.conf:1",
    ),
    (
        "\nproxy_redirect http://$proxy_host:8000/ /;\n",
        "\"proxy_redirect\" directive is not allowed here in nginx.conf:2",
    ),
    (
        "events {}\nhttp {\n    location / { return 204; }\n}\n",
        "\"location\" directive is not allowed here in nginx.conf:3",
    ),
];

fn told(outcome: &Outcome) -> String {
    let Outcome {
        diagnostics,
        forbidden,
        tests,
        ..
    } = outcome;
    format!("{diagnostics:#?}{forbidden:#?}{tests:#?}")
}

#[test]
fn a_file_that_listens_nowhere_has_one_verdict() {
    let context = context();
    for (text, says) in NOWHERE {
        let outcomes = (0..AGAIN).map(|_| check(text, &context).expect("a verdict"));
        let outcomes: Vec<_> = outcomes.collect();
        let first = &outcomes[0];
        if says.is_empty() {
            assert_eq!(first.verdict(), Verdict::Failed, "{text}");
            let result = &first.tests[0].result;
            assert_eq!(result.verdict, TestVerdict::Failed, "{text}: {first:#?}");
            let got = result.values.got.as_deref();
            let nobody = "connection refused: nothing listens on 127.0.0.1:8080";
            assert_eq!(got, Some(nobody), "{text}");
        } else {
            assert_eq!(first.verdict(), Verdict::CompileError, "{text}");
            assert_eq!(first.diagnostics[0].text, format!("nginx: [emerg] {says}"));
        }
        for outcome in &outcomes {
            assert_eq!(told(outcome), told(first), "{text}");
        }
    }
}

/// Configurations that nginx does not take, each for one reason that Gradus finds before nginx is started:
/// whatever can be found so stands here once.
const REFUSED: [&str; 41] = [
    // Marks and words.
    "events {}\nhttp {",
    "events {}\nhttp {\n server {\n",
    "events {}\n}\n",
    "events {}\nuse poll }\n",
    "events {\n worker_connections 64\n}\n",
    ";\n",
    "events {}\n;\n",
    "events {\n;}\n",
    "{\n",
    "events {\n{}}\n",
    "events {}\nworker_processes 1",
    "events {}\nworker_processes\n1\n",
    "events {}\nworker_processes '1;\n",
    "events {}\nworker_processes \"1\"2;\n",
    "events {}\nworker_processes '1'\u{e9};\n",
    "events {}\nworker_processes \"1\"",
    "events {}\nworker_processes \"1LONG;\n",
    "events {}\nworker_processes\n '1LONG;\n\n",
    "events {}\nworker_processes 1LONG;\n",
    "events {}\n# LONG\n",
    "events {}\nworker_processes 1LONG",
    // Names of directives.
    "events {}\nworker_proceses 1;\n",
    "evnts {}\n",
    "events {}\nworker_proceses\n  1\n  ;\n",
    "events {}\nhttp { servr {\n listn 80; }}\n",
    "events {}\nproxy_pass:\n http://127.0.0.1:3000;\n",
    "\u{feff}# The gateway.\nevents {}\n",
    "\u{feff}events {}\n",
    "events {}\nworker_processes\u{a0}1;\n",
    "events {}\n“worker_processes” 1;\n",
    // Addresses.
    "IN proxy_pass http://shop.invalid:3000; OUT",
    "IN proxy_pass\n http://shop.test/a\n ; OUT",
    "IN proxy_pass HTTP://Shop.Test; OUT",
    "IN proxy_pass shop.test:3000; OUT",
    "IN proxy_pass http://::1:3000/a; OUT",
    "IN proxy_pass ::1:3000; OUT",
    "IN fastcgi_pass shop.test:9000; OUT",
    "IN resolver\nshop.test:53; OUT",
    "IN resolver ::1:53; OUT",
    "events {} http { upstream a {\nserver shop.test:3000 weight=2; } }\n",
    "events {} http { upstream a {\nserver ::1:3000\n; } }\n",
];

/// Further ones, for more reasons than one: nginx ends at the first that it comes to.
const REFUSED_TWICE: [&str; 3] = [
    "IN proxy_pass http://shop.test;\n } location /a { proxy_pas http://shop.invalid; OUT",
    "IN proxy_pass http://shop.test;\n } location /a { proxy_pass http://shop.invalid; OUT",
    "events {}\nworker_proceses 1;\nevnts {}\n",
];

fn whole(text: &str) -> String {
    let before = "events {}\nhttp {\n server {\n listen 127.0.0.1:8080;\n location / {";
    text.replace("IN ", before)
        .replace(" OUT", "\n }\n }\n}\n")
        .replace("LONG", &"x".repeat(5_000))
}

/// Returns what the nginx that labs run says of `text`, with the line, as a terminal shows it.
#[expect(clippy::disallowed_methods, reason = "nginx is asked without Gradus")]
fn nginx_says(text: &str, nginx: &Nginx) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nginx.conf");
    fs::create_dir(folder.path().join("logs")).expect("a folder");
    fs::write(&file, text).expect("a file");
    let asked = Command::new(nginx.program())
        .args(["-t", "-e", "stderr", "-p"])
        .arg(folder.path())
        .arg("-c")
        .arg(&file)
        .args(["-g", "pid logs/nginx.pid; error_log logs/error.log;"])
        .output();
    let said = asked.expect("it runs").stderr;
    let said = String::from_utf8_lossy(&said).replace(&*file.to_string_lossy(), "nginx.conf");
    let fault = said.lines().find_map(|line| line.split_once("[emerg] "));
    let (_, message) = fault.unwrap_or_else(|| panic!("{text}: {said}"));
    // The process has a number where nginx has opened its log.
    let message = match message.split_once('#') {
        Some((id, rest)) if id.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.split_once(": ").expect("a message").1
        }
        _ => message,
    };
    visible(message)
}

#[test]
fn what_is_said_in_the_name_of_nginx_is_what_nginx_says() {
    let nginx = Nginx::find(&context()).expect("nginx");
    for text in REFUSED.iter().chain(&REFUSED_TWICE) {
        let text = whole(text);
        let (_, faults) = rules::read(&text, None, &BTreeSet::new());
        assert_eq!(faults.len(), 1, "{text}: {faults:#?}");
        let fault = &faults[0];
        assert!(!fault.is_harmful(), "{text}: {fault:#?}");
        let told = fault.text();
        let told = told.lines().next().expect("a line");
        let says = format!("nginx: [emerg] {}", nginx_says(&text, &nginx));
        assert_eq!(told, says, "{text}");
    }
}

/// Each is good for nginx, or bad in words that a lab never hears.
#[test]
fn what_a_lab_alone_refuses_is_not_said_in_the_name_of_nginx() {
    let deep = format!(
        "events {{}}\nhttp {{{}{}}}\n",
        "a {".repeat(13),
        "}".repeat(13)
    );
    for text in [
        deep.as_str(),
        "events {}\nnever_heard_of 1;\n",
        "IN proxy_pass http://10.0.0.1; OUT",
        "IN proxy_pass https://shop.test; OUT",
        "events {} http { upstream a { server 127.0.0.1:1; } IN",
    ] {
        let text = if text.ends_with("IN") {
            text.replace(
                "IN",
                "server { listen 127.0.0.1:1; location / { proxy_pass http://a:1; }}}",
            )
        } else {
            whole(text)
        };
        let (_, faults) = rules::read(&text, None, &BTreeSet::new());
        let told: Vec<_> = faults.iter().map(ConfigError::text).collect();
        assert!(!told.is_empty(), "{text}");
        let is_ours = |told: &String| told.starts_with("nginx.conf:");
        assert!(told.iter().all(is_ours), "{text}: {told:#?}");
    }
}

#[test]
fn a_port_that_a_service_has_is_told_in_the_words_of_nginx() {
    let text = solution().replace("listen 127.0.0.1:8080;", "listen 127.0.0.1:3000;");
    let outcome = check(&text, &context()).expect("a verdict");
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    let told = &outcome.diagnostics[0].text;
    let says = "nginx: [emerg] bind() to 127.0.0.1:3000 failed (98: Address already in use)\n\
                help: shop listens on that port: give nginx another in nginx.conf:19";
    assert_eq!(told, says);
}

#[test]
fn a_character_that_cannot_be_seen_is_named_beside_what_nginx_says() {
    let context = context();
    let told = |text: &str| {
        let outcome = check(text, &context).expect("a verdict");
        assert_eq!(outcome.verdict(), Verdict::CompileError, "{text}");
        let told = outcome.diagnostics.iter().map(|it| it.text.clone());
        told.collect::<Vec<_>>().join("\n")
    };
    let mark = told(&format!("\u{feff}{}", solution()));
    assert!(mark.starts_with("nginx: [emerg] unknown directive \"\u{feff}#\" in nginx.conf:3\n"));
    assert!(mark.contains("help: the file begins with a byte-order mark (U+FEFF)"));
    let space = told(&solution().replace("proxy_pass http", "proxy_pass \u{a0}http"));
    assert!(space.starts_with("nginx: [emerg] invalid URL prefix in nginx.conf:23\n"));
    assert!(
        space.contains("help: line 23 has a no-break space (U+00A0)"),
        "{space}"
    );
    let quotes = told(&solution().replace("Host $host;", "Host “the shop”;"));
    assert!(quotes.contains("invalid number of arguments in \"proxy_set_header\""));
    assert!(
        quotes.contains("has a typographic quote (U+201C)"),
        "{quotes}"
    );
}

#[test]
fn a_comment_of_any_bytes_is_taken_as_nginx_takes_it() {
    let context = context();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nginx.conf");
    let bytes = [b"# Caf\xe9, \xff\n", solution().as_bytes()].concat();
    fs::write(&file, bytes).expect("a file");
    let outcome = check_folder(folder.path(), &context).expect("a verdict");
    assert_eq!(outcome.verdict(), Verdict::Passed, "{outcome:#?}");
    fs::write(&file, b"events {}\nhttp { server_name caf\xe9; }\n").expect("a file");
    let outcome = check_folder(folder.path(), &context).expect("a verdict");
    let told = &outcome.diagnostics[0].text;
    assert!(told.contains("is not UTF-8 text: line 2"), "{told}");
}

#[test]
fn a_pool_that_is_called_like_a_host_is_the_pool() {
    let context = context();
    for name in ["shop.test", "shop.invalid", "localhost"] {
        let pool = format!("http {{ upstream {name} {{ server 127.0.0.1:3000; }}");
        let text = solution().replacen("http {", &pool, 1);
        let text = text.replace("http://127.0.0.1:3000", &format!("http://{name}"));
        let outcome = check(&text, &context).expect("a verdict");
        assert_eq!(outcome.verdict(), Verdict::Passed, "{name}: {outcome:#?}");
    }
}
