//! Where text goes on the normal screen: pages that start at its top, a footer at its bottom.
//!
//! A pure state: it turns rows of ready text into the bytes that put them there.

use std::fmt::Write as _;

use super::screen::{Size, Spot};

/// Knows what is on the screen.
#[derive(Debug)]
pub(super) struct Painter {
    size: Size,
    /// The rows of text from the top; `None` while the text of another program is there.
    used: Option<usize>,
    /// The rows of the footer at the bottom.
    footer: usize,
}

impl Painter {
    pub(super) fn new(size: Size) -> Self {
        Self {
            size,
            used: None,
            footer: 0,
        }
    }

    /// Takes note of a new size; nothing on the screen can be relied on then.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
        self.footer = 0;
    }

    /// Takes note that others have written to the screen.
    pub(super) fn lose_track(&mut self) {
        self.used = None;
        self.footer = 0;
    }

    /// Returns the bytes that put `rows` at `spot`.
    pub(super) fn show(&mut self, rows: &[String], spot: Spot) -> String {
        let mut out = self.erase_footer();
        match spot {
            Spot::Fresh => self.push_away(&mut out),
            Spot::Over => out.push_str("\x1b[H"),
            Spot::Below => self.go_below(&mut out),
        }
        let start = self.used.filter(|_| spot == Spot::Below).unwrap_or(0);
        for row in rows {
            let _infallible = write!(out, "{row}\x1b[K\r\n");
        }
        out.push_str("\x1b[J");
        self.used = Some((start + rows.len()).min(self.size.rows.saturating_sub(1)));
        out
    }

    /// Returns the bytes that put `rows` at the bottom of the screen.
    pub(super) fn footer(&mut self, rows: &[String]) -> String {
        let mut out = self.erase_footer();
        out.push_str(&self.make_room(rows.len()));
        let top = self.size.rows.saturating_sub(rows.len());
        for (index, row) in rows.iter().enumerate() {
            go(&mut out, top + index);
            let _infallible = write!(out, "\x1b[2K{row}");
        }
        self.footer = rows.len();
        out
    }

    /// Returns the bytes that leave at least `rows` empty rows under the text, with the cursor on
    /// the first of them.
    pub(super) fn make_room(&mut self, rows: usize) -> String {
        let mut out = String::new();
        let used = self.used.unwrap_or(0);
        let over = (used + rows).saturating_sub(self.size.rows);
        if over > 0 {
            go(&mut out, self.size.rows.saturating_sub(1));
            out.push_str(&"\n".repeat(over));
            self.used = Some(used.saturating_sub(over));
        }
        if let Some(used) = self.used {
            go(&mut out, used);
        }
        out
    }

    /// Returns the bytes that remove the footer and put the cursor under the text.
    pub(super) fn erase_footer(&mut self) -> String {
        let mut out = String::new();
        if self.footer > 0 {
            go(&mut out, self.size.rows.saturating_sub(self.footer));
            out.push_str("\x1b[J");
            self.footer = 0;
        }
        self.go_below(&mut out);
        out
    }

    fn go_below(&self, out: &mut String) {
        if let Some(used) = self.used {
            go(out, used);
        }
    }

    /// Scrolls everything above the cursor into the scrollback: of so many line feeds, those that
    /// reach the bottom early scroll.
    fn push_away(&mut self, out: &mut String) {
        out.push('\r');
        out.push_str(&"\n".repeat(self.size.rows.saturating_sub(1)));
        out.push_str("\x1b[H");
        self.used = Some(0);
    }
}

/// Moves the cursor to the start of `row`, from 0.
fn go(out: &mut String, row: usize) {
    let _infallible = write!(out, "\x1b[{};1H", row + 1);
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    const SIZE: Size = Size {
        columns: 20,
        rows: 6,
    };

    fn rows(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn parser() -> vt100::Parser {
        let cells = |number| NonZeroU16::new(number).expect("not zero");
        vt100::Parser::new(cells(6), cells(20), 100)
    }

    fn screen(bytes: &[String]) -> String {
        let mut parser = parser();
        for bytes in bytes {
            parser.process(bytes.as_bytes());
        }
        parser.screen().contents()
    }

    /// Everything that was ever on the screen, scrollback first.
    fn history(bytes: &[String]) -> String {
        let mut parser = parser();
        for bytes in bytes {
            parser.process(bytes.as_bytes());
        }
        parser.screen_mut().set_scrollback(6);
        parser.screen().contents()
    }

    #[test]
    fn a_page_starts_at_the_top_and_the_footer_is_at_the_bottom() {
        let mut painter = Painter::new(SIZE);
        let bytes = [
            "$ gradus\r\n".to_owned(),
            painter.show(&rows(&["one", "two"]), Spot::Fresh),
            painter.footer(&rows(&["keys"])),
        ];
        assert_eq!(screen(&bytes), "one\ntwo\n\n\n\nkeys");
    }

    #[test]
    fn the_last_page_goes_to_the_scrollback_without_gaps_and_without_its_footer() {
        let mut painter = Painter::new(SIZE);
        let bytes = [
            "$ gradus\r\n".to_owned(),
            painter.show(&rows(&["one", "two"]), Spot::Fresh),
            painter.footer(&rows(&["keys"])),
            painter.show(&rows(&["three"]), Spot::Fresh),
            painter.footer(&rows(&["keys"])),
        ];
        assert_eq!(screen(&bytes), "three\n\n\n\n\nkeys");
        assert_eq!(history(&bytes), "$ gradus\none\ntwo\nthree");
    }

    #[test]
    fn text_below_scrolls_when_the_screen_is_full() {
        let mut painter = Painter::new(SIZE);
        let bytes = [
            painter.show(&rows(&["1", "2", "3", "4"]), Spot::Fresh),
            painter.footer(&rows(&["where", "keys"])),
            painter.show(&rows(&["5", "6", "7"]), Spot::Below),
            painter.footer(&rows(&["where", "keys"])),
        ];
        assert_eq!(screen(&bytes), "4\n5\n6\n7\nwhere\nkeys");
    }

    #[test]
    fn a_page_over_another_leaves_nothing_of_it() {
        let mut painter = Painter::new(SIZE);
        let bytes = [
            painter.show(&rows(&["a long row", "b", "c"]), Spot::Fresh),
            painter.footer(&rows(&["keys"])),
            painter.show(&rows(&["new"]), Spot::Over),
            painter.footer(&rows(&["keys"])),
        ];
        assert_eq!(screen(&bytes), "new\n\n\n\n\nkeys");
    }

    #[test]
    fn room_for_a_prompt_is_made_by_scrolling() {
        let mut painter = Painter::new(SIZE);
        let bytes = [
            painter.show(&rows(&["1", "2", "3", "4", "5"]), Spot::Fresh),
            painter.make_room(3) + "prompt",
        ];
        assert_eq!(screen(&bytes), "3\n4\n5\nprompt");
    }
}
