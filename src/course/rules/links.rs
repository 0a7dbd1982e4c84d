//! Links between lessons: the target file and heading must exist.

use std::sync::Arc;

use super::super::{Course, Lesson};
use crate::lesson::{Block, BlockKind, Inline, text_of};
use crate::source::Problem;

pub(super) fn check(course: &Course, problems: &mut Vec<Problem>) {
    for lesson in &course.lessons {
        let mut links = Vec::new();
        blocks(&lesson.doc().blocks, &mut links);
        for note in &lesson.doc().notes {
            blocks(&note.blocks, &mut links);
        }
        links.dedup();
        for (line, link) in links {
            if let Some(message) = fault(course, lesson, &link) {
                problems.push(Problem::new(&*lesson.file, message).at(line));
            }
        }
    }
}

fn fault(course: &Course, lesson: &Lesson, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return anchor_fault(lesson, link, anchor);
    }
    let file = format!("lessons/{}", path.trim_start_matches("./"));
    match course.lessons.iter().find(|lesson| lesson.file == file) {
        Some(target) => anchor_fault(target, link, anchor),
        None => Some(format!("the link `{link}` leads to no lesson")),
    }
}

fn anchor_fault(target: &Lesson, link: &str, anchor: &str) -> Option<String> {
    if anchor.is_empty() || anchors(target).any(|known| known == anchor) {
        return None;
    }
    Some(format!(
        "the link `{link}` leads to no heading of {}",
        target.file
    ))
}

fn anchors(lesson: &Lesson) -> impl Iterator<Item = String> {
    lesson
        .doc()
        .blocks
        .iter()
        .filter_map(|block| match &block.kind {
            BlockKind::Heading { text, .. } => Some(slug(&text_of(text))),
            _ => None,
        })
}

/// Returns the anchor of a heading as GitHub and mdBook generate it.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|char| match char {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        _ => char.is_alphanumeric().then_some(char),
    });
    kept.flat_map(char::to_lowercase).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_gives_the_anchor_that_github_makes() {
        assert_eq!(slug("Is it running? (`ss -ltn`)"), "is-it-running-ss--ltn");
        assert_eq!(slug("A part of it"), "a-part-of-it");
    }
}
