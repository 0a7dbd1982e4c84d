//! The requests on a connection, as far as an upstream needs them.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::{Framing, has_token, header, header_slots, is_chunked, owned, read_body, read_head};

/// The longest head of a request, in bytes.
const MAX_HEAD: u64 = 64 << 10;
/// How many bytes of a body are kept for comparison.
const KEPT: usize = 64 << 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub method: String,
    /// The path with its query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// Such as `HTTP/1.1`.
    pub version: String,
    /// Whether the connection is kept alive after the response.
    pub keeps_alive: bool,
    pub body: Body,
}

/// The length of a body and its first bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Body {
    length: u64,
    beginning: Vec<u8>,
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len() as u64,
            beginning: bytes[..bytes.len().min(KEPT)].to_vec(),
        }
    }
}

impl Body {
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = KEPT - self.beginning.len();
        self.beginning.extend(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Request {
    /// Parses a complete head; the body is still to come. `None` if it is malformed. Lines that are no
    /// headers are skipped.
    fn parse(head: &[u8]) -> Option<Self> {
        let mut headers = header_slots(head);
        let mut request = httparse::Request::new(&mut headers);
        let parsed = parse(&mut request, head);
        parsed.ok().filter(httparse::Status::is_complete)?;
        let headers = owned(request.headers);
        let version = format!("HTTP/1.{}", request.version?);
        Some(Self {
            method: request.method?.to_owned(),
            target: request.path?.to_owned(),
            keeps_alive: version == "HTTP/1.1" && !has_token(&headers, "connection", "close"),
            headers,
            version,
            body: Body::default(),
        })
    }

    /// The value of the first header `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether the comma-separated list in the header `name` has `token`.
    pub(crate) fn has_token(&self, name: &str, token: &str) -> bool {
        has_token(&self.headers, name, token)
    }

    fn framing(&self) -> Option<Framing> {
        if is_chunked(&self.headers) {
            return Some(Framing::Chunked);
        }
        let length = self.header("content-length").unwrap_or("0");
        length.parse().ok().map(Framing::Length)
    }
}

/// The requests that arrive on a connection.
#[derive(Debug)]
pub(crate) struct Requests<R: Read>(BufReader<R>);

impl<R: Read> Requests<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self(BufReader::new(stream))
    }

    /// Waits for the first byte of the next request; `false` at the end of the stream.
    pub(crate) fn wait(&mut self) -> io::Result<bool> {
        Ok(!self.0.fill_buf()?.is_empty())
    }

    /// Reads the next request with its body; `None` if it is malformed or incomplete.
    pub(crate) fn next(&mut self) -> io::Result<Option<Request>> {
        // What starts like no request, such as a TLS handshake, has no blank line to wait for.
        if !may_start_request(self.0.fill_buf()?) {
            return Ok(None);
        }
        let head = read_head(&mut self.0, MAX_HEAD)?;
        let Some(mut request) = Request::parse(&head) else {
            return Ok(None);
        };
        let Some(framing) = request.framing() else {
            return Ok(None);
        };
        let is_whole = read_body(&mut self.0, framing, &mut request.body)?;
        Ok(is_whole.then_some(request))
    }
}

fn parse<'b>(request: &mut httparse::Request<'_, 'b>, head: &'b [u8]) -> httparse::Result<usize> {
    httparse::ParserConfig::default()
        .ignore_invalid_headers_in_requests(true)
        .parse_request(request, head)
}

fn may_start_request(bytes: &[u8]) -> bool {
    let mut headers = header_slots(bytes);
    parse(&mut httparse::Request::new(&mut headers), bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn requests(text: &[u8]) -> Vec<Request> {
        let mut requests = Requests::new(text);
        let mut found = Vec::new();
        while let Ok(Some(request)) = requests.next() {
            found.push(request);
        }
        found
    }

    #[test]
    fn requests_follow_one_another_whatever_their_bodies() {
        let text = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\
                     PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n\
                     GET /c HTTP/1.0\r\nHost: x\r\n\r\n";
        let found = requests(text);
        let targets: Vec<_> = found.iter().map(|found| found.target.as_str()).collect();
        assert_eq!(targets, ["/a", "/b", "/c"]);
        let kept: Vec<_> = found.iter().map(|found| found.keeps_alive).collect();
        assert_eq!(kept, [true, true, false]);
        assert_eq!(found[2].header("host"), Some("x"));
        let bodies = found.into_iter().map(|found| found.body);
        let sent: [&[u8]; 3] = [b"abc", b"ab", b""];
        assert!(bodies.eq(sent.map(Body::from)));
    }

    /// A client that waits for an answer.
    struct Waiting;

    impl Read for Waiting {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    #[test]
    fn what_starts_like_no_request_is_malformed_at_once() {
        let handshake = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
        for bytes in [&handshake[..], b"SSH-2.0-x\r\n"] {
            let mut requests = Requests::new(bytes.chain(Waiting));
            assert_eq!(requests.next().unwrap(), None);
        }
        let mut requests = Requests::new(b"GET / HT".chain(Waiting));
        let error = requests.next().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn of_a_long_body_its_length_is_known() {
        let long = vec![b'x'; KEPT + 2];
        let mut body = Body::default();
        long.chunks(1000).for_each(|bytes| body.add(bytes));
        assert_eq!(body, Body::from(&*long));
        assert_ne!(body, Body::from(&long[1..]));
    }

    proptest! {
        #[test]
        fn rubbish_is_no_request_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            requests(&bytes);
            let mut text = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            text.extend(bytes);
            requests(&text);
        }
    }
}
