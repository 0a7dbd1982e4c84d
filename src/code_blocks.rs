//! The code on a course's pages, proved: it is run, or the page says why it is not.
//!
//! A [`Language`] knows what the fenced blocks of one language promise and how to find out whether
//! they keep it. Which languages there are is handed down. Blocks are proved in [`Batch`]es: those of a page
//! in their order, so that they can share a lab, and those that one run of a compiler takes, together.

pub mod block;
pub(crate) mod isolated;

use std::any::Any;
use std::ffi::OsString;
use std::fmt;

pub(crate) use block::Block;

use crate::check::{CheckError, Context};
use crate::course::Course;
use crate::lesson::Info;
use crate::source::Problem;
use crate::text::with_causes;

/// The languages that a program knows, handed down from where it starts.
pub(crate) type Languages = &'static [&'static dyn Language];

/// A language of fenced blocks: what they promise, and whether they keep it.
pub trait Language: fmt::Debug + Sync {
    /// Returns the first words of its fences.
    fn names(&self) -> &'static [&'static str];

    /// Returns whether `word` may stand behind the first, after a comma.
    fn knows_word(&self, word: &str) -> bool {
        let _ = word;
        false
    }

    /// Returns the attributes it knows, besides `skip`.
    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns whether `block` promises anything; the others are only shown.
    fn is_run(&self, block: &Block) -> bool {
        let _ = block;
        true
    }

    /// Returns whether `block` is run by a shell, which may do anything.
    fn runs_shell(&self, block: &Block) -> bool {
        let _ = block;
        false
    }

    /// Returns the info string of a block for other renderers of Markdown, which know no word of ours.
    fn published(&self, info: Info<'_>) -> String {
        info.language().to_owned()
    }

    /// Finds out whether this machine has what the attribute `needs` of a block names.
    fn need(&self, name: &str, context: &Context) -> Need {
        let _ = (name, context);
        Need::Unknown("leave it out: blocks of this language need nothing")
    }

    /// Returns the variables of the environment that its blocks are run with.
    fn variables(&self, context: &Context) -> Vec<(&'static str, OsString)> {
        let _ = context;
        Vec::new()
    }

    /// Returns which blocks are proved at once.
    fn scope(&self) -> Scope {
        Scope::Page
    }

    /// Returns, for each of `blocks`, what it promises and does not keep.
    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>>;
}

/// Returns the one of `languages` whose fences begin with `name`.
pub(crate) fn find(languages: Languages, name: &str) -> Option<&'static dyn Language> {
    let mut known = languages.iter().copied();
    known.find(|language| language.names().contains(&name))
}

/// Which blocks are proved at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One after the other, in the order of their page.
    Page,
    /// All of a course.
    Course,
}

/// Something that not every machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing is called so; holds what to write.
    Unknown(&'static str),
    /// It is here.
    Met,
    /// It is not; holds what to do.
    Lacking(String),
}

/// What the blocks of a batch work with.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The course they belong to.
    pub course: &'a Course,
    /// What a check works with.
    pub context: &'a Context,
    kept: Option<Box<dyn Any>>,
}

impl Bench<'_> {
    /// Returns what languages keep from one block to the next; anew where that was of another type.
    pub(crate) fn kept<T: Default + 'static>(&mut self) -> &mut T {
        let kept = self.kept.take().filter(|kept| kept.is::<T>());
        let kept = self
            .kept
            .insert(kept.unwrap_or_else(|| Box::<T>::default()));
        kept.downcast_mut().expect("it is of this type")
    }
}

/// A promise that a block does not keep, or that could not be put to the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// It is not kept.
    Broken(Problem),
    /// This machine cannot find out, and why.
    Unproved(String),
}

impl Miss {
    /// Returns the miss of `block` for an error in finding out.
    pub(crate) fn of_error(block: &Block, error: &CheckError) -> Self {
        match error {
            CheckError::Exercise { what, .. } => Self::Broken(block.problem(what)),
            CheckError::Missing { what, .. } => Self::Unproved(what.clone()),
            error => Self::Unproved(with_causes(error)),
        }
    }
}

/// Returns what each of `blocks` promises and does not keep, by `prove`.
pub(crate) fn one_by_one(
    blocks: &[&Block],
    mut prove: impl FnMut(&Block) -> Result<Vec<Miss>, Miss>,
) -> Vec<Vec<Miss>> {
    let blocks = blocks.iter();
    blocks
        .map(|block| prove(block).unwrap_or_else(|miss| vec![miss]))
        .collect()
}

/// Blocks that are proved together.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The page they stand on, or the language they share.
    pub name: String,
    languages: Languages,
    blocks: Vec<Block>,
}

/// What became of blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Proof {
    /// How many were run.
    pub run: usize,
    /// How many say why they are not run.
    pub skipped: usize,
    /// How many are only shown.
    pub shown: usize,
    /// Those that this machine could not run.
    pub unproved: Vec<Unrun>,
    /// What is wrong with them.
    pub problems: Vec<Problem>,
}

/// A block that this machine could not run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct Unrun {
    /// The page, relative to the course's folder.
    pub file: String,
    /// The line on which the fence stands.
    pub line: usize,
    /// Why.
    pub reason: String,
    /// Whether the block itself names what is lacking: that it is not proved here is no failure.
    pub declared: bool,
}

impl Proof {
    /// Adds what became of others.
    pub(crate) fn add(&mut self, other: Self) {
        self.run += other.run;
        self.skipped += other.skipped;
        self.shown += other.shown;
        self.unproved.extend(other.unproved);
        self.problems.extend(other.problems);
    }
}

/// Returns the blocks of `course` in batches: those of the pages whose names start with `pages`.
pub(crate) fn batches(course: &Course, languages: Languages, pages: &str) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for block in block::of_course(course) {
        if !block.page.starts_with(pages) {
            continue;
        }
        let name = match block.language(languages) {
            Some(language) if language.scope() == Scope::Course => language.names()[0],
            Some(_) | None => &block.page,
        };
        match batches.iter_mut().find(|batch| batch.name == name) {
            Some(batch) => batch.blocks.push(block),
            None => batches.push(Batch {
                name: name.to_owned(),
                languages,
                blocks: vec![block],
            }),
        }
    }
    batches
}

impl Batch {
    /// Returns whether a block of it is run by a shell.
    pub(crate) fn runs_shells(&self) -> bool {
        let mut run = self.blocks.iter().filter(|block| block.skip().is_none());
        run.any(|block| {
            let language = block.language(self.languages);
            language.is_some_and(|language| language.runs_shell(block))
        })
    }

    /// Proves the blocks of this batch, which belong to `course`.
    pub(crate) fn prove(&self, course: &Course, context: &Context) -> Proof {
        let mut proof = Proof::default();
        let mut run: Vec<(&Block, &dyn Language)> = Vec::new();
        for block in &self.blocks {
            let faults = block.faults(self.languages, context);
            let is_sound = faults.is_empty();
            proof.problems.extend(faults);
            match block.language(self.languages) {
                _ if block.skip().is_some() => proof.skipped += 1,
                Some(language) if !language.is_run(block) => proof.shown += 1,
                Some(language) if is_sound => match block.need(language, context) {
                    Some(Need::Lacking(what)) => {
                        let reason = format!("this block needs {what}");
                        proof.unproved.push(block.unrun(reason, true));
                    }
                    Some(Need::Met | Need::Unknown(_)) | None => run.push((block, language)),
                },
                Some(_) | None => {}
            }
        }
        let mut bench = Bench {
            course,
            context,
            kept: None,
        };
        // Blocks of a page are proved one by one, in their order, whatever their languages.
        let course_wide =
            |(_, language): &(&Block, &dyn Language)| language.scope() == Scope::Course;
        let size = if run.first().is_some_and(course_wide) {
            run.len()
        } else {
            1
        };
        for together in run.chunks(size.max(1)) {
            let blocks: Vec<&Block> = together.iter().map(|(block, _)| *block).collect();
            let misses = together[0].1.prove(&blocks, &mut bench);
            for (block, misses) in blocks.into_iter().zip(misses) {
                proof.note(block, misses);
            }
        }
        proof
    }
}

impl Proof {
    fn note(&mut self, block: &Block, misses: Vec<Miss>) {
        self.run += usize::from(!misses.iter().any(|miss| matches!(miss, Miss::Unproved(_))));
        for miss in misses {
            match miss {
                Miss::Broken(problem) => self.problems.push(problem),
                Miss::Unproved(reason) => {
                    self.unproved.push(block.unrun(reason, false));
                }
            }
        }
    }
}
