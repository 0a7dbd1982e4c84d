//! The end of a track: what one can do now, and what is left.

use super::footer::{Footer, hint};
use super::lists::{ListKind, Listing};
use super::menu::{Menu, MenuEntry, Target};
use super::page::{Action, CoursePage, unknown_key};
use super::path::Stop;
use super::shared::SharedState;
use crate::course::Item;
use crate::kinds::gateway::drill;
use crate::term::Key;
use crate::text::{Line, Role, counted};

/// The end of a track on the screen.
#[derive(Debug)]
pub(super) struct Finish;

impl CoursePage for Finish {
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let track = shared
            .progress
            .track
            .as_ref()
            .and_then(|id| shared.course.track(id));
        let name = track.map_or("course", |track| track.title.as_str());
        if !shared.is_finished() {
            let mut lines = shared.view.heading(1, "The last page");
            lines.push(Line::new());
            lines.extend(shared.view.markdown(
                "You have reached the end. Some parts are still open; **Enter** lists them.",
            ));
            lines.extend(shared.programs());
            return lines;
        }
        let mut lines = shared.view.heading(1, &format!("{name}: finished"));
        lines.push(Line::new());
        lines.push(Line::plain("What you can do now:"));
        lines.push(Line::new());
        for lesson in shared.course.lessons.iter().filter(|lesson| {
            !lesson.summary.is_empty() && lesson.is_on(track.map(|track| &track.id))
        }) {
            let lead = shared.view.sign(Role::Good, "✓", "learnt");
            lines.extend(shared.view.hanging(&lead, &lesson.summary));
        }
        lines.extend(shared.programs());
        if drill::is_in(&shared.course.tree) {
            lines.push(Line::new());
            lines.extend(shared.view.markdown(
                "Stay in practice: `gradus drill` breaks a gateway, shows you what a customer \
                 sees, and takes the time until you have named the cause and fixed it.",
            ));
        }
        lines
    }

    fn footer(&self, _shared: &SharedState) -> Footer {
        let hints = vec![hint("Enter", "what is left"), hint("m", "map")];
        Footer::new("The end of the track", hints)
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let at_end = shared.sheet.is_at_end();
        vec![match key {
            Key::Enter | Key::Char(' ') | Key::PageDown if !at_end => Action::Turn,
            Key::Enter | Key::Char(' ') => Action::Cover(Box::new(shared.left())),
            Key::Char('b') | Key::PageUp | Key::Left if !shared.sheet.is_at_start() => {
                Action::TurnBack
            }
            Key::Char('b') | Key::PageUp | Key::Left => match shared.way().stops().last() {
                Some(last) => Action::Go(Target::Stop(last)),
                None => return Vec::new(),
            },
            _ => return unknown_key(),
        }]
    }
}

impl SharedState {
    /// Tells of the programs of the track.
    fn programs(&self) -> Vec<Line> {
        let programs = self.course.programs_of(self.progress.track.as_ref());
        let told = programs.flat_map(|program| {
            let (title, summary) = (&program.title, &program.summary);
            let text =
                format!("What you have built: **{title}**. {summary} **Enter** leads to it.");
            let told = self.view.markdown(&text);
            [vec![Line::new()], told].concat()
        });
        told.collect()
    }

    fn left(&self) -> Listing {
        Listing::new(ListKind::Left, self.left_menu())
    }

    pub(super) fn left_menu(&self) -> Menu {
        let entries = self.left_entries();
        let intro = if entries.is_empty() {
            let text = "Nothing is left: you have done all there is.";
            self.view.markdown(text)
        } else {
            vec![Line::new().with(Role::Heading(1), "What is left")]
        };
        Menu::new(intro, entries, 0)
    }

    /// Returns what was not done: a review, lessons, exercises, optional ones last, questions; then the programs
    /// and the other tracks.
    fn left_entries(&self) -> Vec<MenuEntry> {
        let lessons = self.course.lessons.iter().enumerate();
        let unread = lessons.filter_map(|(index, lesson)| {
            Some(MenuEntry {
                target: Target::Stop(self.unread(index, lesson)?),
                label: self.lesson_label(index, lesson),
            })
        });
        let way = self.way();
        let stops = way
            .stops()
            .filter_map(|stop| Some((stop, way.exercise_at(stop)?)));
        let mut open: Vec<_> = stops
            .filter(|(_, exercise)| !self.state(exercise).is_done())
            .collect();
        open.sort_by_key(|(_, exercise)| exercise.further);
        let open = open
            .into_iter()
            .map(|(stop, exercise)| self.exercise_entry(stop, exercise));
        let tracks = self
            .tracks()
            .into_iter()
            .filter(|entry| self.is_other_track(&entry.target))
            .map(|entry| MenuEntry {
                label: Line::plain(format!("The {} track", entry.label.text())),
                ..entry
            });
        let review = self.review_entry().into_iter();
        let unread = review.chain(unread);
        unread
            .chain(open)
            .chain(self.question_entries())
            .chain(self.program_entries())
            .chain(tracks)
            .collect()
    }

    /// Returns the lessons that were read and have questions that were never answered.
    fn question_entries(&self) -> Vec<MenuEntry> {
        let way = self.way();
        let lessons = self.course.lessons.iter().enumerate();
        let entries = lessons.filter_map(|(index, lesson)| {
            let is_open = |stop: &Stop| match way.at(*stop) {
                Some((_, _, Item::Quiz(quiz))) => {
                    stop.lesson == index && !self.progress.has_answered(&lesson.id, &quiz.id)
                }
                Some((_, _, Item::Text(_) | Item::Exercise(_))) | None => false,
            };
            let open: Vec<_> = way.stops().filter(is_open).collect();
            let first = open
                .first()
                .filter(|_| self.unread(index, lesson).is_none())?;
            let mark = self.view.sign(Role::Dim, "○", "new");
            let title = format!("{}  {}", index + 1, lesson.title);
            let count = format!("  {} skipped", counted(open.len(), "question"));
            let label = mark.with(Role::Text, title).with(Role::Dim, count);
            let target = Target::Stop(*first);
            Some(MenuEntry { label, target })
        });
        entries.collect()
    }

    fn is_other_track(&self, target: &Target) -> bool {
        matches!(target, Target::Track(track) if Some(track) != self.progress.track.as_ref())
    }
}
