//! A line scanner for fenced code blocks, for callers that need the source text of a page, or only its
//! directives, without parsing the rest.

use std::mem;

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A line outside of fences, without its end.
    Line(&'a str),
    /// A fenced block.
    Fence(Fence<'a>),
}

/// A fenced block as written; one that is not closed extends to the end of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence<'a> {
    /// The blanks before the opening fence.
    pub indent: &'a str,
    /// Three or more backticks or tildes.
    pub mark: &'a str,
    /// Its info string, untrimmed.
    pub info: &'a str,
    /// The lines between the fences, without their ends.
    pub lines: Vec<&'a str>,
}

/// Returns the pieces of `text` in order, each with the number of its first line, from 0.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut lines = lines(text).enumerate();
    std::iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let Some(mut fence) = Fence::opened_by(line) else {
            return Some((number, Piece::Line(line)));
        };
        let inside = lines.by_ref().map(|(_, line)| line);
        fence.lines = inside
            .take_while(|line| !is_closing(fence.mark, line))
            .collect();
        Some((number, Piece::Fence(fence)))
    })
}

/// Does what [`str::lines`] does, in a third of the time.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(end) = memchr::memchr(b'\n', rest.as_bytes()) else {
            return Some(mem::take(&mut rest));
        };
        let line = &rest[..end];
        rest = &rest[end + 1..];
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

impl<'a> Fence<'a> {
    fn opened_by(line: &'a str) -> Option<Self> {
        let blanks = |byte: &u8| matches!(byte, b' ' | b'\t');
        let start = line.bytes().position(|byte| !blanks(&byte))?;
        let text = &line[start..];
        let char = match text.as_bytes()[0] {
            b'`' => '`',
            b'~' => '~',
            _ => return None,
        };
        let info = text.trim_start_matches(char);
        let mark = &text[..text.len() - info.len()];
        // With backticks in its info string it is inline code (CommonMark 4.5).
        let is_fence = mark.len() >= 3 && (char == '~' || !info.contains('`'));
        is_fence.then_some(Self {
            indent: &line[..line.len() - text.len()],
            mark,
            info,
            lines: Vec::new(),
        })
    }
}

/// Returns whether `line` is a closing fence for `mark`: at least as many of its characters, and nothing
/// else.
fn is_closing(mark: &str, line: &str) -> bool {
    let line = line.trim_ascii();
    line.starts_with(mark) && line.trim_start_matches(&mark[..1]).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{BlockKind, parse_at};

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "\n", "a", "a\n", "a\r\n\r\nb\r", "\r\n", "a\n\nb"] {
            let ours: Vec<_> = lines(text).collect();
            assert_eq!(ours, text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    fn scanned(text: &str) -> Vec<(usize, String, String)> {
        let fences = pieces(text).filter_map(|(number, piece)| match piece {
            Piece::Line(_) => None,
            Piece::Fence(fence) => {
                let lines = fence.lines.iter().map(|line| format!("{line}\n"));
                Some((number + 1, fence.info.trim().to_owned(), lines.collect()))
            }
        });
        fences.collect()
    }

    fn parsed(text: &str) -> Vec<(usize, String, String)> {
        let blocks = parse_at(text, 1).blocks.into_iter();
        let code = blocks.filter_map(|block| match block.kind {
            BlockKind::Code { info, text } => Some((block.line, info, text)),
            _ => None,
        });
        code.collect()
    }

    #[test]
    fn fences_are_those_that_the_parser_finds() {
        for text in [
            "a\n\n```sh\nb\n```\nc\n",
            "````md\n```\n<!-- exercise: e -->\n```\n````\n\nafter\n",
            "~~~text\n<!-- exercise: e -->\n```\n~~~\n",
            "~~~~\n~~~\n~~~~~\nafter\n",
            "``` not `a` fence\n\n~~~ a `fence`\nb\n~~~\n",
            "```\n~~~\n```\n\n~~~\n```\n~~~\n",
            "``\nno fence\n``\n",
            "```sh\nb\n``` c\n```  \nafter\n",
            "```text\nnever closed\n",
        ] {
            assert_eq!(scanned(text), parsed(text), "{text}");
        }
    }
}
