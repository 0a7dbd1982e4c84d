//! The first screen: the tracks, and where the learner's files will go.

use super::input::{Effect, Note, Trouble};
use super::machine::{List, Machine, Screen};
use super::menu::{Entry, Menu, Target};
use super::path::Stop;
use crate::source::TrackId;
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn show_tracks(&mut self) {
        let menu = Menu {
            intro: self.welcome(),
            entries: self.tracks(),
            chosen: self.chosen_track(),
        };
        self.under.clear();
        self.screen = Screen::List(List::Tracks, menu);
        self.new_page();
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

    pub(super) fn tracks(&self) -> Vec<Entry> {
        let entry = |track: &crate::course::Track| Entry {
            label: Line::plain(&track.title),
            target: Target::Track(track.id.clone()),
        };
        let mut entries: Vec<Entry> = self.course.tracks.iter().map(entry).collect();
        if entries.is_empty() {
            entries.push(Entry {
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

    pub(super) fn choose_track(&mut self, track: TrackId) {
        self.make_workspace();
        self.note(Note::Track(track));
        self.go_where_left();
    }

    /// Makes the workspace before anything is noted in it.
    fn make_workspace(&mut self) {
        if !self.exists {
            self.exists = true;
            self.push(Effect::MakeWorkspace);
        }
    }

    pub(super) fn made(&mut self, made: Result<(), Trouble>) {
        if let Err(trouble) = made {
            self.exists = false;
            self.show_tracks();
            self.complain(&trouble);
        }
    }

    fn go_where_left(&mut self) {
        let way = self.way();
        let place = self.progress.place.as_ref();
        let stop = place
            .and_then(|place| way.stop_of(place))
            .or_else(|| way.lesson(0));
        match stop {
            Some(stop) => self.go(stop),
            None => self.finish(),
        }
    }
}
