//! Sessions on the pages: every block `console` is run, and shows what is shown.
//!
//! A page has one current folder, and its blocks are run in order. A block with `file="…"` is
//! written there first. In what is shown, a line `…` stands for any number of lines.

use gradus::lesson::Info;

use crate::harness::Desk;
use crate::repository::{Fence, fences, files_of};

/// What stands for lines that are left out.
pub(crate) const LEFT_OUT: &str = "…";

#[test]
fn sessions_show_what_happens() {
    let mut pages = vec!["README.md".to_owned()];
    pages.extend(files_of("book/src", "md"));
    let mut count = 0;
    for page in &pages {
        let desk = Desk::new();
        for fence in fences(page) {
            count += play(&desk, &fence);
        }
    }
    assert!(count > 20, "{count} commands");
}

/// Plays one block and returns how many commands it has.
pub(crate) fn play(desk: &Desk, fence: &Fence) -> usize {
    if let Some(file) = Info::new(&fence.info).attribute("file") {
        desk.write(&format!("here/{file}"), &fence.text);
        return 0;
    }
    let is_set_up = fence.text.starts_with("$ cargo ");
    if fence.language() != "console" || fence.skip().is_some() || is_set_up {
        return 0;
    }
    let mut count = 0;
    for (command, shown) in commands(&fence.text) {
        let run = desk.shell(&command);
        let printed = run.stdout.clone() + &run.stderr;
        let same = matches(&lines(&printed), &lines(&shown));
        let place = fence.place();
        assert!(
            same,
            "{place}: `{command}` prints\n{printed}\nand not\n{shown}"
        );
        count += 1;
    }
    count
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().collect()
}

/// Returns the commands of a block, each with the output that is shown.
fn commands(text: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => panic!("a block that does not start with a command: {text}"),
        }
    }
    commands
}

/// Returns whether `printed` is what is `shown`.
fn matches(printed: &[&str], shown: &[&str]) -> bool {
    match (printed, shown) {
        ([], []) => true,
        (_, [LEFT_OUT, rest @ ..]) => {
            (0..=printed.len()).any(|from| matches(&printed[from..], rest))
        }
        ([first, printed @ ..], [line, shown @ ..]) => first == line && matches(printed, shown),
        ([], _) | (_, []) => false,
    }
}

#[test]
fn what_is_left_out_may_be_any_lines() {
    let printed = ["a", "b", "c"];
    for shown in [
        &["a", "b", "c"][..],
        &["a", "…"],
        &["…", "c"],
        &["a", "…", "c"],
        &["…"],
    ] {
        assert!(matches(&printed, shown), "{shown:?}");
    }
    for shown in [&["a", "b"][..], &["b", "…"], &["…", "b"], &[]] {
        assert!(!matches(&printed, shown), "{shown:?}");
    }
}
