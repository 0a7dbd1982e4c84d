//! Reading a lesson, section by section.

use super::footer::{Footer, Hint, hint};
use super::input::Note;
use super::machine::{Machine, Screen};
use super::path::Stop;
use crate::course::{Item, Lesson, Section};
use crate::term::Key;
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn read_key(&mut self, stop: Stop, key: Key) {
        match key {
            Key::Enter | Key::Char(' ') | Key::PageDown | Key::Right | Key::Down => {
                if self.sheet.turn() {
                    self.turn_page();
                } else {
                    self.advance(stop);
                }
            }
            Key::Char('b') | Key::PageUp | Key::Left | Key::Up => {
                if self.sheet.turn_back() {
                    self.turn_page();
                } else {
                    self.retreat(stop);
                }
            }
            Key::Char('n') => self.skip_lesson(stop),
            Key::Char('v') => self.open_pager("Lesson"),
            _ => self.unknown_key(),
        }
    }

    /// Says that a key does nothing.
    pub(super) fn unknown_key(&mut self) {
        self.say(Line::new().with(
            Role::Dim,
            "That key does nothing here; ? shows those that do.",
        ));
    }

    /// Returns the text at `stop`; a lesson starts with its title.
    pub(super) fn reading(&self, stop: Stop) -> Vec<Line> {
        let Some((lesson, _, Item::Text(range))) = self.way().at(stop) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        if self.way().lesson(stop.lesson) == Some(stop) {
            lines = self.title(lesson);
        }
        lines.extend(
            self.view
                .blocks(&lesson.doc().blocks[range.clone()], lesson.doc()),
        );
        lines
    }

    fn title(&self, lesson: &Lesson) -> Vec<Line> {
        let mut lines = self.view.heading(1, &lesson.title);
        let about = format!(
            "Lesson {} of {}, about {} minutes",
            self.number(lesson),
            self.course.lessons.len(),
            lesson.minutes
        );
        lines.push(Line::new().with(Role::Dim, about));
        lines.push(Line::new());
        lines
    }

    fn number(&self, lesson: &Lesson) -> usize {
        let earlier = self
            .course
            .lessons
            .iter()
            .take_while(|other| other.id != lesson.id);
        earlier.count() + 1
    }

    /// Returns the whole text of the lesson at `stop`.
    pub(super) fn whole_lesson(&self, stop: Stop) -> Vec<Line> {
        let Some((lesson, _, _)) = self.way().at(stop) else {
            return Vec::new();
        };
        let mut lines = self.title(lesson);
        let items = lesson.sections().iter().flat_map(|section| &section.items);
        for item in items {
            if let Item::Text(range) = item {
                lines.extend(
                    self.view
                        .blocks(&lesson.doc().blocks[range.clone()], lesson.doc()),
                );
                lines.push(Line::new());
            }
        }
        lines
    }

    pub(super) fn reading_footer(&self, stop: Stop) -> Footer {
        let enter = if self.sheet.is_at_end() {
            self.what_is_next(stop)
        } else {
            "more"
        };
        let hints = vec![
            hint("Enter", enter),
            hint("b", "back"),
            hint("n", "next lesson"),
            hint("m", "map"),
            hint("/", "search"),
            hint("v", "pager"),
        ];
        self.place_footer(stop, hints)
    }

    fn what_is_next(&self, stop: Stop) -> &'static str {
        let way = self.way();
        let Some(next) = way.after(stop) else {
            return "finish";
        };
        match way.at(next) {
            Some((_, _, Item::Quiz(_))) => "question",
            Some((_, _, Item::Exercise(_))) => "exercise",
            Some((_, _, Item::Text(_))) if next.lesson != stop.lesson => "next lesson",
            Some((_, _, Item::Text(_))) | None => "next",
        }
    }

    /// Returns a footer that says where in the course `stop` is.
    pub(super) fn place_footer(&self, stop: Stop, hints: Vec<Hint>) -> Footer {
        let mut footer = Footer::new("", hints);
        let Some((lesson, section, _)) = self.way().at(stop) else {
            return footer;
        };
        footer.place = Line::new()
            .with(
                Role::Accent,
                format!("{} {}", self.number(lesson), lesson.title),
            )
            .with(Role::Dim, section_place(stop, lesson, section));
        footer
    }

    /// Notes a section as seen once its last text is on the screen.
    pub(super) fn note_seen(&mut self) {
        let Screen::Read(stop) = self.screen else {
            return;
        };
        let Some((lesson, section, _)) = self.way().at(stop) else {
            return;
        };
        let is_last = !section.items[stop.item + 1..]
            .iter()
            .any(|item| matches!(item, Item::Text(_)));
        let is_news = !self.progress.has_seen(lesson, stop.section);
        if is_last && is_news && self.sheet.is_at_end() {
            let note = Note::Seen(lesson.id.clone(), stop.section);
            self.note(note);
        }
    }
}

fn section_place(stop: Stop, lesson: &Lesson, section: &Section) -> String {
    let further = if section.further { ", optional" } else { "" };
    match &section.title {
        Some(title) => {
            let titled = lesson
                .sections()
                .iter()
                .filter(|section| section.title.is_some())
                .count();
            let untitled = lesson.sections().len() - titled;
            format!(
                " · {}/{titled} {title}{further}",
                stop.section + 1 - untitled
            )
        }
        None => String::new(),
    }
}
