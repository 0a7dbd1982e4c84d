//! Questions: never a gate.

use super::footer::{Footer, hint};
use super::input::{Effect, Note};
use super::machine::{Asked, Machine, Screen};
use super::path::Stop;
use crate::course::{Answer, Choice, Mark, Question, Quiz};
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

/// A question on the screen.
#[derive(Debug, Clone)]
pub(super) struct Quizzing {
    pub(super) stop: Stop,
    quiz: Quiz,
    given: Option<(String, Mark)>,
    told: bool,
}

impl Quizzing {
    pub(super) fn new(stop: Stop, quiz: Quiz) -> Self {
        Self {
            stop,
            quiz,
            given: None,
            told: false,
        }
    }

    fn is_wrong(&self) -> bool {
        self.given.as_ref().is_some_and(|(_, mark)| !mark.right)
    }
}

impl Machine {
    pub(super) fn quiz_key(&mut self, key: Key) {
        let Screen::Quiz(quizzing) = &self.screen else {
            return;
        };
        let stop = quizzing.stop;
        let at_end = self.sheet.is_at_end();
        match key {
            Key::Enter | Key::Char(' ') | Key::PageDown if !at_end => {
                self.sheet.turn();
                self.turn_page();
            }
            Key::Enter | Key::Char(' ') if quizzing.given.is_none() && !quizzing.told => {
                self.ask_answer();
            }
            Key::Enter | Key::Char(' ' | 's') => self.advance(stop),
            Key::Char('t') if quizzing.given.is_some() => self.try_again(),
            Key::Char('a') if quizzing.is_wrong() => self.tell(),
            Key::Char('b') | Key::PageUp | Key::Left => {
                if self.sheet.turn_back() {
                    self.turn_page();
                } else {
                    self.retreat(stop);
                }
            }
            Key::Char('n') => self.skip_lesson(stop),
            Key::Char(digit) if digit.is_ascii_digit() => {
                let number = digit
                    .to_digit(10)
                    .and_then(|digit| usize::try_from(digit).ok());
                self.answer_numbers(&[number.unwrap_or(0)]);
            }
            _ => self.unknown_key(),
        }
    }

    fn ask_answer(&mut self) {
        let Screen::Quiz(quizzing) = &self.screen else {
            return;
        };
        let ask = match &quizzing.quiz.question {
            Question::Single(choices) => Ask::One(labels(choices)),
            Question::Multiple(choices) => Ask::Several(labels(choices)),
            Question::Short { .. } => Ask::Words("Your answer".to_owned()),
        };
        if self.view.by_lines && !matches!(ask, Ask::Words(_)) {
            self.say(Line::plain(
                "Type the number of your answer; several with a blank between.",
            ));
            return;
        }
        self.ask(Asked::Answer, ask, "Your answer > ");
    }

    /// Asks; where a session runs by lines, `prompt` asks and the next line is the answer.
    pub(super) fn ask(&mut self, asked: Asked, ask: Ask, prompt: &str) {
        self.asked = Some(asked);
        if self.view.by_lines {
            self.push(Effect::Footer(vec![Line::plain(prompt)]));
        } else {
            self.push(Effect::Ask(ask));
        }
    }

    /// Takes a line that was asked for.
    pub(super) fn typed(&mut self, asked: Asked, line: &str) {
        if line.is_empty() {
            self.draw_footer();
            return;
        }
        let answer = Answer::Words(line.to_owned());
        match asked {
            Asked::Answer => self.answered(&answer),
            Asked::Search => self.searched(&answer),
        }
    }

    /// Takes an answer by the numbers of the choices, from 1.
    pub(super) fn answer_numbers(&mut self, numbers: &[usize]) {
        let Screen::Quiz(quizzing) = &self.screen else {
            return;
        };
        let most = match &quizzing.quiz.question {
            Question::Single(_) => 1,
            Question::Multiple(choices) if self.view.by_lines => choices.len(),
            Question::Multiple(_) | Question::Short { .. } => 0,
        };
        let choices = quizzing.quiz.choices().len();
        let fits = numbers.iter().all(|number| (1..=choices).contains(number));
        if !fits || numbers.len() > most || quizzing.given.is_some() {
            self.unknown_key();
            return;
        }
        let taken = numbers.iter().map(|number| number - 1).collect();
        self.answered(&Answer::Choices(taken));
    }

    pub(super) fn answered(&mut self, answer: &Answer) {
        let stop = match &mut self.screen {
            Screen::Quiz(quizzing) => {
                let mark = quizzing.quiz.mark(answer);
                quizzing.given = Some((in_words(answer), mark));
                quizzing.stop
            }
            Screen::List(..)
            | Screen::Read(_)
            | Screen::Solve(_)
            | Screen::Help
            | Screen::Finish => return,
        };
        self.note_answer(stop);
        self.update();
    }

    fn note_answer(&mut self, stop: Stop) {
        let Screen::Quiz(quizzing) = &self.screen else {
            return;
        };
        let right = !quizzing.is_wrong();
        let quiz = quizzing.quiz.id.clone();
        if let Some((lesson, _, _)) = self.way().at(stop) {
            let note = Note::Answered(lesson.id.clone(), quiz, right);
            self.note(note);
        }
    }

    fn try_again(&mut self) {
        if let Screen::Quiz(quizzing) = &mut self.screen {
            quizzing.given = None;
            quizzing.told = false;
        }
        self.new_page();
        self.ask_answer();
    }

    fn tell(&mut self) {
        if let Screen::Quiz(quizzing) = &mut self.screen {
            quizzing.told = true;
        }
        self.update();
    }

    /// Returns the question, and what was answered.
    pub(super) fn question(&self, quizzing: &Quizzing) -> Vec<Line> {
        let mut lines = vec![Line::new().with(Role::Heading(3), "Question"), Line::new()];
        lines.extend(self.view.markdown(&quizzing.quiz.prompt));
        lines.push(Line::new());
        match &quizzing.quiz.question {
            Question::Single(choices) => lines.extend(self.choices(choices)),
            Question::Multiple(choices) => {
                lines.extend(self.choices(choices));
                lines.push(Line::new());
                lines.push(Line::new().with(Role::Dim, "More than one may be right."));
            }
            Question::Short { .. } => {
                lines.push(Line::new().with(Role::Dim, "Answer in a word or two."));
            }
        }
        if let Some((given, mark)) = &quizzing.given {
            lines.push(Line::new());
            lines.extend(self.marked(given, mark));
        }
        if quizzing.told {
            lines.push(Line::new());
            let lead = Line::new().with(Role::Accent, "Answer: ");
            lines.extend(self.view.hanging(&lead, &quizzing.quiz.right_answer()));
        }
        lines
    }

    fn choices(&self, choices: &[Choice]) -> Vec<Line> {
        let numbered = choices.iter().enumerate();
        let lines = numbered.flat_map(|(index, choice)| {
            let lead = Line::new()
                .with(Role::Key, format!("{}", index + 1))
                .with(Role::Text, "  ");
            self.view.hanging(&lead, &choice.text)
        });
        lines.collect()
    }

    fn marked(&self, given: &str, mark: &Mark) -> Vec<Line> {
        let mut head = if mark.right {
            self.view
                .sign(Role::Good, "✓", "right")
                .with(Role::Good, "Right.")
        } else {
            self.view
                .sign(Role::Bad, "✗", "wrong")
                .with(Role::Bad, "Not quite.")
        };
        head.push(Role::Dim, format!(" You answered {given}."));
        let mut lines = vec![head];
        for explanation in &mark.explanations {
            lines.push(Line::new());
            lines.extend(self.view.hanging(&Line::plain("  "), explanation));
        }
        lines
    }

    pub(super) fn quiz_footer(&self, quizzing: &Quizzing) -> Footer {
        let single = matches!(quizzing.quiz.question, Question::Single(_));
        let hints = match &quizzing.given {
            _ if !self.sheet.is_at_end() => {
                vec![hint("Enter", "more"), hint("b", "back"), hint("s", "skip")]
            }
            None if single || (self.view.by_lines && !is_short(&quizzing.quiz)) => {
                vec![
                    hint("Enter", "choose"),
                    hint("1-9", "answer"),
                    hint("s", "skip"),
                    hint("b", "back"),
                    hint("m", "map"),
                ]
            }
            None => vec![
                hint("Enter", "answer"),
                hint("s", "skip"),
                hint("b", "back"),
                hint("m", "map"),
            ],
            Some((_, mark)) if mark.right => {
                vec![hint("Enter", "next"), hint("b", "back"), hint("m", "map")]
            }
            Some(_) => vec![
                hint("t", "try again"),
                hint("a", "answer"),
                hint("Enter", "go on"),
                hint("b", "back"),
            ],
        };
        self.place_footer(quizzing.stop, hints)
    }
}

fn is_short(quiz: &Quiz) -> bool {
    matches!(quiz.question, Question::Short { .. })
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
