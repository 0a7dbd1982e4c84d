//! Loads lessons: front matter now, bodies on first use.

use super::super::Lazy;
use super::super::body::Body;
use super::super::lesson::{Lesson, Symptom};
use super::super::manifest::LessonManifest;
use super::super::outline::Outline;
use super::head;
use crate::source::{LessonId, Pattern, Problem, Tree, line_of, toml_problem};
use memchr::memmem;
use toml::Spanned;

pub(super) fn load(tree: &Tree, problems: &mut Vec<Problem>) -> Vec<Lesson> {
    let lessons = read(tree, problems, |front| toml::from_str(front));
    if lessons.is_empty() {
        problems.push(
            Problem::new("lessons", "no lesson").help("add a file like `lessons/01-start.md`"),
        );
    }
    lessons
}

/// Does what [`load`] does for lessons without a problem, and leaves the symptoms for later.
pub(super) fn open(tree: &Tree) -> Vec<Lesson> {
    read(tree, &mut Vec::new(), |front| {
        toml::from_str(head(front)).or_else(|_| toml::from_str(front))
    })
}

fn read(
    tree: &Tree,
    problems: &mut Vec<Problem>,
    parse: impl Fn(&str) -> Result<LessonManifest, toml::de::Error>,
) -> Vec<Lesson> {
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
        lessons.push(lesson(number, id, file, tree, text, &parse, problems));
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
    tree: &Tree,
    text: &str,
    parse: impl Fn(&str) -> Result<LessonManifest, toml::de::Error>,
    problems: &mut Vec<Problem>,
) -> Lesson {
    let (front, body, _) = split_front_matter(text);
    let mut lesson = Lesson {
        title: id.to_string(),
        id,
        number,
        summary: String::new(),
        minutes: 10,
        patterns: later(tree, &file, |text, _| patterns(front_matter(text))),
        symptoms: later(tree, &file, |text, _| symptoms(front_matter(text))),
        outline: Outline::of(body),
        text: later(tree, &file, |text, file| {
            let (_, body, line) = split_front_matter(text);
            Body::parse(body, line, file)
        }),
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
        Some(front) => match parse(front) {
            Ok(manifest) => {
                lesson.title = manifest.title;
                lesson.summary = manifest.summary;
                lesson.minutes = manifest.minutes;
            }
            Err(error) => problems.push(toml_problem(&lesson.file, front, 2, &error)),
        },
    }
    lesson
}

/// Returns what `read` makes of the text of `file`, and of its name, when it is wanted.
fn later<T>(
    tree: &Tree,
    file: &str,
    read: impl FnOnce(&str, &str) -> T + Send + 'static,
) -> Lazy<T> {
    let (tree, file) = (tree.clone(), file.to_owned());
    Lazy::new(move || read(tree.get(&file).unwrap_or_default(), &file))
}

fn front_matter(text: &str) -> &str {
    split_front_matter(text).0.unwrap_or_default()
}

/// Returns the front matter, the body, and the line of the file where the body starts.
pub(in crate::course) fn split_front_matter(text: &str) -> (Option<&str>, &str, usize) {
    let Some(rest) = text.strip_prefix("+++\n") else {
        return (None, text, 1);
    };
    let end = "\n+++\n";
    let Some(at) = memmem::find(rest.as_bytes(), end.as_bytes()) else {
        return (None, text, 1);
    };
    let (front, body) = (&rest[..at], &rest[at + end.len()..]);
    let ends = memchr::memchr_iter(b'\n', front.as_bytes()).count();
    (Some(front), body, ends + 4)
}

/// Returns the symptoms that the front matter `front` declares; none where it cannot be read, which
/// [`load`] has reported.
fn symptoms(front: &str) -> Vec<Symptom> {
    let symptoms = toml::from_str::<LessonManifest>(front).map(|manifest| manifest.symptoms);
    let symptoms = symptoms
        .unwrap_or_default()
        .into_iter()
        .map(Spanned::into_inner);
    symptoms
        .map(|symptom| Symptom {
            line: line_of(front, &symptom.pattern) + 1,
            pattern: Pattern::new(symptom.pattern.into_inner()),
            example: symptom.example,
            cause: symptom.cause,
            hop: symptom.hop,
            first: symptom.first,
        })
        .collect()
}

/// Returns the patterns of the symptoms in `front`, in order.
fn patterns(front: &str) -> Vec<Pattern> {
    let plain = plain_patterns(front);
    let plain = plain.map(|patterns| patterns.into_iter().map(Pattern::new).collect());
    plain.unwrap_or_else(|| {
        let symptoms = symptoms(front).into_iter();
        symptoms.map(|symptom| symptom.pattern).collect()
    })
}

/// Returns the patterns in a front matter in which every key is on a line of its own, and no value goes on
/// over several lines: they are found in a hundredth of the time that TOML takes to parse.
fn plain_patterns(front: &str) -> Option<Vec<&str>> {
    const OTHERS: [&str; 7] = [
        "title", "summary", "minutes", "example", "cause", "hop", "first",
    ];
    let has = |quotes: &str| memmem::find(front.as_bytes(), quotes.as_bytes()).is_some();
    if has(r#"""""#) || has("'''") {
        return None;
    }
    let is_other = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        key.is_some_and(|key| OTHERS.contains(&key))
    };
    let mut patterns = Vec::new();
    for line in front.lines() {
        if let Some(value) = line.strip_prefix("pattern = '") {
            let value = value.strip_suffix('\'')?;
            patterns.push(Some(value).filter(|value| !value.contains('\''))?);
        } else if !line.is_empty() && line != "[[symptom]]" && !is_other(line) {
            return None;
        }
    }
    Some(patterns)
}

#[cfg(test)]
mod tests {
    use super::{plain_patterns, split_front_matter};
    use crate::course::builtin;

    #[test]
    fn the_patterns_of_the_built_in_course_are_found_without_toml() {
        let tree = builtin::tree();
        for (path, text) in tree.below("lessons/") {
            let front = split_front_matter(text).0.unwrap_or_default();
            assert!(plain_patterns(front).is_some(), "lessons/{path}");
        }
    }

    #[test]
    fn the_body_starts_on_the_line_after_the_front_matter() {
        for (text, expected) in [
            (
                "+++\na = 1\nb = 2\n+++\nText",
                (Some("a = 1\nb = 2"), "Text", 5),
            ),
            ("+++\na = 1\n\n+++\nText", (Some("a = 1\n"), "Text", 5)),
            ("+++\n\n+++\nText", (Some(""), "Text", 4)),
            ("+++\na = 1\nText", (None, "+++\na = 1\nText", 1)),
            ("Text", (None, "Text", 1)),
        ] {
            assert_eq!(split_front_matter(text), expected, "{text:?}");
        }
    }
}
