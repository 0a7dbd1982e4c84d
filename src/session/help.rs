//! The help: the keys of a page, in words.

use super::footer::{Footer, Hint, hint};
use super::page::{Action, CoursePage, Keys};
use super::shared::SharedState;
use super::view::View;
use crate::kinds::gateway::drill;
use crate::term::Key;
use crate::text::{Line, Role};

const EVERYWHERE: Keys = &[
    ("m", "map of the course, with what you have done"),
    ("/", "search the course; a pasted log line works too"),
    ("?", "these keys"),
    ("q", "quit; everything is saved at every step"),
];

/// What leaves the help.
pub(super) const BACK: &[Hint] = &[hint("q", "back")];

/// The help on the screen.
#[derive(Debug)]
pub(super) struct Help {
    /// The keys that only the page under it has.
    keys: Keys,
}

impl Help {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys }
    }
}

impl CoursePage for Help {
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let view = &shared.view;
        let mut lines = view.heading(1, "Keys");
        lines.push(Line::new());
        lines.extend(key_lines(self.keys, view));
        if !self.keys.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(key_lines(EVERYWHERE, view));
        if drill::is_in(&shared.course.tree) {
            lines.push(Line::new());
            lines.extend(view.markdown(
                "After `q`: `gradus drill` breaks a gateway at random, for you to find out how.",
            ));
        }
        if view.by_lines() {
            lines.push(Line::new());
            lines.push(Line::plain("Type the key, then Enter."));
        }
        lines
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        let enter = if shared.sheet.is_at_end() {
            "back"
        } else {
            "more"
        };
        let mut footer = Footer::new("Keys", vec![hint("Enter", enter)]);
        footer.pinned = BACK;
        footer
    }

    /// The key that opens the help leads back from it, and so does the one that leaves a pager.
    fn capture(&mut self, key: Key, _shared: &SharedState) -> Option<Vec<Action>> {
        matches!(key, Key::Char('?' | 'q')).then(|| vec![Action::Close])
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        vec![match key {
            Key::Enter | Key::Char(' ' | 'j' | 'f') | Key::PageDown | Key::Right | Key::Down
                if !shared.sheet.is_at_end() =>
            {
                Action::Turn
            }
            Key::Char('b' | 'k') | Key::PageUp | Key::Left | Key::Up
                if !shared.sheet.is_at_start() =>
            {
                Action::TurnBack
            }
            _ => Action::Close,
        }]
    }
}

fn key_lines(keys: Keys, view: &View) -> Vec<Line> {
    let lines = keys.iter().flat_map(|(key, what)| {
        let lead = Line::new()
            .with(Role::Key, format!("{key:<8}"))
            .with(Role::Text, " ");
        view.hanging(&lead, what)
    });
    lines.collect()
}

/// Returns each key with what it does.
pub(super) fn brief<'a>(keys: impl Iterator<Item = (&'a str, &'a str)>, view: &View) -> Vec<Line> {
    let rows = keys.flat_map(|(key, what)| {
        let lead = Line::new().with(Role::Key, format!("  {key}  "));
        view.hung(&lead, &Line::plain(what))
    });
    rows.collect()
}
