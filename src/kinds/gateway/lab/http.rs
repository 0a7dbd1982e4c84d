//! HTTP/1.1 messages: their heads, parsed by `httparse`, and their bodies, delimited as RFC 9112 says.

mod request;
mod response;

use std::io::{self, BufRead, Read, Write};

pub(crate) use request::{Body, Request, Requests};
pub(crate) use response::Response;

/// The longest body that is read, in bytes.
pub(crate) const MAX_BODY: u64 = 64 << 20;
/// The longest line of a chunked body besides its data, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// How a receiver finds the end of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

/// Reads a head with the blank line that ends it, or what arrives of it within `limit` bytes.
pub(crate) fn read_head(reader: &mut impl BufRead, limit: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut reader = reader.take(limit);
    loop {
        let start = head.len();
        reader.read_until(b'\n', &mut head)?;
        if matches!(&head[start..], b"" | b"\n" | b"\r\n") {
            return Ok(head);
        }
    }
}

/// As many empty headers as `httparse` may find in `head`.
fn header_slots(head: &[u8]) -> Vec<httparse::Header<'_>> {
    let lines = head.split(|byte| *byte == b'\n').count();
    vec![httparse::EMPTY_HEADER; lines]
}

/// Names and values, in order; bytes that are not UTF-8 become U+FFFD.
fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let headers = headers.iter().map(|header| {
        let value = String::from_utf8_lossy(header.value);
        (header.name.to_owned(), value.into_owned())
    });
    headers.collect()
}

/// The value of the first of `headers` called `name`, in any case.
fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut headers = headers.iter();
    let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Whether the comma-separated list in the header `name` has `token`.
fn has_token(headers: &[(String, String)], name: &str, token: &str) -> bool {
    let tokens = header(headers, name).unwrap_or_default().split(',');
    tokens
        .map(str::trim)
        .any(|known| known.eq_ignore_ascii_case(token))
}

fn is_chunked(headers: &[(String, String)]) -> bool {
    has_token(headers, "transfer-encoding", "chunked")
}

/// Writes the content of a body to `body`; returns whether it is complete.
fn read_body(
    reader: &mut impl BufRead,
    framing: Framing,
    body: &mut impl Write,
) -> io::Result<bool> {
    match framing {
        Framing::Length(length) => {
            let read = io::copy(&mut reader.take(length.min(MAX_BODY)), body)?;
            Ok(read == length)
        }
        Framing::Chunked => read_chunks(reader, body),
        Framing::UntilClose => {
            let read = io::copy(&mut reader.take(MAX_BODY), body)?;
            Ok(read < MAX_BODY)
        }
    }
}

fn read_chunks(reader: &mut impl BufRead, body: &mut impl Write) -> io::Result<bool> {
    let mut total = 0_u64;
    loop {
        let line = read_line(reader)?;
        let Ok(httparse::Status::Complete((_, size))) = httparse::parse_chunk_size(&line) else {
            return Ok(false);
        };
        if size == 0 {
            break;
        }
        total = total.saturating_add(size);
        if total > MAX_BODY || io::copy(&mut reader.take(size), body)? < size {
            return Ok(false);
        }
        if read_line(reader)? != b"\r\n" {
            return Ok(false);
        }
    }
    // The trailer section ends like a head.
    let trailers = read_head(reader, MAX_LINE)?;
    Ok(trailers.ends_with(b"\r\n"))
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &str) -> (bool, String, String) {
        let mut rest = text.as_bytes();
        let mut body = Vec::new();
        let whole = read_body(&mut rest, Framing::Chunked, &mut body).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (whole, text(&body), text(rest))
    }

    #[test]
    fn a_chunked_body_ends_after_its_trailers() {
        let found =
            chunks("3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\nnext");
        assert_eq!(found, (true, "abc0123456789".into(), "next".into()));
    }

    #[test]
    fn a_chunked_body_that_breaks_off_is_incomplete() {
        for (text, body) in [
            ("", ""),
            ("3", ""),
            ("x\r\nabc\r\n0\r\n\r\n", ""),
            ("9\r\nabc", "abc"),
            ("3\r\nabcd\r\n0\r\n\r\n", "abc"),
            ("3\r\nabc\r\n", "abc"),
            ("3\r\nabc\r\n0\r\n", "abc"),
            ("3\r\nabc\r\n0\r\nA: b", "abc"),
            ("ffffffffffffffff\r\nabc", ""),
        ] {
            let (whole, found, _) = chunks(text);
            assert_eq!((whole, found.as_str()), (false, body), "{text:?}");
        }
    }

    #[test]
    fn a_head_is_read_to_its_blank_line_and_no_further() {
        let mut rest = &b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"[..];
        let head = read_head(&mut rest, 1000).unwrap();
        assert_eq!(head, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
        assert_eq!(rest, b"body");
        assert_eq!(read_head(&mut rest, 3).unwrap(), b"bod");
    }
}
