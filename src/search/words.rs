//! Search by words in titles, summaries and running text.
//!
//! Each search parses the lessons. An index of the built-in course would take the build script the parsers of
//! Markdown and TOML, compiled once more, or a file in the repository that every edit of a lesson changes.

use std::borrow::Cow;

use super::Hit;
use super::excerpt::{excerpt, single_spaced};
use super::query::{self, Term};
use super::section::section_text;
use super::symptom;
use crate::course::{Course, Exercise, Lesson, Symptom};
use crate::source::TrackId;

/// The most hits.
const MOST: usize = 10;

/// Of the score of the best place, the part that another needs to be a hit.
const ENOUGH: f64 = 0.4;

/// What a word weighs that every place has.
const COMMON: f64 = 0.2;
/// What a find in an exercise is worth, compared with one in a lesson, which explains.
const EXERCISE: f64 = 0.6;

/// Returns the places that contain words of `text`, best first: rare words count most, and those of a
/// title.
///
/// Also returns the words that stand nowhere.
pub(super) fn find<'a>(
    course: &'a Course,
    track: Option<&'a TrackId>,
    text: &str,
) -> (Vec<Hit<'a>>, Vec<String>) {
    let terms = query::terms(text, &course.synonyms);
    // A status has the symptoms that are about it.
    let with_symptoms = symptom::status(text.trim()).is_none();
    let places = places(course, track, with_symptoms);
    let phrase = text.trim().to_lowercase();
    let finds = |place: &Place<'_>| place.finds(&terms, &phrase);
    let found: Vec<Vec<f64>> = places.iter().map(finds).collect();
    let weights: Vec<f64> = (0..terms.len()).map(|term| weight(&found, term)).collect();
    let is_unknown = |(_, weight): &(&Term, &f64)| **weight <= 0.0;
    let unknown = terms.iter().zip(&weights).filter(is_unknown);
    let unknown = unknown.map(|(term, _)| term.typed.clone()).collect();
    let score = |finds: Vec<f64>| {
        finds
            .iter()
            .zip(&weights)
            .map(|(find, weight)| find * weight)
            .sum::<f64>()
    };
    let scores = found.into_iter().map(score);
    let mut best: Vec<_> = scores
        .zip(places)
        .filter(|(score, _)| *score > 0.0)
        .collect();
    best.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let least = best.first().map_or(0.0, |(score, _)| score * ENOUGH);
    let best = best
        .into_iter()
        .take_while(|(score, _)| *score >= least)
        .take(MOST);
    let mut by_weight: Vec<_> = terms.iter().zip(&weights).collect();
    by_weight.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let terms: Vec<_> = by_weight.into_iter().map(|(term, _)| term).collect();
    let hits = best.map(|(_, place)| place.into_hit(&terms)).collect();
    (hits, unknown)
}

/// Returns what the word `term` weighs: the more, the fewer places have it; nothing if none has.
fn weight(found: &[Vec<f64>], term: usize) -> f64 {
    let having = found.iter().filter(|finds| finds[term] > 0.0).count();
    if having == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a course has fewer places")]
    let share = found.len() as f64 / having as f64;
    share.ln() + COMMON
}

/// A place of the course with its text.
struct Place<'a> {
    hit: Target<'a>,
    head: String,
    body: Cow<'a, str>,
}

enum Target<'a> {
    Section {
        lesson: &'a Lesson,
        section: usize,
    },
    Exercise(&'a Exercise),
    Symptom {
        lesson: &'a Lesson,
        symptom: &'a Symptom,
    },
}

impl<'a> Place<'a> {
    /// Returns how well the place fits each of `terms`; twice as well if it has all of `phrase` as it stands.
    fn finds(&self, terms: &[Term], phrase: &str) -> Vec<f64> {
        let (head, body) = (self.head.to_lowercase(), self.body.to_lowercase());
        let worth = match self.hit {
            Target::Exercise(_) => EXERCISE,
            Target::Section { .. } | Target::Symptom { .. } => 1.0,
        };
        let has_phrase = terms.len() > 1 && (head.contains(phrase) || body.contains(phrase));
        let worth = worth * if has_phrase { 2.0 } else { 1.0 };
        let fit = |term: &Term| worth * fit(term.count(&head) > 0, term.count(&body));
        terms.iter().map(fit).collect()
    }

    fn into_hit(self, terms: &[&Term]) -> Hit<'a> {
        match self.hit {
            Target::Section { lesson, section } => {
                let is_empty = self.body.trim().is_empty();
                let text = if is_empty {
                    self.head.into()
                } else {
                    self.body
                };
                Hit::Section {
                    lesson,
                    section,
                    excerpt: excerpt(&single_spaced(&text), terms),
                }
            }
            Target::Exercise(exercise) => Hit::Exercise(exercise),
            Target::Symptom { lesson, symptom } => Hit::Symptom { lesson, symptom },
        }
    }
}

/// Returns how well a word fits a place: 3 if its head has it, and up to 2 by how often its body has.
fn fit(in_head: bool, in_body: usize) -> f64 {
    let often = match in_body {
        0 => 0.0,
        1 => 1.0,
        2 | 3 => 1.5,
        _ => 2.0,
    };
    often + if in_head { 3.0 } else { 0.0 }
}

fn places<'a>(
    course: &'a Course,
    track: Option<&'a TrackId>,
    with_symptoms: bool,
) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for lesson in &course.lessons {
        for (section, part) in lesson.sections().iter().enumerate() {
            if lesson.has_section(part, track) {
                places.push(of_section(lesson, section, track));
            }
        }
        if with_symptoms {
            places.extend(lesson.symptoms.iter().map(|symptom| Place {
                hit: Target::Symptom { lesson, symptom },
                head: symptom.hop.clone(),
                body: format!("{} {}", symptom.cause, symptom.example).into(),
            }));
        }
    }
    places.extend(course.exercises_of(track).map(|exercise| Place {
        hit: Target::Exercise(exercise),
        head: format!("{} {} {}", exercise.id, exercise.title, exercise.summary),
        body: Cow::Borrowed(&exercise.readme),
    }));
    places
}

fn of_section<'a>(lesson: &'a Lesson, section: usize, track: Option<&TrackId>) -> Place<'a> {
    let title = lesson.sections()[section].title.as_deref();
    let mut head = title.unwrap_or_default().to_owned();
    if section == 0 {
        head = format!("{head} {} {}", lesson.title, lesson.summary);
    }
    Place {
        hit: Target::Section { lesson, section },
        head,
        body: section_text(lesson, section, track).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    fn titles(text: &str) -> Vec<String> {
        let course = fixture::course();
        let hits = find(&course, None, text).0.into_iter();
        let titles = hits.map(|hit| match hit {
            Hit::Symptom { symptom, .. } => symptom.cause.clone(),
            Hit::Section { section, .. } => format!("section {section}"),
            Hit::Exercise(exercise) => exercise.title.clone(),
        });
        titles.collect()
    }

    #[test]
    fn some_of_the_words_are_enough() {
        assert_eq!(titles("Gateway between"), ["section 1"]);
        assert_eq!(titles("gateway quantum"), ["section 1"]);
        assert_eq!(titles("quantum physics"), [""; 0]);
        assert_eq!(titles(" ?! "), [""; 0]);
        assert_eq!(titles("both"), ["Both"]);
    }

    #[test]
    fn a_rare_word_counts_more_than_a_common_one() {
        assert_eq!(titles("almost the which of both")[0], "Both");
        assert_eq!(titles("nobody refused"), ["Nobody listens."]);
    }

    #[test]
    fn a_title_is_better_than_text() {
        let course = fixture::course();
        let (hits, _) = find(&course, None, "start");
        assert!(
            matches!(&hits[0], Hit::Section { section: 0, .. }),
            "{hits:?}"
        );
    }

    #[test]
    fn a_phrase_counts_twice_where_it_stands_as_typed() {
        let course = fixture::course();
        let lesson = &course.lessons[0];
        let exercise = course.exercises.first().expect("an exercise");
        let section = || Target::Section { lesson, section: 0 };
        for (hit, head, body, query, expected) in [
            (
                section(),
                "",
                "connection refused",
                "connection refused",
                vec![2.0, 2.0],
            ),
            (
                section(),
                "connection refused",
                "",
                "connection refused",
                vec![6.0, 6.0],
            ),
            (
                section(),
                "",
                "connection refused",
                "refused connection",
                vec![1.0, 1.0],
            ),
            (section(), "", "connection refused", "refused", vec![1.0]),
            (
                Target::Exercise(exercise),
                "",
                "a log",
                "log",
                vec![EXERCISE],
            ),
        ] {
            let place = Place {
                hit,
                head: head.to_owned(),
                body: body.into(),
            };
            let found = place.finds(&query::terms(query, &[]), query);
            let is_near = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-9;
            assert!(
                found.iter().zip(&expected).all(is_near),
                "{query}: {found:?}"
            );
            assert_eq!(found.len(), expected.len(), "{query}");
        }
    }

    #[test]
    fn a_word_of_the_head_fits_most_and_often_more_than_once() {
        assert!(fit(true, 0) > fit(false, 50));
        assert!(fit(true, 1) > fit(true, 0));
        assert!(fit(false, 2) > fit(false, 1));
        assert!(fit(false, 4) > fit(false, 2));
    }

    #[test]
    fn a_word_weighs_the_more_the_fewer_places_have_it() {
        let found = [vec![1.0, 4.0, 0.0], vec![1.0, 0.0, 0.0]];
        assert!(weight(&found, 1) > weight(&found, 0));
        assert!(weight(&found, 0) > 0.0);
        assert!(weight(&found, 2) <= 0.0);
    }
}
