//! A small course for unit tests: two tracks, two lessons, four exercises.

use crate::kinds::KINDS;
use std::borrow::Cow;

use super::{Course, load};
use crate::source::Tree;

const FILES: &[(&str, &str)] = &[
    (
        "course.toml",
        "format = 1\nid = \"small\"\ntitle = \"A small course\"\n\
         [[tracks]]\nid = \"fast\"\ntitle = \"Fast\"\n\
         [[tracks]]\nid = \"slow\"\ntitle = \"Slow\"\n",
    ),
    (
        "lessons/01-start.md",
        "+++\ntitle = \"Start\"\nsummary = \"Begin.\"\n\
         [[symptom]]\npattern = 'refused'\nexample = 'connection refused'\n\
         cause = \"Nobody listens.\"\nhop = \"nginx to upstream\"\n+++\n\
         Welcome to the port.\n\n## Work\n\nA gateway stands in between.\n\n\
         ```quiz\nid = \"q\"\ntype = \"single\"\nprompt = \"Which?\"\n\
         [[choice]]\ntext = \"this\"\ncorrect = true\n\
         [[choice]]\ntext = \"that\"\nexplain = \"no\"\n```\n\n\
         <!-- exercise: both -->\n\n## More {.further}\n\nBeyond.\n\n<!-- exercise: extra -->\n",
    ),
    (
        "lessons/02-end.md",
        "+++\ntitle = \"End\"\n+++\nAlmost.\n\n<!-- exercise: quick -->\n\n<!-- exercise: careful -->\n",
    ),
    (
        "exercises/both/exercise.toml",
        "kind = \"rust\"\ntitle = \"Both\"\nhints = [\"one\", \"two\", \"three\"]\n",
    ),
    ("exercises/both/README.md", "Do both.\n"),
    (
        "exercises/quick/exercise.toml",
        "kind = \"rust\"\ntitle = \"Quick\"\ntracks = [\"fast\"]\n",
    ),
    (
        "exercises/careful/exercise.toml",
        "kind = \"rust\"\ntitle = \"Careful\"\ntracks = [\"slow\"]\n",
    ),
    (
        "exercises/extra/exercise.toml",
        "kind = \"rust\"\ntitle = \"Extra\"\nfurther = true\n",
    ),
];

/// A lesson with parts for one track: a section, blocks with a question and an exercise, and one more section.
pub(crate) const PARTS: &str = "+++\ntitle = \"Parts\"\nsummary = \"S.\"\nminutes = 3\n+++\nFor all.\n\n\
    ## Quickly {track=fast}\n\nHurry.\n\n## Both\n\nBefore.\n\n<!-- track: slow -->\nTake care.\n\n\
    ```quiz\nid = \"q\"\ntype = \"short\"\nprompt = \"Where?\"\naccept = [\"here\"]\notherwise = \"No.\"\n```\n\n\
    <!-- exercise: both -->\n<!-- /track -->\n\nAfter.\n\n## Slowly {track=slow}\n\nRest.\n";

/// Loads a course of one lesson, [`PARTS`], and the exercise that it leads to.
pub(crate) fn parts() -> Course {
    let mut files: Vec<_> = FILES.to_vec();
    files.retain(|(path, _)| !path.starts_with("lessons/"));
    files.retain(|(path, _)| !path.starts_with("exercises/") || path.starts_with("exercises/both"));
    files.push(("lessons/01-parts.md", PARTS));
    let files = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), Cow::Borrowed(text)));
    load(&Tree::new(files), KINDS).0
}

/// Loads the course, and ignores the kinds' problems with its stub exercises.
pub(crate) fn course() -> Course {
    let files = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)));
    load(&Tree::new(files), KINDS).0
}
