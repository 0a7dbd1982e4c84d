//! The keys of each screen, in words.

use super::machine::{Machine, Screen};
use crate::kinds::gateway::drill;
use crate::text::{Line, Role};

type Keys = &'static [(&'static str, &'static str)];

const EVERYWHERE: Keys = &[
    ("m", "map of the course, with what you have done"),
    ("/", "search the course; a pasted log line works too"),
    ("?", "these keys"),
    ("q", "quit; everything is saved at every step"),
];

const READ: Keys = &[
    ("Enter", "go on, a screen at a time"),
    ("b", "go back"),
    ("n", "next lesson"),
    ("v", "the whole lesson in a pager with search"),
];

const QUIZ: Keys = &[
    ("Enter", "choose an answer, then go on"),
    ("1-9", "answer by number"),
    ("t", "try again after a wrong answer"),
    ("a", "show the answer after a wrong one"),
    ("s", "skip the question"),
    ("b", "go back"),
    ("n", "next lesson"),
];

const SOLVE: Keys = &[
    ("e", "open the file in your editor; saving checks it"),
    ("c", "check now"),
    (
        "l",
        "run the exercise's nginx, where it has one; q leads back",
    ),
    ("v", "the last result in full, in a pager"),
    ("t", "the task"),
    ("h", "the next hint"),
    ("H", "the hints so far"),
    ("o", "a solution"),
    ("r", "put the files back; a copy of yours is kept"),
    ("n", "go on without a pass"),
    ("s", "settle: go on, and count it as done"),
    ("b", "go back"),
];

const LIST: Keys = &[
    ("↑ ↓", "move, also with k and j"),
    ("Enter", "open"),
    ("1-9", "go to that entry, on the map to that lesson"),
    ("Esc", "back"),
];

const LIST_BY_LINES: Keys = &[("a number", "open that entry"), ("Enter", "back")];

impl Machine {
    pub(super) fn help(&self) -> Vec<Line> {
        let keys = match self.under.last() {
            Some(Screen::Read(_)) => READ,
            Some(Screen::Quiz(_)) => QUIZ,
            Some(Screen::Solve(_)) => SOLVE,
            Some(Screen::List(..)) if self.view.by_lines => LIST_BY_LINES,
            Some(Screen::List(..)) => LIST,
            Some(Screen::Help | Screen::Finish) | None => &[],
        };
        let mut lines = self.view.heading(1, "Keys");
        lines.push(Line::new());
        lines.extend(self.keys(keys));
        if !keys.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(self.keys(EVERYWHERE));
        if drill::is_in(&self.course.tree) {
            lines.push(Line::new());
            lines.extend(self.view.markdown(
                "After `q`: `gradus drill` breaks a gateway at random, for you to find out how.",
            ));
        }
        if self.view.by_lines {
            lines.push(Line::new());
            lines.push(Line::plain("Type the key, then Enter."));
        }
        lines
    }

    fn keys(&self, keys: Keys) -> Vec<Line> {
        let lines = keys.iter().flat_map(|(key, what)| {
            let lead = Line::new()
                .with(Role::Key, format!("{key:<8}"))
                .with(Role::Text, " ");
            self.view.hanging(&lead, what)
        });
        lines.collect()
    }
}
