//! Responses, however broken.

use std::io::{self, BufRead};
use std::time::Duration;

use super::{Framing, has_token, header, header_slots, is_chunked, owned, read_body};

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// Header names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body, chunks decoded.
    pub body: Vec<u8>,
    /// Whether the body is shorter than announced.
    pub is_cut: bool,
    /// The time from the first byte sent to the last byte read.
    pub time: Duration,
}

impl Response {
    /// Parses a complete head; the body and the time are still to come. `None` if it is malformed. Lines
    /// that are no headers are skipped.
    pub(crate) fn parse(head: &[u8]) -> Option<Self> {
        let mut headers = header_slots(head);
        let mut response = httparse::Response::new(&mut headers);
        let parsed = httparse::ParserConfig::default()
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, head);
        parsed.ok().filter(httparse::Status::is_complete)?;
        Some(Self {
            status: response.code?,
            reason: response.reason?.to_owned(),
            headers: owned(response.headers),
            body: Vec::new(),
            is_cut: false,
            time: Duration::ZERO,
        })
    }

    /// Reads the body, which the response to a `HEAD` request never has.
    pub(crate) fn read_body(&mut self, reader: &mut impl BufRead, to_head: bool) -> io::Result<()> {
        if to_head || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(());
        }
        let length = self.header("content-length");
        let framing = match length.and_then(|length| length.parse().ok()) {
            _ if is_chunked(&self.headers) => Framing::Chunked,
            Some(length) => Framing::Length(length),
            None => Framing::UntilClose,
        };
        self.is_cut = !read_body(reader, framing, &mut self.body)?;
        Ok(())
    }

    /// The value of the first header `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether the server closes the connection after this response.
    pub(crate) fn closes(&self) -> bool {
        has_token(&self.headers, "connection", "close")
    }

    /// The body as text; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;
    use crate::kinds::gateway::lab::http::read_head;

    /// A connection that is kept open: nothing may be read beyond the response.
    struct Open;

    impl Read for Open {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    fn read(text: &str, to_head: bool) -> io::Result<Response> {
        let mut reader = BufReader::new(text.as_bytes().chain(Open));
        let head = read_head(&mut reader, 1000)?;
        let mut response = Response::parse(&head).unwrap();
        response.read_body(&mut reader, to_head)?;
        Ok(response)
    }

    #[test]
    fn the_body_ends_where_the_head_says() {
        for (text, to_head, body) in [
            (
                "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nabc",
                false,
                "abc",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                false,
                "abc",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true, ""),
            (
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
                false,
                "",
            ),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", false, ""),
        ] {
            let response = read(text, to_head).unwrap();
            assert_eq!(
                (response.text().as_str(), response.is_cut),
                (body, false),
                "{text}"
            );
        }
        assert!(read("HTTP/1.1 200 OK\r\n\r\nabc", false).is_err(), "no end");
    }

    #[test]
    fn a_line_that_is_no_header_is_skipped() {
        let head = b"HTTP/1.1 404\r\nno header\r\nX Y: 1\r\n fold\r\nA:  b \xff \r\n\r\n";
        let response = Response::parse(head).unwrap();
        assert_eq!((response.status, response.reason.as_str()), (404, ""));
        assert_eq!(
            response.headers,
            [("A".to_owned(), "b \u{fffd}".to_owned())]
        );
    }

    #[test]
    fn what_is_no_head_is_not_parsed() {
        for head in [
            "",
            "\r\n",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/2 200\r\n\r\n",
            "SSH-2.0 x\r\n\r\n",
        ] {
            assert_eq!(Response::parse(head.as_bytes()), None, "{head:?}");
        }
    }
}
