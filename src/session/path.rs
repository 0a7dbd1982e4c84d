//! The way through the lessons, stop by stop: a text, a question, an exercise.

use crate::course::{Course, Exercise, Item, Lesson, Section};
use crate::progress::Place;
use crate::source::TrackId;

/// A stop on the way: an item of a section of a lesson, each by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Stop {
    pub(super) lesson: usize,
    pub(super) section: usize,
    pub(super) item: usize,
}

/// The way of one track through a course.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) course: &'a Course,
    pub(super) track: Option<&'a TrackId>,
}

impl<'a> Way<'a> {
    /// Returns the lesson, the section and the item of `stop`.
    pub(super) fn at(self, stop: Stop) -> Option<(&'a Lesson, &'a Section, &'a Item)> {
        let lesson = self.course.lessons.get(stop.lesson)?;
        let section = lesson.sections().get(stop.section)?;
        Some((lesson, section, section.items.get(stop.item)?))
    }

    /// Returns the exercise at `stop`, if there is one.
    pub(super) fn exercise_at(self, stop: Stop) -> Option<&'a Exercise> {
        match self.at(stop)?.2 {
            Item::Exercise(id) => self.course.exercise(id),
            Item::Text(_) | Item::Quiz(_) => None,
        }
    }

    /// Returns the stop after `stop`.
    pub(super) fn after(self, stop: Stop) -> Option<Stop> {
        self.stops().find(|other| *other > stop)
    }

    /// Returns the stop before `stop`.
    pub(super) fn before(self, stop: Stop) -> Option<Stop> {
        self.stops().take_while(|other| *other < stop).last()
    }

    /// Returns the first stop of the lesson `lesson`, by index, or of the next that has one.
    pub(super) fn lesson(self, lesson: usize) -> Option<Stop> {
        self.stops().find(|stop| stop.lesson >= lesson)
    }

    /// Returns the first exercise from `stop` on.
    pub(super) fn next_exercise(self, stop: Stop) -> Option<&'a Exercise> {
        let mut ahead = self.stops().skip_while(|other| *other < stop);
        ahead.find_map(|stop| self.exercise_at(stop))
    }

    /// Returns the stop nearest to `place`; the course may have changed since it was noted.
    pub(super) fn stop_of(self, place: &Place) -> Option<Stop> {
        let lesson = self
            .course
            .lessons
            .iter()
            .position(|lesson| lesson.id == place.lesson)?;
        let wanted = Stop {
            lesson,
            section: place.section,
            item: place.item,
        };
        let here = self
            .stops()
            .find(|stop| *stop >= wanted && stop.lesson == lesson);
        here.or_else(|| self.lesson(lesson))
    }

    /// Returns the place to note for `stop`.
    pub(super) fn place_of(self, stop: Stop) -> Option<Place> {
        let lesson = self.course.lessons.get(stop.lesson)?;
        Some(Place {
            lesson: lesson.id.clone(),
            section: stop.section,
            item: stop.item,
        })
    }

    /// Returns the stops, in order. What is for other tracks, and exercises that could not be read, are
    /// none.
    pub(super) fn stops(self) -> impl Iterator<Item = Stop> {
        let lessons = self.course.lessons.iter().enumerate();
        let sections = lessons.flat_map(|(lesson, text)| {
            let sections = text.sections().iter().enumerate();
            sections.map(move |(section, text)| (lesson, section, text))
        });
        sections.flat_map(move |(lesson, section, text)| {
            let items = text.items.iter().enumerate();
            let items = items.filter(move |(_, item)| self.has(&self.course.lessons[lesson], item));
            items.map(move |(item, _)| Stop {
                lesson,
                section,
                item,
            })
        })
    }

    /// Returns whether `item` of `lesson` is on the way.
    pub(super) fn has(self, lesson: &Lesson, item: &Item) -> bool {
        self.course.has_item(lesson, item, self.track)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;
    use crate::lesson::{BlockKind, text_of};

    #[test]
    fn exercises_of_other_tracks_are_no_stops() {
        let course = fixture::course();
        let all = Way {
            course: &course,
            track: None,
        };
        let slow = Way {
            track: Some(&course.tracks[1].id),
            ..all
        };
        let names = |way: Way<'_>| -> Vec<String> {
            let exercises = way.stops().filter_map(|stop| {
                way.exercise_at(stop)
                    .map(|exercise| exercise.id.to_string())
            });
            exercises.collect()
        };
        assert_eq!(names(all), ["both", "extra", "quick", "careful"]);
        assert_eq!(names(slow), ["both", "extra", "careful"]);
    }

    #[test]
    fn parts_of_other_tracks_are_no_stops_and_in_no_text() {
        let course = fixture::parts();
        let texts = |track: Option<usize>| -> Vec<String> {
            let track = track.map(|track| &course.tracks[track].id);
            let way = Way {
                course: &course,
                track,
            };
            let words = |stop| match way.at(stop) {
                Some((lesson, _, Item::Text(range))) => {
                    let blocks = lesson.blocks(range, track);
                    let lines = blocks.iter().filter_map(|block| match &block.kind {
                        BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => {
                            Some(text_of(text))
                        }
                        _ => None,
                    });
                    lines.collect::<Vec<_>>().join(" ")
                }
                Some((_, _, Item::Quiz(quiz))) => quiz.id.clone(),
                Some((_, _, Item::Exercise(id))) => id.to_string(),
                None => String::new(),
            };
            way.stops().map(words).collect()
        };
        assert_eq!(
            texts(Some(0)),
            ["For all.", "Quickly Hurry.", "Both Before.", "After."]
        );
        let slow = [
            "For all.",
            "Both Before. Take care.",
            "q",
            "both",
            "After.",
            "Slowly Rest.",
        ];
        assert_eq!(texts(Some(1)), slow);
        assert_eq!(texts(None).len(), slow.len() + 1);
    }

    #[test]
    fn forward_and_back_meet_the_same_stops() {
        let course = fixture::course();
        let way = Way {
            course: &course,
            track: None,
        };
        let mut forward = vec![way.lesson(0).unwrap()];
        while let Some(next) = way.after(*forward.last().unwrap()) {
            forward.push(next);
        }
        let mut back = vec![*forward.last().unwrap()];
        while let Some(stop) = way.before(*back.last().unwrap()) {
            back.push(stop);
        }
        back.reverse();
        assert_eq!(forward, back);
        assert_eq!(forward.len(), way.stops().count());
    }

    #[test]
    fn a_place_that_is_gone_leads_to_its_lesson() {
        let course = fixture::course();
        let way = Way {
            course: &course,
            track: None,
        };
        let mut place = way.place_of(way.lesson(1).unwrap()).unwrap();
        assert_eq!(way.stop_of(&place), way.lesson(1));
        place.section = 99;
        assert_eq!(way.stop_of(&place), way.lesson(1));
        place.lesson = "gone".parse().unwrap();
        assert_eq!(way.stop_of(&place), None);
    }
}
