//! Entries to choose from, under an introduction.

use std::ops::Range;

use super::path::Stop;
use super::view::View;
use crate::source::TrackId;
use crate::text::{Line, Role};

/// Where an entry leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Stop(Stop),
    Track(TrackId),
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
        let intro = view.fit(self.intro.clone()).len();
        let gap = usize::from(intro > 0 && !self.entries.is_empty());
        intro + gap + self.chosen - self.window(view).start
    }

    /// Returns the lines that fit on one screen, the chosen entry among them; where nothing is
    /// redrawn, all of them, numbered.
    pub(super) fn lines(&self, view: &View) -> Vec<Line> {
        let entries = self.entries.iter().enumerate();
        let rows: Vec<Line> = entries
            .map(|(index, entry)| self.row(index, entry, view))
            .collect();
        let mut lines = self.intro.clone();
        if !lines.is_empty() && !rows.is_empty() {
            lines.push(Line::new());
        }
        lines.extend_from_slice(&rows[self.window(view)]);
        lines
    }

    /// Returns which entries are shown.
    fn window(&self, view: &View) -> Range<usize> {
        let (many, intro) = (self.entries.len(), view.fit(self.intro.clone()).len());
        let rows = view.rows();
        // Under an introduction that leaves no room, the entries have a page of their own.
        let room = match rows.saturating_sub(intro + 1) {
            0..3 => rows,
            room => room,
        };
        if view.by_lines() || many <= room {
            return 0..many;
        }
        let first = self.chosen.saturating_sub(room / 2).min(many - room);
        first..first + room
    }

    fn row(&self, index: usize, entry: &MenuEntry, view: &View) -> Line {
        let mut row = if view.by_lines() {
            Line::new()
                .with(Role::Key, format!("{}", index + 1))
                .with(Role::Text, ". ")
        } else if index == self.chosen {
            Line::new().with(Role::Accent, "> ")
        } else {
            Line::plain("  ")
        };
        for span in &entry.label.spans {
            let mut style = span.style.clone();
            style.bold |= index == self.chosen && !view.by_lines();
            row.push(style, &span.text);
        }
        view.cut(row, view.caps.width)
    }
}
