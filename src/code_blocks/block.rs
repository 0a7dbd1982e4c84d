//! A fenced block of a page, and what may be wrong with its info string.

use super::{Language, Languages, Miss, Need, Unrun};
use crate::check::Context;
use crate::course::Course;
use crate::lesson::{Doc, Info, InfoPart, code_blocks, parse};
use crate::source::Problem;

/// The attribute that names what not every machine has: without it the block is not proved there.
const NEEDS: &str = "needs";

/// A fenced block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The page, relative to the course's folder.
    pub page: String,
    /// The line on which the fence stands; the text starts one line later.
    pub line: usize,
    /// Everything after the fence.
    pub info: String,
    /// The text.
    pub text: String,
}

/// Returns the blocks of every page of `course`, questions aside: lessons, then task texts.
pub fn of_course(course: &Course) -> Vec<Block> {
    let mut blocks = Vec::new();
    for lesson in &course.lessons {
        of_page(&lesson.file, lesson.doc(), &mut blocks);
    }
    for exercise in &course.exercises {
        let page = format!("exercises/{}/README.md", exercise.id);
        of_page(&page, &parse(&exercise.readme), &mut blocks);
    }
    blocks
}

fn of_page(page: &str, doc: &Doc, blocks: &mut Vec<Block>) {
    let found = code_blocks(doc).into_iter();
    let found = found.filter(|block| Info::new(block.info).language() != "quiz");
    blocks.extend(found.map(|block| Block {
        page: page.to_owned(),
        line: block.line,
        info: block.info.to_owned(),
        text: block.text.to_owned(),
    }));
}

impl Block {
    /// Returns the info string.
    pub(crate) fn info(&self) -> Info<'_> {
        Info::new(&self.info)
    }

    /// Returns its language, if it is one of `languages`.
    pub fn language(&self, languages: Languages) -> Option<&'static dyn Language> {
        super::find(languages, self.info().language())
    }

    /// Returns the value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.info().attribute(name)
    }

    /// Returns why the block is not run, if it says so.
    pub fn skip(&self) -> Option<&str> {
        self.attribute("skip")
    }

    /// Returns a problem with this block.
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(&*self.page, message).at(self.line)
    }

    /// Returns a broken promise of this block.
    pub(crate) fn broken(&self, message: impl Into<String>) -> Vec<Miss> {
        vec![Miss::Broken(self.problem(message))]
    }

    /// Returns that it was not run, and why.
    pub(super) fn unrun(&self, reason: String, declared: bool) -> Unrun {
        Unrun {
            file: self.page.clone(),
            line: self.line,
            reason,
            declared,
        }
    }

    /// Returns what is wrong with the info string.
    pub(super) fn faults(&self, languages: Languages, context: &Context) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.skip().is_some_and(|reason| reason.trim().is_empty()) {
            let help = "write it for a reader: `skip=\"needs systemd\"`";
            problems.push(
                self.problem("the block does not say why it is not run")
                    .help(help),
            );
        }
        let Some(language) = self.language(languages) else {
            if self.skip().is_none() {
                problems.push(self.unknown(languages));
            }
            return problems;
        };
        for word in self.info().words().skip(1) {
            if !language.knows_word(word) {
                problems.push(self.stray(word));
            }
        }
        for part in self.info().parts() {
            match part {
                InfoPart::Attribute("skip", _) => {}
                InfoPart::Attribute(NEEDS, name) => {
                    if let Need::Unknown(help) = language.need(name, context) {
                        let message = format!("no need is called `{name}`");
                        problems.push(self.problem(message).help(help));
                    }
                }
                InfoPart::Attribute(name, _) if language.attributes().contains(&name) => {}
                InfoPart::Attribute(word, _) | InfoPart::Stray(word) => {
                    problems.push(self.stray(word));
                }
            }
        }
        problems
    }

    /// Finds out about what the block says it needs, if it says so.
    pub(super) fn need(&self, language: &dyn Language, context: &Context) -> Option<Need> {
        Some(language.need(self.attribute(NEEDS)?, context))
    }

    fn unknown(&self, languages: Languages) -> Problem {
        let names: Vec<_> = languages.iter().flat_map(|it| it.names()).collect();
        let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let help = format!(
            "say why with `skip=\"…\"`, or make it one of {}",
            names.join(", ")
        );
        let message = match self.info().language() {
            "" => "a block without a language".to_owned(),
            name => format!("no block of the language `{name}` can be run"),
        };
        self.problem(message).help(help)
    }

    fn stray(&self, word: &str) -> Problem {
        let language = self.info().language();
        let message = format!("a block of the language `{language}` knows no `{word}`");
        self.problem(message)
            .help("words follow the language after commas, then attributes such as `skip=\"…\"`")
    }
}
