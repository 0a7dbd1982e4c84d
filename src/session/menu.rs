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
        intro + gap + above.iter().map(Vec::len).sum::<usize>()
    }

    /// Returns the lines that fit on one screen, the chosen entry among them; where nothing is
    /// redrawn, all of them, numbered.
    pub(super) fn lines(&self, view: &View) -> Vec<Line> {
        let rows = self.rows(view);
        let mut lines = self.intro.clone();
        if !lines.is_empty() && !rows.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(rows[self.window(&rows, view)].concat());
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
