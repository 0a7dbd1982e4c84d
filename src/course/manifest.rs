//! The TOML schemas: `course.toml`, a lesson's front matter, a quiz block, `exercise.toml` and
//! `program.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::grading::{Credit, Points, Visibility};
use super::quiz::{Choice, WrongAnswer};
use crate::check::Feedback;
use crate::kind::Edition;
use crate::source::{ExerciseId, TrackId};

/// `course.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourseManifest {
    pub(super) format: Spanned<u32>,
    pub(super) id: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) edition: Edition,
    #[serde(default)]
    pub(super) synonyms: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) tracks: Vec<TrackManifest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrackManifest {
    pub(super) id: Spanned<TrackId>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
}

/// The front matter of a lesson.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LessonManifest {
    pub(super) title: String,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default = "ten")]
    pub(super) minutes: u32,
    #[serde(default, rename = "symptom")]
    pub(super) symptoms: Vec<Spanned<SymptomManifest>>,
}

fn ten() -> u32 {
    10
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SymptomManifest {
    pub(super) pattern: Spanned<String>,
    pub(super) example: String,
    pub(super) cause: String,
    pub(super) hop: String,
    pub(super) first: Option<String>,
}

/// A quiz block.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum QuizManifest {
    Single {
        id: String,
        prompt: String,
        #[serde(rename = "choice")]
        choices: Vec<Choice>,
    },
    Multiple {
        id: String,
        prompt: String,
        #[serde(rename = "choice")]
        choices: Vec<Choice>,
    },
    Short {
        id: String,
        prompt: String,
        accept: Vec<String>,
        #[serde(default)]
        explain: String,
        #[serde(default)]
        wrong: Vec<WrongAnswer>,
        #[serde(default)]
        otherwise: String,
    },
}

/// The keys of `exercise.toml` that lists and the session show. The table named like the kind is its own.
#[derive(Debug, Deserialize)]
pub(super) struct ExerciseManifest {
    pub(super) kind: Spanned<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) summary: String,
    pub(super) story: Option<String>,
    #[serde(default)]
    pub(super) tracks: Vec<Spanned<TrackId>>,
    #[serde(default)]
    pub(super) minutes: u32,
    #[serde(default)]
    pub(super) further: bool,
    pub(super) feedback: Option<Feedback>,
    #[serde(default)]
    pub(super) hints: Vec<String>,
}

/// The tables of `exercise.toml` that every kind has.
#[derive(Debug, Default, Deserialize)]
pub(super) struct JudgingManifest {
    pub(super) grade: Option<GradeManifest>,
    #[serde(default)]
    pub(super) wrong: Vec<WrongManifest>,
    #[serde(default)]
    pub(super) equivalent: Vec<EquivalentManifest>,
}

impl ExerciseManifest {
    pub(in crate::course) const KEYS: [&'static str; 12] = [
        "kind",
        "title",
        "summary",
        "story",
        "tracks",
        "minutes",
        "further",
        "feedback",
        "hints",
        "grade",
        "wrong",
        "equivalent",
    ];
}

/// `program.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgramManifest {
    pub(super) title: String,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default)]
    pub(super) tracks: Vec<Spanned<TrackId>>,
    pub(super) uses: Spanned<Vec<Spanned<ExerciseId>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GradeManifest {
    pub(super) points: Option<Points>,
    #[serde(default)]
    pub(super) credit: Credit,
    #[serde(default)]
    pub(super) visibility: Visibility,
    pub(super) own_tests: Option<u32>,
    #[serde(default, rename = "test")]
    pub(super) tests: Vec<GradeTestManifest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GradeTestManifest {
    pub(super) name: Spanned<String>,
    pub(super) weight: Option<u32>,
    pub(super) visibility: Option<Visibility>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrongManifest {
    pub(super) file: Spanned<String>,
    pub(super) caught_by: String,
    #[serde(default)]
    pub(super) caught_without: BTreeMap<String, String>,
    pub(super) fault: String,
}

/// The changes of a line that a mark refers to.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a change, or a list of changes")]
pub(super) enum Changes {
    One(String),
    Several(Vec<String>),
}

/// A mark for mutants that are equivalent to the solution.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EquivalentManifest {
    pub(super) file: Spanned<String>,
    pub(super) text: String,
    pub(super) change: Changes,
    #[serde(default)]
    pub(super) reason: String,
}
