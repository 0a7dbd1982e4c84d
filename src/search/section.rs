//! The running text of a lesson's sections.

use std::collections::BTreeSet;

use super::query::words;
use crate::course::{Course, Item, Lesson};
use crate::lesson::{Block, BlockKind, Inline, walk};
use crate::source::TrackId;

/// Returns the running text of a section, without its heading and decorations, with blanks as they come.
pub(super) fn section_text(lesson: &Lesson, section: usize, track: Option<&TrackId>) -> String {
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
            text.extend([code.as_str(), " "]);
        }
        BlockKind::List(_)
        | BlockKind::Quote(_)
        | BlockKind::Alert { .. }
        | BlockKind::Rule
        | BlockKind::Comment(_) => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{fixture, load};
    use crate::kinds::KINDS;
    use crate::search::excerpt::single_spaced;
    use crate::source::Tree;

    #[test]
    fn every_word_of_a_lesson_is_known_in_lower_case() {
        let vocabulary = vocabulary(&fixture::course());
        for word in ["start", "welcome", "gateway", "which", "almost", "beyond"] {
            assert!(vocabulary.contains(word), "{word}");
        }
        assert!(!vocabulary.contains("quick"), "it is of an exercise");
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
