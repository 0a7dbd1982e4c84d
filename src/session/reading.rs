//! Reading a lesson, section by section.

use super::footer::{Footer, hint};
use super::messages::ProgressNote;
use super::page::{Action, CoursePage, Keys, PromptFor, say, unknown_key};
use super::path::Stop;
use super::shared::SharedState;
use crate::course::{Item, Lesson};
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

/// A text of a lesson on the screen.
#[derive(Debug)]
pub(super) struct Reading {
    stop: Stop,
    /// Whether a link led here from a page that lies under it.
    is_visit: bool,
}

impl Reading {
    pub(super) fn new(stop: Stop) -> Self {
        Self {
            stop,
            is_visit: false,
        }
    }

    /// Returns a text that leads back to the page under it.
    pub(super) fn visit(stop: Stop) -> Self {
        Self {
            stop,
            is_visit: true,
        }
    }

    /// Follows the link on the screen, or asks which.
    fn follow_link(&self, shared: &SharedState) -> Vec<Action> {
        let (titles, stops): (Vec<_>, Vec<_>) = shared.linked(self.stop).into_iter().unzip();
        match stops.as_slice() {
            [] => say(Role::Dim, "No link on this screen leads to another lesson."),
            [stop] => vec![Action::Visit(*stop)],
            [_, _, ..] => vec![Action::Ask(PromptFor::Link(stops), Ask::One(titles))],
        }
    }

    fn what_is_next(&self, shared: &SharedState) -> &'static str {
        if self.is_visit {
            return "back";
        }
        let way = shared.way();
        let Some(next) = way.after(self.stop) else {
            return "finish";
        };
        match way.at(next) {
            Some((_, _, Item::Quiz(_))) => "question",
            Some((_, _, Item::Exercise(_))) => "exercise",
            Some((_, _, Item::Text(_))) if next.lesson != self.stop.lesson => "next lesson",
            Some((_, _, Item::Text(_))) | None => "next",
        }
    }
}

impl CoursePage for Reading {
    /// Returns the text; a lesson starts with its title.
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let Some((lesson, _, Item::Text(range))) = shared.way().at(self.stop) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        if shared.way().lesson(self.stop.lesson) == Some(self.stop) {
            lines = title(lesson, shared);
        }
        lines.extend(shared.blocks(lesson, range));
        lines
    }

    /// Returns the whole text of the lesson.
    fn in_full(&self, shared: &SharedState) -> Vec<Line> {
        let Some((lesson, _, _)) = shared.way().at(self.stop) else {
            return Vec::new();
        };
        let mut lines = title(lesson, shared);
        let items = lesson.sections().iter().flat_map(|section| &section.items);
        for item in items {
            if let Item::Text(range) = item
                && shared.way().has(lesson, item)
            {
                lines.extend(shared.blocks(lesson, range));
                lines.push(Line::new());
            }
        }
        lines
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        let enter = if shared.sheet.is_at_end() {
            self.what_is_next(shared)
        } else {
            "more"
        };
        let mut hints = vec![hint("Enter", enter), hint("b", "back")];
        if !shared.linked(self.stop).is_empty() {
            hints.push(hint("f", "follow link"));
        }
        hints.extend([
            hint("n", "next lesson"),
            hint("m", "map"),
            hint("/", "search"),
            hint("v", "pager"),
        ]);
        shared.place_footer(self.stop, hints)
    }

    fn keys(&self, _shared: &SharedState) -> Keys {
        &[
            ("Enter", "go on, a screen at a time"),
            ("b", "go back"),
            ("f", "follow a link on the screen; Esc comes back"),
            ("n", "next lesson"),
            ("v", "the whole lesson in a pager with search"),
        ]
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        vec![match key {
            Key::Enter | Key::Char(' ') | Key::PageDown | Key::Right | Key::Down => {
                match (shared.sheet.is_at_end(), self.is_visit) {
                    (false, _) => Action::Turn,
                    (true, true) => Action::Close,
                    (true, false) => Action::GoAfter(self.stop),
                }
            }
            Key::Char('b') | Key::PageUp | Key::Left | Key::Up => {
                match (shared.sheet.is_at_start(), self.is_visit) {
                    (false, _) => Action::TurnBack,
                    (true, true) => Action::Close,
                    (true, false) => Action::GoBefore(self.stop),
                }
            }
            Key::Char('f') => return self.follow_link(shared),
            Key::Char('n') => Action::SkipLesson(self.stop),
            Key::Char('v') => Action::Pager("Lesson".to_owned()),
            _ => return unknown_key(),
        }]
    }

    /// Returns that a section was seen, once its last text is on the screen.
    fn seen(&self, shared: &SharedState) -> Option<ProgressNote> {
        let (lesson, section, _) = shared.way().at(self.stop)?;
        let is_last = !section.items[self.stop.item + 1..]
            .iter()
            .any(|item| matches!(item, Item::Text(_)) && shared.way().has(lesson, item));
        let is_news = !shared.progress.has_seen(lesson, self.stop.section);
        (is_last && is_news && shared.sheet.is_at_end())
            .then(|| ProgressNote::Seen(lesson.id.clone(), self.stop.section))
    }

    fn stop(&self) -> Option<Stop> {
        Some(self.stop)
    }
}

fn title(lesson: &Lesson, shared: &SharedState) -> Vec<Line> {
    let mut lines = shared.view.heading(1, &lesson.title);
    let about = format!(
        "Lesson {} of {}, about {} minutes{}",
        shared.number(lesson),
        shared.course.lessons.len(),
        shared.minutes(lesson),
        if shared.minutes(lesson) > lesson.minutes {
            " with its exercises"
        } else {
            ""
        },
    );
    lines.extend([Line::new().with(Role::Dim, about), Line::new()]);
    lines
}
