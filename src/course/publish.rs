//! Lessons and exercises as pages of an mdBook, in plain Markdown.
//!
//! A lesson's file is copied line by line; what only Gradus understands (quizzes, links to exercises, its own
//! block languages) is expanded.

use std::fmt::Write as _;

use super::load::split_front_matter;
use super::outline::{Directive, second_level_marks, track_mark};
use super::{Choice, Course, Exercise, Lesson, Question, Quiz, Symptom};
use crate::lesson::{Fence, Info, Piece, pieces};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BookPage {
    /// The name in the table of contents.
    pub name: String,
    /// Its path in the book, such as `lessons/01-start.md`.
    pub path: String,
    pub markdown: String,
}

/// The words of an info string that other renderers know.
type Words<'a> = &'a dyn Fn(Info<'_>) -> String;

pub(crate) fn lesson_page(course: &Course, lesson: &Lesson, words: Words<'_>) -> BookPage {
    let name = format!("{}. {}", lesson.number, lesson.title);
    let text = course.tree.get(&lesson.file).unwrap_or_default();
    let (_, body, first_line) = split_front_matter(text);
    let mut markdown = format!("# {name}\n\n");
    if !lesson.summary.is_empty() {
        let minutes = course.minutes(lesson, None);
        push(
            &mut markdown,
            &format!("*{} About {minutes} minutes.*\n\n", lesson.summary),
        );
    }
    let mut writer = Writer {
        course,
        lesson: Some(lesson),
        words,
        markdown,
    };
    writer.copy(body, first_line);
    let mut markdown = writer.markdown;
    symptoms(&mut markdown, &lesson.symptoms);
    BookPage {
        name,
        path: lesson.file.clone(),
        markdown,
    }
}

pub(crate) fn exercise_page(course: &Course, exercise: &Exercise, words: Words<'_>) -> BookPage {
    let mut writer = Writer {
        course,
        lesson: None,
        words,
        markdown: format!("# {}\n\n", exercise.title),
    };
    writer.copy(&exercise.readme, 1);
    let mut markdown = writer.markdown;
    let id = &exercise.id;
    push(
        &mut markdown,
        &format!("\n---\n\nCheck it with `gradus check {id}`.\n"),
    );
    BookPage {
        name: format!("Exercise: {}", exercise.title),
        path: format!("exercises/{id}.md"),
        markdown,
    }
}

struct Writer<'a> {
    course: &'a Course,
    lesson: Option<&'a Lesson>,
    words: Words<'a>,
    markdown: String,
}

impl Writer<'_> {
    /// Copies `body`, whose first line is line `first_line` of its file.
    fn copy(&mut self, body: &str, first_line: usize) {
        for (index, piece) in pieces(body) {
            match piece {
                Piece::Fence(fence) => self.fence(&fence, first_line + index),
                Piece::Line(line) => self.line(line),
            }
        }
    }

    /// Copies a line, with a link in place of an exercise. A book has the text of every track; a section
    /// of one says so.
    fn line(&mut self, line: &str) {
        let id = match Directive::on_line(line) {
            Some(Directive::Exercise(id)) => id.parse().ok(),
            Some(Directive::Track(_) | Directive::EndOfTrack) | None => None,
        };
        if let Some(exercise) = id.and_then(|id| self.course.exercise(&id)) {
            return push(&mut self.markdown, &exercise_link(exercise));
        }
        self.markdown.extend([line, "\n"]);
        let track = second_level_marks(line).and_then(track_mark);
        if let Some(track) = track.and_then(|track| self.course.track(&track)) {
            push(&mut self.markdown, &format!("\n*Track: {}*\n", track.title));
        }
    }

    /// Writes the fenced block that starts on line `line` of its file.
    fn fence(&mut self, fence: &Fence<'_>, line: usize) {
        let info = Info::new(fence.info);
        let quizzes = self.lesson.into_iter().flat_map(Lesson::quizzes);
        let mut at_line = quizzes.filter(|quiz| quiz.line == line);
        match info.language() {
            "quiz" if let Some(quiz) = at_line.next() => question(&mut self.markdown, quiz),
            "diagram" => diagram(&mut self.markdown, info, &fence.lines),
            _ => {
                let Fence { indent, mark, .. } = fence;
                let words = (self.words)(info);
                push(&mut self.markdown, &format!("{indent}{mark}{words}\n"));
                for line in &fence.lines {
                    self.markdown.extend([*line, "\n"]);
                }
                push(&mut self.markdown, &format!("{indent}{mark}\n"));
            }
        }
    }
}

fn push(markdown: &mut String, text: &str) {
    markdown.push_str(text);
}

fn exercise_link(exercise: &Exercise) -> String {
    let Exercise {
        id, title, summary, ..
    } = exercise;
    format!("**Exercise:** [{title}](../exercises/{id}.md). {summary} `gradus check {id}`\n")
}

fn diagram(markdown: &mut String, info: Info<'_>, text: &[&str]) {
    let alt = escaped(info.attribute("alt").unwrap_or("a diagram"));
    let drawing = escaped(&text.join("\n"));
    let block = format!("<pre role=\"img\" aria-label=\"{alt}\">\n{drawing}\n</pre>\n");
    push(markdown, &block);
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// Writes a question, with its answer in a collapsed section.
fn question(markdown: &mut String, quiz: &Quiz) {
    push(markdown, "**Question.** ");
    push(markdown, quiz.prompt.trim());
    push(markdown, "\n\n");
    let listed = |choice: &Choice| format!("- {}\n", one_line(&choice.text));
    let choices: String = quiz.choices().iter().map(listed).collect();
    push(markdown, &choices);
    push(markdown, "\n<details>\n<summary>Answer</summary>\n\n");
    push(markdown, &answer(&quiz.question));
    push(markdown, "\n</details>\n");
}

fn answer(question: &Question) -> String {
    let mut text = String::new();
    match question {
        Question::Single(choices) | Question::Multiple(choices) => {
            for choice in choices {
                let word = if choice.correct { "Right" } else { "Wrong" };
                let (choice, why) = (one_line(&choice.text), one_line(&choice.explain));
                writeln!(text, "- {word}: {choice}  \n  {why}").expect("a string takes it");
            }
        }
        Question::Short {
            accept, explain, ..
        } => {
            let right = accept.first().map_or("", String::as_str);
            writeln!(text, "`{right}`. {}", one_line(explain)).expect("a string takes it");
        }
    }
    text
}

fn symptoms(markdown: &mut String, symptoms: &[Symptom]) {
    if symptoms.is_empty() {
        return;
    }
    push(markdown, "\n## Lines that lead here\n");
    for symptom in symptoms {
        let Symptom {
            example,
            cause,
            hop,
            ..
        } = symptom;
        let cause = one_line(cause);
        let part = format!("\n```text\n{example}\n```\n\n{cause} *({hop})*\n");
        push(markdown, &part);
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::load;
    use super::*;
    use crate::source::Tree;

    const LESSON: &str = "+++\ntitle = \"One\"\nsummary = \"See.\"\nminutes = 3\n+++\nText.\n\n\
        ````quiz\nid = \"q\"\ntype = \"single\"\nprompt = \"Which?\"\n[[choice]]\ntext = \"a\"\n\
        correct = true\n[[choice]]\ntext = \"b\"\nexplain = \"No.\"\n````\n\n\
        <!-- exercise: e -->\n\n```nginx,http\na;\n```\n\n```diagram alt=\"A to \\\"B\"\na -> b\n```\n\n\
        ~~~text\n<!-- exercise: e -->\n```\n~~~\n";

    fn page() -> String {
        let file = |path: &str, text: &str| (path.to_owned(), Cow::Owned(text.to_owned()));
        let tree = Tree::new([
            file("course.toml", "format = 1\nid = \"c\"\ntitle = \"C\"\n"),
            file("lessons/01-one.md", LESSON),
            file(
                "exercises/e/exercise.toml",
                "kind = \"gateway\"\ntitle = \"E\"\nsummary = \"S.\"\n",
            ),
        ]);
        let (course, _) = load(&tree, crate::kinds::KINDS);
        lesson_page(&course, &course.lessons[0], &language).markdown
    }

    fn language(info: Info<'_>) -> String {
        info.language().to_owned()
    }

    #[test]
    fn front_matter_becomes_a_heading_and_a_summary() {
        let page = page();
        assert!(
            page.starts_with("# 1. One\n\n*See. About 3 minutes.*\n\nText.\n"),
            "{page}"
        );
    }

    #[test]
    fn a_book_has_the_parts_of_every_track() {
        let course = crate::course::fixture::parts();
        let page = lesson_page(&course, &course.lessons[0], &language).markdown;
        for part in [
            "## Quickly {track=fast}\n\n*Track: Fast*\n\nHurry.",
            "Take care.",
            "Rest.",
            "**Exercise:** [Both]",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }

    #[test]
    fn a_question_hides_its_answer() {
        let page = page();
        let (before, after) = page.split_once("<details>").expect("details");
        assert!(
            before.contains("**Question.** Which?\n\n- a\n- b\n"),
            "{page}"
        );
        assert!(!before.contains("No."), "{page}");
        assert!(after.contains("- Wrong: b  \n  No.\n"), "{page}");
    }

    #[test]
    fn directives_and_info_strings_are_written_out() {
        let page = page();
        for part in [
            "**Exercise:** [E](../exercises/e.md). S. `gradus check e`\n",
            "```nginx\na;\n```\n",
            "~~~text\n<!-- exercise: e -->\n```\n~~~\n",
            "<pre role=\"img\" aria-label=\"A to \\\">\na -&gt; b\n</pre>\n",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
