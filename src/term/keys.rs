//! Bytes from a keyboard to keys.

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

/// Returns the keys in `bytes`, as one read from a terminal in raw mode gave them. What is no key
/// we know is left out, and so is a sequence that is cut short.
pub(super) fn parse(bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let (key, length) = match first {
            0x1b => escape(tail),
            b'\r' | b'\n' => (Some(Key::Enter), 1),
            0x7f | 0x08 => (Some(Key::Backspace), 1),
            0x01..=0x1a => (Some(Key::Ctrl(char::from(b'a' - 1 + first))), 1),
            0x00..=0x1f => (None, 1),
            0x20..=0xff => character(rest),
        };
        keys.extend(key);
        rest = &rest[length..];
    }
    keys
}

/// Reads what follows an escape; the length includes it.
fn escape(tail: &[u8]) -> (Option<Key>, usize) {
    match tail {
        [b'[', body @ ..] => {
            let end = body.iter().position(|byte| (0x40..=0x7e).contains(byte));
            let Some(end) = end else {
                return (None, 1 + tail.len());
            };
            (control_sequence(&body[..end], body[end]), end + 3)
        }
        [b'O', last, ..] => (control_sequence(&[], *last), 3),
        [] | [0x1b, ..] => (Some(Key::Escape), 1),
        [_, ..] => (None, 2),
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

fn character(bytes: &[u8]) -> (Option<Key>, usize) {
    let length = match bytes[0] {
        0x00..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
    };
    let length = length.min(bytes.len());
    let text = std::str::from_utf8(&bytes[..length]).ok();
    (
        text.and_then(|text| text.chars().next()).map(Key::Char),
        length,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(parse(b"\x1b[99~\x1bx\x1b[200"), []);
        assert_eq!(parse(&[0xff, b'q']), []);
        assert_eq!(parse(&[0x80]), []);
    }
}
