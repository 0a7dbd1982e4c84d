//! `validate` runs the code on a course's pages, and reports what does not do what its page says.

use gradus::kinds::KINDS;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use gradus::code_blocks::block::{Block, of_course};
use gradus::course::{Course, builtin, load};
use gradus::languages::LANGUAGES;
use gradus::lesson::{Layout, layout, parse};
use gradus::sandbox::Sandbox;
use rustix::process::{Pid, Signal};
use snapbox::{assert_data_eq, str};

use crate::harness::{Desk, Extent, skip};
use crate::processes::{of_folder, wait_until};

/// How many blocks of the built-in course are run, at least.
const RUN: usize = 71;
/// How many of them say why they are not, at most.
const SKIPPED: usize = 37;
/// How many of them are only shown, at most.
const SHOWN: usize = 21;

/// That they do what the pages say is for `gradus validate` to prove.
#[test]
fn most_blocks_of_the_builtin_course_are_run() {
    let (course, _) = load(&builtin::tree(), KINDS);
    let (mut run, mut skipped, mut shown) = (0, 0, 0);
    for block in of_course(&course) {
        match block.language(LANGUAGES) {
            _ if block.skip().is_some() => skipped += 1,
            Some(language) if language.is_run(&block) => run += 1,
            Some(_) | None => shown += 1,
        }
    }
    assert!(run >= RUN, "{run} are run");
    assert!(skipped <= SKIPPED, "{skipped} say why not");
    assert!(shown <= SHOWN, "{shown} are only shown");
}

/// The rows of a block of commands on a page of this width, as they are copied from the screen; `None` if one
/// has a word that is too wide.
fn copied(block: &Block, width: usize) -> Option<String> {
    let Block { info, text, .. } = block;
    let doc = parse(&format!("````{info}\n{text}````\n"));
    let options = Layout {
        width,
        ..Layout::default()
    };
    let rows = layout(&doc.blocks, &doc, &options).into_iter();
    let rows = rows.map(|row| row.text().strip_prefix("  ").unwrap_or_default().to_owned() + "\n");
    let copied: String = rows.collect();
    (!copied.contains('↪')).then_some(copied)
}

fn commands_of(course: &Course) -> Vec<Block> {
    let is_shell = |block: &Block| {
        let mut names = ["console", "sh", "bash"].iter();
        names.any(|name| block.info.starts_with(name))
    };
    of_course(course).into_iter().filter(is_shell).collect()
}

/// A command that is wider than the screen is broken so that a shell joins it again.
#[test]
fn commands_on_a_page_are_those_of_its_source() {
    let (course, _) = load(&builtin::tree(), KINDS);
    let joint = regex::Regex::new(r" \\\n +").expect("a pattern");
    let mut broken = 0;
    for block in commands_of(&course) {
        let rows = block.text.lines();
        let source: String = rows.map(|row| row.trim_end().to_owned() + "\n").collect();
        let place = format!("{}:{}", block.page, block.line);
        assert_eq!(copied(&block, 80).as_ref(), Some(&source), "{place}");
        if let Some(copied) = copied(&block, 40) {
            broken += usize::from(copied != source);
            let [copied, source] = [&copied, &source].map(|rows| joint.replace_all(rows, " "));
            assert_eq!(copied, source, "{place}");
        }
    }
    assert!(broken > 20, "{broken} blocks have a command that is broken");
}

/// The built-in course with its commands as they are copied from a narrow screen.
#[test]
fn commands_run_as_a_page_shows_them() {
    if Extent::wanted() == Extent::Ordinary {
        return skip("GRADUS_EXTENT=whole");
    }
    let desk = Desk::new();
    let tree = builtin::tree();
    let (course, _) = load(&tree, KINDS);
    let blocks = commands_of(&course);
    for (path, text) in tree.below("") {
        let mut rows: Vec<&str> = text.lines().collect();
        let of_page: Vec<_> = blocks.iter().filter(|block| block.page == path).collect();
        let copies: Vec<_> = of_page.iter().map(|block| copied(block, 40)).collect();
        // From the end, so that lines before keep their numbers.
        for (block, copy) in of_page.iter().zip(&copies).rev() {
            let end = block.line + block.text.lines().count();
            if let Some(copy) = copy {
                rows.splice(block.line..end, copy.lines());
            }
        }
        desk.write(&format!("whole/{path}"), &(rows.join("\n") + "\n"));
    }
    let run = desk.gradus(&["validate", "../whole"]);
    assert!(run.stdout.contains("No problems"), "{}", run.whole());
}

/// Returns what `validate` says of a course with a lab and a lesson of these blocks, which start on
/// line 6.
fn validated(blocks: &str) -> String {
    validate(&Desk::with_labs(), blocks, &[])
}

fn validate(desk: &Desk, blocks: &str, variables: &[(&str, &str)]) -> String {
    let front = "+++\ntitle = \"Code\"\nsummary = \"You can run it.\"\n+++\nText.\n";
    desk.write("labs/lessons/02-code.md", &format!("{front}{blocks}"));
    let run = desk.gradus_with(&["validate", "../labs"], "", variables);
    run.whole()
}

#[test]
fn a_block_that_keeps_its_promise_is_counted() {
    let said = validated(
        r#"
```nginx,location lab="start-the-shop" serves="/any 502"
proxy_pass http://127.0.0.1:3000;
```

```nginx,server fails="unknown directive"
proxy_pas http://127.0.0.1:3000;
```

```console lab="start-the-shop"
$ curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8080/
502
$ svc start shop
shop started
$ curl -i \
    http://127.0.0.1:8080/
HTTP/1.1 200 OK
...
shop answers GET /
...
```

```text lab="start-the-shop" log="error.log"
2026/11/22 11:38:12 [error] 7#7: *3 connect() failed (111: Connection refused) while connecting …
```

```console
$ gradus check start-the-shop
Handed out … The task is in README.md there…
```

```rust,compile_fail,E0308
let port: u16 = "3000";
```

```rust,should_panic
panic!("as it should");
```

```rust
assert_eq!(1 + 1, 2);
```

```sh
test 1 = 1
```

```toml
a = 1
```

```text
Shown.
```

```ruby skip="it is not ours"
puts 1
```
"#,
    );
    assert_data_eq!(
        said,
        str![[r"
No problems: 2 lessons, 1 exercise proved
Code: 10 blocks run, 1 says why not, 1 is only shown
--- exit 0

"]]
    );
}

/// Blocks that promise what is not so.
const BROKEN: &str = r#"
```console lab="start-the-shop"
$ svc status
shop         running  127.0.0.1:3000
$ no-such-command
```

```console lab="stop-the-shop"
$ svc status
```

```text lab="start-the-shop" run="curl -s $URL/" log="error.log"
[error] 7#7: *3 upstream timed out …
```

```nginx,location
proxy_pass 127.0.0.1:3000;
```

```nginx,server fails="duplicate location"
proxy_pas http://127.0.0.1:3000;
```

```nginx,location,fails
proxy_pass http://127.0.0.1:3000;
```

```nginx
return 200;
```

```nginx,location lab="start-the-shop" serves="200"
proxy_pass http://127.0.0.1:3000;
```

```rust
let x = 1;
let port: u16 = "3000";
```

```rust
assert_eq!(1 + 1, 3);
```

```rust,compile_fail
let fine = 1;
```

```sh
exit 3
```

```toml
a = 1
b =
```
"#;

#[test]
fn every_block_that_breaks_its_promise_is_told_with_its_line() {
    let said = validated(BROKEN);
    assert_data_eq!(
        said,
        str![[r#"
lessons/02-code.md:8: `svc status` does not print what is shown
    shown:
      shop         running  127.0.0.1:3000
    came:
      shop         stopped  127.0.0.1:3000
lessons/02-code.md:10: `no-such-command` is not a command here
    shown: nothing
    came:
      [..]no-such-command: [..]not found
lessons/02-code.md:13: there is no lab `stop-the-shop`
    the labs of this course: start-the-shop
lessons/02-code.md:17: this does not appear in logs/error.log
    shown:
      [error] 7#7: *3 upstream timed out …
    came:
...
lessons/02-code.md:22: nginx refuses it
    nginx says:
      nginx: [emerg] invalid URL prefix in nginx.conf:1
lessons/02-code.md:26: nginx refuses it for another reason
    expected:
      duplicate location
    nginx says:
      nginx: [emerg] unknown directive "proxy_pas" in nginx.conf:1
lessons/02-code.md:29: nginx takes it
    nginx says: nothing
lessons/02-code.md:33: the block does not say where it belongs
    write one of `nginx,main`, `nginx,http`, `nginx,server`, `nginx,location`
lessons/02-code.md:37: it must serve / with the status 200
    came:
      502
lessons/02-code.md:43: it does not compile: mismatched types
lessons/02-code.md:47: it panics
    came:
      assertion `left == right` failed
        left: 2
       right: 3
lessons/02-code.md:50: it compiles
lessons/02-code.md:54: the script ends with code 3
    came: nothing
lessons/02-code.md:60: string values must be quoted, expected literal string
14 problems, 1 exercise proved
Code: 13 blocks run
--- exit 1

"#]]
    );
}

#[test]
fn an_info_string_that_means_nothing_is_told() {
    let said = validated(
        r#"
```console lab=start-the-shop
$ svc status
```

```nginx,locaton
return 200;
```

```rust skip=" "
fn f();
```

```ruby
puts 1
```

```
plain
```

```console lab="start-the-shop" state="mended"
$ svc status
```

```text run="ls"
a
```

```rust,ignore
fn f();
```
"#,
    );
    assert_data_eq!(
        said,
        str![[r#"
lessons/02-code.md:7: a block of the language `console` knows no `lab=start-the-shop`
    words follow the language after commas, then attributes such as `skip="…"`
lessons/02-code.md:11: a block of the language `nginx` knows no `locaton`
    words follow the language after commas, then attributes such as `skip="…"`
lessons/02-code.md:15: the block does not say why it is not run
    write it for a reader: `skip="needs systemd"`
lessons/02-code.md:19: no block of the language `ruby` can be run
    say why with `skip="…"`, or make it one of `console`, `nginx`, `rust`, `sh`, `bash`, `text`, `http`, `toml`, `diagram`, `diff`
lessons/02-code.md:23: a block without a language
    say why with `skip="…"`, or make it one of `console`, `nginx`, `rust`, `sh`, `bash`, `text`, `http`, `toml`, `diagram`, `diff`
lessons/02-code.md:27: no state of a lab is called `mended`
    leave it out for the lab as it is handed out, or write `solved`
lessons/02-code.md:31: the block does not say in which `lab`
lessons/02-code.md:35: `ignore` without a reason
    say why with `skip="…"`
8 problems, 1 exercise proved
Code: 3 blocks run, 1 says why not
--- exit 1

"#]]
    );
}

#[test]
fn a_command_is_stopped_when_it_prints_too_much_and_leaves_nothing_running() {
    let desk = Desk::with_labs();
    let folder = desk.path("left-behind");
    fs::create_dir(&folder).expect("a folder");
    let waits = format!("sh -c 'sleep 4321; : {}' &", folder.display());
    let said = validate(
        &desk,
        &format!(
            "\n```console lab=\"start-the-shop\"\n$ yes\ny\n$ {waits}\n$ echo here\nhere\n```\n"
        ),
        &[],
    );
    assert!(
        said.contains("lessons/02-code.md:8: `yes` prints too much"),
        "{said}"
    );
    assert!(said.contains("\n1 problem, 1 exercise proved\n"), "{said}");
    assert!(said.len() < 4_000, "{} bytes", said.len());
    wait_until("what was begun has ended", || of_folder(&folder).is_empty());
}

#[test]
fn what_this_machine_lacks_is_told_and_never_passed() {
    let said = validate(
        &Desk::with_labs(),
        "\n```nginx,location\nreturn 200;\n```\n",
        &[("GRADUS_NGINX", "/bin/false")],
    );
    let place = "lessons/02-code.md:7: not proved here: /bin/false is not a working nginx";
    assert!(said.contains(place), "{said}");
    let count = "Code: 1 not proved here";
    assert!(said.contains(count), "{said}");
    assert!(said.ends_with("--- exit 3\n"), "{said}");
}

/// Returns a desk with a folder that everybody may write to, and its path.
fn with_outside() -> (Desk, String) {
    let desk = Desk::with_labs();
    let outside = desk.path("outside");
    fs::create_dir(&outside).expect("a folder");
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(&outside, everybody).expect("it is ours");
    (desk, outside.to_string_lossy().into_owned())
}

/// Returns whether scripts of pages can be confined here; else the test that asks is skipped.
fn is_confined() -> bool {
    let sandbox = Sandbox::new(env!("CARGO_BIN_EXE_gradus"));
    let can = sandbox.guard().is_strong() && sandbox.rehearse_seclusion().is_ok();
    if !can {
        skip("namespaces and Landlock");
    }
    can
}

#[test]
fn scripts_reach_no_network_and_write_to_their_scratch_folder_alone() {
    if !is_confined() {
        return;
    }
    let (desk, outside) = with_outside();
    let network = TcpListener::bind("127.0.0.1:0").expect("a port");
    network.set_nonblocking(true).expect("it is ours");
    let port = network.local_addr().expect("an address").port();
    let blocks = format!(
        r#"
```bash
if (exec 3<>/dev/tcp/127.0.0.1/{port}); then exit 1; fi
```

```bash lab="start-the-shop"
if (exec 3<>/dev/tcp/127.0.0.1/{port}); then exit 1; fi
test $(curl -s -o /dev/null -w '%{{http_code}}' $URL) = 502
```

```sh
for folder in {outside} /usr/local /var/tmp /tmp; do
    if touch $folder/x; then exit 1; fi
done
if ls {outside}; then exit 1; fi
for folder in "$HOME" "$TMPDIR" .; do
    echo x > "$folder/x"
done
```

```sh lab="start-the-shop"
if touch {outside}/x; then exit 1; fi
echo x > "$HOME/x"
```

```sh
for number in $(seq 300); do
    sleep 4321 &
done
```
"#
    );
    let said = validate(&desk, &blocks, &[]);
    let forks = "lessons/02-code.md:31: the script ends with code 2\n    came:\n";
    assert!(said.contains(forks) && said.contains("fork"), "{said}");
    assert!(said.contains("\n1 problem, 1 exercise proved\n"), "{said}");
    assert_eq!(fs::read_dir(outside).expect("a folder").count(), 0);
    let nobody = network.accept().map_err(|error| error.kind());
    assert_eq!(nobody.err(), Some(ErrorKind::WouldBlock));
}

#[test]
fn nothing_that_a_script_starts_outlives_it_or_a_validate_that_is_killed() {
    if !is_confined() {
        return;
    }
    for signal in [None, Some(Signal::TERM), Some(Signal::KILL)] {
        let (desk, mark) = with_outside();
        let waits = format!("sh -c 'sleep 4321; : {mark}'");
        let runs = || of_folder(mark.as_ref());
        let Some(signal) = signal else {
            let block = format!("\n```sh\nsetsid {waits} >/dev/null 2>&1 &\n```\n");
            let said = validate(&desk, &block, &[]);
            assert!(said.contains("Code: 1 block run"), "{said}");
            wait_until("what was begun has ended", || runs().is_empty());
            continue;
        };
        let block = format!("setsid {waits} & {waits}");
        desk.write(
            "labs/lessons/02-code.md",
            &format!("+++\ntitle = \"Code\"\nsummary = \"Runs.\"\n+++\n\n```sh\n{block}\n```\n"),
        );
        let mut validate = desk.start(&["validate", "../labs"]);
        let waiting = |line: &String| line.starts_with("sh -c sleep");
        wait_until("it runs", || {
            runs().iter().filter(|it| waiting(it)).count() == 2
        });
        let pid = Pid::from_child(&validate);
        rustix::process::kill_process(pid, signal).expect("it runs");
        validate.wait().expect("it ends");
        wait_until("all of it has ended", || runs().is_empty());
    }
}

#[test]
fn scripts_that_cannot_be_confined_run_and_are_told_of() {
    for (lacking, words) in [
        (
            "GRADUS_NO_NAMESPACES",
            "reach the network of this machine, and",
        ),
        (
            "GRADUS_NO_SANDBOX",
            "have limits of time, memory and output, and no sandbox: ",
        ),
    ] {
        let desk = Desk::with_labs();
        let said = validate(
            &desk,
            "\n```sh\necho x > \"$HOME/x\"\n```\n",
            &[(lacking, "1")],
        );
        assert!(said.contains("Code: 1 block run\n"), "{said}");
        let warning = format!("warning: the commands on the pages {words}");
        assert!(said.contains(&warning), "{said}");
    }
}
