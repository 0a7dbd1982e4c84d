//! Questions at the bottom of the screen, pastes, and lines typed where nothing is redrawn.

use super::Machine;
use crate::course::Answer;
use crate::session::page::{ANSWER, Action, PromptFor, say};
use crate::session::{Editor, Effect, Farewell};
use crate::source::ExerciseId;
use crate::term::{Ask, Key, Prompt, PromptReply, cut};
use crate::text::{Line, Role};

/// The cells that the words of a search may take in a message: a pasted log line is long.
const MENTIONED: usize = 40;

impl Machine {
    pub(super) fn ask(&mut self, asked: PromptFor, ask: Ask) {
        self.asked = Some((asked, Prompt::new(ask)));
        self.draw_footer();
    }

    /// Takes a key of the question.
    pub(super) fn press(&mut self, key: Key) {
        let Some((_, prompt)) = &mut self.asked else {
            return;
        };
        match prompt.press(key) {
            Some(reply) => self.reply(reply),
            None => self.draw_footer(),
        }
    }

    /// Takes text that was pasted: an answer where words are asked for, and a search everywhere else.
    pub(super) fn paste(&mut self, text: &str) {
        self.drop_notice();
        if let Some(pager) = &mut self.pager {
            pager.paste(text);
            let frame = pager.frame();
            self.push(Effect::Frame(frame));
            return;
        }
        if self.asked.is_none() && self.page.takes_words() {
            self.ask(PromptFor::Answer, Ask::Words(ANSWER.to_owned()));
        }
        if let Some((_, prompt)) = &mut self.asked {
            prompt.paste(text);
            self.draw_footer();
        } else if !self.shared.can_leave() {
            let text = "Choose first; a paste is no choice.";
            self.act(say(Role::Dim, text));
        } else if let Some(line) = text.lines().find(|line| !line.trim().is_empty()) {
            self.search(line.trim());
        }
    }

    fn reply(&mut self, reply: PromptReply) {
        match (reply, self.asked.take()) {
            (PromptReply::Interrupted, _) => self.quit(Farewell::Interrupted),
            (PromptReply::Dismissed, _) | (PromptReply::Answer(_), None) => self.redraw(),
            (PromptReply::Answer(answer), Some((asked, _))) => self.answered(asked, &answer),
        }
    }

    fn answered(&mut self, asked: PromptFor, answer: &Answer) {
        let chosen = match answer {
            Answer::Choices(taken) => taken.first().copied().unwrap_or_default(),
            Answer::Words(_) => 0,
        };
        match (asked, answer) {
            (PromptFor::Answer, answer) => {
                let actions = self.page.answer(answer, &self.shared);
                self.act(actions);
            }
            (PromptFor::Search, Answer::Words(words)) => self.search(words),
            (PromptFor::Search, Answer::Choices(_)) => {}
            (PromptFor::Link(stops), _) => {
                let chosen = stops.get(chosen).copied();
                self.act(chosen.map(Action::Visit).into_iter().collect());
            }
            (PromptFor::File(id), _) => self.edit(id, chosen),
            (PromptFor::Editor(editors, id, file), _) => {
                self.editor = editors.get(chosen).copied();
                self.edit(id, file);
            }
        }
    }

    fn search(&mut self, words: &str) {
        if let Some(found) = self.shared.find(words) {
            // What an earlier search found is not what one comes back to.
            if self.page.is_search() {
                self.close();
            }
            self.cover(Box::new(found));
        } else {
            self.redraw();
            let words = cut(words, MENTIONED);
            let text = format!("Nothing in the course mentions “{words}”.");
            self.act(say(Role::Warn, text));
        }
    }

    /// Opens the file at this index of the exercise.
    pub(super) fn edit(&mut self, id: ExerciseId, file: usize) {
        self.push(Effect::Edit(id, file, self.editor));
    }

    /// Asks for one of `editors`, once.
    pub(super) fn which_editor(&mut self, id: ExerciseId, file: usize, editors: Vec<Editor>) {
        let label = |editor: &Editor| format!("{}: {} leaves it", editor.name, editor.exit);
        let labels = editors.iter().map(label).collect();
        self.ask(PromptFor::Editor(editors, id, file), Ask::One(labels));
    }

    /// Handles a line: an answer that was asked for, a key's letter, or numbers.
    pub(super) fn line(&mut self, line: &str) {
        self.drop_notice();
        if let Some((asked, prompt)) = self.asked.take() {
            match answer_of(line, prompt.question()) {
                Some(answer) => self.answered(asked, &answer),
                None => self.draw_footer(),
            }
            return;
        }
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (None, _) => self.key(Key::Enter),
            (Some(char), None) if !char.is_ascii_digit() => self.key(Key::Char(char)),
            _ if self.page.takes_words() => {
                self.answered(PromptFor::Answer, &Answer::Words(line.to_owned()));
            }
            (Some(char), _) if char.is_ascii_digit() => self.numbers(line),
            _ => self.act(say(Role::Warn, "Type one of the keys, then Enter.")),
        }
    }

    fn numbers(&mut self, line: &str) {
        let parts = line.split([' ', ',']).filter(|part| !part.is_empty());
        let numbers: Option<Vec<usize>> = parts.map(|part| part.parse().ok()).collect();
        let actions = match numbers {
            Some(numbers) => self.page.numbers(&numbers, &self.shared),
            None => say(Role::Warn, "A number does nothing here."),
        };
        self.act(actions);
    }

    /// Returns the rows of the question, if there is one.
    pub(super) fn prompt_rows(&self) -> Option<Vec<Line>> {
        let (_, prompt) = self.asked.as_ref()?;
        if !self.shared.view.by_lines() {
            return Some(prompt.rows(self.shared.view.size()));
        }
        let labels = prompt.question().labels().iter().enumerate();
        let mut rows: Vec<Line> = labels
            .map(|(index, label)| Line::plain(format!("  {}. {label}", index + 1)))
            .collect();
        rows.push(Line::plain(match prompt.question() {
            Ask::Words(prompt) => format!("{prompt} > "),
            Ask::One(_) | Ask::Several(_) => "Number > ".to_owned(),
        }));
        Some(rows)
    }
}

/// Returns what a typed line answers; `None` leaves the question.
fn answer_of(line: &str, ask: &Ask) -> Option<Answer> {
    if let Ask::Words(_) = ask {
        return (!line.is_empty()).then(|| Answer::Words(line.to_owned()));
    }
    let number: usize = line.parse().ok()?;
    (1..=ask.labels().len())
        .contains(&number)
        .then(|| Answer::Choices(vec![number - 1]))
}
