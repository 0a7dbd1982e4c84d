//! Sessions on the pages: every block `console` is run, and shows what is shown.
//!
//! A page has one current folder, and its blocks are run in order. A block with `file="…"` is
//! written there first. What is shown is compared as `validate` compares it in a course.

use gradus::languages::console::commands;
use gradus::languages::shown::same;
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
fn play(desk: &Desk, fence: &Fence) -> usize {
    if let Some(file) = Info::new(&fence.info).attribute("file") {
        desk.write(&format!("here/{file}"), &fence.text);
        return 0;
    }
    let is_set_up = fence.text.starts_with("$ cargo ");
    if fence.language() != "console" || fence.skip().is_some() || is_set_up {
        return 0;
    }
    let commands = commands(&fence.text);
    let commands = commands.unwrap_or_else(|| panic!("{}: no command", fence.place()));
    for command in &commands {
        let run = desk.shell(&command.typed);
        let printed = run.stdout.clone() + &run.stderr;
        let place = fence.place();
        let (typed, shown) = (&command.typed, &command.shown);
        assert!(
            same(&printed, shown),
            "{place}: `{typed}` prints\n{printed}\nand not\n{shown}"
        );
    }
    commands.len()
}
