//! The built-in course with twenty faults planted in it: one run of `validate` tells of them all.

use std::fs;
use std::path::Path;

use crate::harness::{Desk, copy};

/// A fault: the file, what stands there, what stands there instead, and what `validate` says.
type Fault = (&'static str, &'static str, &'static str, &'static str);

/// Faults made by changing the first place where a text stands.
const CHANGED: [Fault; 11] = [
    (
        "course.toml",
        "title = \"Operator\"",
        "title = \"\"",
        "course.toml: track `operator` has no title",
    ),
    (
        "lessons/01-first-502.md",
        "summary = \"",
        "summary = \"\" # ",
        "`summary` is missing or empty",
    ),
    (
        "lessons/02-read-the-evidence.md",
        "pattern = 'HTTP",
        "pattern = 'FTP",
        "does not match its own example",
    ),
    (
        "lessons/03-is-it-running.md",
        "hop = \"nginx",
        "hop = \"moon",
        "hop `moon to upstream` is not known",
    ),
    (
        "exercises/first-of-pool/exercise.toml",
        "kind =",
        "colour = \"red\"\nkind =",
        "unknown key `colour`",
    ),
    (
        "exercises/gateway-status/exercise.toml",
        "tracks = [\"rust\"]",
        "tracks = [\"rusty\"]",
        "track `rusty` is not in course.toml",
    ),
    (
        "exercises/pool-health/exercise.toml",
        "kind = \"rust\"",
        "kind = \"ruby\"",
        "kind `ruby` is not known",
    ),
    (
        "exercises/retry-safe/hidden/tests.rs",
        "/// A failed GET goes to the next server\n",
        "",
        "test `get_is_retried` has no title",
    ),
    (
        "exercises/upstream-from-log/exercise.toml",
        "caught_by = \"",
        "caught_by = \"no_",
        "there is no hidden test `no_",
    ),
    (
        "exercises/safe-divide/solution/src/lib.rs",
        "checked_div(",
        "checked_div_euclid(",
        "the solution does not pass",
    ),
    (
        "exercises/probe-all/exercise.toml",
        "title = \"",
        "title = \"\" # ",
        "`title` is empty",
    ),
];

/// Faults made by adding a text at the end of a file.
const ADDED: [(&str, &str, &str); 7] = [
    (
        "lessons/05-proxy-configuration.md",
        "```quiz\nid = \"planted\"\ntype = \"single\"\nprompt = \"?\"\n[[choice]]\ntext = \"a\"\nexplain = \"no\"\n[[choice]]\ntext = \"b\"\nexplain = \"no\"\n```\n",
        "question `planted`",
    ),
    (
        "lessons/06-timeouts.md",
        "```quiz\nid = \"mute\"\ntype = \"single\"\nprompt = \"?\"\n[[choice]]\ntext = \"a\"\ncorrect = true\n[[choice]]\ntext = \"b\"\n```\n",
        "question `mute`",
    ),
    (
        "lessons/07-buffers.md",
        "See [there](99-nowhere.md).\n",
        "99-nowhere.md",
    ),
    (
        "lessons/08-test-and-reload.md",
        "See [there](07-buffers.md#nowhere).\n",
        "nowhere",
    ),
    (
        "lessons/09-prevention.md",
        "<!-- exercise: ghost -->\n",
        "leads to the exercise `ghost`",
    ),
    (
        "lessons/10-common-mistakes.md",
        "# Large\n",
        "a first-level heading",
    ),
    (
        "exercises/classify-502/contract.rs",
        "\npub fn extra() {}\n",
        "a contract's functions have no body",
    ),
];

#[test]
fn twenty_faults_planted_in_the_builtin_course_are_told_in_one_run() {
    let desk = Desk::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["lessons", "exercises"] {
        copy(&root.join(folder), &desk.path("checked").join(folder));
    }
    fs::copy(root.join("course.toml"), desk.path("checked/course.toml")).expect("a file");
    let mut expected = plant(&desk);
    fs::remove_file(desk.path("checked/exercises/header-fits/README.md")).expect("it is there");
    expected.push(("exercises/header-fits/README.md", "missing"));
    let solved = desk.read("checked/exercises/bad-gateway-rate/solution/src/lib.rs");
    desk.write(
        "checked/exercises/bad-gateway-rate/starter/src/lib.rs",
        &solved,
    );
    expected.push((
        "exercises/bad-gateway-rate/starter/src/lib.rs",
        "the starter passes",
    ));

    assert_eq!(expected.len(), 20);
    let run = desk.gradus(&["validate", "../checked"]);
    for (file, words) in expected {
        let mut lines = run.stdout.lines();
        let told = lines.any(|line| line.starts_with(file) && line.contains(words));
        assert!(told, "{file}: {words}\nis not in\n{}", run.whole());
    }
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

/// Plants the faults and returns where each is, and the words that tell of it.
fn plant(desk: &Desk) -> Vec<(&'static str, &'static str)> {
    for (file, from, to, _) in CHANGED {
        let path = format!("checked/{file}");
        let text = desk.read(&path);
        assert!(text.contains(from), "{file} has no {from}");
        desk.write(&path, &text.replacen(from, to, 1));
    }
    for (file, more, _) in ADDED {
        let path = format!("checked/{file}");
        let text = desk.read(&path) + "\n" + more;
        desk.write(&path, &text);
    }
    let changed = CHANGED.iter().map(|(file, _, _, words)| (*file, *words));
    changed
        .chain(ADDED.iter().map(|(file, _, words)| (*file, *words)))
        .collect()
}
