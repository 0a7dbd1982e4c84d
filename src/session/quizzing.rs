//! Questions: never a gate.

use super::footer::{Footer, hint};
use super::help::Keys;
use super::messages::ProgressNote;
use super::page::{Action, CoursePage, PromptFor, say, unknown_key};
use super::path::Stop;
use super::shared::SharedState;
use super::view::View;
use crate::course::{Answer, Choice, Mark, Question, Quiz};
use crate::source::LessonId;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

/// A question on the screen.
#[derive(Debug)]
pub(super) struct Quizzing {
    stop: Stop,
    lesson: LessonId,
    quiz: Quiz,
    given: Option<(String, Mark)>,
    /// Whether the right answer is shown.
    told: bool,
}

impl Quizzing {
    pub(super) fn new(stop: Stop, lesson: LessonId, quiz: Quiz) -> Self {
        Self {
            stop,
            lesson,
            quiz,
            given: None,
            told: false,
        }
    }

    fn is_wrong(&self) -> bool {
        self.given.as_ref().is_some_and(|(_, mark)| !mark.right)
    }

    fn is_short(&self) -> bool {
        matches!(self.quiz.question, Question::Short { .. })
    }

    fn ask(&self, view: &View) -> Vec<Action> {
        let ask = match &self.quiz.question {
            Question::Single(choices) => Ask::One(labels(choices)),
            Question::Multiple(choices) => Ask::Several(labels(choices)),
            Question::Short { .. } => Ask::Words("Your answer".to_owned()),
        };
        if view.by_lines() && !self.is_short() {
            let text = "Type the number of your answer; several with a blank between.";
            return say(Role::Text, text);
        }
        vec![Action::Ask(PromptFor::Answer, ask, "Your answer > ")]
    }

    fn try_again(&mut self, view: &View) -> Vec<Action> {
        self.given = None;
        self.told = false;
        let mut actions = vec![Action::Restart];
        actions.extend(self.ask(view));
        actions
    }

    fn choices(choices: &[Choice], view: &View) -> Vec<Line> {
        let numbered = choices.iter().enumerate();
        let lines = numbered.flat_map(|(index, choice)| {
            let lead = Line::new()
                .with(Role::Key, format!("{}", index + 1))
                .with(Role::Text, "  ");
            view.hanging(&lead, &choice.text)
        });
        lines.collect()
    }
}

impl CoursePage for Quizzing {
    /// Returns the question, and what was answered.
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let view = &shared.view;
        let mut lines = vec![Line::new().with(Role::Heading(3), "Question"), Line::new()];
        lines.extend(view.markdown(&self.quiz.prompt));
        lines.push(Line::new());
        match &self.quiz.question {
            Question::Single(choices) => lines.extend(Self::choices(choices, view)),
            Question::Multiple(choices) => {
                lines.extend(Self::choices(choices, view));
                lines.push(Line::new());
                lines.push(Line::new().with(Role::Dim, "More than one may be right."));
            }
            Question::Short { .. } => {
                lines.push(Line::new().with(Role::Dim, "Answer in a word or two."));
            }
        }
        if let Some((given, mark)) = &self.given {
            lines.push(Line::new());
            lines.extend(marked(given, mark, view));
        }
        if self.told {
            lines.push(Line::new());
            let lead = Line::new().with(Role::Accent, "Answer: ");
            lines.extend(view.hanging(&lead, &self.quiz.right_answer()));
        }
        lines
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        let by_number = match self.quiz.question {
            Question::Single(_) => true,
            Question::Multiple(_) => shared.view.by_lines(),
            Question::Short { .. } => false,
        };
        let (back, skip, map) = (hint("b", "back"), hint("s", "skip"), hint("m", "map"));
        let hints = match &self.given {
            _ if !shared.sheet.is_at_end() => vec![hint("Enter", "more"), back, skip],
            None if by_number => {
                let (enter, number) = (hint("Enter", "choose"), hint("1-9", "answer"));
                vec![enter, number, skip, back, map]
            }
            None => vec![hint("Enter", "answer"), skip, back, map],
            Some((_, mark)) if mark.right => vec![hint("Enter", "next"), back, map],
            Some(_) => {
                let (again, answer) = (hint("t", "try again"), hint("a", "answer"));
                vec![again, answer, hint("Enter", "go on"), back]
            }
        };
        shared.place_footer(self.stop, hints)
    }

    fn keys(&self, _shared: &SharedState) -> Keys {
        &[
            ("Enter", "choose an answer, then go on"),
            ("1-9", "answer by number"),
            ("t", "try again after a wrong answer"),
            ("a", "show the answer after a wrong one"),
            ("s", "skip the question"),
            ("b", "go back"),
            ("n", "next lesson"),
        ]
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let at_end = shared.sheet.is_at_end();
        vec![match key {
            Key::Enter | Key::Char(' ') | Key::PageDown if !at_end => Action::Turn,
            Key::Enter | Key::Char(' ') if self.given.is_none() && !self.told => {
                return self.ask(&shared.view);
            }
            Key::Enter | Key::Char(' ' | 's') => Action::GoAfter(self.stop),
            Key::Char('t') if self.given.is_some() => return self.try_again(&shared.view),
            Key::Char('a') if self.is_wrong() => {
                self.told = true;
                Action::Update
            }
            Key::Char('b') | Key::PageUp | Key::Left if shared.sheet.is_at_start() => {
                Action::GoBefore(self.stop)
            }
            Key::Char('b') | Key::PageUp | Key::Left => Action::TurnBack,
            Key::Char('n') => Action::SkipLesson(self.stop),
            Key::Char(char) => match char.to_digit(10) {
                Some(digit) => return self.numbers(&[digit as usize], shared),
                None => return unknown_key(),
            },
            _ => return unknown_key(),
        }]
    }

    /// Takes an answer by the numbers of the choices, from 1.
    fn numbers(&mut self, numbers: &[usize], shared: &SharedState) -> Vec<Action> {
        let choices = self.quiz.choices().len();
        let most = match &self.quiz.question {
            Question::Single(_) => 1,
            Question::Multiple(_) if shared.view.by_lines() => choices,
            Question::Multiple(_) | Question::Short { .. } => 0,
        };
        let fits = numbers.iter().all(|number| (1..=choices).contains(number));
        if !fits || numbers.len() > most || self.given.is_some() {
            return unknown_key();
        }
        let taken = numbers.iter().map(|number| number - 1).collect();
        self.answer(&Answer::Choices(taken), shared)
    }

    fn answer(&mut self, answer: &Answer, _shared: &SharedState) -> Vec<Action> {
        let mark = self.quiz.mark(answer);
        let note = ProgressNote::Answered(self.lesson.clone(), self.quiz.id.clone(), mark.right);
        self.given = Some((in_words(answer), mark));
        vec![Action::Note(note), Action::Update]
    }

    fn stop(&self) -> Option<Stop> {
        Some(self.stop)
    }
}

fn marked(given: &str, mark: &Mark, view: &View) -> Vec<Line> {
    let head = if mark.right {
        view.sign(Role::Good, "✓", "right")
            .with(Role::Good, "Right.")
    } else {
        view.sign(Role::Bad, "✗", "wrong")
            .with(Role::Bad, "Not quite.")
    };
    let mut lines = vec![head.with(Role::Dim, format!(" You answered {given}."))];
    for explanation in &mark.explanations {
        lines.push(Line::new());
        lines.extend(view.hanging(&Line::plain("  "), explanation));
    }
    lines
}

/// Returns one-line labels without Markdown's marks.
fn labels(choices: &[Choice]) -> Vec<String> {
    let numbered = choices.iter().enumerate();
    let label = |(index, choice): (usize, &Choice)| {
        let text: String = choice
            .text
            .chars()
            .filter(|char| !matches!(char, '`' | '*'))
            .collect();
        format!("{}  {}", index + 1, text.trim())
    };
    numbered.map(label).collect()
}

fn in_words(answer: &Answer) -> String {
    match answer {
        Answer::Words(words) => format!("\u{201c}{words}\u{201d}"),
        Answer::Choices(taken) if taken.is_empty() => "none of them".to_owned(),
        Answer::Choices(taken) => {
            let numbers: Vec<_> = taken.iter().map(|index| (index + 1).to_string()).collect();
            numbers.join(", ")
        }
    }
}
