//! A pager with the keys of `less`: a state that turns keys into frames.

use super::keys::Key;
use super::screen::Size;
use crate::text::{Line, Role, Style};

/// Shows lines, a screen at a time.
#[derive(Debug)]
pub(crate) struct Pager {
    title: String,
    lines: Vec<Line>,
    size: Size,
    top: usize,
    typing: Option<String>,
    found: String,
    message: Option<&'static str>,
}

/// What a key led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The frame may have changed.
    Stay,
    /// The learner has seen enough.
    Leave,
}

impl Pager {
    /// Returns a pager on `lines`, at their start.
    pub(crate) fn new(title: impl Into<String>, lines: Vec<Line>, size: Size) -> Self {
        Self {
            title: title.into(),
            lines,
            size,
            top: 0,
            typing: None,
            found: String::new(),
            message: None,
        }
    }

    /// Takes the lines as laid out for a new size, and stays at the same words.
    pub(crate) fn resize(&mut self, lines: Vec<Line>, size: Size) {
        let anchor = weight(&self.lines[..self.top]);
        self.lines = lines;
        self.size = size;
        let mut seen = 0;
        let at = self.lines.iter().position(|line| {
            seen += line_weight(line);
            seen > anchor
        });
        self.top = at.unwrap_or(0);
        self.clamp();
    }

    /// Takes a key.
    pub(crate) fn step(&mut self, key: Key) -> Turn {
        self.message = None;
        if let Some(words) = self.typing.take() {
            self.type_search(words, key);
            return Turn::Stay;
        }
        let page = self.page();
        match key {
            Key::Char('q') | Key::Escape | Key::Ctrl('c') => return Turn::Leave,
            Key::Char('j' | 'e') | Key::Down | Key::Enter => self.top += 1,
            Key::Char('k' | 'y') | Key::Up => self.top = self.top.saturating_sub(1),
            Key::Char(' ' | 'f') | Key::PageDown => self.top += page,
            Key::Char('b') | Key::PageUp => self.top = self.top.saturating_sub(page),
            Key::Char('d') => self.top += page / 2,
            Key::Char('u') => self.top = self.top.saturating_sub(page / 2),
            Key::Char('g') | Key::Home => self.top = 0,
            Key::Char('G') | Key::End => self.top = self.lines.len(),
            Key::Char('/') => self.typing = Some(String::new()),
            Key::Char('n') => self.find_next(),
            Key::Char('N') => self.find_last(),
            Key::Char(_) | Key::Ctrl(_) | Key::Backspace | Key::Left | Key::Right => {}
        }
        self.clamp();
        Turn::Stay
    }

    /// Takes text that was pasted: words to find.
    pub(crate) fn paste(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let typing = self.typing.get_or_insert_default();
        typing.push_str(&words.join(" "));
    }

    /// Returns the rows of the screen.
    pub(crate) fn frame(&self) -> Vec<Line> {
        let end = (self.top + self.page()).min(self.lines.len());
        let shown = &self.lines[self.top..end];
        let mut rows: Vec<Line> = shown.iter().map(|line| marked(line, &self.found)).collect();
        rows.resize(self.page(), Line::new());
        rows.push(self.status(end));
        rows
    }

    fn status(&self, end: usize) -> Line {
        if let Some(words) = &self.typing {
            return Line::new().with(Role::Accent, format!("/{words}"));
        }
        if let Some(message) = self.message {
            return Line::new().with(Role::Warn, message);
        }
        let place = if end == self.lines.len() {
            "end".to_owned()
        } else {
            format!("{}%", end * 100 / self.lines.len().max(1))
        };
        // The way out comes first: it must be there on any screen.
        let keys = [
            (" q", "back"),
            (" space", "page"),
            (" /", "find"),
            (" ↑↓", "move"),
        ];
        let mut status = Line::new()
            .with(Role::Accent, &self.title)
            .with(Role::Dim, format!("  {place} "));
        for (key, what) in keys {
            if status.width() + key.chars().count() + what.len() + 2 > self.size.columns {
                break;
            }
            status.push(Role::Key, key);
            status.push(Role::Dim, format!(" {what} "));
        }
        status
    }

    fn type_search(&mut self, mut words: String, key: Key) {
        match key {
            Key::Enter => {
                if !words.is_empty() {
                    self.found = words;
                }
                self.find_from(self.top);
                return;
            }
            Key::Char(char) => words.push(char),
            Key::Backspace => drop(words.pop()),
            Key::Escape | Key::Ctrl(_) => return,
            Key::Up
            | Key::Down
            | Key::Left
            | Key::Right
            | Key::PageUp
            | Key::PageDown
            | Key::Home
            | Key::End => {}
        }
        self.typing = Some(words);
    }

    fn find_next(&mut self) {
        self.find_from(self.top + 1);
    }

    fn find_from(&mut self, start: usize) {
        let after = (start..self.lines.len()).find(|&index| self.matches(index));
        self.go_to(after);
    }

    fn find_last(&mut self) {
        let before = (0..self.top).rev().find(|&index| self.matches(index));
        self.go_to(before);
    }

    fn go_to(&mut self, found: Option<usize>) {
        match found {
            Some(index) => self.top = index,
            None => self.message = Some("not found"),
        }
        self.clamp();
    }

    fn matches(&self, index: usize) -> bool {
        let words = self.found.to_lowercase();
        !words.is_empty() && self.lines[index].text().to_lowercase().contains(&words)
    }

    fn page(&self) -> usize {
        self.size.rows.saturating_sub(1).max(1)
    }

    fn clamp(&mut self) {
        self.top = self.top.min(self.lines.len().saturating_sub(self.page()));
    }
}

/// Returns how much text `lines` hold: blanks move when lines are laid out anew, the rest stays.
fn weight(lines: &[Line]) -> usize {
    lines.iter().map(line_weight).sum()
}

fn line_weight(line: &Line) -> usize {
    let text = line.text();
    text.chars().filter(|char| !char.is_whitespace()).count()
}

/// Returns `line` with every `words` in it marked.
fn marked(line: &Line, words: &str) -> Line {
    let mut marked = Line::new();
    for span in &line.spans {
        let mut rest = span.text.as_str();
        while let Some((start, end)) = find(rest, words) {
            marked.push(span.style.clone(), &rest[..start]);
            let style = Style {
                bold: true,
                ..Role::Warn.into()
            };
            marked.push(style, &rest[start..end]);
            rest = &rest[end..];
        }
        marked.push(span.style.clone(), rest);
    }
    marked
}

/// Returns where `words` are in `text`, whatever the case of ASCII letters.
fn find(text: &str, words: &str) -> Option<(usize, usize)> {
    if words.is_empty() {
        return None;
    }
    let starts = text.char_indices().map(|(start, _)| start);
    let mut places = starts.map(|start| (start, start + words.len()));
    places.find(|&(start, end)| {
        text.get(start..end)
            .is_some_and(|part| part.eq_ignore_ascii_case(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        columns: 60,
        rows: 5,
    };

    fn pager() -> Pager {
        let lines = (1..=20).map(|number| Line::plain(format!("row {number}")));
        Pager::new("Rows", lines.collect(), SIZE)
    }

    fn top(pager: &Pager) -> String {
        pager.frame()[0].text()
    }

    fn press(pager: &mut Pager, keys: &str) {
        for char in keys.chars() {
            let key = if char == '\n' {
                Key::Enter
            } else {
                Key::Char(char)
            };
            pager.step(key);
        }
    }

    #[test]
    fn a_narrow_screen_shows_the_way_out() {
        let size = Size {
            columns: 40,
            rows: 5,
        };
        let lines = (1..=20).map(|number| Line::plain(format!("row {number}")));
        let pager = Pager::new("A title of some length", lines.collect(), size);
        let status = pager.frame().last().unwrap().text();
        assert!(status.contains("q back") && status.len() <= 40, "{status}");
    }

    #[test]
    fn keys_of_less_move() {
        let mut pager = pager();
        for (keys, row) in [
            ("jj", 3),
            ("k", 2),
            (" ", 6),
            ("b", 2),
            ("d", 4),
            ("u", 2),
            ("G", 17),
            ("g", 1),
        ] {
            press(&mut pager, keys);
            assert_eq!(top(&pager), format!("row {row}"), "after {keys}");
        }
        assert_eq!(pager.step(Key::Char('q')), Turn::Leave);
    }

    #[test]
    fn a_search_goes_on_and_back_and_says_when_there_is_no_more() {
        let mut pager = pager();
        press(&mut pager, "/ROW 1\n");
        assert_eq!(top(&pager), "row 1");
        press(&mut pager, "n");
        assert_eq!(top(&pager), "row 10");
        press(&mut pager, "N");
        assert_eq!(top(&pager), "row 1");
        press(&mut pager, "/nowhere\n");
        assert_eq!(pager.frame().last().unwrap().text(), "not found");
    }

    #[test]
    fn a_paste_is_something_to_find_and_no_key() {
        let mut pager = pager();
        pager.paste("q\nrow 7");
        assert_eq!(pager.frame().last().unwrap().text(), "/q row 7");
        pager.step(Key::Escape);
        pager.paste("row 7");
        press(&mut pager, "\n");
        assert_eq!(top(&pager), "row 7");
    }

    #[test]
    fn what_was_found_is_marked() {
        let line = marked(&Line::plain("a bad Bad end"), "bad");
        let roles: Vec<_> = line.spans.iter().map(|span| span.style.role).collect();
        assert_eq!(line.text(), "a bad Bad end");
        assert_eq!(
            roles,
            [Role::Text, Role::Warn, Role::Text, Role::Warn, Role::Text]
        );
    }

    #[test]
    fn a_new_size_keeps_the_words_at_the_top() {
        let mut pager = pager();
        press(&mut pager, "   ");
        assert_eq!(top(&pager), "row 13");
        let narrow =
            (1..=20).flat_map(|number| [Line::plain("row"), Line::plain(format!("{number}"))]);
        pager.resize(narrow.collect(), SIZE);
        assert_eq!(top(&pager), "row");
        assert_eq!(pager.frame()[1].text(), "13");
    }

    #[test]
    fn a_frame_fills_the_screen() {
        assert_eq!(pager().frame().len(), SIZE.rows);
        let short = Pager::new("Short", vec![Line::plain("one")], SIZE);
        assert_eq!(short.frame().len(), SIZE.rows);
        assert!(short.frame()[4].text().starts_with("Short  end"));
    }
}
