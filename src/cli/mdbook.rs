//! `gradus mdbook`: a preprocessor of mdBook that adds the lessons of a course as chapters.
//!
//! mdBook writes `[context, book]` as JSON to standard input and reads the book from standard
//! output. A book is an object with a list of items, `items` since mdBook 0.5 and `sections` before;
//! all of it that is not ours is handed back as it came.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use crate::code_blocks::{self, Languages};
use crate::course::publish::{BookPage, exercise_page, lesson_page};
use crate::course::{Course, load};
use crate::lesson::Info;
use crate::source::Tree;

/// Add the lessons of a course to a book: mdBook runs this
#[derive(Debug, Args)]
pub(crate) struct Mdbook {
    #[command(subcommand)]
    question: Option<Ask>,
}

/// What mdBook asks before it sends the book.
#[derive(Debug, Subcommand)]
enum Ask {
    /// Say whether the book can be for this renderer: it can for every one
    Supports {
        /// The renderer
        renderer: String,
    },
}

impl Mdbook {
    pub(super) fn run(self, app: &App) -> Done {
        if self.question.is_some() {
            return Ok(Code::Fine);
        }
        let input: Value =
            serde_json::from_reader(std::io::stdin()).map_err(|error| not_a_book(&error))?;
        let [context, mut book] =
            <[Value; 2]>::deserialize(input).map_err(|error| not_a_book(&error))?;
        let (course, _) = load(&tree(app, &context)?, app.guests.kinds);
        let items = ["items", "sections"]
            .into_iter()
            .find(|key| book[key].is_array())
            .and_then(|key| book[key].as_array_mut());
        let items = items.ok_or_else(|| refused("the book has no list of items".to_owned()))?;
        let ours = Chapters {
            course: &course,
            languages: app.guests.languages,
        };
        items.extend(ours.all());
        app.output.text(&book.to_string())?;
        Ok(Code::Fine)
    }
}

fn not_a_book(error: &serde_json::Error) -> Failure {
    refused(format!("standard input is not what mdBook sends: {error}"))
}

fn refused(what: String) -> Failure {
    Failure::Refused {
        what,
        help: "mdBook runs this command: name it in book.toml under `[preprocessor.gradus]`"
            .to_owned(),
    }
}

/// The files of the course named in book.toml, else of the one the options name.
fn tree(app: &App, context: &Value) -> Result<Tree, Failure> {
    let named = context["config"]["preprocessor"]["gradus"]["course"].as_str();
    match named {
        Some(named) => {
            let root = PathBuf::from(context["root"].as_str().unwrap_or_default());
            Ok(Tree::read(&root.join(Path::new(named)))?)
        }
        None => app.tree(None),
    }
}

/// What chapters are made of.
struct Chapters<'a> {
    course: &'a Course,
    languages: Languages,
}

impl Chapters<'_> {
    fn all(&self) -> Vec<Value> {
        let mut items = vec![json!({ "PartTitle": self.course.title })];
        for lesson in &self.course.lessons {
            let page = lesson_page(self.course, lesson, &|info| self.words(info));
            let exercises = lesson.exercises().filter_map(|id| self.course.exercise(id));
            let exercises = exercises.map(|exercise| {
                let below = exercise_page(self.course, exercise, &|info| self.words(info));
                chapter(&below, &[&page.name], &[])
            });
            items.push(chapter(&page, &[], &exercises.collect::<Vec<_>>()));
        }
        items
    }

    /// Returns the info string of a block as the renderers of mdBook know it.
    fn words(&self, info: Info<'_>) -> String {
        let language = code_blocks::find(self.languages, info.language());
        language.map_or_else(
            || info.language().to_owned(),
            |language| language.published(info),
        )
    }
}

fn chapter(page: &BookPage, parents: &[&str], sub_items: &[Value]) -> Value {
    json!({
        "Chapter": {
            "name": page.name,
            "content": page.markdown,
            "number": null,
            "sub_items": sub_items,
            "path": page.path,
            "source_path": null,
            "parent_names": parents,
        }
    })
}
