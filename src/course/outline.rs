//! What a lesson's text says of itself on lines of their own: exercises and tracks. Found without parsing
//! the Markdown, for lists of a whole course.

use std::collections::BTreeSet;

use crate::lesson::{Piece, pieces};
use crate::source::{ExerciseId, TrackId};

/// An exercise that a lesson leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The exercise.
    pub exercise: ExerciseId,
    /// The track of the part of the lesson that leads to it, if it is for one track alone.
    pub track: Option<TrackId>,
}

/// The outline of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The exercises it leads to, in order.
    pub leads: Vec<Lead>,
    /// Whether some of its core text is for every track.
    pub(super) common: bool,
    /// The tracks that some of its core text is for alone.
    pub(super) tracks: BTreeSet<TrackId>,
}

/// A comment that means something, on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    /// `<!-- exercise: NAME -->`.
    Exercise(&'a str),
    /// `<!-- track: NAME -->`.
    Track(&'a str),
    /// `<!-- /track -->`.
    EndOfTrack,
}

impl<'a> Directive<'a> {
    /// Reads the text of a comment.
    pub(super) fn in_comment(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text == "/track" {
            return Some(Self::EndOfTrack);
        }
        let (name, value) = text.split_once(':')?;
        match name.trim_end() {
            "exercise" => Some(Self::Exercise(value.trim())),
            "track" => Some(Self::Track(value.trim())),
            _ => None,
        }
    }

    /// Reads a line that holds nothing but a comment.
    pub(super) fn on_line(line: &'a str) -> Option<Self> {
        let comment = line.trim_start().strip_prefix("<!--")?;
        let comment = comment.trim_end().strip_suffix("-->")?;
        Self::in_comment(comment)
    }
}

impl Outline {
    pub(super) fn of(text: &str) -> Self {
        let mut outline = Self::default();
        let mut further = false;
        let mut section: Option<TrackId> = None;
        let mut part: Option<TrackId> = None;
        for (_, piece) in pieces(text) {
            let line = match piece {
                Piece::Line(line) => line.trim_ascii(),
                Piece::Fence(_) => "a fence",
            };
            if !line.starts_with(['#', '<']) {
                if !further && !line.is_empty() {
                    outline.add_text(part.as_ref().or(section.as_ref()));
                }
                continue;
            }
            if let Some(marks) = second_level_marks(line) {
                further = marks.split_whitespace().any(|mark| mark == ".further");
                section = track_mark(marks);
                part = None;
            }
            match Directive::on_line(line) {
                Some(Directive::Track(name)) => part = name.parse().ok(),
                Some(Directive::EndOfTrack) => part = None,
                Some(Directive::Exercise(id)) => {
                    outline.leads.extend(id.parse().ok().map(|exercise| Lead {
                        exercise,
                        track: part.clone().or_else(|| section.clone()),
                    }));
                }
                None if further || line.starts_with("<!--") => {}
                None => outline.add_text(part.as_ref().or(section.as_ref())),
            }
        }
        outline
    }

    /// Adds core text that is for `track` alone, or for all.
    fn add_text(&mut self, track: Option<&TrackId>) {
        match track {
            Some(track) if self.tracks.contains(track) => {}
            Some(track) => {
                self.tracks.insert(track.clone());
            }
            None => self.common = true,
        }
    }

    /// Returns whether `track` has core text of the lesson; a course without a chosen track has all.
    pub(super) fn is_on(&self, track: Option<&TrackId>) -> bool {
        track.is_none_or(|track| self.common || self.tracks.contains(track))
    }
}

/// Returns the attributes in braces at the end of a second-level heading, if it has some.
pub(super) fn second_level_marks(line: &str) -> Option<&str> {
    let words = line.trim_start().strip_prefix("##")?;
    if !words.starts_with([' ', '\t']) {
        return None;
    }
    let inside = words.trim_end().strip_suffix('}');
    Some(
        inside
            .and_then(|words| words.rsplit_once('{'))
            .map_or("", |(_, marks)| marks),
    )
}

/// Returns the track that the marks of a heading name.
pub(super) fn track_mark(marks: &str) -> Option<TrackId> {
    let mut marks = marks.split_whitespace();
    let track = marks.find_map(|mark| mark.strip_prefix("track="))?;
    track.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(text: &str) -> Vec<(String, Option<String>)> {
        let leads = Outline::of(text).leads.into_iter();
        leads
            .map(|lead| (lead.exercise.into(), lead.track.map(String::from)))
            .collect()
    }

    #[test]
    fn directives_are_found_outside_of_fences() {
        let text = "Words.\n\n<!-- exercise: one -->\n\n````md\n```\n<!-- exercise: no -->\n````\n\n\
            ~~~text\n```\n<!-- exercise: no -->\n~~~\n\n<!-- exercise: two -->\n";
        assert_eq!(leads(text), [("one".into(), None), ("two".into(), None)]);
    }

    #[test]
    fn an_exercise_is_of_the_track_that_its_place_is_for() {
        let text = "<!-- track: fast -->\nText\n<!-- exercise: a -->\n<!-- /track -->\n<!-- exercise: b -->\n\
            ## Part {#part .further track=slow}\n<!-- exercise: c -->\n## Rest\n<!-- exercise: d -->\n";
        let fast = Some("fast".to_owned());
        let slow = Some("slow".to_owned());
        let expected = [("a", fast), ("b", None), ("c", slow), ("d", None)];
        assert_eq!(
            leads(text),
            expected.map(|(id, track)| (id.to_owned(), track))
        );
    }

    #[test]
    fn a_lesson_is_on_the_tracks_that_its_core_text_is_for() {
        let is_on =
            |text: &str, track: &str| Outline::of(text).is_on(Some(&track.parse().unwrap()));
        assert!(is_on("Text.\n", "slow"));
        let fast = "<!-- track: fast -->\nText.\n<!-- /track -->\n\n## More {.further}\n\nText.\n";
        assert!(is_on(fast, "fast"));
        assert!(!is_on(fast, "slow"));
        let both = "## A {track=fast}\nText.\n## B {track=slow}\n";
        assert!(is_on(both, "fast") && is_on(both, "slow"));
    }
}
