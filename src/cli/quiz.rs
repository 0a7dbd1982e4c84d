//! `gradus quiz`.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use crate::course::{Answer, Choice, Question, Quiz};
use crate::term::{Ask, InlinePrompt, PromptReply};
use crate::text::{Line, Role, Style, counted};

/// Answer the questions of a lesson
#[derive(Debug, Args)]
pub(crate) struct QuizCommand {
    /// The lesson's name or number
    lesson: String,
}

/// A source of answers: keys or typed lines.
trait Answers {
    /// Shows what is needed to answer `quiz`, after its prompt.
    fn begin(&mut self, app: &App, quiz: &Quiz) -> Result<(), Failure>;

    fn answer(&mut self, app: &App, quiz: &Quiz) -> Result<Reply, Failure>;
}

enum Reply {
    Answer(Answer),
    /// Show the right answer.
    GiveUp,
    /// Leave the question open.
    Skip,
    /// End of input.
    End,
}

impl QuizCommand {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let lesson = names::lesson(&opened.course, &self.lesson)?;
        let track = opened.progress.track.as_ref();
        let quizzes = || lesson.quizzes().filter(|quiz| quiz.is_on(track));
        let of = quizzes().count();
        if of == 0 {
            app.note("This lesson has no questions.");
            return Ok(Code::Nothing);
        }
        let quizzes: Vec<_> = quizzes().collect();
        let note = |index: usize, right| {
            let quiz: &Quiz = quizzes[index];
            opened.update(app, |progress| {
                progress.answer(&lesson.id, &quiz.id, right, app.now());
            })
        };
        let right = ask_all(app, &quizzes, note)?;
        Ok(if right == of {
            Code::Fine
        } else {
            Code::NotPassed
        })
    }
}

/// Asks `quizzes` one after the other, and notes of each answer whether it is right; returns how many were
/// answered rightly in the end.
pub(super) fn ask_all(
    app: &App,
    quizzes: &[&Quiz],
    note: impl Fn(usize, bool) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let of = quizzes.len();
    let (mut right, mut answered) = (0, 0);
    let caps = *app.output.caps();
    let can_choose = app.output.is_interactive() && !caps.accessible;
    let mut answers: Box<dyn Answers> = if can_choose {
        let prompt = InlinePrompt::open(caps, app.output.theme().clone())?;
        Box::new(Chosen { prompt })
    } else {
        Box::new(Typed)
    };
    for (index, quiz) in quizzes.iter().enumerate() {
        app.output.line(heading(index + 1, of))?;
        match ask(app, quiz, &mut *answers, |right| note(index, right))? {
            Asked::Right => {
                right += 1;
                answered += 1;
            }
            Asked::NotRight => answered += 1,
            Asked::Skipped => {}
            Asked::End { tried } => {
                answered += usize::from(tried);
                break;
            }
        }
        app.output.line(Line::new())?;
    }
    app.output.line(Line::plain(summary(right, answered, of)))?;
    Ok(right)
}

/// Says how many of the questions that were answered are right, and how many were left.
fn summary(right: usize, answered: usize, of: usize) -> String {
    match of - answered {
        0 => format!("{right} of {} right.", counted(of, "question")),
        open if answered == 0 => format!("{} left open.", counted(open, "question")),
        open => format!(
            "{right} of {answered} answered right; {} left open.",
            counted(open, "question")
        ),
    }
}

enum Asked {
    Right,
    NotRight,
    Skipped,
    /// The learner left, or the input ended; perhaps after a wrong answer.
    End {
        tried: bool,
    },
}

/// Asks until the answer is right, or the learner gives up or skips the question.
fn ask(
    app: &App,
    quiz: &Quiz,
    answers: &mut dyn Answers,
    note: impl Fn(bool) -> Result<(), Failure>,
) -> Result<Asked, Failure> {
    app.output.lines(&app.output.markdown(&quiz.prompt))?;
    answers.begin(app, quiz)?;
    let mut tried = false;
    loop {
        let answer = match answers.answer(app, quiz)? {
            Reply::Answer(answer) => answer,
            Reply::GiveUp => {
                note(false)?;
                let text = format!("The answer: {}", quiz.right_answer());
                app.output.lines(&app.output.markdown(&text))?;
                return Ok(Asked::NotRight);
            }
            Reply::Skip if tried => return Ok(Asked::NotRight),
            Reply::Skip => return Ok(Asked::Skipped),
            Reply::End => return Ok(Asked::End { tried }),
        };
        tried = true;
        let mark = quiz.mark(&answer);
        note(mark.right)?;
        app.output.line(if mark.right {
            Line::new().with(Role::Good, "Right.")
        } else {
            Line::new().with(Role::Bad, "Not right.")
        })?;
        for explanation in &mark.explanations {
            app.output.lines(&app.output.markdown(explanation))?;
        }
        if mark.right {
            return Ok(Asked::Right);
        }
    }
}

fn heading(number: usize, of: usize) -> Line {
    let bold = Style::bold(Role::Accent);
    Line::new().with(bold, format!("Question {number} of {of}"))
}

fn choice_lines(app: &App, choices: &[Choice]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, choice) in choices.iter().enumerate() {
        let text = app.output.markdown(&choice.text);
        for (row, line) in text.into_iter().enumerate() {
            let start = match row {
                0 => format!("  {}. ", index + 1),
                _ => "     ".to_owned(),
            };
            let mut whole = Line::new().with(Role::Key, start);
            whole.spans.extend(line.spans);
            lines.push(whole);
        }
    }
    lines
}

/// Answers chosen with keys.
struct Chosen {
    prompt: InlinePrompt,
}

impl Answers for Chosen {
    fn begin(&mut self, app: &App, quiz: &Quiz) -> Result<(), Failure> {
        // The prompt says the other keys.
        if let Question::Short { .. } = &quiz.question {
            let keys = Line::new().with(Role::Dim, "? shows the answer.");
            app.output.line(keys)?;
        }
        Ok(())
    }

    fn answer(&mut self, app: &App, quiz: &Quiz) -> Result<Reply, Failure> {
        let labels = |choices: &[Choice]| -> Vec<String> {
            let plain = |choice: &Choice| plain(&app.output.markdown(&choice.text));
            choices.iter().map(plain).collect()
        };
        let (ask, labels) = match &quiz.question {
            Question::Single(choices) => (Ask::One(labels(choices)), labels(choices)),
            Question::Multiple(choices) => (Ask::Several(labels(choices)), labels(choices)),
            Question::Short { .. } => (Ask::Words("Answer".to_owned()), Vec::new()),
        };
        Ok(match self.prompt.ask_quiz(ask)? {
            PromptReply::Answer(Answer::Words(words)) if words == "?" => Reply::GiveUp,
            PromptReply::Answer(answer) => {
                show_chosen(app, &answer, &labels)?;
                Reply::Answer(answer)
            }
            PromptReply::Dismissed => Reply::Skip,
            PromptReply::Interrupted => Reply::End,
        })
    }
}

/// Shows the choice, since the menu is gone from the screen.
fn show_chosen(app: &App, answer: &Answer, labels: &[String]) -> Result<(), Failure> {
    let Answer::Choices(indexes) = answer else {
        return Ok(());
    };
    let taken = indexes.iter().filter_map(|index| labels.get(*index));
    let line = |label: &String| Line::new().with(Role::Accent, "> ").with(Role::Text, label);
    Ok(app.output.lines(&taken.map(line).collect::<Vec<_>>())?)
}

fn plain(lines: &[Line]) -> String {
    let rows: Vec<String> = lines.iter().map(Line::text).collect();
    rows.join(" ")
}

/// Answers typed as lines.
struct Typed;

impl Answers for Typed {
    fn begin(&mut self, app: &App, quiz: &Quiz) -> Result<(), Failure> {
        match &quiz.question {
            Question::Single(choices) | Question::Multiple(choices) => {
                Ok(app.output.lines(&choice_lines(app, choices))?)
            }
            Question::Short { .. } => Ok(()),
        }
    }

    fn answer(&mut self, app: &App, quiz: &Quiz) -> Result<Reply, Failure> {
        loop {
            app.output.text(prompt(&quiz.question))?;
            let mut line = String::new();
            // A terminal echoes the newline that ends the prompt's row; a pipe does not.
            if !io::stdin().is_terminal() {
                app.output.line(Line::new())?;
            }
            if io::stdin().lock().read_line(&mut line)? == 0 {
                return Ok(Reply::End);
            }
            match read(line.trim(), &quiz.question) {
                Ok(reply) => return Ok(reply),
                Err(help) => app.output.line(Line::plain(help))?,
            }
        }
    }
}

fn prompt(question: &Question) -> &'static str {
    match question {
        Question::Single(_) => "Number (? for the answer, empty to go on): ",
        Question::Multiple(_) => "Numbers, such as 1 3 (? for the answer, empty to go on): ",
        Question::Short { .. } => "Answer (? for the answer, empty to go on): ",
    }
}

/// Parses a typed line; the error says what to type instead.
fn read(line: &str, question: &Question) -> Result<Reply, String> {
    match (line, question) {
        ("", _) => Ok(Reply::Skip),
        ("?", _) => Ok(Reply::GiveUp),
        (_, Question::Short { .. }) => Ok(Reply::Answer(Answer::Words(line.to_owned()))),
        (_, Question::Single(choices)) => match numbers(line, choices.len())?.as_slice() {
            [one] => Ok(Reply::Answer(Answer::Choices(vec![*one]))),
            _ => Err("Type one number.".to_owned()),
        },
        (_, Question::Multiple(choices)) => {
            let taken = numbers(line, choices.len())?;
            Ok(Reply::Answer(Answer::Choices(taken)))
        }
    }
}

/// Parses numbers from 1 to `most`; returns sorted, distinct indexes.
fn numbers(line: &str, most: usize) -> Result<Vec<usize>, String> {
    let words = line.split([' ', ',']).filter(|word| !word.is_empty());
    let numbers: Result<Vec<usize>, String> = words
        .map(|word| match word.parse::<usize>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number - 1),
            Ok(_) | Err(_) => Err(format!("Type numbers from 1 to {most}.")),
        })
        .collect();
    let mut numbers = numbers?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_one() {
        assert_eq!(numbers("3, 1 1", 3), Ok(vec![0, 2]));
        assert!(numbers("0", 3).is_err());
        assert!(numbers("4", 3).is_err());
        assert!(numbers("a", 3).is_err());
    }
}
