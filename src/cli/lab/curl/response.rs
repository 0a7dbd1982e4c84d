//! An answer, read as far as it goes: to its announced end, or to that of the connection.

use std::io::{self, Read};

/// The most bytes of an answer.
const MOST: usize = 64 << 20;
/// The end of a header.
const BLANK: &[u8] = b"\r\n\r\n";

/// An answer.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: String,
    pub(super) code: u16,
    /// The status line, the header and the empty line, as they came.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// How long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunks,
    ToTheEnd,
}

impl Response {
    /// Reads an answer from `stream`; one to a `HEAD` has no body.
    pub(super) fn read(mut stream: impl Read, to_head: bool) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = find(&bytes, BLANK) {
                break end + BLANK.len();
            }
            if more(&mut stream, &mut bytes)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let malformed = || io::Error::other("no HTTP");
        let status = head
            .split_whitespace()
            .nth(1)
            .ok_or_else(malformed)?
            .to_owned();
        let code = status.parse().map_err(|_| malformed())?;
        let length = if to_head || matches!(code, 204 | 304) {
            Length::Bytes(0)
        } else {
            length(&head)
        };
        let mut body = bytes.split_off(end);
        while !is_whole(&body, length) && more(&mut stream, &mut body)? > 0 {}
        if length == Length::Chunks {
            body = unchunked(&body);
        }
        Ok(Self {
            status,
            code,
            head,
            body,
        })
    }
}

/// Reads a piece, and returns how long it is.
fn more(stream: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 16 << 10];
    let count = stream.read(&mut piece)?;
    if bytes.len() + count > MOST {
        return Err(io::Error::other("an answer without an end"));
    }
    bytes.extend_from_slice(&piece[..count]);
    Ok(count)
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn length(head: &str) -> Length {
    let mut length = Length::ToTheEnd;
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            return Length::Chunks;
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().map_or(length, Length::Bytes);
        }
    }
    length
}

fn is_whole(body: &[u8], length: Length) -> bool {
    match length {
        Length::Bytes(count) => body.len() >= count,
        Length::Chunks => body.starts_with(b"0\r\n\r\n") || body.ends_with(b"\r\n0\r\n\r\n"),
        Length::ToTheEnd => false,
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = find(rest, b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            break;
        };
        let start = end + 2;
        let stop = (start.saturating_add(size)).min(rest.len());
        whole.extend_from_slice(&rest[start..stop]);
        if size == 0 {
            break;
        }
        rest = rest.get(stop + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, to_head: bool) -> io::Result<(u16, Vec<u8>)> {
        // What comes after the answer is not waited for.
        let mut stream = text.as_bytes().chain(Never);
        Response::read(&mut stream, to_head).map(|answer| (answer.code, answer.body))
    }

    struct Never;

    impl Read for Never {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(read(text, false).unwrap(), (200, b"abcde".to_vec()));
    }

    #[test]
    fn an_answer_ends_where_it_says() {
        let text = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(read(text, false).unwrap(), (502, b"abc".to_vec()));
        assert_eq!(
            read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true)
                .unwrap()
                .1,
            b""
        );
        assert!(
            read("HTTP/1.1 200 OK\r\n\r\nabc", false).is_err(),
            "it goes on"
        );
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        let answer = Response::read(&b"HTTP/1.0 200 OK\r\n\r\nabc"[..], false).unwrap();
        assert_eq!(answer.body, b"abc");
        let nothing = Response::read(&b""[..], false).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::UnexpectedEof);
    }
}
