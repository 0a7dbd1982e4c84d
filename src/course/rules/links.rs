//! Links between lessons: the target file and heading must exist, on each track that has the link.

use std::slice::from_ref;
use std::sync::Arc;

use super::super::{Course, Lesson};
use crate::lesson::{Block, BlockKind, Inline};
use crate::source::{Problem, TrackId};

pub(super) fn check(course: &Course, problems: &mut Vec<Problem>) {
    for lesson in &course.lessons {
        let parts = lesson.doc().blocks.iter().enumerate();
        let parts = parts.map(|(index, block)| (lesson.text.track_of(index), from_ref(block)));
        let notes = lesson.doc().notes.iter().map(|note| (None, &*note.blocks));
        for (track, part) in parts.chain(notes) {
            let mut links = Vec::new();
            blocks(part, &mut links);
            links.dedup();
            for (line, link) in links {
                if let Some(message) = fault(course, lesson, track, &link) {
                    problems.push(Problem::new(&*lesson.file, message).at(line));
                }
            }
        }
    }
}

/// Returns what is wrong with `link` in text that is for `track` alone, or for every track.
fn fault(course: &Course, lesson: &Lesson, track: Option<&TrackId>, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return anchor_fault(lesson, track, link, anchor);
    }
    match course.linked_lesson(path) {
        Some(target) => lesson_fault(course, target, track, link)
            .or_else(|| anchor_fault(target, track, link, anchor)),
        None => Some(format!("the link `{link}` leads to no lesson")),
    }
}

/// Returns what is wrong if `target` is not for all who read the link.
fn lesson_fault(
    course: &Course,
    target: &Lesson,
    track: Option<&TrackId>,
    link: &str,
) -> Option<String> {
    let mut readers = course.tracks.iter().map(|known| &known.id);
    let lost = readers
        .find(|reader| track.is_none_or(|track| track == *reader) && !target.is_on(Some(reader)));
    lost.map(|lost| {
        format!("the link `{link}` leads to a lesson that the track `{lost}` does not have")
    })
}

fn anchor_fault(
    target: &Lesson,
    track: Option<&TrackId>,
    link: &str,
    anchor: &str,
) -> Option<String> {
    if anchor.is_empty() {
        return None;
    }
    let Some(index) = target.heading_of(anchor) else {
        let file = &target.file;
        return Some(format!("the link `{link}` leads to no heading of {file}"));
    };
    let own = target.text.track_of(index);
    (own.is_some() && own != track).then(|| {
        let own = own.map(TrackId::as_str).unwrap_or_default();
        format!("the link `{link}` leads to a section that only the track `{own}` has")
    })
}

/// A link with the line of its block.
type LocatedLink = (usize, Arc<str>);

fn blocks(blocks: &[Block], links: &mut Vec<LocatedLink>) {
    for block in blocks {
        in_block(block, links);
    }
}

fn in_block(block: &Block, links: &mut Vec<LocatedLink>) {
    let line = block.line;
    match &block.kind {
        BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => inlines(line, text, links),
        BlockKind::List(list) => list
            .items
            .iter()
            .for_each(|item| blocks(&item.blocks, links)),
        BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => blocks(inner, links),
        BlockKind::Table(table) => {
            let cells = table.head.iter().chain(table.rows.iter().flatten());
            cells.for_each(|cell| inlines(line, cell, links));
        }
        BlockKind::Definitions(definitions) => {
            for definition in definitions {
                inlines(line, &definition.term, links);
                definition
                    .meanings
                    .iter()
                    .for_each(|inner| blocks(inner, links));
            }
        }
        BlockKind::Code { .. } | BlockKind::Rule | BlockKind::Comment(_) | BlockKind::Html(_) => {}
    }
}

fn inlines(line: usize, inlines: &[Inline], links: &mut Vec<LocatedLink>) {
    for inline in inlines {
        if let Inline::Text(span) = inline
            && let Some(link) = &span.style.link
        {
            links.push((line, Arc::clone(link)));
        }
    }
}
