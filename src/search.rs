//! Search in a course: by words of its text, by a pasted log line, or by a whole log.

mod excerpt;
pub(crate) mod log;
mod log_line;
#[cfg(test)]
mod pasted;
mod query;
mod section;
mod shape;
mod symptom;
mod words;

use crate::course::{Course, Exercise, Lesson, Symptom};
use crate::source::TrackId;

use query::words;
pub(crate) use section::vocabulary;

/// A search hit.
#[derive(Debug, Clone)]
pub(crate) enum Hit<'a> {
    /// A lesson's symptom: its pattern matches the text, or its cause contains words of it.
    Symptom {
        lesson: &'a Lesson,
        symptom: &'a Symptom,
    },
    /// A section that contains words of the text.
    Section {
        lesson: &'a Lesson,
        /// The section, by index from 0.
        section: usize,
        /// The text around the rarest of the words.
        excerpt: String,
    },
    /// An exercise with words of the text in its title, summary or task.
    Exercise(&'a Exercise),
}

/// What a search finds.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// The hits, best first.
    pub(crate) hits: Vec<Hit<'a>>,
    /// The words of the text that stand nowhere in the course.
    pub(crate) unknown: Vec<String>,
}

/// The most words of a query; a longer text that is the line of a symptom is not searched by its words.
const QUERY: usize = 8;

/// Returns the hits for `text`: symptoms that match, then places that have its words, best first. A place that
/// `track` does not have is no hit; a symptom always is one, since a log knows no track.
pub(crate) fn search<'a>(course: &'a Course, track: Option<&'a TrackId>, text: &str) -> Found<'a> {
    let mut hits = symptom::find(course, text);
    let mut unknown = Vec::new();
    if hits.is_empty() || words(text).count() <= QUERY {
        let known: Vec<_> = hits.iter().filter_map(Hit::symptom).collect();
        let (by_words, nowhere) = words::find(course, track, text);
        unknown = nowhere;
        let is_new = |hit: &Hit<'_>| {
            let symptom = hit.symptom();
            symptom.is_none_or(|symptom| !known.iter().any(|it| std::ptr::eq(*it, symptom)))
        };
        let new: Vec<_> = by_words.into_iter().filter(is_new).collect();
        hits.extend(new);
    }
    Found { hits, unknown }
}

impl<'a> Hit<'a> {
    fn symptom(&self) -> Option<&'a Symptom> {
        match self {
            Self::Symptom { symptom, .. } => Some(symptom),
            Self::Section { .. } | Self::Exercise(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    #[test]
    fn symptoms_come_before_places_that_have_the_words() {
        let course = fixture::course();
        let symptom = search(&course, None, "connection refused").hits;
        assert!(matches!(&symptom[..], [Hit::Symptom { .. }]), "{symptom:?}");
        let words = search(&course, None, "both").hits;
        assert!(matches!(&words[..], [Hit::Exercise(_)]), "{words:?}");
        let found = search(&course, None, "quantum both");
        assert_eq!(found.unknown, ["quantum"]);
        assert!(search(&course, None, "quantum").hits.is_empty());
    }

    #[test]
    fn a_long_text_is_searched_by_its_words_only_where_it_is_no_symptom() {
        let course = fixture::course();
        let hits = |text: &str| search(&course, None, text).hits;
        let short = hits("connection refused both");
        assert!(
            matches!(&short[..], [Hit::Symptom { .. }, Hit::Exercise(_)]),
            "{short:?}"
        );
        let long = hits("connection refused both a b c d e f");
        assert!(matches!(&long[..], [Hit::Symptom { .. }]), "{long:?}");
        let words = hits("connection both a b c d e f g");
        assert!(
            words.iter().any(|hit| matches!(hit, Hit::Exercise(_))),
            "{words:?}"
        );
    }

    #[test]
    fn a_place_of_another_track_is_no_hit() {
        let course = fixture::parts();
        let [fast, slow] = [0, 1].map(|index| Some(&course.tracks[index].id));
        for (word, on_fast, on_slow) in [
            ("hurry", 1, 0),
            ("care", 0, 1),
            ("where", 0, 1),
            ("rest", 0, 1),
            ("before", 1, 1),
            ("both", 1, 2),
        ] {
            assert_eq!(search(&course, fast, word).hits.len(), on_fast, "{word}");
            assert_eq!(search(&course, slow, word).hits.len(), on_slow, "{word}");
        }
        assert_eq!(search(&course, None, "care").hits.len(), 1);
    }
}
