//! Search from within a session.

use super::machine::Machine;
use super::menu::{Entry, Target};
use super::path::Stop;
use crate::course::Lesson;
use crate::text::{Line, Role};

impl Machine {
    /// Returns the places that `words` lead to: symptoms of a pasted line first, then sections
    /// whose text has them.
    pub(super) fn find(&self, words: &str) -> Vec<Entry> {
        let lessons = self.course.lessons.iter().enumerate();
        let symptoms = lessons
            .clone()
            .filter_map(|(index, lesson)| self.symptoms(index, lesson, words));
        let sections = lessons.flat_map(|(index, lesson)| self.sections_with(index, lesson, words));
        symptoms.chain(sections).collect()
    }

    fn symptoms(&self, index: usize, lesson: &Lesson, words: &str) -> Option<Entry> {
        let symptom = lesson
            .symptoms
            .iter()
            .find(|symptom| symptom.pattern.is_match(words))?;
        let label = Line::new()
            .with(Role::Accent, &lesson.title)
            .with(Role::Dim, format!("  {}", symptom.cause));
        Some(Entry {
            label,
            target: Target::Stop(self.way().lesson(index)?),
        })
    }

    fn sections_with(&self, index: usize, lesson: &Lesson, words: &str) -> Vec<Entry> {
        let words = words.to_lowercase();
        let way = self.way();
        let mut found: Vec<Entry> = Vec::new();
        for stop in way.stops().filter(|stop| stop.lesson == index) {
            let text: String = self
                .reading(stop)
                .iter()
                .map(|line| line.text() + " ")
                .collect();
            let known = found.iter().any(|entry| matches!(entry.target, Target::Stop(other) if other.section == stop.section));
            if !known && text.to_lowercase().contains(&words) {
                found.push(section_entry(stop, lesson));
            }
        }
        found
    }
}

fn section_entry(stop: Stop, lesson: &Lesson) -> Entry {
    let title = lesson.sections[stop.section]
        .title
        .as_deref()
        .unwrap_or("introduction");
    Entry {
        label: Line::new()
            .with(Role::Accent, &lesson.title)
            .with(Role::Dim, format!("  {title}")),
        target: Target::Stop(stop),
    }
}
