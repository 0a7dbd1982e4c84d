//! Lists on the screen: moving in them, opening what is chosen, and search.

use super::footer::{Footer, hint};
use super::machine::{Asked, List, Machine, Screen};
use super::menu::{Entry, Menu, Target};
use super::sheet::Sheet;
use crate::course::Answer;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn list_key(&mut self, key: Key) {
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        match key {
            Key::Up | Key::Char('k') => menu.step(-1),
            Key::Down | Key::Char('j') => menu.step(1),
            Key::PageUp => menu.step(-8),
            Key::PageDown => menu.step(8),
            Key::Home | Key::Char('g') => menu.chosen = 0,
            Key::End | Key::Char('G') => menu.step(isize::MAX),
            Key::Enter if self.view.by_lines && !self.under.is_empty() => return self.close(),
            Key::Enter | Key::Char(' ') | Key::Right => return self.follow_chosen(),
            Key::Char('m' | 'b') | Key::Left if !self.under.is_empty() => return self.close(),
            Key::Char('t') if self.is_list(List::Map) => return self.show_tracks(),
            Key::Char(digit) if digit.is_ascii_digit() => {
                let number = digit.to_digit(10).unwrap_or(0) as usize;
                return self.choose_number(number);
            }
            _ => return self.unknown_key(),
        }
        self.move_choice();
    }

    fn move_choice(&mut self) {
        let lines = self.content();
        self.sheet = Sheet::new(lines, self.view.rows());
        self.redraw();
    }

    fn follow_chosen(&mut self) {
        if let Screen::List(_, menu) = &self.screen
            && let Some(target) = menu.target()
        {
            self.follow(target);
        }
    }

    /// Chooses an entry by its number; on the map, a lesson by its own.
    pub(super) fn choose_number(&mut self, number: usize) {
        if !self.view.by_lines && self.is_list(List::Map) {
            self.choose_lesson(number);
            return;
        }
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        if menu.choose(number) {
            self.follow_chosen();
        } else {
            self.say(Line::new().with(Role::Warn, "There is no such number in the list."));
        }
    }

    fn choose_lesson(&mut self, number: usize) {
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        let is_it =
            |entry: &Entry| matches!(entry.target, Target::Stop(stop) if stop.lesson + 1 == number);
        if let Some(index) = menu.entries.iter().position(is_it) {
            menu.chosen = index;
        }
        self.move_choice();
    }

    pub(super) fn ask_search(&mut self) {
        self.ask(
            Asked::Search,
            Ask::Words("Search for".to_owned()),
            "Search for > ",
        );
    }

    pub(super) fn searched(&mut self, answer: &Answer) {
        let Answer::Words(words) = answer else {
            return;
        };
        let entries = self.find(words);
        if entries.is_empty() {
            self.redraw();
            self.say(Line::new().with(
                Role::Warn,
                format!("Nothing in the course mentions “{words}”."),
            ));
            return;
        }
        let head = Line::new()
            .with(Role::Heading(1), "Found")
            .with(Role::Dim, format!("  {words}"));
        let menu = Menu {
            intro: vec![head],
            entries,
            chosen: 0,
        };
        self.cover(Screen::List(List::Found, menu));
    }

    pub(super) fn list_footer(&self, list: List) -> Footer {
        let (place, back) = match list {
            List::Tracks => ("Welcome", None),
            List::Map => ("Map of the course", Some(hint("m", "back"))),
            List::Found => ("Search", Some(hint("b", "back"))),
            List::Left => ("What is left", Some(hint("b", "back"))),
        };
        let mut hints = if self.view.by_lines {
            vec![hint("a number", "open")]
        } else {
            vec![hint("↑↓", "move"), hint("Enter", "open")]
        };
        hints.extend(back);
        if list == List::Map && self.course.tracks.len() > 1 {
            hints.push(hint("t", "track"));
        }
        Footer::new(place, hints)
    }
}
