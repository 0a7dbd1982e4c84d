//! Search by words in titles, summaries and running text.

use std::collections::BTreeSet;

use super::Hit;
use crate::course::{Course, Exercise, Item, Lesson};
use crate::lesson::{Block, BlockKind, Inline, walk};
use crate::source::TrackId;

/// The most hits.
const MOST: usize = 10;
/// The number of characters in an excerpt on each side of the word.
const AROUND: usize = 60;

/// Returns the places that contain every word of `text`, best first.
pub(super) fn find<'a>(course: &'a Course, track: Option<&'a TrackId>, text: &str) -> Vec<Hit<'a>> {
    let words: Vec<String> = words(text).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for lesson in &course.lessons {
        for (index, section) in lesson.sections().iter().enumerate() {
            if lesson.has_section(section, track) {
                found.extend(in_section(lesson, index, track, &words));
            }
        }
    }
    found.extend(
        course
            .exercises_of(track)
            .filter_map(|exercise| in_exercise(exercise, &words)),
    );
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let best = found.into_iter().take(MOST);
    best.map(|(_, place)| place.into_hit(&words)).collect()
}

/// A place that contains every word.
enum Place<'a> {
    Section {
        lesson: &'a Lesson,
        section: usize,
        /// What an excerpt is cut from.
        text: String,
    },
    Exercise(&'a Exercise),
}

impl<'a> Place<'a> {
    fn into_hit(self, words: &[String]) -> Hit<'a> {
        match self {
            Self::Section {
                lesson,
                section,
                text,
            } => Hit::Section {
                lesson,
                section,
                excerpt: excerpt(&single_spaced(&text), words),
            },
            Self::Exercise(exercise) => Hit::Exercise(exercise),
        }
    }
}

/// Returns every word of the course's lessons, in lower case.
pub(crate) fn vocabulary(course: &Course) -> BTreeSet<String> {
    let mut vocabulary = BTreeSet::new();
    for lesson in &course.lessons {
        vocabulary.extend(words(&lesson.title));
        for section in 0..lesson.sections().len() {
            vocabulary.extend(words(&section_text(lesson, section, None)));
        }
    }
    vocabulary
}

fn in_section<'a>(
    lesson: &'a Lesson,
    section: usize,
    track: Option<&TrackId>,
    words: &[String],
) -> Option<(usize, Place<'a>)> {
    let title = lesson.sections()[section].title.as_deref();
    let mut head = title.unwrap_or_default().to_owned();
    if section == 0 {
        head = format!("{head} {} {}", lesson.title, lesson.summary);
    }
    let body = section_text(lesson, section, track);
    let score = score(&head, &body, words)?;
    let place = Place::Section {
        lesson,
        section,
        text: if body.trim().is_empty() { head } else { body },
    };
    Some((score, place))
}

fn in_exercise<'a>(exercise: &'a Exercise, words: &[String]) -> Option<(usize, Place<'a>)> {
    let head = format!("{} {} {}", exercise.id, exercise.title, exercise.summary);
    let score = score(&head, &exercise.readme, words)?;
    Some((score, Place::Exercise(exercise)))
}

/// Returns the score of a place that contains every word: 20 for each word in the head, 1 for each occurrence
/// in the body, at most 9.
fn score(head: &str, body: &str, words: &[String]) -> Option<usize> {
    let (head, body) = (head.to_lowercase(), body.to_lowercase());
    let mut score = 0;
    for word in words {
        let in_head = head.contains(word.as_str());
        let in_body = body.matches(word.as_str()).count().min(9);
        if !in_head && in_body == 0 {
            return None;
        }
        score += in_body + if in_head { 20 } else { 0 };
    }
    Some(score)
}

/// Returns the running text of a section, without its heading and decorations, with blanks as they come.
fn section_text(lesson: &Lesson, section: usize, track: Option<&TrackId>) -> String {
    let mut text = String::new();
    for item in &lesson.sections()[section].items {
        match item {
            Item::Text(range) => add_text(lesson, &lesson.blocks(range, track), &mut text),
            Item::Quiz(quiz) if quiz.is_on(track) => text.extend([&*quiz.prompt, " "]),
            Item::Quiz(_) | Item::Exercise(_) => {}
        }
    }
    text
}

/// Adds the words of `blocks` and of the footnotes they refer to, without a heading of the section.
fn add_text(lesson: &Lesson, blocks: &[Block], text: &mut String) {
    let is_heading = |block: &Block| matches!(block.kind, BlockKind::Heading { level: 2, .. });
    let blocks = match blocks {
        [first, rest @ ..] if is_heading(first) => rest,
        _ => blocks,
    };
    let mut notes = Vec::new();
    walk(blocks, &mut |block| add_words(block, text, &mut notes));
    for note in notes {
        let blocks = &lesson.doc().notes[note].blocks;
        walk(blocks, &mut |block| {
            add_words(block, text, &mut Vec::new());
        });
    }
}

/// Adds the words of `block` itself, and the footnotes it refers to; blocks in it are visited on their own.
fn add_words(block: &Block, text: &mut String, notes: &mut Vec<usize>) {
    let mut add = |inlines: &[Inline]| {
        for inline in inlines {
            match inline {
                Inline::Text(span) => text.push_str(&span.text),
                Inline::Break => text.push(' '),
                Inline::Note(note) => notes.push(*note),
            }
        }
        text.push(' ');
    };
    match &block.kind {
        BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => add(text),
        BlockKind::Table(table) => {
            let cells = table.head.iter().chain(table.rows.iter().flatten());
            cells.for_each(|cell| add(cell));
        }
        BlockKind::Definitions(definitions) => definitions.iter().for_each(|it| add(&it.term)),
        BlockKind::Code { text: code, .. } | BlockKind::Html(code) => {
            text.extend([code.as_str(), " "])
        }
        BlockKind::List(_)
        | BlockKind::Quote(_)
        | BlockKind::Alert { .. }
        | BlockKind::Rule
        | BlockKind::Comment(_) => {}
    }
}

/// Returns `text` with one blank between its words.
fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the part of `text` around the first occurrence of any of `words`.
fn excerpt(text: &str, words: &[String]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let lower: Vec<char> = chars
        .iter()
        .map(|char| char.to_lowercase().next().unwrap_or(*char))
        .collect();
    let place = |word: &String| {
        let word: Vec<char> = word.chars().collect();
        lower.windows(word.len()).position(|window| window == word)
    };
    let at = words.iter().filter_map(place).min().unwrap_or(0);
    let start = word_start(&chars, at.saturating_sub(AROUND));
    let end = word_end(&chars, (at + AROUND).min(chars.len()));
    let piece: String = chars[start..end].iter().collect();
    let before = if start > 0 { "… " } else { "" };
    let after = if end < chars.len() { " …" } else { "" };
    format!("{before}{}{after}", piece.trim())
}

fn word_start(chars: &[char], from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let blank = chars[from..].iter().position(|char| *char == ' ');
    blank.map_or(from, |skip| from + skip)
}

fn word_end(chars: &[char], from: usize) -> usize {
    let blank = chars[from..].iter().position(|char| *char == ' ');
    blank.map_or(chars.len(), |more| from + more)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{fixture, load};
    use crate::kinds::KINDS;
    use crate::source::Tree;

    #[test]
    fn every_word_must_be_there() {
        let course = fixture::course();
        let hits = find(&course, None, "Gateway between");
        assert!(
            matches!(&hits[..], [Hit::Section { section: 1, .. }]),
            "{hits:?}"
        );
        assert!(find(&course, None, "gateway quantum").is_empty());
        assert!(find(&course, None, " ?! ").is_empty());
        assert!(matches!(
            &find(&course, None, "both")[..],
            [Hit::Exercise(_)]
        ));
    }

    #[test]
    fn a_title_is_better_than_text() {
        let course = fixture::course();
        let hits = find(&course, None, "start");
        assert!(
            matches!(&hits[0], Hit::Section { section: 0, .. }),
            "{hits:?}"
        );
    }

    #[test]
    fn an_excerpt_is_cut_at_words() {
        let text = format!("{} needle {}", "before ".repeat(30), "after ".repeat(30));
        let excerpt = excerpt(&text, &["needle".to_owned()]);
        assert!(
            excerpt.starts_with("… before") && excerpt.ends_with("after …"),
            "{excerpt}"
        );
        assert!(excerpt.contains(" needle ") && excerpt.chars().count() < 160);
    }

    #[test]
    fn every_word_of_a_lesson_is_known_in_lower_case() {
        let vocabulary = vocabulary(&fixture::course());
        for word in ["start", "welcome", "gateway", "which", "almost", "beyond"] {
            assert!(vocabulary.contains(word), "{word}");
        }
        assert!(!vocabulary.contains("quick"), "it is of an exercise");
    }

    #[test]
    fn each_word_counts_and_one_of_the_head_most() {
        let score = |head: &str, body: &str, words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            score(head, body, &words)
        };
        assert_eq!(score("", "a port, a Port", &["port"]), Some(2));
        assert_eq!(score("Port", "a port", &["port"]), Some(21));
        assert_eq!(score("Port", "", &["port"]), Some(20));
        assert_eq!(score("Port", "a host, a host", &["port", "host"]), Some(22));
        assert_eq!(score("", &"port ".repeat(50), &["port"]), Some(9));
        assert_eq!(score("Port", "a port", &["port", "host"]), None);
    }

    #[test]
    fn the_text_of_a_section_has_no_heading_and_its_question() {
        let course = fixture::course();
        let text = single_spaced(&section_text(&course.lessons[0], 1, None));
        assert_eq!(text, "A gateway stands in between. Which?");
        let text = single_spaced(&section_text(&course.lessons[0], 0, None));
        assert_eq!(text, "Welcome to the port.");
    }

    #[test]
    fn text_of_every_kind_of_block_is_found() {
        let page = "+++\ntitle = \"A\"\n+++\n## Part\n\n> quoted[^n]\n\n| head |\n| --- |\n| cell |\n\n\
            - item\n\n  ```sh\n  code\n  ```\n\nterm\n: meaning\n\n[^n]: noted\n\n---\n\n<!-- hidden -->\n";
        let files = [
            ("course.toml", "format = 1\nid = \"a\"\ntitle = \"A\"\n"),
            ("lessons/01-a.md", page),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.into()));
        let (course, _) = load(&Tree::new(files), KINDS);
        let text = single_spaced(&section_text(&course.lessons[0], 0, None));
        assert_eq!(text, "quoted head cell item code term meaning noted");
    }

    #[test]
    fn an_excerpt_of_a_short_text_is_all_of_it() {
        let of = |text: &str| excerpt(text, &["needle".to_owned()]);
        assert_eq!(of("a needle in hay"), "a needle in hay");
        assert_eq!(of("hay"), "hay");
        let long = format!("needle {}end", "x".repeat(60));
        assert_eq!(of(&long), long, "a word is never cut");
        let two = format!("needle {} end", "x".repeat(60));
        assert_eq!(of(&two), format!("needle {} …", "x".repeat(60)));
    }

    #[test]
    fn a_long_word_is_one_word() {
        let word = "x".repeat(300);
        let files = [
            (
                "course.toml",
                "format = 1\nid = \"a\"\ntitle = \"A\"\n".to_owned(),
            ),
            (
                "lessons/01-a.md",
                format!("+++\ntitle = \"A\"\n+++\nSee `{word}` here.\n"),
            ),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.into()));
        let (course, _) = load(&Tree::new(files), KINDS);
        assert!(vocabulary(&course).contains(&word));
    }
}
