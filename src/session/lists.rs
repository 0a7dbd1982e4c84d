//! Lists on the screen: the tracks, the map, what a search found, what is left.

use super::footer::{Footer, hint};
use super::help::Keys;
use super::menu::{Menu, Target};
use super::page::{Action, CoursePage, say, unknown_key};
use super::shared::SharedState;
use crate::term::Key;
use crate::text::{Line, Role};

/// A list on the screen.
#[derive(Debug)]
pub(super) struct Listing {
    kind: ListKind,
    menu: Menu,
}

/// Which list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    Tracks,
    Map,
    Found,
    Left,
}

impl Listing {
    pub(super) fn new(kind: ListKind, menu: Menu) -> Self {
        Self { kind, menu }
    }

    fn follow(&self) -> Vec<Action> {
        self.menu.target().map(Action::Go).into_iter().collect()
    }

    /// Returns whether another page lies under it.
    fn covers(&self) -> bool {
        self.kind != ListKind::Tracks
    }

    /// Chooses an entry by its number; on the map, a lesson by its own.
    fn choose(&mut self, number: usize, by_lines: bool) -> Vec<Action> {
        if !by_lines && self.kind == ListKind::Map {
            let is_it =
                |target: &Target| matches!(target, Target::Stop(stop) if stop.lesson + 1 == number);
            self.menu.choose_target(is_it);
            return vec![Action::Refresh];
        }
        if self.menu.choose(number) {
            self.follow()
        } else {
            say(Role::Warn, "There is no such number in the list.")
        }
    }
}

impl CoursePage for Listing {
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        self.menu.lines(&shared.view)
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        let (place, back) = match self.kind {
            ListKind::Tracks => ("Welcome", None),
            ListKind::Map => ("Map of the course", Some(hint("m", "back"))),
            ListKind::Found => ("Search", Some(hint("b", "back"))),
            ListKind::Left => ("What is left", Some(hint("b", "back"))),
        };
        let mut hints = if shared.view.by_lines() {
            vec![hint("a number", "open")]
        } else {
            vec![hint("↑↓", "move"), hint("Enter", "open")]
        };
        hints.extend(back);
        if self.kind == ListKind::Map && shared.course.tracks.len() > 1 {
            hints.push(hint("t", "track"));
        }
        Footer::new(place, hints)
    }

    fn keys(&self, shared: &SharedState) -> Keys {
        if shared.view.by_lines() {
            return &[("a number", "open that entry"), ("Enter", "back")];
        }
        &[
            ("↑ ↓", "move, also with k and j"),
            ("Enter", "open"),
            ("1-9", "go to that entry, on the map to that lesson"),
            ("Esc", "back"),
        ]
    }

    /// On the map, its key leads back.
    fn capture(&mut self, key: Key) -> Option<Vec<Action>> {
        let closes = key == Key::Char('m') && self.kind == ListKind::Map;
        closes.then(|| vec![Action::Close])
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let by_lines = shared.view.by_lines();
        match key {
            Key::Up | Key::Char('k') => self.menu.step(-1),
            Key::Down | Key::Char('j') => self.menu.step(1),
            Key::PageUp => self.menu.step(-8),
            Key::PageDown => self.menu.step(8),
            Key::Home | Key::Char('g') => self.menu.step(isize::MIN),
            Key::End | Key::Char('G') => self.menu.step(isize::MAX),
            Key::Enter if by_lines && self.covers() => return vec![Action::Close],
            Key::Enter | Key::Char(' ') | Key::Right => return self.follow(),
            Key::Char('m' | 'b') | Key::Left if self.covers() => return vec![Action::Close],
            Key::Char('t') if self.kind == ListKind::Map => return vec![Action::ShowTracks],
            Key::Char(char) => match char.to_digit(10) {
                Some(digit) => return self.choose(digit as usize, by_lines),
                None => return unknown_key(),
            },
            _ => return unknown_key(),
        }
        vec![Action::Refresh]
    }

    fn numbers(&mut self, numbers: &[usize], shared: &SharedState) -> Vec<Action> {
        self.choose(numbers[0], shared.view.by_lines())
    }
}
