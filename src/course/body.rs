//! The body of a lesson: its blocks, split into sections, with quizzes and the directives of
//! [`Outline`](super::outline::Outline).

mod tracks;

use std::collections::BTreeSet;
use std::ops::Range;

use super::lesson::{Item, Section, anchor};
use super::manifest::QuizManifest;
use super::outline::Directive;
use super::quiz::{Question, Quiz};
use crate::lesson::{Block, BlockKind, Doc, HeadingMarks, parse_at, text_of};
use crate::source::id::is_slug;
use crate::source::{ExerciseId, Problem, TrackId, toml_problem};
use tracks::track_parts;

/// The parsed body of a lesson.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub doc: Doc,
    /// The sections, in order; the first is the introduction and may lack a title.
    pub sections: Vec<Section>,
    /// The parts that are for one track alone, in order.
    pub parts: Vec<TrackPart>,
    pub problems: Vec<Problem>,
}

/// Blocks of a lesson that are for one track alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrackPart {
    /// The blocks, by index.
    pub blocks: Range<usize>,
    pub track: TrackId,
    /// The line of its mark.
    pub line: usize,
}

impl Body {
    /// Parses `source`, which starts on line `first_line` of `file`.
    pub(crate) fn parse(source: &str, first_line: usize, file: &str) -> Self {
        let doc = parse_at(source, first_line);
        let mut problems = Vec::new();
        let parts = track_parts(&doc, file, &mut problems);
        Self {
            sections: sections(&doc, &parts, file, &mut problems),
            parts,
            doc,
            problems,
        }
    }

    /// Returns the track that the block `index` is for alone, if it is.
    pub(super) fn track_of(&self, index: usize) -> Option<&TrackId> {
        track_of(&self.parts, index)
    }

    /// Returns whether `track` has the block `index`.
    pub(super) fn has_block(&self, index: usize, track: Option<&TrackId>) -> bool {
        track.is_none() || self.track_of(index).is_none_or(|own| Some(own) == track)
    }
}

fn track_of(parts: &[TrackPart], block: usize) -> Option<&TrackId> {
    let part = parts.iter().find(|part| part.blocks.contains(&block));
    part.map(|part| &part.track)
}

fn sections(
    doc: &Doc,
    parts: &[TrackPart],
    file: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Section> {
    let mut sections = vec![Section {
        id: String::new(),
        title: None,
        further: false,
        items: Vec::new(),
    }];
    let mut ids = BTreeSet::new();
    let mut quizzes = BTreeSet::new();
    for (index, block) in doc.blocks.iter().enumerate() {
        if let BlockKind::Heading {
            level: 2,
            text,
            marks,
        } = &block.kind
        {
            let title = text_of(text);
            check_section_id(marks, block.line, &ids, file, problems);
            let id = free_id(marks.id.clone().unwrap_or_else(|| anchor(&title)), &ids);
            ids.insert(id.clone());
            sections.push(Section {
                id,
                title: Some(title),
                further: marks.classes.iter().any(|class| class == "further"),
                items: Vec::new(),
            });
        }
        let section = sections
            .last_mut()
            .expect("there is always the introduction");
        match special(block, track_of(parts, index), file, problems) {
            Special::No => add_block(&mut section.items, index),
            Special::Item(item) => {
                if let Item::Quiz(quiz) = &item {
                    check_id(quiz, &mut quizzes, file, problems);
                }
                section.items.push(item);
            }
            Special::Invalid => {}
        }
    }
    sections.retain(|section| !section.items.is_empty());
    sections
}

/// Returns `id`, numbered if an earlier section has it.
fn free_id(id: String, taken: &BTreeSet<String>) -> String {
    if !taken.contains(&id) {
        return id;
    }
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let mut free = numbered.filter(|id| !taken.contains(id));
    free.next().expect("numbers do not end")
}

fn check_section_id(
    marks: &HeadingMarks,
    line: usize,
    taken: &BTreeSet<String>,
    file: &str,
    problems: &mut Vec<Problem>,
) {
    let Some(id) = &marks.id else { return };
    if anchor(id) != *id {
        let help = "use lower-case letters, digits and hyphens, as in `{#three-clocks}`";
        let message = format!("section id `{id}` is not a name");
        problems.push(Problem::new(file, message).at(line).help(help));
    } else if taken.contains(id) {
        problems.push(Problem::new(file, format!("section id `{id}` appears twice")).at(line));
    }
}

fn add_block(items: &mut Vec<Item>, index: usize) {
    match items.last_mut() {
        Some(Item::Text(range)) if range.end == index => range.end += 1,
        Some(_) | None => items.push(Item::Text(index..index + 1)),
    }
}

fn check_id(quiz: &Quiz, seen: &mut BTreeSet<String>, file: &str, problems: &mut Vec<Problem>) {
    let message = if !is_slug(&quiz.id) {
        format!(
            "quiz id `{}` is not a name: lower-case letters, digits and single hyphens",
            quiz.id
        )
    } else if !seen.insert(quiz.id.clone()) {
        format!("quiz id `{}` appears twice", quiz.id)
    } else {
        return;
    };
    problems.push(Problem::new(file, message).at(quiz.line));
}

/// A block that may be a quiz or a directive.
enum Special {
    No,
    Item(Item),
    Invalid,
}

fn special(
    block: &Block,
    track: Option<&TrackId>,
    file: &str,
    problems: &mut Vec<Problem>,
) -> Special {
    let item = match &block.kind {
        BlockKind::Code { info, text } if info == "quiz" => quiz(text, track, file, block.line),
        BlockKind::Comment(text) => match Directive::in_comment(text) {
            Some(Directive::Exercise(id)) => exercise(id, file, block.line),
            Some(Directive::Track(_) | Directive::EndOfTrack) | None => return Special::No,
        },
        _ => return Special::No,
    };
    match item {
        Ok(item) => Special::Item(item),
        Err(problem) => {
            problems.push(*problem);
            Special::Invalid
        }
    }
}

fn exercise(id: &str, file: &str, line: usize) -> Result<Item, Box<Problem>> {
    let id = id.parse::<ExerciseId>();
    id.map(Item::Exercise)
        .map_err(|error| Box::new(Problem::new(file, error.to_string()).at(line)))
}

fn quiz(
    text: &str,
    track: Option<&TrackId>,
    file: &str,
    line: usize,
) -> Result<Item, Box<Problem>> {
    let manifest = toml::from_str::<QuizManifest>(text)
        .map_err(|error| Box::new(toml_problem(file, text, line + 1, &error)))?;
    let (id, prompt, question) = match manifest {
        QuizManifest::Single {
            id,
            prompt,
            choices,
        } => (id, prompt, Question::Single(choices)),
        QuizManifest::Multiple {
            id,
            prompt,
            choices,
        } => (id, prompt, Question::Multiple(choices)),
        QuizManifest::Short {
            id,
            prompt,
            accept,
            explain,
            wrong,
            otherwise,
        } => (
            id,
            prompt,
            Question::Short {
                accept,
                explain,
                wrong,
                otherwise,
            },
        ),
    };
    Ok(Item::Quiz(Quiz {
        id,
        prompt,
        question,
        track: track.cloned(),
        line,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let body = Body::parse(text, 1, "l.md");
        body.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_section_is_named_by_its_id_or_its_title() {
        let text = "Words.\n\n## A part\n\nx\n\n## A part\n\ny\n\n## New title {#old-title}\n\nz\n";
        let body = Body::parse(text, 1, "l.md");
        let ids: Vec<_> = body.sections.iter().map(|section| &*section.id).collect();
        assert_eq!(ids, ["", "a-part", "a-part-2", "old-title"]);
        assert_eq!(body.problems, []);
    }

    #[test]
    fn a_bad_section_id_is_a_problem_with_a_line() {
        assert_eq!(
            problems("## A {#Not-Good}\n\nx\n"),
            [
                "l.md:1: section id `Not-Good` is not a name\n    help: use lower-case letters, digits and hyphens, as in `{#three-clocks}`"
            ]
        );
        assert_eq!(
            problems("## A\n\nx\n\n## B {#a}\n\ny\n"),
            ["l.md:5: section id `a` appears twice"]
        );
    }
}
