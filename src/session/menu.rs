//! Entries to choose from, under an introduction.

use std::ops::Range;

use super::path::Stop;
use super::view::View;
use crate::source::{ProgramId, TrackId};
use crate::term::around;
use crate::text::{Line, Role};

/// Where an entry leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Stop(Stop),
    Track(TrackId),
    /// What is to be reviewed today.
    Review,
    Program(ProgramId),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MenuEntry {
    pub(super) label: Line,
    pub(super) target: Target,
}

/// Entries under an introduction, one of them chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Menu {
    intro: Vec<Line>,
    entries: Vec<MenuEntry>,
    chosen: usize,
}

impl Menu {
    /// Returns a menu in which the entry `chosen`, from 0, is chosen.
    pub(super) fn new(intro: Vec<Line>, entries: Vec<MenuEntry>, chosen: usize) -> Self {
        Self {
            intro,
            entries,
            chosen,
        }
    }

    /// Chooses the first entry that leads where `is_it` says; returns whether there is one.
    pub(super) fn choose_target(&mut self, is_it: impl Fn(&Target) -> bool) -> bool {
        let mut entries = self.entries.iter();
        let found = entries.position(|entry| is_it(&entry.target));
        self.chosen = found.unwrap_or(self.chosen);
        found.is_some()
    }

    /// Chooses what is chosen in `other`, or else the entry at the same place.
    pub(super) fn choose_as(&mut self, other: &Self) {
        let target = other.target();
        if !self.choose_target(|it| Some(it) == target.as_ref()) {
            self.chosen = other.chosen.min(self.entries.len().saturating_sub(1));
        }
    }

    /// Moves the choice by `steps`, not beyond the ends.
    pub(super) fn step(&mut self, steps: isize) {
        let last = self.entries.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(steps).min(last);
    }

    /// Chooses the entry of this number, from 1; returns whether there is one.
    pub(super) fn choose(&mut self, number: usize) -> bool {
        let exists = (1..=self.entries.len()).contains(&number);
        if exists {
            self.chosen = number - 1;
        }
        exists
    }

    /// Returns where the chosen entry leads.
    pub(super) fn target(&self) -> Option<Target> {
        self.entries
            .get(self.chosen)
            .map(|entry| entry.target.clone())
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns at which of the lines the chosen entry is.
    pub(super) fn chosen_line(&self, view: &View) -> usize {
        let rows = self.rows(view);
        let above = &rows[self.window(&rows, view).start..self.chosen.min(rows.len())];
        let intro = view.fit(self.intro.clone()).len();
        let gap = usize::from(intro > 0 && !self.entries.is_empty());
        let sign = usize::from(self.window(&rows, view).start > 0);
        intro + gap + sign + above.iter().map(Vec::len).sum::<usize>()
    }

    /// Returns the lines that fit on one screen, the chosen entry among them; where nothing is
    /// redrawn, all of them, numbered.
    pub(super) fn lines(&self, view: &View) -> Vec<Line> {
        let rows = self.rows(view);
        let mut lines = self.intro.clone();
        if !lines.is_empty() && !rows.is_empty() {
            lines.push(Line::new());
        }
        let window = self.window(&rows, view);
        let (above, below) = (window.start, rows.len() - window.end);
        lines.extend(more("↑", "^", above, view));
        lines.extend(rows[window].concat());
        lines.extend(more("↓", "v", below, view));
        lines
    }

    /// Returns the rows of each entry.
    fn rows(&self, view: &View) -> Vec<Vec<Line>> {
        let entries = self.entries.iter().enumerate();
        entries
            .map(|(index, entry)| self.entry_rows(index, entry, view))
            .collect()
    }

    /// Returns which entries are shown: as many around the chosen one as there is room for.
    fn window(&self, entries: &[Vec<Line>], view: &View) -> Range<usize> {
        let intro = view.fit(self.intro.clone()).len();
        let rows = view.rows();
        // Under an introduction that leaves no room, the entries have a page of their own.
        let room = match rows.saturating_sub(intro + 1) {
            0..3 => rows,
            room => room,
        };
        if view.by_lines() || entries.is_empty() {
            return 0..entries.len();
        }
        let needed: usize = entries.iter().map(Vec::len).sum();
        // What says that there are more above and below has a row each.
        let room = if needed > room && room > 4 {
            room - 2
        } else {
            room
        };
        around(entries, self.chosen, room)
    }

    fn entry_rows(&self, index: usize, entry: &MenuEntry, view: &View) -> Vec<Line> {
        let is_chosen = index == self.chosen && !view.by_lines();
        let mut lead = if view.by_lines() {
            Line::new()
                .with(Role::Key, format!("{}", index + 1))
                .with(Role::Text, ". ")
        } else if is_chosen {
            Line::new().with(Role::Accent, "> ")
        } else {
            Line::plain("  ")
        };
        let mut label = entry.label.clone();
        label
            .spans
            .iter_mut()
            .for_each(|span| span.style.bold |= is_chosen);
        let indent = label
            .spans
            .iter()
            .take_while(|span| span.text.trim().is_empty());
        let indent = indent.count();
        lead.spans.extend(label.spans.drain(..indent));
        view.hung(&lead, &label)
    }
}

/// Returns a row that says how many entries are out of sight, if there are any.
fn more(sign: &str, ascii: &str, count: usize, view: &View) -> Option<Line> {
    let sign = if view.caps.unicode { sign } else { ascii };
    let text = format!("  {sign} {count} more");
    (count > 0).then(|| Line::new().with(Role::Dim, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Caps;

    #[test]
    fn a_list_says_how_many_entries_are_out_of_sight() {
        let entry = |number: usize| MenuEntry {
            label: Line::plain(format!("entry {number}")),
            target: Target::Review,
        };
        let view = View {
            caps: Caps {
                color: false,
                hyperlinks: false,
                unicode: true,
                accessible: false,
                width: 40,
                height: 15,
                terminal: true,
            },
            interactive: true,
        };
        let mut menu = Menu::new(Vec::new(), (1..=30).map(entry).collect(), 0);
        let shown = |menu: &Menu| -> Vec<String> {
            let lines = menu.lines(&view);
            lines.iter().map(Line::text).collect()
        };
        let rows = shown(&menu);
        assert_eq!(rows[0], "> entry 1");
        let last = format!("  ↓ {} more", 30 - (rows.len() - 1));
        assert_eq!(rows.last(), Some(&last));
        menu.choose(15);
        let rows = shown(&menu);
        assert!(rows.len() <= view.rows(), "{rows:?}");
        assert!(rows[0].starts_with("  ↑ "), "{rows:?}");
        assert_eq!(rows[menu.chosen_line(&view)], "> entry 15");
    }
}
