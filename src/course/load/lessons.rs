//! Lessons: front matter, sections, questions.

use std::collections::BTreeSet;

use super::super::id::{ExerciseId, LessonId, is_slug};
use super::super::lesson::{Item, Lesson, Section, Symptom};
use super::super::manifest::{LessonManifest, QuizManifest};
use super::super::pattern::Pattern;
use super::super::problem::Problem;
use super::super::quiz::{Question, Quiz};
use super::super::tree::Tree;
use super::{line_of, toml_problem};
use crate::lesson::{Block, BlockKind, Doc, parse_at, text_of};
use toml::Spanned;

/// Reads every lesson, in the order of their numbers.
pub(super) fn load(tree: &Tree, problems: &mut Vec<Problem>) -> Vec<Lesson> {
    let mut lessons: Vec<Lesson> = Vec::new();
    for (name, text) in tree.below("lessons/") {
        let file = format!("lessons/{name}");
        let Some((number, id)) = parse_name(name) else {
            let help = "a lesson's file is called like `03-is-it-running.md`";
            problems.push(Problem::new(file, "not a lesson's name").help(help));
            continue;
        };
        if lessons
            .iter()
            .any(|lesson| lesson.number == number || lesson.id == id)
        {
            problems.push(Problem::new(
                &*file,
                "another lesson has this number or name",
            ));
            continue;
        }
        lessons.push(lesson(number, id, file, text, problems));
    }
    if lessons.is_empty() {
        problems.push(
            Problem::new("lessons", "no lesson").help("add a file like `lessons/01-start.md`"),
        );
    }
    lessons.sort_by_key(|lesson| lesson.number);
    lessons
}

fn parse_name(name: &str) -> Option<(u32, LessonId)> {
    let (number, slug) = name.strip_suffix(".md")?.split_once('-')?;
    Some((number.parse().ok()?, slug.parse().ok()?))
}

fn lesson(
    number: u32,
    id: LessonId,
    file: String,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Lesson {
    let (front, body, body_line) = split_front_matter(text);
    let doc = parse_at(body, body_line);
    let mut lesson = Lesson {
        title: id.to_string(),
        id,
        number,
        summary: String::new(),
        minutes: 10,
        symptoms: Vec::new(),
        sections: sections(&doc, &file, problems),
        doc,
        file,
    };
    match front {
        None => {
            let help = "start the file with `+++`, `title = \"…\"`, `+++`";
            problems.push(
                Problem::new(&*lesson.file, "no front matter")
                    .at(1)
                    .help(help),
            );
        }
        Some(front) => match toml::from_str::<LessonManifest>(front) {
            Ok(manifest) => fill(&mut lesson, manifest, front),
            Err(error) => problems.push(toml_problem(&lesson.file, front, 2, &error)),
        },
    }
    lesson
}

/// Returns the front matter, the body, and the line of the file where the body starts.
pub(in crate::course) fn split_front_matter(text: &str) -> (Option<&str>, &str, usize) {
    let Some(rest) = text.strip_prefix("+++\n") else {
        return (None, text, 1);
    };
    let Some((front, body)) = rest.split_once("\n+++\n") else {
        return (None, text, 1);
    };
    (Some(front), body, front.lines().count() + 3)
}

fn fill(lesson: &mut Lesson, manifest: LessonManifest, front: &str) {
    lesson.title = manifest.title;
    lesson.summary = manifest.summary;
    lesson.minutes = manifest.minutes;
    let symptoms = manifest.symptoms.into_iter().map(Spanned::into_inner);
    lesson.symptoms = symptoms
        .map(|symptom| Symptom {
            line: line_of(front, &symptom.pattern) + 1,
            pattern: Pattern::new(symptom.pattern.into_inner()),
            example: symptom.example,
            cause: symptom.cause,
            hop: symptom.hop,
        })
        .collect();
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
            Special::Faulty => {}
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
        format!("quiz id `{}` is there twice", quiz.id)
    } else {
        return;
    };
    problems.push(Problem::new(file, message).at(quiz.line));
}

enum Special {
    No,
    Item(Item),
    Faulty,
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
            Special::Faulty
        }
    }
}

fn exercise(id: &str, file: &str, line: usize) -> Result<Item, Box<Problem>> {
    let id = id.parse::<ExerciseId>();
    id.map(Item::Exercise)
        .map_err(|error| Box::new(Problem::new(file, error.to_string()).at(line)))
}

fn quiz(text: &str, file: &str, line: usize) -> Result<Item, Box<Problem>> {
    let manifest = toml::from_str::<QuizManifest>(text);
    let manifest =
        manifest.map_err(|error| Box::new(toml_problem(file, text, line + 1, &error)))?;
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
