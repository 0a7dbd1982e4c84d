//! What is done of a course, and what comes next.

use serde::Serialize;

use super::{Progress, State};
use crate::course::{Course, Exercise, Item, Lesson, Section};
use crate::source::TrackId;

/// The next step in a course.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next<'a> {
    /// Read this section.
    Read {
        lesson: &'a Lesson,
        /// The section, by index from 0.
        section: usize,
    },
    Solve(&'a Exercise),
    /// The track is finished.
    Nothing,
}

/// How much of the core of a track is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Tally {
    /// Lessons that were read.
    pub lessons: Count,
    /// Exercises that were passed; settled ones do not count.
    pub exercises: Count,
    /// The number of exercises that were settled without a pass.
    pub settled: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Count {
    pub done: usize,
    /// The total.
    pub of: usize,
}

impl Count {
    fn from_flags(done: impl Iterator<Item = bool>) -> Self {
        done.fold(Self::default(), |count, done| Self {
            done: count.done + usize::from(done),
            of: count.of + 1,
        })
    }

    pub(crate) fn is_full(self) -> bool {
        self.done == self.of
    }
}

impl Progress {
    /// Counts what is done of the core of `track`, or of the whole course.
    pub(crate) fn tally(&self, course: &Course, track: Option<&TrackId>) -> Tally {
        let states = core(course, track).map(|exercise| self.state_of(exercise));
        let (settled, counted): (Vec<_>, Vec<_>) =
            states.partition(|state| *state == State::Settled);
        let lessons = course.lessons.iter();
        let lessons = lessons.filter(|lesson| lesson.is_on(track));
        Tally {
            lessons: Count::from_flags(lessons.map(|lesson| self.has_read(lesson, track))),
            exercises: Count::from_flags(counted.into_iter().map(State::is_done)),
            settled: settled.len(),
        }
    }

    /// Returns whether `track` is finished: every core section of the course was seen, and every
    /// core exercise of the track is passed or settled.
    pub(crate) fn finished(&self, course: &Course, track: &TrackId) -> bool {
        let tally = self.tally(course, Some(track));
        tally.lessons.is_full() && tally.exercises.is_full()
    }

    /// Returns the first unfinished step of the chosen track, in the order of the course.
    pub(crate) fn next<'a>(&self, course: &'a Course) -> Next<'a> {
        for lesson in &course.lessons {
            for (index, section) in lesson.sections().iter().enumerate() {
                if let Some(next) = self.first_step(course, lesson, index, section) {
                    return next;
                }
            }
        }
        let mut exercises = course.exercises.iter();
        let open = exercises.find(|exercise| self.is_open(exercise));
        open.map_or(Next::Nothing, Next::Solve)
    }

    /// Returns the first unfinished step of a section: reading it, then its exercises.
    fn first_step<'a>(
        &self,
        course: &'a Course,
        lesson: &'a Lesson,
        index: usize,
        section: &'a Section,
    ) -> Option<Next<'a>> {
        if lesson.is_core(section, self.track.as_ref()) && !self.has_seen(lesson, index) {
            return Some(Next::Read {
                lesson,
                section: index,
            });
        }
        let mut exercises = section.items.iter().filter_map(|item| match item {
            Item::Exercise(id) => course.exercise(id),
            Item::Text(_) | Item::Quiz(_) => None,
        });
        let open = exercises.find(|exercise| self.is_open(exercise));
        open.map(Next::Solve)
    }

    fn is_open(&self, exercise: &Exercise) -> bool {
        exercise.is_core(self.track.as_ref()) && !self.is_done(exercise)
    }

    fn is_done(&self, exercise: &Exercise) -> bool {
        self.state_of(exercise).is_done()
    }
}

fn core<'a>(course: &'a Course, track: Option<&'a TrackId>) -> impl Iterator<Item = &'a Exercise> {
    course
        .exercises
        .iter()
        .filter(move |exercise| exercise.is_core(track))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    fn name(next: Next<'_>) -> String {
        match next {
            Next::Read { lesson, section } => format!("read {} {section}", lesson.id),
            Next::Solve(exercise) => format!("solve {}", exercise.id),
            Next::Nothing => "nothing".into(),
        }
    }

    /// Does every next step, and returns their names.
    fn walk(course: &Course, progress: &mut Progress) -> Vec<String> {
        let mut done = Vec::new();
        loop {
            let next = progress.next(course);
            done.push(name(next));
            match next {
                Next::Read { lesson, section } => progress.see(lesson, section),
                Next::Solve(exercise) => progress.pass(exercise, 1),
                Next::Nothing => return done,
            }
        }
    }

    #[test]
    fn the_way_follows_the_course_and_ends_in_a_finish() {
        let course = fixture::course();
        let fast: TrackId = "fast".parse().unwrap();
        let mut progress = Progress {
            track: Some(fast.clone()),
            ..Progress::default()
        };
        assert!(!progress.finished(&course, &fast));
        let way = walk(&course, &mut progress);
        assert_eq!(
            way,
            [
                "read start 0",
                "read start 1",
                "solve both",
                "read end 0",
                "solve quick",
                "nothing"
            ]
        );
        assert!(progress.finished(&course, &fast));
        assert!(!progress.finished(&course, &"slow".parse().unwrap()));
    }

    #[test]
    fn a_track_meets_its_own_parts_and_no_others() {
        let course = fixture::parts();
        let way = |track: Option<&str>| {
            let track: Option<TrackId> = track.map(|track| track.parse().unwrap());
            let mut progress = Progress {
                track: track.clone(),
                ..Progress::default()
            };
            let way = walk(&course, &mut progress);
            assert!(track.is_none_or(|track| progress.finished(&course, &track)));
            way.join(", ")
        };
        assert_eq!(
            way(Some("fast")),
            "read parts 0, read parts 1, read parts 2, nothing"
        );
        assert_eq!(
            way(Some("slow")),
            "read parts 0, read parts 2, solve both, read parts 3, nothing"
        );
        assert_eq!(
            way(None),
            "read parts 0, read parts 1, read parts 2, solve both, read parts 3, nothing"
        );
    }

    #[test]
    fn without_a_track_every_core_exercise_is_asked_for() {
        let course = fixture::course();
        let way = walk(&course, &mut Progress::default());
        assert!(way.contains(&"solve careful".to_owned()), "{way:?}");
        assert!(!way.contains(&"solve extra".to_owned()), "{way:?}");
    }

    #[test]
    fn a_tally_counts_the_core_of_the_track() {
        let course = fixture::course();
        let mut progress = Progress::default();
        progress.settle(&"both".parse().unwrap(), "no nginx");
        let tally = progress.tally(&course, Some(&"fast".parse().unwrap()));
        assert_eq!(tally.exercises, Count { done: 0, of: 1 });
        assert_eq!(tally.settled, 1);
        assert_eq!(tally.lessons, Count { done: 0, of: 2 });
    }
}
