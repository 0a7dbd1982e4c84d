//! A question at the bottom of the screen: a choice, or a few words. A state that turns keys into rows; what
//! the rows look like is dialoguer's theme.
//!
//! Dialoguer's own prompts read the terminal themselves: they take a paste for keys and no digits, and what was
//! typed before they begin goes elsewhere.

use std::collections::BTreeSet;
use std::ops::Range;

use dialoguer::theme::{SimpleTheme, Theme as _};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::keys::Key;
use super::screen::{Ask, PromptReply, Size};
use crate::course::Answer;
use crate::lesson::wrap;
use crate::text::{Line, Role, Span, Style, visible};

/// Where the next letter goes.
const CURSOR: &str = "▏";

/// A question that is being answered.
#[derive(Debug)]
pub(crate) struct Prompt {
    ask: Ask,
    /// What Enter takes; in a quiz nothing until the learner has moved to it.
    chosen: Option<usize>,
    /// Whether it is a question of a quiz: Escape skips it, and Enter answers nothing that was not chosen.
    is_quiz: bool,
    /// The digits of a number that may go on.
    number: usize,
    marked: BTreeSet<usize>,
    /// The words before the cursor, and after it.
    before: String,
    after: String,
}

impl Prompt {
    /// Returns the question with nothing answered yet.
    pub(crate) fn new(ask: Ask) -> Self {
        Self {
            ask,
            chosen: Some(0),
            is_quiz: false,
            number: 0,
            marked: BTreeSet::new(),
            before: String::new(),
            after: String::new(),
        }
    }

    /// Returns a question of a quiz: nothing is chosen for the learner, and Escape skips it.
    pub(crate) fn quiz(ask: Ask) -> Self {
        Self {
            chosen: None,
            is_quiz: true,
            ..Self::new(ask)
        }
    }

    /// Returns the question.
    pub(crate) fn question(&self) -> &Ask {
        &self.ask
    }

    /// Takes text that was pasted, which is never keys: a choice ignores it.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Ask::Words(_) = self.ask {
            let words: Vec<&str> = text.split_whitespace().collect();
            self.before.push_str(&words.join(" "));
        }
    }

    /// Takes a key; returns what it led to, if the question is over.
    pub(crate) fn press(&mut self, key: Key) -> Option<PromptReply> {
        match key {
            Key::Escape => return Some(PromptReply::Dismissed),
            Key::Ctrl('c') => return Some(PromptReply::Interrupted),
            _ => {}
        }
        if let Ask::Words(_) = self.ask {
            return self.edit(key);
        }
        self.choose(key).map(PromptReply::Answer)
    }

    fn edit(&mut self, key: Key) -> Option<PromptReply> {
        match key {
            Key::Enter | Key::Ctrl('d') => return Some(self.typed()),
            Key::Char(char) => self.before.push(char),
            Key::Backspace => {
                take_last(&mut self.before);
            }
            Key::Left => {
                let moved = take_last(&mut self.before);
                self.after.insert_str(0, &moved);
            }
            Key::Right => {
                let mut rest = self.after.graphemes(true);
                self.before.push_str(rest.next().unwrap_or_default());
                self.after = rest.collect();
            }
            Key::Home | Key::Ctrl('a') => {
                self.after.insert_str(0, &self.before);
                self.before.clear();
            }
            Key::End | Key::Ctrl('e') => self.before.push_str(&std::mem::take(&mut self.after)),
            Key::Ctrl('u') => self.before.clear(),
            Key::Up | Key::Down | Key::PageUp | Key::PageDown | Key::Ctrl(_) | Key::Escape => {}
        }
        None
    }

    fn typed(&self) -> PromptReply {
        let words = format!("{}{}", self.before, self.after);
        match words.trim() {
            "" => PromptReply::Dismissed,
            words => PromptReply::Answer(Answer::Words(words.to_owned())),
        }
    }

    fn choose(&mut self, key: Key) -> Option<Answer> {
        let several = matches!(self.ask, Ask::Several(_));
        let last = self.ask.labels().len().saturating_sub(1);
        let number = std::mem::take(&mut self.number);
        match key {
            Key::Enter if several && self.marked.is_empty() && self.is_quiz => {}
            Key::Enter if several => {
                return Some(Answer::Choices(self.marked.iter().copied().collect()));
            }
            Key::Enter => return self.chosen.map(|chosen| Answer::Choices(vec![chosen])),
            Key::Char(' ') if several => {
                if let Some(chosen) = self.chosen {
                    self.mark(chosen);
                }
            }
            Key::Char('j') | Key::Down => {
                self.chosen = Some(self.chosen.map_or(0, |chosen| (chosen + 1).min(last)));
            }
            Key::Char('k') | Key::Up => {
                self.chosen = Some(self.chosen.map_or(last, |chosen| chosen.saturating_sub(1)));
            }
            Key::PageUp | Key::Home => self.chosen = Some(0),
            Key::PageDown | Key::End => self.chosen = Some(last),
            Key::Char(char) => {
                let digit = char.to_digit(10)? as usize;
                let typed = typed_number(number, digit, last + 1)?;
                let chosen = typed.number - 1;
                self.chosen = Some(chosen);
                self.number = typed.number;
                match (several, typed.is_whole) {
                    (true, _) => self.mark(chosen),
                    (false, true) => return Some(Answer::Choices(vec![chosen])),
                    (false, false) => {}
                }
            }
            Key::Left | Key::Right | Key::Backspace | Key::Ctrl(_) | Key::Escape => {}
        }
        None
    }

    fn mark(&mut self, index: usize) {
        if !self.marked.remove(&index) {
            self.marked.insert(index);
        }
    }

    /// Returns the rows, how to answer first, for a screen of `size`. Of labels that do not fit, those around
    /// the chosen one are shown, each in full.
    pub(crate) fn rows(&self, size: Size) -> Vec<Line> {
        let escape = if self.is_quiz {
            "skips the question"
        } else {
            "leaves"
        };
        let help = Line::new().with(Role::Dim, self.ask.help(escape));
        let mut rows = wrap(&help.spans, size.columns);
        match &self.ask {
            Ask::Words(prompt) => rows.extend(self.words_rows(prompt, size.columns)),
            Ask::One(labels) | Ask::Several(labels) => {
                let room = size.rows.saturating_sub(rows.len() + 1).max(1);
                let blocks: Vec<_> = (0..labels.len())
                    .map(|index| self.label_rows(index, size.columns))
                    .collect();
                rows.extend(blocks[around(&blocks, self.chosen.unwrap_or(0), room)].concat());
            }
        }
        rows
    }

    fn words_rows(&self, prompt: &str, columns: usize) -> Vec<Line> {
        let mut lead = String::new();
        formatted(SimpleTheme.format_input_prompt(&mut lead, prompt, None));
        let line = Line::new()
            .with(Role::Accent, lead.trim_end())
            .with(Role::Text, " ");
        let line = line
            .with(Role::Text, &self.before)
            .with(Role::Accent, CURSOR);
        wrap(&line.with(Role::Text, &self.after).spans, columns)
    }

    fn label_rows(&self, index: usize, columns: usize) -> Vec<Line> {
        let mut lead = String::new();
        let active = self.chosen == Some(index);
        let number = format!("{:>2}  ", index + 1);
        formatted(match self.ask {
            Ask::Several(_) => {
                let marked = self.marked.contains(&index);
                SimpleTheme.format_multi_select_prompt_item(&mut lead, &number, marked, active)
            }
            Ask::One(_) | Ask::Words(_) => {
                SimpleTheme.format_select_prompt_item(&mut lead, &number, active)
            }
        });
        let indent = lead.width();
        let style = Style {
            bold: active,
            ..Style::default()
        };
        let label = Span {
            text: visible(&self.ask.labels()[index]),
            style,
        };
        let width = columns.saturating_sub(indent).max(1);
        let rows = wrap(&[label], width).into_iter().enumerate();
        let hung = rows.map(|(row, line)| {
            let mut start = match row {
                0 => Line::new().with(Role::Key, &lead),
                _ => Line::plain(" ".repeat(indent)),
            };
            start.spans.extend(line.spans);
            start
        });
        hung.collect()
    }
}

/// A number that is typed digit by digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypedNumber {
    pub number: usize,
    /// Whether no further digit makes another number of the list.
    pub is_whole: bool,
}

/// Returns what `digit` makes of the number typed so far, where entries are numbered from 1 to `most`.
pub(crate) fn typed_number(before: usize, digit: usize, most: usize) -> Option<TypedNumber> {
    let numbers = 1..=most;
    let number = [before * 10 + digit, digit]
        .into_iter()
        .find(|number| numbers.contains(number))?;
    Some(TypedNumber {
        number,
        is_whole: number * 10 > most,
    })
}

/// Returns which of `blocks` are shown where there are `room` rows: as many whole ones as fit, that at `chosen`
/// among them.
pub(crate) fn around(blocks: &[Vec<Line>], chosen: usize, room: usize) -> Range<usize> {
    let rows = |first: usize, end: usize| blocks[first..end].iter().map(Vec::len).sum::<usize>();
    let (mut first, mut end) = (chosen, chosen + 1);
    loop {
        let is_below = end < blocks.len() && rows(first, end + 1) <= room;
        let is_above = first > 0 && rows(first - 1, end) <= room;
        match (is_above, is_below) {
            (true, _) if chosen - first <= end - chosen || !is_below => first -= 1,
            (_, true) => end += 1,
            (_, false) => break,
        }
    }
    first..end.min(blocks.len())
}

fn take_last(words: &mut String) -> String {
    let last = words.grapheme_indices(true).next_back();
    let start = last.map_or(words.len(), |(start, _)| start);
    words.split_off(start)
}

fn formatted(result: std::fmt::Result) {
    result.expect("a string takes everything");
}

/// Cuts `text` to `width` cells; what is cut shows as an ellipsis.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.width() <= width {
        return text;
    }
    if width == 0 {
        return String::new();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if kept.width() + grapheme.width() + 1 > width {
            break;
        }
        kept.push_str(grapheme);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        columns: 40,
        rows: 20,
    };

    fn choice(many: usize) -> Prompt {
        let labels = (1..=many).map(|number| format!("label {number}"));
        Prompt::new(Ask::One(labels.collect()))
    }

    fn words() -> Prompt {
        Prompt::new(Ask::Words("Your answer".into()))
    }

    fn press(prompt: &mut Prompt, keys: &str) -> Option<PromptReply> {
        let mut replies = keys.chars().map(|char| {
            prompt.press(match char {
                '\n' => Key::Enter,
                '\x1b' => Key::Escape,
                char => Key::Char(char),
            })
        });
        replies.find_map(|reply| reply)
    }

    fn chosen(indexes: &[usize]) -> PromptReply {
        PromptReply::Answer(Answer::Choices(indexes.to_vec()))
    }

    fn shown(prompt: &Prompt) -> Vec<String> {
        prompt.rows(SIZE).iter().map(Line::text).collect()
    }

    #[test]
    fn digits_choose_one_and_wait_where_a_number_may_go_on() {
        assert_eq!(press(&mut choice(3), "2"), Some(chosen(&[1])));
        assert_eq!(press(&mut choice(3), "4"), None);
        assert_eq!(press(&mut choice(12), "12"), Some(chosen(&[11])));
        assert_eq!(press(&mut choice(12), "1\n"), Some(chosen(&[0])));
        assert_eq!(press(&mut choice(12), "3"), Some(chosen(&[2])));
        assert_eq!(press(&mut choice(3), "j\n"), Some(chosen(&[1])));
    }

    #[test]
    fn in_a_quiz_enter_takes_nothing_that_was_not_chosen() {
        let labels = || ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut one = Prompt::quiz(Ask::One(labels()));
        assert_eq!(press(&mut one, "\n\n"), None);
        let rows = shown(&one);
        assert!(rows.join(" ").contains("Esc skips"), "{rows:?}");
        assert!(!rows.concat().contains('>'), "{rows:?}");
        assert_eq!(press(&mut one, "jj\n"), Some(chosen(&[1])));
        let mut several = Prompt::quiz(Ask::Several(labels()));
        assert_eq!(press(&mut several, "\n "), None);
        assert_eq!(press(&mut several, "k \n"), Some(chosen(&[2])));
    }

    #[test]
    fn digits_mark_several_and_enter_answers() {
        let labels = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut prompt = Prompt::new(Ask::Several(labels));
        assert_eq!(press(&mut prompt, "132"), None);
        assert_eq!(press(&mut prompt, "2\n"), Some(chosen(&[0, 2])));
    }

    #[test]
    fn escape_leaves_words_that_were_typed() {
        assert_eq!(press(&mut words(), "abc\x1b"), Some(PromptReply::Dismissed));
        assert_eq!(press(&mut words(), " \n"), Some(PromptReply::Dismissed));
    }

    #[test]
    fn words_are_edited_where_the_cursor_is() {
        let mut prompt = words();
        press(&mut prompt, "pxrt");
        for key in [Key::Left, Key::Left, Key::Backspace, Key::Char('o')] {
            prompt.press(key);
        }
        assert_eq!(shown(&prompt)[1], "Your answer: po▏rt");
        let port = PromptReply::Answer(Answer::Words("port".into()));
        assert_eq!(press(&mut prompt, "\n"), Some(port));
    }

    #[test]
    fn a_paste_is_words_and_no_choice() {
        let mut prompt = words();
        prompt.paste("q 2\n\nb");
        let answer = PromptReply::Answer(Answer::Words("q 2 b".into()));
        assert_eq!(press(&mut prompt, "\n"), Some(answer));
        let mut prompt = choice(3);
        prompt.paste("2\n");
        assert_eq!(press(&mut prompt, "\n"), Some(chosen(&[0])));
    }

    #[test]
    fn the_chosen_label_is_shown_in_full_on_any_screen() {
        let labels = (1..=30).map(|number| format!("{}end {number}", "long words ".repeat(5)));
        let mut prompt = Prompt::new(Ask::One(labels.collect()));
        for number in 1..=30 {
            let rows = shown(&prompt);
            assert!(rows.len() < SIZE.rows, "{rows:#?}");
            assert!(rows.iter().all(|row| row.width() <= SIZE.columns));
            let text = rows.join(" ");
            assert!(text.contains(&format!("> {number:>2}  long")), "{rows:#?}");
            assert!(text.contains(&format!("end {number}")), "{rows:#?}");
            prompt.press(Key::Down);
        }
    }

    #[test]
    fn a_label_is_cut_to_whole_characters() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("漢字漢字", 4), "漢…");
    }
}
