//! Configurations that are hostile, or want more than a lab has: none reaches anything outside, and each check ends.

use std::fs;
use std::time::{Duration, Instant};

use gradus::check::{Feedback, Outcome, Verdict};
use gradus::sandbox::{Ability, Sandbox};

use crate::attacks::corpus::{self, Level};
use crate::attacks::place::with_line;
use crate::harness::skip;
use crate::lab::{check, context, solution};
use crate::machine::{Machine, get};

/// How long a check of a configuration that nginx starts with may take.
const BOUND: Duration = Duration::from_mins(1);

/// Returns the solution with `line` as a line of its own at `level`, and the number of that line.
fn with(level: Level, line: &str) -> (String, usize) {
    with_line(&solution(), level, line)
}

#[test]
fn nothing_that_reaches_out_of_the_lab_is_run() {
    let context = context();
    let proof = tempfile::tempdir().expect("a folder");
    let outside = proof.path().display().to_string();
    for attack in corpus::table("tests/fixtures/attacks/nginx.toml") {
        let line = attack.line.expect("a line").replace("@OUTSIDE@", &outside);
        let line = line.replace("@PORT@", "1");
        let (config, number) = with(attack.at.expect("a level"), &line);
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

/// By a root folder of its own, and where there is none by Landlock, which the superuser's nginx may ask
/// for the names of users.
#[test]
fn nginx_is_led_to_no_file_of_the_machine() {
    let (program, passwd) = ("/bin/sh", "/etc/passwd");
    let mut rooted = context();
    rooted.feedback = Feedback::Full;
    let mut fenced = rooted.clone();
    fenced.sandbox = alone();
    for (context, file) in [(&rooted, passwd), (&rooted, program), (&fenced, program)] {
        if !context.sandbox.guard().is_strong() {
            skip("a sandbox");
            return;
        }
        for attack in corpus::table("tests/fixtures/attacks/nginx-files.toml") {
            let line = attack.line.expect("a line").replace(passwd, file);
            let line = line.replace("@COURSE@", "").replace("@OUTSIDE@", "/root");
            let (config, _) = with(attack.at.expect("a level"), &line);
            let outcome = check(&config, context).expect("a verdict");
            let told = format!("{outcome:?}");
            assert_eq!(outcome.verdict(), Verdict::Failed, "{line}: {told}");
            assert!(!told.contains("root:x:0:0"), "{line}: {told}");
            assert!(!told.contains("ELF"), "{line}: {told}");
        }
    }
}

/// Returns a sandbox of a machine without namespaces.
fn alone() -> Sandbox {
    let ability = Ability {
        namespaces: false,
        ..Ability::of_machine()
    };
    Sandbox::with_ability(env!("CARGO_BIN_EXE_gradus"), ability)
}

/// What else belongs to a lab, such as the socket of its keeper, is not there for nginx.
#[test]
fn nginx_finds_its_own_folder_and_nothing_beside_it() {
    let machine = Machine::new(&["wrong-port"]);
    let config =
        fs::read_to_string(machine.path("course/exercises/wrong-port/solution/nginx.conf"));
    let listing = "location = / { root .; autoindex on; autoindex_format json; }";
    let (config, _) = with_line(&config.expect("a solution"), Level::Server, listing);
    machine.gradus(&["check", "wrong-port"]);
    fs::write(machine.exercise("wrong-port/nginx.conf"), config).expect("a file");
    let _up = machine.up("wrong-port");
    let listed = get(machine.port(8080));
    for name in ["nginx.conf", "logs", "tmp"] {
        assert!(listed.contains(&format!("\"name\":\"{name}\"")), "{listed}");
    }
    assert_eq!(listed.matches("\"name\"").count(), 3, "{listed}");
    assert!(machine.says(&["lab", "ps"]).contains("wrong-port"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test watches the clock")]
fn a_configuration_without_end_is_told_at_once() {
    let context = context();
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
    let context = context();
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
    let values = outcome
        .tests
        .iter()
        .filter_map(|test| test.result.failed_values());
    let told = values.flat_map(|values| [&values.got, &values.note, &values.input]);
    let mut texts = faults
        .map(|fault| fault.text.as_str())
        .chain(told.flatten().map(String::as_str));
    texts.all(|text| !text.contains(|char: char| char.is_control() && char != '\n'))
}
