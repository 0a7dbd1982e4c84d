//! Search from within a session.

use super::lists::{ListKind, Listing};
use super::menu::{Menu, MenuEntry, Target};
use super::path::Stop;
use super::shared::SharedState;
use crate::course::{Exercise, Lesson, Symptom};
use crate::search::{Hit, search};
use crate::text::{Line, Role};

impl SharedState {
    /// Returns the places that `words` lead to; `None` if there is none.
    pub(super) fn find(&self, words: &str) -> Option<Listing> {
        let hits = search(&self.course, self.progress.track.as_ref(), words).hits;
        let entries: Vec<_> = hits.iter().filter_map(|hit| self.entry_of(hit)).collect();
        let head = Line::new()
            .with(Role::Heading(1), "Found")
            .with(Role::Dim, format!("  {words}"));
        let head = self.view.cut(head, self.view.caps.width);
        let is_empty = entries.is_empty();
        let menu = Menu::new(vec![head], entries, 0);
        (!is_empty).then(|| Listing::new(ListKind::Found, menu))
    }

    fn entry_of(&self, hit: &Hit<'_>) -> Option<MenuEntry> {
        match hit {
            Hit::Symptom { lesson, symptom } => Some(MenuEntry {
                label: label(&lesson.title, &advice(symptom)),
                target: Target::Stop(self.section_stop(lesson, 0)?),
            }),
            Hit::Section {
                lesson,
                section,
                excerpt,
            } => {
                let title = lesson.sections().get(*section)?.title.as_ref();
                Some(MenuEntry {
                    label: label(title.unwrap_or(&lesson.title), excerpt),
                    target: Target::Stop(self.section_stop(lesson, *section)?),
                })
            }
            Hit::Exercise(exercise) => Some(MenuEntry {
                label: label(&exercise.title, &exercise.summary),
                target: Target::Stop(self.exercise_stop(exercise)?),
            }),
        }
    }

    fn section_stop(&self, lesson: &Lesson, section: usize) -> Option<Stop> {
        let lessons = &self.course.lessons;
        let lesson = lessons.iter().position(|other| other.id == lesson.id)?;
        let mut stops = self.way().stops();
        stops.find(|stop| stop.lesson == lesson && stop.section >= section)
    }

    fn exercise_stop(&self, exercise: &Exercise) -> Option<Stop> {
        let way = self.way();
        let is_it = |stop: &Stop| {
            way.exercise_at(*stop)
                .is_some_and(|other| other.id == exercise.id)
        };
        way.stops().find(is_it)
    }
}

/// Returns the cause of a symptom, where it is, and what to look at first.
fn advice(symptom: &Symptom) -> String {
    let Symptom {
        cause, hop, first, ..
    } = symptom;
    let first = first
        .as_ref()
        .map_or_else(String::new, |first| format!(" First: {first}"));
    format!("{cause} Where: {hop}.{first}")
}

fn label(title: &str, more: &str) -> Line {
    let label = Line::new().with(Role::Accent, title);
    label.with(Role::Dim, format!("  {}", more.trim()))
}
