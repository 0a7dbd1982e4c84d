//! One run of `validate` reports every fault of a course that has many.

use std::fs;
use std::path::Path;

use snapbox::{assert_data_eq, str};

use crate::harness::{Desk, copy};

/// A lesson with faults in its front matter, its questions and its links.
const QUESTIONS: &str = r#"+++
title = "Questions"
summary = "You know what is wrong."

[[symptom]]
pattern = 'refused'
example = "no such file"
cause = "The example is of another symptom."
hop = "upstream"

[[symptom]]
pattern = 'reset'
example = "reset by peer"
cause = "The hop is none."
hop = "the moon"
+++
See [another lesson](09-gone.md) and [another heading](01-all.md#gone).

```quiz
id = "none-right"
type = "single"
prompt = "Which?"
[[choice]]
text = "this"
explain = "no"
[[choice]]
text = "that"
explain = "no"
```

```quiz
id = "silent"
type = "single"
prompt = "Which?"
[[choice]]
text = "this"
correct = true
[[choice]]
text = "that"
```

```quiz
id = "silent"
type = "short"
prompt = "What?"
accept = ["it"]
explain = "It is."
otherwise = "It is not."
```

# A heading of the first level

<!-- exercise: ghost -->
"#;

/// Replaces `from`, which must be there, by `to` in a file of the course.
fn edit(desk: &Desk, file: &str, from: &str, to: &str) {
    let file = format!("checked/{file}");
    let text = desk.read(&file);
    assert!(text.contains(from), "{file} has no {from}");
    desk.write(&file, &text.replacen(from, to, 1));
}

/// Returns a desk with a course in `checked` that has every fault this test knows.
fn faulty() -> Desk {
    let desk = Desk::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-check");
    copy(&fixture, &desk.path("checked"));
    desk.write("checked/lessons/02-questions.md", QUESTIONS);
    desk.write(
        "checked/lessons/03-torn.md",
        "+++\ntitle = \"Torn\nsummary = \"\"\n+++\nText.\n",
    );
    edit(
        &desk,
        "lessons/01-all.md",
        "<!-- exercise: buried -->\n",
        "",
    );

    break_pair(&desk);
    break_others(&desk);
    desk
}

fn break_pair(desk: &Desk) {
    let pair = "exercises/pair/exercise.toml";
    edit(desk, pair, "\"Two.\", \"Three.\"", "\"Two.\"");
    edit(
        desk,
        pair,
        "kind =",
        "stars = 3\ntracks = [\"welder\"]\nkind =",
    );
    edit(desk, pair, "halves::odd", "capitals");
    let gone = "\n\n[[wrong]]\nfile = \"wrong/02-gone.rs\"\ncaught_by = \"empty\"\nfault = \"\"\n";
    edit(
        desk,
        pair,
        "an odd number is rounded\"\n",
        &format!("an odd number is rounded\"{gone}"),
    );
    desk.write("checked/exercises/pair/wrong/03-unnamed.rs", "");
}

fn break_others(desk: &Desk) {
    edit(
        desk,
        "exercises/keep/exercise.toml",
        "title = \"Keep\"",
        "title = \"Keep",
    );
    edit(desk, "course.toml", "title = \"All\"", "title = \"\"");
    let alien = "kind = \"ruby\"\ntitle = \"Alien\"\nsummary = \"S.\"\nhints = []\n";
    desk.write("checked/exercises/alien/exercise.toml", alien);
    let wires = "exercises/wires/exercise.toml";
    edit(desk, wires, "\ntitle = \"", "\ntitle = \"\" # ");
    edit(desk, wires, "caught_by = \"", "caught_by = \"no_");
    edit(
        desk,
        "exercises/wires/hidden/tests.rs",
        "    nothing();\n",
        "",
    );
    edit(
        desk,
        "exercises/secret/hidden/tests.rs",
        "/// An odd code opens the door\n",
        "",
    );
    edit(
        desk,
        "exercises/secret/solution/src/lib.rs",
        "code + 1",
        "code + 2",
    );
    let sealed = desk.read("checked/exercises/sealed/solution/src/lib.rs");
    desk.write("checked/exercises/sealed/starter/src/lib.rs", &sealed);
    edit(
        desk,
        "exercises/buried/contract.rs",
        "-> usize;",
        "-> usize { 0 }",
    );
    fs::remove_file(desk.path("checked/exercises/buried/README.md")).expect("it is there");
}

#[test]
fn one_run_tells_of_every_fault_with_its_file_and_line() {
    let desk = faulty();
    assert_data_eq!(
        desk.gradus(&["validate", "../checked"]).whole(),
        str![[r#"
course.toml: track `all` has no title
exercises/alien/exercise.toml:1: kind `ruby` is not known
    kinds are `rust`, `gateway`
exercises/buried/README.md: missing
    write the task: every rule that the hidden tests check
exercises/buried/contract.rs:2: a contract's functions have no body: end them with `;`
exercises/buried/exercise.toml: no lesson leads to this exercise
    put `<!-- exercise: buried -->` on a line of a lesson
exercises/keep/exercise.toml:2: invalid basic string, expected `"`
exercises/pair/exercise.toml:1: unknown key `stars`
    keys are kind, title, summary, story, tracks, minutes, further, feedback, hints, grade, wrong, equivalent and the table `rust`
exercises/pair/exercise.toml:2: track `welder` is not in course.toml
exercises/pair/exercise.toml:6: 2 hints
    write at least 3, the gentlest first
exercises/pair/exercise.toml:13: `capitals` does not catch wrong solution `wrong/01-rounds.rs`; `halves::odd` does
exercises/pair/exercise.toml:18: `fault` is empty
exercises/pair/exercise.toml:18: wrong solution `wrong/02-gone.rs` does not exist
exercises/pair/wrong/03-unnamed.rs: exercise.toml does not name this wrong solution
    add a `[[wrong]]` entry that names it, or delete it
exercises/sealed/starter/src/lib.rs: the starter passes: there is nothing to do
exercises/secret/hidden/tests.rs:6: test `opens` has no title
    write a doc comment: one short line that says the rule
exercises/secret/solution/src/lib.rs: the solution does not pass: failed: `opens`: on open(1), expected Some(2), got Some(3), the words of an assert: 22
exercises/wires/contract.rs:81: no hidden test calls `nothing`
    add a test to hidden/tests.rs
exercises/wires/exercise.toml:2: `title` is empty
exercises/wires/exercise.toml:7: `wrong/01-forgets.rs`: there is no hidden test `no_types_of_the_course`
lessons/01-all.md:9: leads to the exercise `keep`, which does not exist or cannot be read
lessons/02-questions.md:1: hop `the moon` is not known
    hops are `client to nginx`, `nginx`, `nginx to upstream`, `upstream`, `client to gateway`, `gateway`, `gateway to upstream`, `Apache`, `Apache to app`, `HAProxy`, `HAProxy to server`, `Traefik to service`, `Caddy to app`, `Envoy to upstream`, `ALB to target`, `Cloudflare`, `Cloudflare to origin`, `ingress to pod`
lessons/02-questions.md:6: pattern `refused` does not match its own example
lessons/02-questions.md:17: the link `01-all.md#gone` leads to no heading of lessons/01-all.md
lessons/02-questions.md:17: the link `09-gone.md` leads to no lesson
lessons/02-questions.md:19: question `none-right`: 0 choices are right; `single` has exactly one
lessons/02-questions.md:31: question `silent`: the wrong choice `that` has no `explain`
lessons/02-questions.md:42: quiz id `silent` appears twice
lessons/02-questions.md:51: a first-level heading
    the title comes from the front matter; sections start at `##`
lessons/02-questions.md:53: leads to the exercise `ghost`, which does not exist or cannot be read
lessons/03-torn.md:1: `summary` is missing or empty
    say in one sentence what one can do after the lesson
lessons/03-torn.md:2: invalid basic string, expected `"`
31 problems, 0 exercises proved
--- exit 1

"#]]
    );
}

#[test]
fn the_same_faults_are_told_as_json() {
    let one = ["validate", "../checked", "--exercise", "pair", "--json"];
    let json = faulty().gradus(&one).json();
    let problems = json["problems"].as_array().expect("a list");
    assert!(problems.len() >= 5, "{json}");
    assert!(
        problems.iter().all(|problem| problem["file"].is_string()),
        "{json}"
    );
}
