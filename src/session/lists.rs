//! Lists on the screen: the tracks, the map, what a search found, what is left.

use super::footer::{Footer, hint};
use super::menu::{Menu, Target};
use super::page::{Action, CoursePage, Keys, say, unknown_key};
use super::shared::SharedState;
use crate::term::{Key, typed_number};
use crate::text::{Line, Role};

/// A list on the screen.
#[derive(Debug)]
pub(super) struct Listing {
    kind: ListKind,
    menu: Menu,
    /// The digits of a number that may go on.
    number: usize,
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
        Self {
            kind,
            menu,
            number: 0,
        }
    }

    fn follow(&self) -> Vec<Action> {
        self.menu.target().map(Action::Go).into_iter().collect()
    }

    /// Returns whether another page lies under it.
    fn covers(&self) -> bool {
        self.kind != ListKind::Tracks
    }

    /// Returns whether the chosen entry is on the screen.
    fn is_seen(&self, shared: &SharedState) -> bool {
        shared.sheet.shows(self.menu.chosen_line(&shared.view))
    }

    /// Turns to where the chosen entry is.
    fn turn(shared: &SharedState) -> Vec<Action> {
        vec![if shared.sheet.is_at_end() {
            Action::Refresh
        } else {
            Action::Turn
        }]
    }

    /// Takes a digit of an entry's number, which opens it once the number is whole; on the map it is that of a
    /// lesson, and chooses it.
    fn digit(&mut self, digit: usize, before: usize, shared: &SharedState) -> Vec<Action> {
        let is_map = self.kind == ListKind::Map;
        let most = if is_map {
            shared.course.lessons.len()
        } else {
            self.menu.len()
        };
        let Some(typed) = typed_number(before, digit, most) else {
            return no_such_number();
        };
        self.number = typed.number;
        if is_map {
            let is_it = |target: &Target| matches!(target, Target::Stop(stop) if stop.lesson + 1 == typed.number);
            self.menu.choose_target(is_it);
            return vec![Action::Refresh];
        }
        self.menu.choose(typed.number);
        if typed.is_whole && self.is_seen(shared) {
            return self.follow();
        }
        vec![Action::Refresh]
    }
}

fn no_such_number() -> Vec<Action> {
    say(Role::Warn, "There is no such number in the list.")
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
        } else if !self.is_seen(shared) {
            vec![hint("Enter", "more")]
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
            (
                "1-9",
                "open that entry; on the map, go to that lesson: 1, then 0 is lesson 10",
            ),
            ("Esc", "back"),
        ]
    }

    /// On the map, its key leads back.
    fn capture(&mut self, key: Key, _shared: &SharedState) -> Option<Vec<Action>> {
        let closes = key == Key::Char('m') && self.kind == ListKind::Map;
        closes.then(|| vec![Action::Close])
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let by_lines = shared.view.by_lines();
        let number = std::mem::take(&mut self.number);
        match key {
            Key::Enter if by_lines && self.covers() => return vec![Action::Close],
            Key::Enter | Key::Char(' ' | 'j') | Key::Right | Key::Down | Key::PageDown
                if !by_lines && !self.is_seen(shared) =>
            {
                return Self::turn(shared);
            }
            Key::PageUp | Key::Char('b') | Key::Left
                if !self.covers() && !shared.sheet.is_at_start() =>
            {
                return vec![Action::TurnBack];
            }
            Key::Up | Key::Char('k') => self.menu.step(-1),
            Key::Down | Key::Char('j') => self.menu.step(1),
            Key::PageUp => self.menu.step(-8),
            Key::PageDown => self.menu.step(8),
            Key::Home | Key::Char('g') => self.menu.step(isize::MIN),
            Key::End | Key::Char('G') => self.menu.step(isize::MAX),
            Key::Enter | Key::Char(' ') | Key::Right => return self.follow(),
            Key::Char('m' | 'b') | Key::Left if self.covers() => return vec![Action::Close],
            Key::Char('t') if self.kind == ListKind::Map => return vec![Action::ShowTracks],
            Key::Char(char) => match char.to_digit(10) {
                Some(digit) => return self.digit(digit as usize, number, shared),
                None => return unknown_key(),
            },
            _ => return unknown_key(),
        }
        vec![Action::Refresh]
    }

    /// Lists anew what was done, and keeps what is chosen.
    fn renew(&mut self, shared: &SharedState) {
        let mut renewed = match self.kind {
            ListKind::Map => shared.map_menu(),
            ListKind::Left => shared.left_menu(),
            ListKind::Tracks | ListKind::Found => return,
        };
        renewed.choose_as(&self.menu);
        self.menu = renewed;
    }

    fn is_search(&self) -> bool {
        self.kind == ListKind::Found
    }

    fn focus(&self, shared: &SharedState) -> Option<usize> {
        (!shared.view.by_lines()).then(|| self.menu.chosen_line(&shared.view))
    }

    fn numbers(&mut self, numbers: &[usize], _shared: &SharedState) -> Vec<Action> {
        if self.menu.choose(numbers[0]) {
            self.follow()
        } else {
            no_such_number()
        }
    }
}
