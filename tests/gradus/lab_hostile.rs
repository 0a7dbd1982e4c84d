//! Configurations that mean harm, or want more than a lab has: none reaches anything, each ends.

use std::fs;
use std::time::{Duration, Instant};

use gradus::check::{Outcome, Verdict};

use crate::lab::{check, context, solution};

/// How long a check of a configuration that nginx starts with may take.
const BOUND: Duration = Duration::from_mins(1);

/// Where a directive stands.
#[derive(Debug, Clone, Copy)]
enum Level {
    Main,
    Http,
    Server,
    Location,
}

/// Returns the solution with `line` as a line of its own at `level`, and the number of that line.
fn with(level: Level, line: &str) -> (String, usize) {
    let opening = match level {
        Level::Main => return (format!("{line}\n{}", solution()), 1),
        Level::Http => "http {",
        Level::Server => "server {",
        Level::Location => "location / {",
    };
    let text = solution();
    let place = text
        .lines()
        .position(|known| known.trim_start().starts_with(opening))
        .unwrap_or_else(|| panic!("the solution has a `{opening}`"));
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(place + 1, line);
    (lines.join("\n") + "\n", place + 2)
}

#[test]
fn nothing_that_reaches_out_of_the_lab_is_run() {
    let Some(context) = context() else { return };
    let proof = tempfile::tempdir().expect("a folder");
    let outside = proof.path().join("x").display().to_string();
    let lines = [
        (Level::Main, "include /etc/passwd;".to_owned()),
        (Level::Main, "include nginx.conf;".to_owned()),
        (Level::Main, "include */*;".to_owned()),
        (Level::Main, format!("load_module {outside};")),
        (Level::Main, "user root;".to_owned()),
        (Level::Main, "daemon on;".to_owned()),
        (Level::Main, "master_process off;".to_owned()),
        (Level::Main, format!("pid {outside};")),
        (Level::Main, "pid ../x;".to_owned()),
        (Level::Main, format!("error_log {outside};")),
        (
            Level::Main,
            "error_log syslog:server=10.0.0.1:514;".to_owned(),
        ),
        (Level::Main, format!("lock_file {outside};")),
        (Level::Main, "env PATH;".to_owned()),
        (Level::Main, "worker_rlimit_core 1g;".to_owned()),
        (
            Level::Main,
            format!("working_directory {};", proof.path().display()),
        ),
        (Level::Main, "debug_points abort;".to_owned()),
        (Level::Main, "worker_processes 4294967296;".to_owned()),
        (
            Level::Main,
            "stream { server { listen 1; proxy_pass 10.0.0.1:1; } }".to_owned(),
        ),
        (
            Level::Http,
            "server { listen 0.0.0.0:8081; return 204; }".to_owned(),
        ),
        (
            Level::Http,
            "server { listen [::]:8081; return 204; }".to_owned(),
        ),
        (
            Level::Http,
            "server { listen 8081; return 204; }".to_owned(),
        ),
        (Level::Http, "server { return 204; }".to_owned()),
        (
            Level::Http,
            format!("server {{ listen unix:{outside}; return 204; }}"),
        ),
        (
            Level::Http,
            "server { listen 127.0.0.1:8081-9000; }".to_owned(),
        ),
        (
            Level::Http,
            "upstream far { server 10.0.0.1:80; }".to_owned(),
        ),
        (Level::Http, "resolver 127.0.0.1:5353 10.0.0.1;".to_owned()),
        (
            Level::Http,
            format!("proxy_cache_path {outside} keys_zone=a:1m;"),
        ),
        (Level::Http, format!("map $uri $x {{ include {outside}; }}")),
        (Level::Server, "root /;".to_owned()),
        (Level::Server, "root $arg_root;".to_owned()),
        (
            Level::Server,
            "ssl_certificate /etc/ssl/certs/x.pem;".to_owned(),
        ),
        (
            Level::Server,
            "ssl_certificate_key engine:pkcs11:x;".to_owned(),
        ),
        (
            Level::Server,
            "auth_basic_user_file /etc/shadow;".to_owned(),
        ),
        (
            Level::Server,
            "proxy_ssl_trusted_certificate /etc/ssl/certs/x.pem;".to_owned(),
        ),
        (Level::Server, format!("access_log {outside};")),
        (Level::Server, format!("client_body_temp_path {outside};")),
        (
            Level::Server,
            "location /a { proxy_pass http://10.0.0.1; }".to_owned(),
        ),
        (
            Level::Server,
            "location /a { proxy_pass http://example.com; }".to_owned(),
        ),
        (
            Level::Server,
            "location /a { proxy_pass http://$arg_where:80; }".to_owned(),
        ),
        (
            Level::Server,
            "location ~ /(?<b>.*) { set $b 127.0.0.1; proxy_pass http://$b:80; }".to_owned(),
        ),
        (
            Level::Server,
            "location /a { proxy_pass http://unix:/run/docker.sock:/; }".to_owned(),
        ),
        (
            Level::Server,
            "location /a { fastcgi_pass unix:/run/php.sock; }".to_owned(),
        ),
        (
            Level::Server,
            "location /a { alias /etc/; autoindex on; }".to_owned(),
        ),
        (Level::Location, "proxy_store on;".to_owned()),
        (Level::Location, format!("proxy_store {outside};")),
        (Level::Location, "dav_methods PUT;".to_owned()),
        (Level::Location, "perl 'sub { }';".to_owned()),
        (Level::Location, "content_by_lua_file x;".to_owned()),
    ];
    for (level, line) in lines {
        let (config, number) = with(level, &line);
        let outcome = check(&config, &context).expect("a verdict");
        assert_eq!(outcome.verdict(), Verdict::Forbidden, "{line}: {outcome:?}");
        let told = &outcome.forbidden[0];
        assert_eq!(told.line, Some(number), "{line}");
        assert!(told.text.contains("\nhelp: "), "{line}: {}", told.text);
        assert!(outcome.phases.is_empty(), "{line}: nginx was started");
    }
    let left = fs::read_dir(proof.path()).expect("a folder").count();
    assert_eq!(left, 0, "something was written");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test watches the clock")]
fn a_configuration_without_end_is_told_at_once() {
    let Some(context) = context() else { return };
    let texts = [
        ("10 MB of comments", "# more\n".repeat((10 << 20) / 7 + 1)),
        ("blocks in blocks", "http {".repeat(10_000)),
        ("one word", "a".repeat(60_000)),
        ("one quote", format!("error_log \"{}", "a;".repeat(30_000))),
        ("closing only", "}".repeat(60_000)),
        ("bytes of no text", "\u{1b}[2J\0;".repeat(5_000)),
        ("nothing", String::new()),
    ];
    for (what, text) in texts {
        let start = Instant::now();
        let outcome = check(&text, &context).expect("a verdict");
        assert_ne!(outcome.verdict(), Verdict::Passed, "{what}");
        assert!(start.elapsed() < BOUND, "{what}: {:?}", start.elapsed());
        assert!(is_visible(&outcome), "{what}: control characters");
    }
}

/// The learner's fault, whatever they ask for: a verdict, never a failure of ours.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test watches the clock")]
fn a_configuration_that_wants_too_much_fails_within_bounds() {
    let Some(context) = context() else { return };
    let loops = "location = / { proxy_pass http://127.0.0.1:8080; }";
    let lines = [
        (Level::Http, "limit_conn_zone $uri zone=a:100g;"),
        (Level::Http, "client_header_buffer_size 100g;"),
        (Level::Main, "thread_pool default threads=1000000;"),
        (Level::Server, loops),
        (Level::Server, "location = / { rewrite ^ / last; }"),
        (Level::Server, "error_page 502 404 = /;  return 404;"),
        (Level::Location, "return 200 \"\u{1b}[2J\";"),
    ];
    for (level, line) in lines {
        let start = Instant::now();
        let (config, _) = with(level, line);
        let outcome = check(&config, &context);
        let outcome = outcome.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_ne!(outcome.verdict(), Verdict::Passed, "{line}");
        assert!(start.elapsed() < BOUND, "{line}: {:?}", start.elapsed());
        assert!(is_visible(&outcome), "{line}: control characters");
    }
}

/// Returns whether nothing that is told could move a learner's cursor.
fn is_visible(outcome: &Outcome) -> bool {
    let faults = outcome.forbidden.iter().chain(&outcome.diagnostics);
    let values = outcome.tests.iter().filter_map(|test| test.result.values());
    let told = values.flat_map(|values| [&values.got, &values.note, &values.input]);
    let mut texts = faults
        .map(|fault| fault.text.as_str())
        .chain(told.flatten().map(String::as_str));
    texts.all(|text| !text.contains(|char: char| char.is_control() && char != '\n'))
}
