//! Line wrapping: first fit over the break opportunities of UAX 14.
//!
//! Opportunities inside a path, an address or inline code are used only if the text between blanks is
//! longer than a line. As a last resort, a word is broken between grapheme clusters.

mod run;

use std::iter;
use std::ops::Range;

use unicode_linebreak::linebreaks;

use crate::text::{Line, Role, Span};
use run::StyledRun;

/// Wraps `spans` into lines of at most `width` cells, without trailing blanks.
///
/// A grapheme cluster wider than `width` still gets a line.
pub(crate) fn wrap(spans: &[Span], width: usize) -> Vec<Line> {
    let run = StyledRun::new(spans);
    if run.width(0..run.text.len()) <= width {
        return vec![run.line(0..run.text.trim_end().len())];
    }
    let mut filler = Filler {
        run: &run,
        width,
        line: 0..0,
        used: 0,
        lines: Vec::new(),
    };
    for piece in pieces(&run, 0..run.text.len(), Strength::Strong) {
        filler.place(piece);
    }
    filler.finish()
}

/// Returns the width of the widest unbreakable piece of `spans`, and the width of all.
pub(super) fn content_widths(spans: &[Span]) -> (usize, usize) {
    let run = StyledRun::new(spans);
    let all = 0..run.text.len();
    let width = |piece: Range<usize>| run.width(trimmed(&run.text, piece));
    let widest = pieces(&run, all.clone(), Strength::Strong)
        .map(width)
        .max()
        .unwrap_or(0);
    (widest, run.width(trimmed(&run.text, all)))
}

/// The strength of a break opportunity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Strength {
    Never,
    Weak,
    Strong,
}

fn strength(run: &StyledRun<'_>, at: usize) -> Strength {
    let before = &run.text[..at];
    if before.ends_with("://") {
        Strength::Never
    } else if before.ends_with('/') || run.is_inside_code(at) && !before.ends_with(' ') {
        Strength::Weak
    } else {
        Strength::Strong
    }
}

/// Returns the pieces of `range` between break opportunities that are at least as strong as `least`.
fn pieces<'r>(
    run: &'r StyledRun<'_>,
    range: Range<usize>,
    least: Strength,
) -> impl Iterator<Item = Range<usize>> + use<'r> {
    let (mut start, end, offset) = (range.start, range.end, range.start);
    let places = places(&run.text[range]).map(move |at| offset + at);
    places
        .filter(move |at| *at == end || strength(run, *at) >= least)
        .map(move |at| {
            let piece = start..at;
            start = at;
            piece
        })
}

/// Returns the break opportunities of `text`.
///
/// UAX 14 forbids a break before `/` and `.`, even after a blank. Here they start paths and file names, so
/// such a blank is an opportunity too.
fn places(text: &str) -> impl Iterator<Item = usize> {
    let mut start = 0;
    linebreaks(text).flat_map(move |(end, _)| {
        let offset = start;
        start = end;
        let blanks = text[offset..end]
            .trim_end()
            .match_indices(' ')
            .map(move |(at, _)| offset + at + 1);
        blanks
            .filter(|at| starts_name(&text[*at..]))
            .chain(iter::once(end))
    })
}

/// Returns whether `text` starts with a path or name such as `/etc` or `.git`.
fn starts_name(text: &str) -> bool {
    let word = text.strip_prefix(['/', '.', ':']);
    word.is_some_and(|word| word.starts_with(|char: char| char.is_alphanumeric()))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    range.start..range.start + text[range].trim_end().len()
}

/// Fills lines with pieces.
struct Filler<'r, 's> {
    run: &'r StyledRun<'s>,
    width: usize,
    line: Range<usize>,
    used: usize,
    lines: Vec<Line>,
}

impl Filler<'_, '_> {
    fn place(&mut self, piece: Range<usize>) {
        let word = self.run.width(trimmed(&self.run.text, piece.clone()));
        if self.used + word <= self.width {
            self.add(piece);
        } else if word <= self.width {
            self.start_line(piece.start);
            self.add(piece);
        } else {
            self.divide(piece);
        }
    }

    /// Breaks a piece that is longer than a line.
    fn divide(&mut self, piece: Range<usize>) {
        let weak: Vec<Range<usize>> = pieces(self.run, piece.clone(), Strength::Weak).collect();
        if weak.len() > 1 {
            return weak.into_iter().for_each(|piece| self.place(piece));
        }
        if self.used > 0 {
            self.start_line(piece.start);
        }
        for cluster in self.run.clusters(piece) {
            if self.used > 0 && self.used + self.run.width(cluster.clone()) > self.width {
                self.start_line(cluster.start);
            }
            self.add(cluster);
        }
    }

    fn add(&mut self, piece: Range<usize>) {
        self.used += self.run.width(piece.clone());
        self.line.end = piece.end;
    }

    fn start_line(&mut self, at: usize) {
        let line = trimmed(&self.run.text, self.line.clone());
        if !line.is_empty() {
            self.lines.push(self.run.line(line));
        }
        self.line = at..at;
        self.used = 0;
    }

    fn finish(mut self) -> Vec<Line> {
        self.start_line(self.line.end);
        self.lines
    }
}

/// Wraps a line of code into rows of at most `width` cells; the rows after the first leave room for a mark
/// of `mark` cells. No character is dropped, so a row may start with a blank.
pub(super) fn wrap_code(spans: &[Span], width: usize, mark: usize) -> Vec<Line> {
    let run = StyledRun::new(spans);
    let all = 0..run.text.len();
    if run.width(all.clone()) <= width {
        return vec![run.line(all)];
    }
    let mut rows = Vec::new();
    let (mut start, mut room) = (0, width);
    while start < run.text.len() {
        let end = row_end(&run, start, room);
        rows.push(run.line(start..end));
        (start, room) = (end, width.saturating_sub(mark).max(1));
    }
    rows
}

/// How the rows of a command after the first are indented.
const CONTINUED: &str = "    ";

/// Breaks a command of a shell at blanks outside quotes into rows of at most `width` cells that end with a
/// backslash, so that a copy of them is the same command; `None` where that cannot be done.
pub(crate) fn wrap_command(spans: &[Span], width: usize) -> Option<Vec<Line>> {
    const BACKSLASH: &str = " \\";
    let run = StyledRun::new(spans);
    let blanks = blanks_outside_quotes(&run.text)?;
    let (mut rows, mut start, mut room) = (Vec::new(), 0, width);
    while run.width(start..run.text.len()) > room {
        let fits =
            |end: &&usize| **end > start && run.width(start..**end) + BACKSLASH.len() <= room;
        let end = *blanks.iter().rev().find(fits)?;
        rows.push(run.line(start..end).with(Role::Dim, BACKSLASH));
        let rest = &run.text[end..];
        start = end + rest.len() - rest.trim_start().len();
        room = width.checked_sub(CONTINUED.len())?;
    }
    rows.push(run.line(start..run.text.len()));
    for row in rows.iter_mut().skip(1) {
        row.spans.insert(
            0,
            Span {
                text: CONTINUED.to_owned(),
                style: Role::Dim.into(),
            },
        );
    }
    Some(rows)
}

/// Returns where the blanks of a command are at which it can be broken: after its first word, outside quotes,
/// and before a comment. `None` if a quote is left open.
fn blanks_outside_quotes(text: &str) -> Option<Vec<usize>> {
    let start = text.len() - text.trim_start_matches([' ', '$']).len();
    let (mut blanks, mut quote, mut escaped, mut last) = (Vec::new(), None, false, ' ');
    for (at, char) in text.char_indices().skip_while(|(at, _)| *at < start) {
        match (quote, char) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), char) if open == char => quote = None,
            (None, '\'' | '"') => quote = Some(char),
            (None, '#') if last == ' ' => break,
            (None, ' ') if last != ' ' => blanks.push(at),
            _ => {}
        }
        last = char;
    }
    quote.is_none().then_some(blanks)
}

/// Returns the end of a row of `room` cells that starts at `start`: before the last blank in its second half,
/// else where it is full. Runs of blanks are not broken.
fn row_end(run: &StyledRun<'_>, start: usize, room: usize) -> usize {
    let (mut used, mut full, mut blank) = (0, start, None);
    for cluster in run.clusters(start..run.text.len()) {
        used += run.width(cluster.clone());
        if used > room && full > start {
            return blank.unwrap_or(full);
        }
        let is_blank = run.text[cluster.clone()].starts_with(' ');
        let follows_word = full > start && !run.text[..full].ends_with(' ');
        if used > room / 2 && is_blank && follows_word {
            blank = Some(cluster.start);
        }
        full = cluster.end;
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Style;

    fn wrapped(parts: &[(&str, Role)], width: usize) -> Vec<String> {
        wrap(&spans(parts), width).iter().map(Line::text).collect()
    }

    fn spans(parts: &[(&str, Role)]) -> Vec<Span> {
        let span = |(text, role): &(&str, Role)| Span {
            text: (*text).into(),
            style: Style::from(*role),
        };
        parts.iter().map(span).collect()
    }

    #[test]
    fn lines_break_at_blanks_which_are_dropped() {
        assert_eq!(
            wrapped(&[("one two  three", Role::Text)], 9),
            ["one two", "three"]
        );
        assert_eq!(wrapped(&[("one two  ", Role::Text)], 80), ["one two"]);
        assert_eq!(wrapped(&[("", Role::Text)], 80), [""]);
    }

    #[test]
    fn command_breaks_at_blanks_outside_quotes_and_survives_a_copy() {
        let rows = |text: &str, width| {
            let rows = wrap_command(&spans(&[(text, Role::Code)]), width)?;
            Some(rows.iter().map(Line::text).collect::<Vec<_>>())
        };
        let command = "$ curl -s -w '%{http_code} after x' http://127.0.0.1:3000/report";
        let broken = [
            "$ curl -s -w '%{http_code} after x' \\",
            "    http://127.0.0.1:3000/report",
        ];
        assert_eq!(rows(command, 40), Some(broken.map(str::to_owned).to_vec()));
        assert_eq!(rows("$ a b", 40), Some(vec!["$ a b".to_owned()]));
        assert_eq!(rows("$ echo 'one two three four", 12), None);
        assert_eq!(rows("$ a  # a comment that is long", 12), None);
        assert_eq!(rows(r"$ cat a\ b\ c\ d\ e", 12), None);
    }

    #[test]
    fn style_boundary_is_no_place_to_break() {
        let parts = [
            ("the (", Role::Text),
            ("server", Role::Code),
            (") block", Role::Text),
        ];
        assert_eq!(wrapped(&parts, 12), ["the (server)", "block"]);
        assert_eq!(wrapped(&parts, 8), ["the", "(server)", "block"]);
    }

    #[test]
    fn path_stays_whole_when_a_line_holds_it() {
        let parts = [("read ", Role::Text), ("/etc/nginx/nginx.conf", Role::Code)];
        assert_eq!(wrapped(&parts, 22), ["read", "/etc/nginx/nginx.conf"]);
        assert_eq!(wrapped(&parts, 12), ["read /etc/", "nginx/", "nginx.conf"]);
        let address = [("a https://host/x", Role::Text)];
        assert_eq!(wrapped(&address, 14), ["a", "https://host/x"]);
        assert_eq!(wrapped(&address, 12), ["a", "https://host", "/x"]);
    }

    #[test]
    fn option_in_code_keeps_its_hyphens() {
        let parts = [
            ("use ", Role::Text),
            ("--dry-run", Role::Code),
            (" well-known", Role::Text),
        ];
        assert_eq!(wrapped(&parts, 11), ["use", "--dry-run", "well-known"]);
    }

    #[test]
    fn long_word_is_cut_between_clusters() {
        assert_eq!(
            wrapped(&[("abcde\u{301}x", Role::Text)], 5),
            ["abcde\u{301}", "x"]
        );
        assert_eq!(wrapped(&[("漢字漢字", Role::Text)], 5), ["漢字", "漢字"]);
    }

    #[test]
    fn code_rows_lose_nothing() {
        let spans = spans(&[
            ("proxy_pass http://", Role::Code),
            ("127.0.0.1:3001;", Role::Text),
        ]);
        let rows: Vec<String> = wrap_code(&spans, 16, 2).iter().map(Line::text).collect();
        assert_eq!(rows, ["proxy_pass", " http://127.0.", "0.1:3001;"]);
    }

    #[test]
    fn widths_of_the_content_are_those_of_word_and_whole() {
        assert_eq!(
            content_widths(&spans(&[("one three ", Role::Text)])),
            (5, 9)
        );
    }
}
