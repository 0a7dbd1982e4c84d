//! The rules of `validate` for a course that could be read. Kinds have their own for exercises.

mod exercises;
mod links;
mod quizzes;

use super::{Course, Lesson};
use crate::lesson::{BlockKind, parse};
use crate::source::{Problem, id};

/// Checks the contents of `course`; returns every problem, sorted.
pub fn check(course: &Course) -> Vec<Problem> {
    let mut problems = Vec::new();
    manifest(course, &mut problems);
    let hops: Vec<&str> = course
        .kinds
        .iter()
        .flat_map(|kind| kind.about().hops)
        .copied()
        .collect();
    for lesson in &course.lessons {
        problems.extend(lesson.text.problems.iter().cloned());
        self::lesson(lesson, &hops, &mut problems);
        tracks(course, lesson, &mut problems);
        quizzes::check(lesson, &mut problems);
    }
    links::check(course, &mut problems);
    for exercise in &course.exercises {
        exercises::check(course, exercise, &mut problems);
    }
    problems.sort();
    problems
}

fn manifest(course: &Course, problems: &mut Vec<Problem>) {
    let file = "course.toml";
    let Some(text) = course.tree.get(file) else {
        return;
    };
    if !course.id.is_empty() && !id::is_slug(&course.id) {
        let message = format!("id `{}` is not a name", course.id);
        let help = "use lower-case letters, digits and single hyphens";
        problems.push(
            Problem::new(file, message)
                .at(key_line(text, "id"))
                .help(help),
        );
    }
    if course.title.trim().is_empty() {
        problems.push(Problem::new(file, "`title` is empty").at(key_line(text, "title")));
    }
    for track in &course.tracks {
        if track.title.trim().is_empty() {
            problems.push(Problem::new(
                file,
                format!("track `{}` has no title", track.id),
            ));
        }
    }
}

/// Checks a lesson; the cause of a symptom is at one of `hops`.
fn lesson(lesson: &Lesson, hops: &[&str], problems: &mut Vec<Problem>) {
    let file = lesson.file.as_str();
    if lesson.title.trim().is_empty() {
        problems.push(Problem::new(file, "`title` is empty").at(1));
    }
    if lesson.summary.trim().is_empty() {
        let help = "say in one sentence what one can do after the lesson";
        problems.push(
            Problem::new(file, "`summary` is missing or empty")
                .at(1)
                .help(help),
        );
    }
    if lesson.minutes == 0 {
        problems.push(Problem::new(file, "`minutes` is 0").at(1));
    }
    if lesson.sections().is_empty() {
        problems.push(Problem::new(file, "the lesson has no text"));
    }
    for symptom in lesson.symptoms.iter() {
        if let Some(fault) = symptom.pattern.fault(&symptom.example) {
            problems.push(Problem::new(file, fault).at(symptom.line));
        }
        if !hops.is_empty() && !hops.contains(&symptom.hop.as_str()) {
            let message = format!("hop `{}` is not known", symptom.hop);
            let known: Vec<_> = hops.iter().map(|hop| format!("`{hop}`")).collect();
            let help = format!("hops are {}", known.join(", "));
            problems.push(Problem::new(file, message).at(1).help(help));
        }
    }
    for block in &lesson.doc().blocks {
        if let BlockKind::Heading { level: 1, .. } = block.kind {
            let help = "the title comes from the front matter; sections start at `##`";
            problems.push(
                Problem::new(file, "a first-level heading")
                    .at(block.line)
                    .help(help),
            );
        }
    }
}

fn tracks(course: &Course, lesson: &Lesson, problems: &mut Vec<Problem>) {
    let unknown = lesson.text.parts.iter();
    let unknown = unknown.filter(|part| course.track(&part.track).is_none());
    problems.extend(unknown.map(|part| {
        let message = format!("track `{}` is not in course.toml", part.track);
        let known = course.tracks.iter().map(|track| format!("`{}`", track.id));
        let help = match known.collect::<Vec<_>>() {
            none if none.is_empty() => "the course has no tracks".to_owned(),
            known => format!("tracks are {}", known.join(", ")),
        };
        Problem::new(&*lesson.file, message)
            .at(part.line)
            .help(help)
    }));
}

/// Returns the number, from 1, of the first line of `text` that sets `key`.
fn key_line(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(sets).map(|index| index + 1)
}

fn first_level_heading(markdown: &str) -> Option<usize> {
    let doc = parse(markdown);
    let heading = doc
        .blocks
        .iter()
        .find(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
    heading.map(|block| block.line)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::load;
    use super::*;
    use crate::source::Tree;

    /// Returns the problems of a course with this lesson body and this `exercise.toml`.
    fn problems(body: &str, exercise: &str) -> Vec<String> {
        let lesson =
            format!("+++\ntitle = \"T\"\nsummary = \"S\"\n+++\n{body}\n\n<!-- exercise: e -->\n");
        let files = [
            (
                "course.toml",
                "format = 1\nid = \"c\"\ntitle = \"C\"\n".to_owned(),
            ),
            ("lessons/01-one.md", lesson),
            (
                "lessons/02-two.md",
                "+++\ntitle = \"Two\"\nsummary = \"S\"\n+++\nText.\n\n## A part of it\n\nMore.\n"
                    .to_owned(),
            ),
            ("exercises/e/exercise.toml", exercise.to_owned()),
            ("exercises/e/README.md", "Do it.\n".to_owned()),
            ("exercises/e/wrong/01-a.rs", String::new()),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Cow::Owned(text)));
        let course = load(&Tree::new(files), crate::kinds::KINDS).0;
        check(&course).iter().map(ToString::to_string).collect()
    }

    const GOOD: &str = "kind = \"gateway\"\ntitle = \"E\"\nsummary = \"S\"\nhints = [\"a\", \"b\", \"c\"]\n[[wrong]]\nfile = \"wrong/01-a.rs\"\ncaught_by = \"t\"\nfault = \"f\"\n";

    #[test]
    fn a_good_course_has_no_problems() {
        assert_eq!(
            problems("Text with a [link](02-two.md#a-part-of-it).", GOOD),
            [""; 0]
        );
    }

    #[test]
    fn links_must_lead_somewhere() {
        let found = problems(
            "A\n\n[x](03-gone.md), [y](02-two.md#gone), [z](#gone), [w](https://a.b/c)",
            GOOD,
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found
                .iter()
                .all(|problem| problem.starts_with("lessons/01-one.md:7: ")),
            "{found:?}"
        );
    }

    #[test]
    fn a_part_is_for_a_track_of_the_course() {
        let found = problems("## Part {track=rust}\n\nText.\n\n## Rest", GOOD);
        assert_eq!(
            found,
            [
                "lessons/01-one.md:5: track `rust` is not in course.toml\n    help: the course has no tracks"
            ]
        );
    }

    #[test]
    fn a_link_leads_where_all_its_readers_can_follow() {
        let lesson = |body: &str| format!("+++\ntitle = \"T\"\nsummary = \"S\"\n+++\n{body}");
        let files = [
            (
                "course.toml",
                "format = 1\nid = \"c\"\ntitle = \"C\"\n[[tracks]]\nid = \"a\"\ntitle = \"A\"\n\
                 [[tracks]]\nid = \"b\"\ntitle = \"B\"\n"
                    .to_owned(),
            ),
            (
                "lessons/01-one.md",
                lesson(
                    "[x](#own), [y](#part), [z](02-two.md), [w](#all)\n\n## Part {#own track=a}\n\n\
                     [x](#own), [z](02-two.md)\n\n## All\n\nText.\n",
                ),
            ),
            ("lessons/02-two.md", lesson("## Two {track=a}\n\nText.\n")),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Cow::Owned(text)));
        let course = load(&Tree::new(files), crate::kinds::KINDS).0;
        let found: Vec<_> = check(&course).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "lessons/01-one.md:5: the link `#own` leads to a section that only the track `a` has",
                "lessons/01-one.md:5: the link `#part` leads to no heading of lessons/01-one.md",
                "lessons/01-one.md:5: the link `02-two.md` leads to a lesson that the track `b` does not have",
            ]
        );
    }

    #[test]
    fn a_question_needs_choices_and_explanations() {
        let quiz = "```quiz\nid = \"q\"\ntype = \"single\"\nprompt = \"?\"\n[[choice]]\ntext = \"a\"\n```\n";
        let found = problems(quiz, GOOD);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn an_exercise_needs_hints_and_every_wrong_solution_an_entry() {
        let found = problems(
            "A",
            "kind = \"gateway\"\ntitle = \"E\"\nhints = [\"a\"]\n[[wrong]]\nfile = \"wrong/02-b.rs\"\ncaught_by = \"t\"\nfault = \"f\"\n",
        );
        let all = found.join("\n");
        for part in ["exercise.toml:3: 1 hint", "`summary`", "wrong/01-a.rs"] {
            assert!(all.contains(part), "{part}: {all}");
        }
        assert_eq!(found.len(), 3, "{all}");
    }
}
