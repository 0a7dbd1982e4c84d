//! Finds the place in a course that helps: by the words of its text, or by a line of a log that
//! was pasted.

mod symptom;
mod words;

use crate::course::{Course, Exercise, Lesson, Symptom};

pub(crate) use words::vocabulary;

/// Something that was found.
#[derive(Debug, Clone)]
pub(crate) enum Hit<'a> {
    /// The text shows this symptom.
    Symptom {
        /// The lesson that treats it.
        lesson: &'a Lesson,
        /// The symptom.
        symptom: &'a Symptom,
    },
    /// A section has the words.
    Section {
        /// The lesson.
        lesson: &'a Lesson,
        /// The section, by index from 0.
        section: usize,
        /// A piece of its text around the first word.
        excerpt: String,
    },
    /// An exercise has the words in its title, summary or task.
    Exercise(&'a Exercise),
}

/// Returns what `text` leads to: the symptoms it shows, then the places that have all its words,
/// best first.
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
