//! Search in a course: by words of its text, or by a pasted log line.

mod symptom;
mod words;

use crate::course::{Course, Exercise, Lesson, Symptom};

pub(crate) use words::vocabulary;

/// A search hit.
#[derive(Debug, Clone)]
pub(crate) enum Hit<'a> {
    /// The pattern of a lesson's symptom matches the text.
    Symptom {
        lesson: &'a Lesson,
        symptom: &'a Symptom,
    },
    /// A section contains all words.
    Section {
        lesson: &'a Lesson,
        /// The section, by index from 0.
        section: usize,
        /// The text around the first word.
        excerpt: String,
    },
    /// An exercise contains all words in its title, summary or task.
    Exercise(&'a Exercise),
}

/// Returns the hits for `text`: symptoms that match, then places that contain all its words, best first.
pub(crate) fn search<'a>(course: &'a Course, text: &str) -> Vec<Hit<'a>> {
    let mut hits = symptom::find(course, text);
    hits.extend(words::find(course, text));
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    #[test]
    fn symptoms_come_before_places_that_have_the_words() {
        let course = fixture::course();
        let symptom = search(&course, "connection refused");
        assert!(matches!(&symptom[..], [Hit::Symptom { .. }]), "{symptom:?}");
        let words = search(&course, "both");
        assert!(matches!(&words[..], [Hit::Exercise(_)]), "{words:?}");
        assert!(search(&course, "quantum").is_empty());
    }
}
