//! The first page: the tracks, and where the learner's files will go.

use super::lists::{ListKind, Listing};
use super::menu::{Menu, MenuEntry, Target};
use super::path::Stop;
use super::shared::SharedState;
use crate::course::Track;
use crate::text::{Line, Role};

impl SharedState {
    /// Returns the list of the tracks.
    pub(super) fn track_list(&self) -> Listing {
        let menu = Menu::new(self.welcome(), self.tracks(), self.chosen_track());
        Listing::new(ListKind::Tracks, menu)
    }

    fn welcome(&self) -> Vec<Line> {
        let mut lines = self.view.heading(1, &self.course.title);
        lines.push(Line::new());
        lines.extend(self.view.markdown(&self.course.description));
        lines.push(Line::new());
        if !self.exists {
            lines.extend(self.where_files_go());
        }
        for track in &self.course.tracks {
            let lead = Line::new().with(Role::Accent, format!("{}: ", track.title));
            lines.extend(self.view.hanging(&lead, &track.description));
        }
        lines.push(Line::new());
        let choose = if self.course.tracks.len() > 1 {
            "Choose a track. You can change it at any time."
        } else {
            "Ready when you are."
        };
        lines.extend(self.view.markdown(choose));
        lines
    }

    fn where_files_go(&self) -> Vec<Line> {
        let lead = Line::new().with(Role::Dim, "Your files go to ");
        let mut lines = vec![lead.with(Role::Code, &self.workspace)];
        let about = "The folder is made when you choose; **q** leaves without a trace.";
        lines.extend(self.view.markdown(about));
        lines.push(Line::new());
        lines
    }

    pub(super) fn tracks(&self) -> Vec<MenuEntry> {
        let entry = |track: &Track| MenuEntry {
            label: Line::plain(&track.title),
            target: Target::Track(track.id.clone()),
        };
        let mut entries: Vec<MenuEntry> = self.course.tracks.iter().map(entry).collect();
        if entries.is_empty() {
            entries.push(MenuEntry {
                label: Line::new().with(Role::Accent, "Start"),
                target: Target::Stop(Stop::default()),
            });
        }
        entries
    }

    fn chosen_track(&self) -> usize {
        let mut tracks = self.course.tracks.iter();
        let chosen = self.progress.track.as_ref();
        tracks
            .position(|track| Some(&track.id) == chosen)
            .unwrap_or(0)
    }
}
