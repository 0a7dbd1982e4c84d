//! Labs with a real nginx.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what the lints allow in a test, its helpers may do too"
)]

use gradus::kinds::KINDS;
use std::borrow::Cow;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::{Duration, Instant};

use gradus::check::{CheckError, Context, Event, Feedback, Outcome, TestVerdict, Verdict};
use gradus::course::{Exercise, builtin};
use gradus::kinds::gateway::lab::Nginx;
use gradus::kinds::gateway::lab::modules::Module;
use gradus::kinds::gateway::lab::nginx::CHOICE;
use gradus::sandbox::Sandbox;
use gradus::source::Tree;
use gradus::sys::environment::Environment;
use gradus::{course, kind};

use crate::harness::cache;

/// Set for the process that is killed in the middle of a check.
const VICTIM: &str = "GRADUS_TEST_VICTIM";

#[expect(
    clippy::disallowed_methods,
    reason = "nginx is where it is on this machine"
)]
pub(crate) fn context() -> Context {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let cache = cache().into_os_string();
    let mut variables = vec![("PATH".into(), path), ("GRADUS_CACHE_DIR".into(), cache)];
    // A run may choose another nginx than the one that Gradus carries.
    variables.extend(std::env::var_os(CHOICE).map(|choice| (CHOICE.into(), choice)));
    let environment = Environment::new(variables, "/".into());
    let sandbox = Sandbox::new(env!("CARGO_BIN_EXE_gradus"));
    Context::new(sandbox, Arc::new(environment))
}

/// Loading the whole course takes longer than a check.
static WRONG_PORT: LazyLock<Exercise> = LazyLock::new(|| {
    let (course, _) = course::load(&builtin::tree(), KINDS);
    let id = "wrong-port".parse().unwrap();
    course.exercise(&id).unwrap().clone()
});

fn wrong_port() -> &'static Exercise {
    &WRONG_PORT
}

pub(crate) fn check(config: &str, context: &Context) -> Result<Outcome, CheckError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    check_folder(folder.path(), context)
}

pub(crate) fn check_folder(folder: &Path, context: &Context) -> Result<Outcome, CheckError> {
    wrong_port().task().check_folder(folder, context)
}

fn starter() -> String {
    wrong_port().task().workspace()[0].text.clone()
}

pub(crate) fn solution() -> String {
    wrong_port().task().solution()[0].text.clone()
}

#[test]
fn the_wrong_port_lab_proves_itself() {
    let context = context();
    let problems = wrong_port().prove(&context).unwrap();
    assert_eq!(problems, []);
}

/// The fixture is the built-in lab with its texts mixed up, so that nothing holds what it promises.
#[test]
fn what_a_lab_does_not_hold_is_told_with_its_place() {
    let context = context();
    let tree = builtin::tree();
    let prefix = "exercises/wrong-port/";
    let files = tree.below(prefix).map(|(path, text)| {
        let text = match path {
            "starter/nginx.conf" | "wrong/05-another-port/nginx.conf" => solution(),
            "solution/nginx.conf" => starter(),
            _ => text.to_owned(),
        };
        (format!("{prefix}{path}"), Cow::Owned(text))
    });
    let (course, _) = course::load(&Tree::new(files), KINDS);
    let exercise = course.exercise(&wrong_port().id).unwrap();
    let problems = exercise.prove(&context).unwrap();
    let problems: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem.file.strip_prefix(prefix).unwrap(),
                problem.line.is_some(),
                problem.message.split(": on ").next().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        problems,
        [
            (
                "solution/nginx.conf",
                false,
                "the solution does not pass: failed: `shop-answers`",
            ),
            (
                "starter/nginx.conf",
                false,
                "the starter passes: there is nothing to do",
            ),
            (
                "exercise.toml",
                true,
                "`shop-answers` does not catch wrong solution `wrong/05-another-port/nginx.conf`; no test catches it",
            ),
        ],
    );
}

#[test]
fn a_runbook_that_stops_is_no_solution() {
    let tree = builtin::tree();
    let prefix = "exercises/app-down/";
    let files = tree.below(prefix).map(|(path, text)| {
        let text = match path {
            "solution/runbook.sh" => "exit 3\n",
            _ => text,
        };
        (format!("{prefix}{path}"), Cow::Owned(text.to_owned()))
    });
    let (course, _) = course::load(&Tree::new(files), KINDS);
    let exercise = &course.exercises[0];
    let problems = exercise.prove(&context()).unwrap();
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let why = "the solution does not pass: failed: `shop-answers`: not run: runbook.sh:1: exit 3: exit code 3";
    assert_eq!(told, [format!("{prefix}solution/runbook.sh: {why}")]);
}

#[test]
fn too_many_ports_do_no_harm_and_are_too_many_all_the_same() {
    let context = context();
    let ports: Vec<_> = (9000..9065)
        .map(|port| format!("listen 127.0.0.1:{port};\n"))
        .collect();
    let text = solution().replace("listen 127.0.0.1:8080;\n", &ports.concat());
    let outcome = check(&text, &context).unwrap();
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    let said = &outcome.diagnostics[0].text;
    assert!(
        said.contains("65 `listen` are too many for a lab"),
        "{said}"
    );
    assert!(!said.contains("emerg"), "{said}");
}

#[test]
fn a_scaffolded_lab_proves_itself() {
    let context = context();
    let id = "fresh-lab".parse().unwrap();
    let files = kind::find(KINDS, "gateway").unwrap().scaffold(&id);
    let manifest = "format = 1\nid = 'c'\ntitle = 'C'\n[[tracks]]\nid = 'operator'\ntitle = 'O'\n";
    let lesson = "+++\ntitle = 'A'\n+++\nText.\n\n<!-- exercise: fresh-lab -->\n";
    let files = files
        .into_iter()
        .map(|(path, text)| (format!("exercises/{id}/{path}"), text));
    let files = files.chain([
        ("course.toml".to_owned(), manifest.to_owned()),
        ("lessons/01-a.md".to_owned(), lesson.to_owned()),
    ]);
    let tree = Tree::new(files.map(|(path, text)| (path, Cow::Owned(text))));
    let (course, problems) = course::load(&tree, KINDS);
    assert_eq!(problems, []);
    let exercise = course.exercise(&id).unwrap();
    assert_eq!(exercise.prove(&context).unwrap(), []);
}

#[test]
fn the_solution_passes() {
    let outcome = check(&solution(), &context()).unwrap();
    assert_eq!(outcome.verdict(), Verdict::Passed, "{outcome:#?}");
    assert_eq!(outcome.diagnostics, []);
}

#[test]
fn the_starter_shows_the_symptom_by_the_learners_ports() {
    let context = context();
    let outcome = check(&starter(), &context).unwrap();
    assert_eq!(outcome.verdict(), Verdict::Failed);
    let result = &outcome.tests[0].result;
    assert_eq!(result.verdict, TestVerdict::Failed, "{outcome:#?}");
    let values = &result.values;
    assert_eq!(
        values.input.as_deref(),
        Some("curl -i http://127.0.0.1:8080/, 3 times")
    );
    assert_eq!(
        values.expected.as_deref(),
        Some("200 OK, with an answer from shop, each of 3 times"),
    );
    assert_eq!(values.got.as_deref(), Some("502 Bad Gateway"));
    let note = values.note.as_deref().unwrap();
    let ending = "upstream: \"http://127.0.0.1:3001/\", host: \"127.0.0.1:8080\"";
    assert!(
        note.contains("Connection refused) while connecting to upstream") && note.ends_with(ending),
        "{note}"
    );
    assert!(outcome.tests[3].passed());
}

#[test]
fn feedback_by_title_tells_no_values() {
    let context = context();
    let context = Context {
        feedback: Feedback::Title,
        ..context
    };
    let outcome = check(&starter(), &context).unwrap();
    let told = outcome
        .tests
        .iter()
        .filter_map(|test| test.result.failed_values());
    assert_eq!(
        told.filter(|values| values.note.is_some() || values.got.is_some())
            .count(),
        0
    );
}

#[test]
fn a_configuration_nginx_rejects_is_told_by_file_and_line() {
    let context = context();
    let outcome = check(&solution().replace("http://127", "127"), &context).unwrap();
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    let said = &outcome.diagnostics[0];
    assert_eq!(
        (said.file.as_deref(), said.line),
        (Some("nginx.conf"), Some(23))
    );
    assert_eq!(
        said.text,
        "nginx: [emerg] invalid URL prefix in nginx.conf:23"
    );
    assert!(
        outcome
            .tests
            .iter()
            .all(|test| test.result.verdict == TestVerdict::NotRun)
    );
}

#[test]
fn a_hostile_configuration_never_runs() {
    let context = context();
    let proof = tempfile::tempdir().unwrap();
    let outside = proof.path().join("x").display().to_string();
    let lines = [
        format!("error_log {outside};"),
        format!("pid {outside};"),
        format!("load_module {outside};"),
        "include /etc/passwd;".to_owned(),
        "user root;".to_owned(),
        "daemon on;".to_owned(),
    ];
    for line in lines {
        let outcome = check(&format!("{line}\n{}", solution()), &context).unwrap();
        assert_eq!(outcome.verdict(), Verdict::Forbidden, "{line}");
        assert_eq!(outcome.forbidden[0].line, Some(1), "{line}");
        assert!(outcome.phases.is_empty(), "{line}: nginx was started");
    }
    assert_eq!(fs::read_dir(proof.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_or_linked_file_is_the_learners_fault() {
    let context = context();
    let folder = tempfile::tempdir().unwrap();
    let task = &wrong_port().task();
    let outcome = task.check_folder(folder.path(), &context).unwrap();
    assert_eq!(outcome.verdict(), Verdict::CompileError);
    assert_eq!(outcome.diagnostics[0].message, "nginx.conf is missing");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("nginx.conf")).unwrap();
    let outcome = task.check_folder(folder.path(), &context).unwrap();
    assert_eq!(
        outcome.diagnostics[0].message,
        "nginx.conf is a link; put the file itself there"
    );
}

/// What a pass is worth depends on it.
#[test]
fn a_fingerprint_covers_the_files_that_a_learner_must_leave_alone() {
    let prefix = "exercises/worker-limit/";
    let of = |changed: &str| {
        let tree = builtin::tree();
        let files = tree.below(prefix).map(|(path, text)| {
            let more = if path == changed { "# More.\n" } else { "" };
            (
                format!("{prefix}{path}"),
                Cow::Owned(format!("{text}{more}")),
            )
        });
        let (course, _) = course::load(&Tree::new(files), KINDS);
        course.exercises[0].fingerprint().to_owned()
    };
    let whole = of("");
    for decides in ["starter/nginx.conf", "hidden/probes.toml"] {
        assert_ne!(of(decides), whole, "{decides}");
    }
    for other in [
        "starter/services.toml",
        "README.md",
        "solution/services.toml",
    ] {
        assert_eq!(of(other), whole, "{other}");
    }
}

/// A directive that labs know is no slip of the pen, whatever nginx says.
#[test]
fn beside_an_unknown_directive_stands_the_module_that_this_nginx_lacks() {
    let context = context();
    let nginx = Nginx::find(&context).unwrap();
    let lines = [
        ("auth_basic", "auth_basic off;"),
        ("ssl", "proxy_ssl_name shop.test;"),
        ("ssl", "proxy_pass https://127.0.0.1:3000;"),
        ("gzip", "gzip on;"),
    ];
    for (module, line) in lines {
        let config = solution().replace("proxy_pass http://127.0.0.1:3000;", line);
        let outcome = check(&config, &context).unwrap();
        let said: String = outcome.diagnostics.iter().map(|it| &*it.text).collect();
        let words = format!("was built without the module `{module}`");
        let lacks = !nginx.has(Module::named(module).unwrap());
        assert_eq!(said.contains(&words), lacks, "{line}: {said}");
    }
}

#[test]
fn without_nginx_the_learner_is_told_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let choice = (CHOICE.into(), "no-nginx-has-this-name".into());
    let environment = Environment::new([choice], folder.path().into());
    let context = Context::new(Sandbox::new("/nowhere"), Arc::new(environment));
    let missing = wrong_port().task().missing(&context).unwrap();
    assert!(missing.contains("apt-get install nginx-light"), "{missing}");
}

#[test]
fn a_check_can_be_called_off_at_any_moment() {
    let context = context();
    for step in [
        "reading your files",
        "starting nginx",
        "probing the gateway",
    ] {
        let mut context = context.clone();
        context.cancel = gradus::sandbox::Cancel::new();
        let cancel = context.cancel.clone();
        context.observer = Arc::new(move |event| {
            if event == Event::Step(step) {
                cancel.cancel();
            }
        });
        let called_off = check(&solution(), &context);
        assert!(
            matches!(called_off, Err(CheckError::Cancelled)),
            "{step}: {called_off:?}"
        );
    }
}

#[test]
fn checks_run_side_by_side() {
    let context = context();
    std::thread::scope(|scope| {
        let run = |config: String| {
            scope.spawn({
                let context = context.clone();
                move || check(&config, &context).unwrap().verdict()
            })
        };
        let runs: Vec<_> = (0..4).map(|_| (run(solution()), run(starter()))).collect();
        for (good, bad) in runs {
            assert_eq!(good.join().unwrap(), Verdict::Passed);
            assert_eq!(bad.join().unwrap(), Verdict::Failed);
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test is its own victim, and watches the clock"
)]
fn a_killed_gradus_leaves_nothing_behind() {
    let context = context();
    if std::env::var_os(VICTIM).is_some() {
        return stand_still(&context);
    }
    let scratch = tempfile::tempdir().unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "lab::a_killed_gradus_leaves_nothing_behind",
            "--nocapture",
        ])
        .env(VICTIM, "1")
        .env("TMPDIR", scratch.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    assert!(
        lines
            .map_while(Result::ok)
            .any(|line| line.ends_with("in the middle"))
    );
    // The supervisor, the master and a worker.
    assert!(
        living_in(scratch.path()) >= 3,
        "{}",
        living_in(scratch.path())
    );
    victim.kill().unwrap();
    let killed = Instant::now();
    let (_sender, never) = mpsc::channel::<()>();
    while living_in(scratch.path()) > 0 || lab_folders(scratch.path()) > 0 {
        assert!(
            killed.elapsed() < Duration::from_secs(1),
            "something is left"
        );
        never.recv_timeout(Duration::from_millis(5)).ok();
    }
    victim.wait().unwrap();
}

/// Checks, and waits for standard input to end as soon as the first probe is through.
fn stand_still(context: &Context) {
    let mut context = context.clone();
    context.observer = Arc::new(|event| {
        if matches!(event, Event::Test(_)) {
            println!("in the middle");
            std::io::stdout().flush().unwrap();
            std::io::stdin().lines().count();
        }
    });
    check(&solution(), &context).unwrap();
}

/// Returns how many processes have a folder below `folder` as their current one.
pub(crate) fn living_in(folder: &Path) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let folders = processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
    folders
        .filter(|current| current.starts_with(folder))
        .count()
}

pub(crate) fn lab_folders(folder: &Path) -> usize {
    let names = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name());
    names
        .filter(|name| name.to_string_lossy().starts_with(".gradus-scratch-"))
        .count()
}
