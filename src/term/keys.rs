//! Bytes from a keyboard to keys, and to text that was pasted.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character, a blank included.
    Char(char),
    /// A letter with Ctrl, in lower case.
    Ctrl(char),
    Enter,
    Escape,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

/// What was typed: a key, or text that was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    Key(Key),
    Paste(String),
}

/// What brackets a paste (bracketed paste mode of xterm).
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";
/// The most bytes of a paste that are kept.
const LONGEST_PASTE: usize = 16 << 10;
/// How long the rest of a sequence may take: an escape alone is a key.
const REST_OF_SEQUENCE: Duration = Duration::from_millis(25);
/// How long the rest of a paste may take: without its end, what follows would never be a key again.
const REST_OF_PASTE: Duration = Duration::from_secs(1);

/// Decodes the bytes of a terminal in raw mode. What is no key we know is left out.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Bytes that do not make a whole key yet.
    pending: Vec<u8>,
    /// The paste that has begun.
    paste: Option<Vec<u8>>,
}

impl Decoder {
    /// Takes bytes, and returns what they complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        self.pending.extend_from_slice(bytes);
        let mut typed = Vec::new();
        loop {
            if let Some(paste) = self.paste.take() {
                match self.end_paste(paste) {
                    Some(text) => typed.push(text),
                    None => return typed,
                }
            } else if self.pending.starts_with(PASTE_START) {
                self.pending.drain(..PASTE_START.len());
                self.paste = Some(Vec::new());
            } else {
                let Some((key, length)) = next_key(&self.pending) else {
                    return typed;
                };
                self.pending.drain(..length);
                typed.extend(key.map(Typed::Key));
            }
        }
    }

    /// Returns what the pending bytes are when no more come.
    pub(super) fn flush(&mut self) -> Vec<Typed> {
        if let Some(mut paste) = self.paste.take() {
            paste.append(&mut self.pending);
            return vec![Typed::Paste(text(&paste))];
        }
        match *std::mem::take(&mut self.pending) {
            [0x1b] => vec![Typed::Key(Key::Escape)],
            [0x1b, letter @ (b'[' | b'O')] => {
                let letter = Key::Char(char::from(letter));
                vec![Typed::Key(Key::Escape), Typed::Key(letter)]
            }
            _ => Vec::new(),
        }
    }

    /// Returns how long to wait for more bytes before [`Decoder::flush`], if any are pending.
    pub(super) fn patience(&self) -> Option<Duration> {
        match (&self.paste, self.pending.as_slice()) {
            (Some(_), _) => Some(REST_OF_PASTE),
            (None, []) => None,
            (None, _) => Some(REST_OF_SEQUENCE),
        }
    }

    /// Adds the pending bytes to `paste`, and returns it if its end is among them.
    fn end_paste(&mut self, mut paste: Vec<u8>) -> Option<Typed> {
        let mut windows = self.pending.windows(PASTE_END.len());
        let end = windows.position(|window| window == PASTE_END);
        // The last bytes may be the start of the end.
        let kept = PASTE_END.len() - 1;
        let length = end.unwrap_or(self.pending.len().saturating_sub(kept));
        paste.extend(self.pending.drain(..length));
        paste.truncate(LONGEST_PASTE);
        if end.is_none() {
            self.paste = Some(paste);
            return None;
        }
        self.pending.drain(..PASTE_END.len());
        Some(Typed::Paste(text(&paste)))
    }
}

/// Reads the first key of `bytes`, which may be none we know, and its length; `None` if it is not whole.
fn next_key(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let (&first, tail) = bytes.split_first()?;
    Some(match first {
        0x1b => escape(tail)?,
        b'\r' | b'\n' => (Some(Key::Enter), 1),
        0x7f | 0x08 => (Some(Key::Backspace), 1),
        0x01..=0x1a => (Some(Key::Ctrl(char::from(b'a' - 1 + first))), 1),
        0x00..=0x1f => (None, 1),
        0x20..=0xff => character(bytes)?,
    })
}

/// Returns pasted bytes as text; lines end with a line feed, and other control characters are blanks.
fn text(paste: &[u8]) -> String {
    let text = String::from_utf8_lossy(paste).replace("\r\n", "\n");
    let clean = |char: char| match char {
        '\r' | '\n' => '\n',
        char if char.is_control() => ' ',
        char => char,
    };
    text.chars().map(clean).collect()
}

/// Reads what follows an escape; the length includes it. `None` if it is the start of a sequence.
///
/// An escape before a letter is two keys: Alt means nothing here, and a quick hand is more likely.
fn escape(tail: &[u8]) -> Option<(Option<Key>, usize)> {
    match tail {
        [b'[', body @ ..] => {
            let end = body.iter().position(|byte| (0x40..=0x7e).contains(byte))?;
            Some((control_sequence(&body[..end], body[end]), end + 3))
        }
        [b'O', last, ..] => Some((control_sequence(&[], *last), 3)),
        [] | [b'O'] => None,
        [_, ..] => Some((Some(Key::Escape), 1)),
    }
}

fn control_sequence(parameters: &[u8], last: u8) -> Option<Key> {
    match (last, parameters) {
        (b'A', _) => Some(Key::Up),
        (b'B', _) => Some(Key::Down),
        (b'C', _) => Some(Key::Right),
        (b'D', _) => Some(Key::Left),
        (b'H', _) | (b'~', b"1" | b"7") => Some(Key::Home),
        (b'F', _) | (b'~', b"4" | b"8") => Some(Key::End),
        (b'~', b"5") => Some(Key::PageUp),
        (b'~', b"6") => Some(Key::PageDown),
        (b'M', _) => Some(Key::Enter),
        _ => None,
    }
}

/// Reads a character; `None` if its last bytes are missing.
fn character(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let length = match bytes[0] {
        0x00..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
    };
    let text = std::str::from_utf8(bytes.get(..length)?).ok();
    let char = text.and_then(|text| text.chars().next());
    Some((char.map(Key::Char), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the keys of bytes that come at once, and nothing after them.
    fn parse(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        let mut typed = decoder.feed(bytes);
        typed.extend(decoder.flush());
        let key = |typed| match typed {
            Typed::Key(key) => key,
            Typed::Paste(text) => panic!("{text:?} was pasted"),
        };
        typed.into_iter().map(key).collect()
    }

    #[test]
    fn letters_and_control_keys() {
        let keys = [
            Key::Char('n'),
            Key::Enter,
            Key::Ctrl('c'),
            Key::Char(' '),
            Key::Char('é'),
        ];
        assert_eq!(parse("n\r\u{3} é".as_bytes()), keys);
    }

    #[test]
    fn sequences_of_several_terminals() {
        let keys = [
            Key::Up,
            Key::Down,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::Left,
        ];
        assert_eq!(parse(b"\x1b[A\x1bOB\x1b[6~\x1b[1~\x1b[F\x1b[1;5D"), keys);
    }

    #[test]
    fn escape_alone_is_a_key_and_the_unknown_is_nothing() {
        assert_eq!(parse(b"\x1b"), [Key::Escape]);
        assert_eq!(parse(b"\x1b[99~\x1b[200"), []);
        assert_eq!(parse(&[0xff, b'q']), []);
        assert_eq!(parse(&[0x80]), []);
    }

    #[test]
    fn a_letter_right_after_escape_is_a_key_too() {
        assert_eq!(parse(b"\x1bx"), [Key::Escape, Key::Char('x')]);
        assert_eq!(parse(b"\x1b\x1b"), [Key::Escape, Key::Escape]);
        assert_eq!(parse(b"\x1bO"), [Key::Escape, Key::Char('O')]);
        assert_eq!(parse(b"\x1b\r"), [Key::Escape, Key::Enter]);
    }

    #[test]
    fn a_paste_is_text_wherever_the_reads_cut_it() {
        let bytes = "a\x1b[200~q\r\nsé\x1b[A\x1b[201~b".as_bytes();
        let pasted = Typed::Paste("q\nsé [A".into());
        let all = [
            Typed::Key(Key::Char('a')),
            pasted,
            Typed::Key(Key::Char('b')),
        ];
        for cut in 0..bytes.len() {
            let mut decoder = Decoder::default();
            let mut typed = decoder.feed(&bytes[..cut]);
            typed.extend(decoder.feed(&bytes[cut..]));
            assert_eq!(typed, all, "cut at {cut}");
            assert_eq!(decoder.patience(), None);
        }
    }

    #[test]
    fn a_paste_without_an_end_ends_and_a_long_one_is_cut() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(b"\x1b[200~abc"), []);
        assert_eq!(decoder.patience(), Some(REST_OF_PASTE));
        assert_eq!(decoder.flush(), [Typed::Paste("abc".into())]);
        decoder.feed(b"\x1b[200~");
        decoder.feed(&vec![b'x'; 2 * LONGEST_PASTE]);
        let typed = decoder.feed(b"\x1b[201~");
        assert_eq!(typed, [Typed::Paste("x".repeat(LONGEST_PASTE))]);
    }
}
