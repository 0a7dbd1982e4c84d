//! The body of a lesson: its blocks, split into sections, with quizzes and `<!-- exercise: x -->` directives.

use std::collections::BTreeSet;

use super::lesson::{Item, Section};
use super::manifest::QuizManifest;
use super::quiz::{Question, Quiz};
use crate::lesson::{Block, BlockKind, Doc, Piece, parse_at, pieces, text_of};
use crate::source::id::is_slug;
use crate::source::{ExerciseId, Problem, toml_problem};

/// The parsed body of a lesson.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub doc: Doc,
    /// The sections, in order; the first is the introduction and may lack a title.
    pub sections: Vec<Section>,
    pub problems: Vec<Problem>,
}

impl Body {
    /// Parses `source`, which starts on line `first_line` of `file`.
    pub(crate) fn parse(source: &str, first_line: usize, file: &str) -> Self {
        let doc = parse_at(source, first_line);
        let mut problems = Vec::new();
        Self {
            sections: sections(&doc, file, &mut problems),
            doc,
            problems,
        }
    }
}

/// Returns the exercises that `text` links to, in order. It scans for directives without parsing: a directive
/// is a line of its own, outside of fences.
pub(super) fn directives(text: &str) -> Vec<ExerciseId> {
    let found = pieces(text).filter_map(|(_, piece)| match piece {
        Piece::Line(line) => directive(line),
        Piece::Fence(_) => None,
    });
    found.collect()
}

/// Parses a directive, such as `<!-- exercise: first-of-pool -->`.
pub(super) fn directive(line: &str) -> Option<ExerciseId> {
    let comment = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    let id = comment.trim().strip_prefix("exercise:")?;
    id.trim().parse().ok()
}

fn sections(doc: &Doc, file: &str, problems: &mut Vec<Problem>) -> Vec<Section> {
    let mut sections = vec![Section {
        title: None,
        further: false,
        items: Vec::new(),
    }];
    let mut quizzes = BTreeSet::new();
    for (index, block) in doc.blocks.iter().enumerate() {
        if let BlockKind::Heading {
            level: 2, classes, ..
        } = &block.kind
        {
            let further = classes.iter().any(|class| class == "further");
            sections.push(Section {
                title: Some(heading_text(block)),
                further,
                items: Vec::new(),
            });
        }
        let section = sections
            .last_mut()
            .expect("there is always the introduction");
        match special(block, file, problems) {
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

fn special(block: &Block, file: &str, problems: &mut Vec<Problem>) -> Special {
    let item = match &block.kind {
        BlockKind::Code { info, text } if info == "quiz" => quiz(text, file, block.line),
        BlockKind::Comment(text) => match text.trim().strip_prefix("exercise:") {
            Some(id) => exercise(id.trim(), file, block.line),
            None => return Special::No,
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

fn quiz(text: &str, file: &str, line: usize) -> Result<Item, Box<Problem>> {
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
        line,
    }))
}

fn heading_text(block: &Block) -> String {
    match &block.kind {
        BlockKind::Heading { text, .. } => text_of(text),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_outside_of_fences() {
        let text = "Words.\n\n<!-- exercise: one -->\n\n````md\n```\n<!-- exercise: no -->\n````\n\n\
            ~~~text\n```\n<!-- exercise: no -->\n~~~\n\n<!-- exercise: two -->\n";
        let names: Vec<_> = directives(text).into_iter().map(String::from).collect();
        assert_eq!(names, ["one", "two"]);
    }
}
