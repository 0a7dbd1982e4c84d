//! A log line without what carried it here: JSON's escapes, and colours.

use std::borrow::Cow;

use memchr::{memchr2, memmem};

/// What a sequence that colours text begins with.
const ESCAPE: u8 = 0x1b;

/// Returns `line` without the escapes of the JSON string it stands in, as Docker and cloud providers wrap
/// lines, and without a terminal's colours. A line that has neither is returned as it is.
pub(super) fn unwrapped(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'\\', ESCAPE, line).is_none() {
        return Cow::Borrowed(line);
    }
    let is_escaped = memmem::find(line, b"\\\"").is_some();
    if !is_escaped && !line.contains(&ESCAPE) {
        return Cow::Borrowed(line);
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(b'"' | b'\\')) if is_escaped => {}
            (ESCAPE, Some(b'[')) => {
                bytes.by_ref().skip(1).find(u8::is_ascii_alphabetic);
            }
            _ => plain.push(byte),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_colours_are_taken_off_and_a_plain_line_is_left_alone() {
        for (line, plain) in [
            (
                r#"{"log":"\"GET / HTTP/1.1\" 502 157"}"#,
                r#"{"log":""GET / HTTP/1.1" 502 157"}"#,
            ),
            (r#"{"a":"{\\\"b\\\":1}"}"#, r#"{"a":"{"b":1}"}"#),
            ("\u{1b}[36mnginx-1  |\u{1b}[0m 502", "nginx-1  | 502"),
            (r#""\x22" C:\dir é"#, r#""\x22" C:\dir é"#),
            ("\u{1b}", "\u{1b}"),
            (r"C:\\dir", r"C:\\dir"),
            ("\u{1b}[0mC:\\\\dir", "C:\\\\dir"),
        ] {
            assert_eq!(unwrapped(line.as_bytes()), plain.as_bytes());
        }
    }
}
