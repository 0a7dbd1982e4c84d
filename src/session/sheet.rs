//! A text that is shown a screen at a time.

use crate::text::{Line, Role, TablePart};

/// Lines, cut into pages.
#[derive(Debug)]
pub(super) struct Sheet {
    lines: Vec<Line>,
    /// Where each page starts.
    starts: Vec<usize>,
    page: usize,
}

/// What became of lines that were added.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// They fit under the page that is shown.
    Below(Vec<Line>),
    /// They start a page of their own.
    Fresh,
}

impl Default for Sheet {
    fn default() -> Self {
        Self::new(Vec::new(), 1)
    }
}

impl Sheet {
    /// Cuts `lines` into pages of at most `rows` and shows the first.
    pub(super) fn new(lines: Vec<Line>, rows: usize) -> Self {
        let starts = cut(&lines, 0, rows);
        Self {
            lines,
            starts,
            page: 0,
        }
    }

    /// Returns the page that is shown. If it starts within a table, the table's header comes first.
    pub(super) fn shown(&self) -> Vec<Line> {
        let header = header(&self.lines, self.starts[self.page]);
        [header, self.page_lines()].concat()
    }

    fn page_lines(&self) -> &[Line] {
        let page = &self.lines[self.starts[self.page]..self.end()];
        let trails = |line: &&Line| line.spans.is_empty() || line.table == Some(TablePart::Rule);
        let trailing = page.iter().rev().take_while(trails).count();
        &page[..page.len() - trailing]
    }

    /// Returns the number of this page, from 1, and how many there are.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.page + 1, self.starts.len())
    }

    /// Returns whether this is the last page.
    pub(super) fn is_at_end(&self) -> bool {
        self.page + 1 == self.starts.len()
    }

    /// Returns whether this is the first page.
    pub(super) fn is_at_start(&self) -> bool {
        self.page == 0
    }

    /// Turns to the next page; returns whether there is one.
    pub(super) fn turn(&mut self) -> bool {
        let turns = !self.is_at_end();
        self.page += usize::from(turns);
        turns
    }

    /// Turns to the page before; returns whether there is one.
    pub(super) fn turn_back(&mut self) -> bool {
        let turns = self.page > 0;
        self.page -= usize::from(turns);
        turns
    }

    /// Turns to the last page.
    pub(super) fn turn_to_end(&mut self) {
        self.page = self.starts.len() - 1;
    }

    /// Turns to the page of this number, from 1, or to the last.
    pub(super) fn turn_to(&mut self, page: usize) {
        self.page = page.clamp(1, self.starts.len()) - 1;
    }

    /// Turns to the page of the line at `index`.
    pub(super) fn turn_to_line(&mut self, index: usize) {
        let before = self.starts.iter().filter(|start| **start <= index);
        self.turn_to(before.count());
    }

    /// Returns whether the line at `index` is on the page that is shown.
    pub(super) fn shows(&self, index: usize) -> bool {
        (self.starts[self.page]..self.end()).contains(&index)
    }

    /// Takes `lines` in the place of what there is; `None` when they do not just add to it.
    pub(super) fn extend(&mut self, lines: Vec<Line>, rows: usize) -> Option<Added> {
        let old = self.lines.len();
        if !self.is_at_end() || !lines.starts_with(&self.lines) || lines.len() == old {
            return None;
        }
        let used = self.shown().len();
        let shown_to = self.starts[self.page] + self.page_lines().len();
        self.lines = lines;
        let added = &self.lines[shown_to..];
        if used + added.len() <= rows {
            return Some(Added::Below(added.to_vec()));
        }
        let start = skip_blanks(&self.lines, old);
        self.starts.extend(cut(&self.lines, start, rows));
        self.page += 1;
        Some(Added::Fresh)
    }

    /// Takes the lines as laid out for a new size, and stays at the same words.
    pub(super) fn relay(&mut self, lines: Vec<Line>, rows: usize) {
        let anchor = weight(&self.lines[..self.starts[self.page]]);
        *self = Self::new(lines, rows);
        let is_after = |&start: &usize| weight(&self.lines[..start]) > anchor;
        let after = self.starts.iter().position(is_after);
        self.page = after.unwrap_or(self.starts.len()) - 1;
    }

    fn end(&self) -> usize {
        let next = self.starts.get(self.page + 1);
        next.copied().unwrap_or(self.lines.len())
    }
}

/// Returns where the pages of `lines` from `start` begin: at a blank line where there is one in the
/// lower two thirds of the page before, outside code if possible, else at a row of a table.
fn cut(lines: &[Line], start: usize, rows: usize) -> Vec<usize> {
    let mut starts = vec![start];
    let mut start = start;
    loop {
        let rows = rows.saturating_sub(header(lines, start).len()).max(1);
        if lines.len() - start <= rows {
            return starts;
        }
        let lower = (start + rows / 3 + 1..=start + rows).rev();
        let mut blanks = lower
            .clone()
            .filter(|&index| lines[index].spans.is_empty() && !follows_heading(lines, index));
        let outside = blanks.clone().find(|&index| !is_indented(lines, index + 1));
        let row = |&index: &usize| {
            let parts = [index - 1, index].map(|index| lines[index].table);
            parts[0] != Some(TablePart::Head) && parts[1] == Some(TablePart::Row)
        };
        let end = outside
            .or_else(|| lower.clone().find(row))
            .or_else(|| blanks.next());
        let next = skip_blanks(lines, end.unwrap_or(start + rows));
        if next == lines.len() {
            return starts;
        }
        starts.push(next);
        start = next;
    }
}

/// Returns the header of the table that goes on at `start`; none if no table does.
fn header(lines: &[Line], start: usize) -> &[Line] {
    let is_head = |line: &Line| line.table == Some(TablePart::Head);
    let is_body = |line: &Line| line.table.is_some() && !is_head(line);
    if !lines.get(start).is_some_and(is_body) {
        return &[];
    }
    let body = lines[..start].iter().rev().take_while(|line| is_body(line));
    let end = start - body.count();
    let head = lines[..end].iter().rev().take_while(|line| is_head(line));
    &lines[end - head.count()..end]
}

/// Returns whether a heading ends above the line at `index`: no page ends in one.
fn follows_heading(lines: &[Line], index: usize) -> bool {
    let above = lines[..index].iter().rev().take(2);
    let mut spans = above.flat_map(|line| &line.spans);
    spans.any(|span| matches!(span.style.role, Role::Heading(_)))
}

/// Returns whether the line at `index` is part of a block, such as code.
fn is_indented(lines: &[Line], index: usize) -> bool {
    let first = lines.get(index).and_then(|line| line.spans.first());
    first.is_some_and(|span| span.text.starts_with(' '))
}

fn skip_blanks(lines: &[Line], start: usize) -> usize {
    let blanks = lines[start..]
        .iter()
        .take_while(|line| line.spans.is_empty());
    start + blanks.count()
}

/// Returns how much text `lines` hold: blanks move when lines are laid out anew, the rest stays.
fn weight(lines: &[Line]) -> usize {
    let seen = |line: &Line| {
        line.text()
            .chars()
            .filter(|char| !char.is_whitespace())
            .count()
    };
    lines.iter().map(seen).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        text.split('/').map(Line::plain).collect()
    }

    fn shown(sheet: &Sheet) -> String {
        let shown = sheet.shown();
        let texts: Vec<_> = shown.iter().map(Line::text).collect();
        texts.join("/")
    }

    #[test]
    fn no_page_is_longer_than_the_screen_and_nothing_is_lost() {
        let mut sheet = Sheet::new(lines("a/b/c/d/e/f/g"), 3);
        let mut pages = vec![shown(&sheet)];
        while sheet.turn() {
            pages.push(shown(&sheet));
        }
        assert_eq!(pages, ["a/b/c", "d/e/f", "g"]);
        assert!(sheet.turn_back());
        assert_eq!(shown(&sheet), "d/e/f");
        assert_eq!(sheet.place(), (2, 3));
    }

    #[test]
    fn a_page_ends_between_paragraphs_where_it_can() {
        let mut sheet = Sheet::new(lines("a/b/c//d/e/f//g"), 5);
        assert_eq!(shown(&sheet), "a/b/c");
        sheet.turn();
        assert_eq!(shown(&sheet), "d/e/f//g");
    }

    #[test]
    fn a_page_does_not_end_within_code_if_it_can_end_before_it() {
        let sheet = Sheet::new(lines("a/b/c//say://  code//  more code"), 7);
        assert_eq!(shown(&sheet), "a/b/c");
    }

    /// Lines of a table: `H` starts one of its header, `R` that of a row, `-` is a rule, `.` another line.
    fn table(text: &str) -> Vec<Line> {
        let parts = lines(text).into_iter().map(|line| Line {
            table: match line.text().chars().next() {
                Some('H') => Some(TablePart::Head),
                Some('R') => Some(TablePart::Row),
                Some('.') => Some(TablePart::Rest),
                Some('-') => Some(TablePart::Rule),
                _ => None,
            },
            ..line
        });
        parts.collect()
    }

    fn pages(lines: Vec<Line>, rows: usize) -> Vec<String> {
        let mut sheet = Sheet::new(lines, rows);
        let mut pages = vec![shown(&sheet)];
        while sheet.turn() {
            pages.push(shown(&sheet));
        }
        pages
    }

    #[test]
    fn a_table_over_several_pages_repeats_its_header_and_keeps_rows_together() {
        assert_eq!(
            pages(table("H/H/R1/R2/R3/R4/R5"), 4),
            ["H/H/R1/R2", "H/H/R3/R4", "H/H/R5"]
        );
        assert_eq!(
            pages(table("H/R1/.1/-/R2/.2/-/R3"), 5),
            ["H/R1/.1", "H/R2/.2/-/R3"].map(str::to_owned)
        );
    }

    #[test]
    fn no_page_ends_in_a_heading() {
        let mut all = lines("a/b/c//head/===//d/e/f");
        all[4].spans[0].style.role = Role::Heading(2);
        assert_eq!(pages(all, 7)[0], "a/b/c");
    }

    #[test]
    fn blank_lines_at_the_end_make_no_page() {
        assert!(Sheet::new(lines("a/b///"), 2).is_at_end());
        assert!(Sheet::new(Vec::new(), 2).is_at_end());
    }

    #[test]
    fn what_is_added_goes_below_if_it_fits_and_else_on_a_new_page() {
        let mut sheet = Sheet::new(lines("a"), 3);
        let added = sheet.extend(lines("a//b"), 3);
        assert_eq!(added, Some(Added::Below(lines("/b"))));
        assert_eq!(sheet.extend(lines("a//b//c"), 3), Some(Added::Fresh));
        assert_eq!(shown(&sheet), "c");
        assert_eq!(sheet.extend(lines("x"), 3), None);
    }

    #[test]
    fn a_new_layout_stays_at_the_same_words() {
        let mut sheet = Sheet::new(lines("a/b/c/d/e/f"), 2);
        sheet.turn();
        sheet.turn();
        sheet.relay(lines("a/b/c/d/e/f"), 3);
        assert_eq!(shown(&sheet), "d/e/f");
        sheet.relay(lines("a b c d e f"), 3);
        assert_eq!(shown(&sheet), "a b c d e f");
    }
}
