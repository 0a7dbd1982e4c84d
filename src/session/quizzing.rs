//! Questions: never a gate.

mod asked_by;

use std::collections::BTreeSet;

use super::footer::{Footer, Hint, hint};
use super::messages::ProgressNote;
use super::page::{ANSWER, Action, CoursePage, Keys, PromptFor, say, unknown_key};
use super::path::Stop;
use super::review::ReviewCard;
use super::shared::SharedState;
use super::view::View;
use crate::course::{Answer, Choice, Mark, Question, Quiz};
use crate::progress::CardId;
use crate::source::LessonId;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};
use asked_by::AskedBy;

/// What leaves the answer that letters begin.
const TYPING: &[Hint] = &[hint("Esc", "other keys")];

/// A question on the screen.
#[derive(Debug)]
pub(super) struct Quizzing {
    asked_by: AskedBy,
    id: CardId,
    quiz: Quiz,
    /// The choice that Enter takes.
    chosen: Option<usize>,
    /// The choices that are taken, where there may be several.
    marked: BTreeSet<usize>,
    /// Whether letters are the answer, and no keys.
    typing: bool,
    given: Option<(String, Mark)>,
    /// Whether the right answer is shown.
    told: bool,
}

impl Quizzing {
    pub(super) fn new(stop: Stop, lesson: LessonId, quiz: Quiz) -> Self {
        let id = CardId::Quiz {
            lesson,
            quiz: quiz.id.clone(),
        };
        Self::asked(AskedBy::Lesson(stop), id, quiz)
    }

    /// Returns the first question of a review of `cards`, if there is one.
    pub(super) fn review(cards: Vec<ReviewCard>) -> Option<Self> {
        Self::next_card(cards.len(), cards)
    }

    fn next_card(of: usize, mut cards: Vec<ReviewCard>) -> Option<Self> {
        if cards.is_empty() {
            return None;
        }
        let ReviewCard { id, quiz } = cards.remove(0);
        let rest = cards;
        Some(Self::asked(AskedBy::Review { of, rest }, id, quiz))
    }

    fn asked(asked_by: AskedBy, id: CardId, quiz: Quiz) -> Self {
        Self {
            asked_by,
            id,
            typing: matches!(quiz.question, Question::Short { .. }),
            quiz,
            chosen: None,
            marked: BTreeSet::new(),
            given: None,
            told: false,
        }
    }

    fn is_wrong(&self) -> bool {
        self.given.as_ref().is_some_and(|(_, mark)| !mark.right)
    }

    fn is_open(&self) -> bool {
        self.given.is_none() && !self.told
    }

    fn is_multiple(&self) -> bool {
        matches!(self.quiz.question, Question::Multiple(_))
    }

    /// Starts to answer: with the first choice that is on the screen, or in words.
    fn begin(&mut self, shared: &SharedState) -> Vec<Action> {
        if self.takes_words() {
            self.typing = false;
            let ask = Ask::Words(ANSWER.to_owned());
            return vec![Action::Ask(PromptFor::Answer, ask)];
        }
        if shared.view.by_lines() {
            let text = "Type the number of your answer; several separated by spaces.";
            return say(Role::Text, text);
        }
        let mut choices = 0..self.quiz.choices().len();
        let seen = choices.find(|index| self.is_seen(*index, shared));
        self.chosen = seen.or(Some(0));
        vec![Action::Refresh]
    }

    /// Takes what is chosen, unless it is not to be seen.
    fn take(&mut self, shared: &SharedState) -> Vec<Action> {
        let chosen = self.chosen.filter(|index| self.is_seen(*index, shared));
        match chosen {
            None => self.begin(shared),
            Some(_) if self.is_multiple() && self.marked.is_empty() => say(
                Role::Warn,
                "Nothing is marked; Space or a number marks a choice.",
            ),
            Some(_) if self.is_multiple() => {
                let taken = self.marked.iter().copied().collect();
                self.answer(&Answer::Choices(taken), shared)
            }
            Some(index) => self.answer(&Answer::Choices(vec![index]), shared),
        }
    }

    /// Returns whether Enter turns the page: there is more, and no choice in sight is chosen.
    fn turns(&self, shared: &SharedState) -> bool {
        !(shared.sheet.is_at_end() || self.has_choices() && self.sees_chosen(shared))
    }

    fn has_choices(&self) -> bool {
        self.is_open() && !self.quiz.choices().is_empty()
    }

    fn sees_chosen(&self, shared: &SharedState) -> bool {
        self.chosen.is_some_and(|index| self.is_seen(index, shared))
    }

    fn is_seen(&self, index: usize, shared: &SharedState) -> bool {
        shared.sheet.shows(self.line_of(index, &shared.view))
    }

    /// Moves the choice, and shows it.
    fn step(&mut self, steps: isize, shared: &SharedState) -> Vec<Action> {
        let last = self.quiz.choices().len().saturating_sub(1);
        match self.chosen {
            Some(chosen) if self.is_seen(chosen, shared) => {
                self.chosen = Some(chosen.saturating_add_signed(steps).min(last));
            }
            Some(_) => {}
            None if shared.sheet.is_at_end() => return self.begin(shared),
            None => return vec![Action::Turn],
        }
        vec![Action::Refresh]
    }

    fn mark(&mut self, index: usize) -> Vec<Action> {
        self.chosen = Some(index);
        if !self.marked.remove(&index) {
            self.marked.insert(index);
        }
        vec![Action::Refresh]
    }

    /// Takes a digit: it answers at once, marks one of several, or shows a choice that is not to be seen.
    fn digit(&mut self, number: usize, shared: &SharedState) -> Vec<Action> {
        let index = number.checked_sub(1);
        let index = index.filter(|index| *index < self.quiz.choices().len());
        match index.filter(|_| self.is_open()) {
            None => unknown_key(),
            Some(index) if self.is_multiple() => self.mark(index),
            Some(index) if self.is_seen(index, shared) => {
                self.chosen = Some(index);
                self.answer(&Answer::Choices(vec![index]), shared)
            }
            Some(index) => {
                self.chosen = Some(index);
                vec![Action::Refresh]
            }
        }
    }

    fn try_again(&mut self, shared: &SharedState) -> Vec<Action> {
        self.given = None;
        self.told = false;
        self.chosen = None;
        self.marked.clear();
        let mut actions = vec![Action::Restart];
        if self.takes_words() || shared.view.by_lines() {
            actions.extend(self.begin(shared));
        }
        actions
    }

    /// Returns the text before the choices.
    fn head(&self, view: &View) -> Vec<Line> {
        let mut lines = vec![Line::new().with(Role::Heading(3), "Question"), Line::new()];
        lines.extend(view.markdown(&self.quiz.prompt));
        lines.push(Line::new());
        view.fit(lines)
    }

    fn choice(&self, index: usize, choice: &Choice, view: &View) -> Vec<Line> {
        let is_chosen = self.chosen == Some(index);
        let mut lead = Line::new();
        if !view.by_lines() {
            let mark = match (self.is_multiple(), self.marked.contains(&index)) {
                (false, _) => "",
                (true, true) => "[x] ",
                (true, false) => "[ ] ",
            };
            let cursor = if is_chosen { ">" } else { " " };
            lead.push(Role::Accent, format!("{cursor} {mark}"));
        }
        lead.push(Role::Key, format!("{}", index + 1));
        view.fit(view.hanging(&lead.with(Role::Text, "  "), &choice.text))
    }

    /// Returns at which line of the text a choice starts.
    fn line_of(&self, index: usize, view: &View) -> usize {
        let before = self.quiz.choices().iter().enumerate().take(index);
        let rows = before.map(|(index, choice)| self.choice(index, choice, view).len());
        self.head(view).len() + rows.sum::<usize>()
    }

    /// Returns the question, without what was answered.
    fn question(&self, view: &View) -> Vec<Line> {
        let mut lines = self.head(view);
        for (index, choice) in self.quiz.choices().iter().enumerate() {
            lines.extend(self.choice(index, choice, view));
        }
        match &self.quiz.question {
            Question::Single(_) => {}
            Question::Multiple(_) => {
                lines.push(Line::new());
                lines.push(Line::new().with(Role::Dim, "More than one may be right."));
            }
            Question::Short { .. } => {
                lines.push(Line::new().with(Role::Dim, "Answer in a word or two."));
            }
        }
        lines
    }

    /// Returns the keys of a question that is open.
    fn open_hints(&self, view: &View) -> Vec<Hint> {
        let (back, skip, map) = (hint("b", "back"), hint("s", "skip"), hint("m", "map"));
        if self.takes_words() {
            return vec![hint("Enter", "answer"), skip, back, map];
        }
        let number = match (self.is_multiple(), view.by_lines()) {
            (false, _) | (true, true) => hint("1-9", "answer"),
            (true, false) => hint("1-9", "mark"),
        };
        if self.chosen.is_none() {
            return vec![hint("Enter", "choose"), number, skip, back, map];
        }
        vec![
            hint("Enter", "answer"),
            hint("↑↓", "move"),
            number,
            skip,
            back,
        ]
    }
}

impl CoursePage for Quizzing {
    /// Returns the question, and what was answered.
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        let view = &shared.view;
        let mut lines = self.question(view);
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
        let (back, skip, map) = (hint("b", "back"), hint("s", "skip"), hint("m", "map"));
        let is_at_end = shared.sheet.is_at_end();
        let types = self.typing && self.takes_words() && !shared.view.by_lines();
        let hints = match &self.given {
            None if types => {
                let enter = hint("Enter", if is_at_end { "answer" } else { "more" });
                vec![hint("any letter", "begins your answer"), enter]
            }
            _ if self.turns(shared) => vec![hint("Enter", "more"), back, skip],
            None => self.open_hints(&shared.view),
            Some((_, mark)) if mark.right => vec![hint("Enter", "next"), back, map],
            Some(_) => {
                let (again, answer) = (hint("t", "try again"), hint("a", "answer"));
                vec![again, answer, hint("Enter", "go on"), back]
            }
        };
        let mut footer = self.asked_by.footer(shared, hints);
        if types {
            footer.pinned = TYPING;
        }
        footer
    }

    fn keys(&self, _shared: &SharedState) -> Keys {
        &[
            ("Enter", "answer, then go on"),
            ("1-9", "answer by number; mark, where several may be right"),
            ("↑ ↓", "move the choice; Space marks one of several"),
            ("Esc", "leave the answer; letters are keys again"),
            ("t", "try again after a wrong answer"),
            ("a", "show the answer after a wrong one"),
            ("s", "skip the question"),
            ("b", "go back"),
            ("n", "next lesson"),
        ]
    }

    /// Where words are asked for, a letter begins the answer.
    fn capture(&mut self, key: Key, shared: &SharedState) -> Option<Vec<Action>> {
        if !self.typing || !self.takes_words() || shared.view.by_lines() {
            return None;
        }
        match key {
            Key::Escape => {
                self.typing = false;
                Some(vec![Action::DrawFooter])
            }
            Key::Char(letter) if letter != ' ' => {
                let mut actions = self.begin(shared);
                actions.push(Action::Press(key));
                Some(actions)
            }
            _ => None,
        }
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let at_end = shared.sheet.is_at_end();
        let has_choices = self.has_choices();
        let sees_chosen = self.sees_chosen(shared);
        let turns = self.turns(shared);
        vec![match key {
            Key::Enter | Key::Char(' ') if turns => Action::Turn,
            Key::PageDown if !at_end => Action::Turn,
            Key::Char(' ') if has_choices && self.is_multiple() => match self.chosen {
                Some(index) if sees_chosen => return self.mark(index),
                _ => return self.begin(shared),
            },
            Key::Enter | Key::Char(' ') if self.is_open() => return self.take(shared),
            Key::Enter | Key::Char(' ' | 's') => return self.asked_by.after(shared),
            Key::Down | Key::Char('j') if has_choices => return self.step(1, shared),
            Key::Up | Key::Char('k') if has_choices => return self.step(-1, shared),
            Key::Escape if self.chosen.is_some() && has_choices => {
                self.chosen = None;
                Action::Refresh
            }
            Key::Char('t') if self.given.is_some() => return self.try_again(shared),
            Key::Char('a') if self.is_wrong() => {
                self.told = true;
                Action::Update
            }
            Key::Char('b') | Key::PageUp | Key::Left if shared.sheet.is_at_start() => {
                self.asked_by.before()
            }
            Key::Char('b') | Key::PageUp | Key::Left => Action::TurnBack,
            Key::Char('n') => return self.asked_by.skip_lesson(),
            Key::Char(char) => match char.to_digit(10) {
                Some(digit) => return self.digit(digit as usize, shared),
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
            Question::Multiple(_) => choices,
            Question::Short { .. } => 0,
        };
        let fits = numbers.iter().all(|number| (1..=choices).contains(number));
        if !fits || numbers.len() > most || !self.is_open() {
            return unknown_key();
        }
        let taken = numbers.iter().map(|number| number - 1).collect();
        self.answer(&Answer::Choices(taken), shared)
    }

    fn takes_words(&self) -> bool {
        self.is_open() && matches!(self.quiz.question, Question::Short { .. })
    }

    fn focus(&self, shared: &SharedState) -> Option<usize> {
        let view = &shared.view;
        if self.given.is_some() {
            return Some(self.question(view).len() + 1);
        }
        self.chosen.map(|index| self.line_of(index, view))
    }

    fn answer(&mut self, answer: &Answer, _shared: &SharedState) -> Vec<Action> {
        let mark = self.quiz.mark(answer);
        let note = ProgressNote::Answered(self.id.clone(), mark.right);
        self.given = Some((in_words(answer), mark));
        vec![Action::Note(note), Action::Update]
    }

    fn stop(&self) -> Option<Stop> {
        self.asked_by.stop()
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
