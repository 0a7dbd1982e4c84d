//! Parses the requests on a connection, as far as an upstream needs it.

use std::io::{self, BufRead, BufReader, Read, Write};

const HEAD: u64 = 64 << 10;
const BODY: u64 = 64 << 20;
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
    /// The value of the first header `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether `word` is in the comma-separated list of the header `name`.
    pub(crate) fn says(&self, name: &str, word: &str) -> bool {
        let words = self.header(name).unwrap_or_default().split(',');
        words
            .map(str::trim)
            .any(|known| known.eq_ignore_ascii_case(word))
    }
}

#[derive(Debug)]
pub(super) struct Requests<R: Read>(BufReader<R>);

impl<R: Read> Requests<R> {
    pub(super) fn new(stream: R) -> Self {
        Self(BufReader::new(stream))
    }

    /// Waits for the first byte of the next request; `false` at the end of the stream.
    pub(super) fn wait(&mut self) -> io::Result<bool> {
        Ok(!self.0.fill_buf()?.is_empty())
    }

    /// Reads the next request with its body; `None` if it is malformed or incomplete.
    pub(super) fn next(&mut self) -> io::Result<Option<Request>> {
        let mut head = (&mut self.0).take(HEAD);
        let Some(first) = line(&mut head)? else {
            return Ok(None);
        };
        let Some((method, target, version)) = first_line(&first) else {
            return Ok(None);
        };
        let mut request = Request {
            method,
            target,
            headers: Vec::new(),
            version,
            keeps_alive: false,
            body: Body::default(),
        };
        loop {
            let Some(text) = line(&mut head)? else {
                return Ok(None);
            };
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').unwrap_or((&text, ""));
            let header = (name.to_owned(), value.trim().to_owned());
            request.headers.push(header);
        }
        request.keeps_alive = request.version == "HTTP/1.1" && !request.says("connection", "close");
        Ok(self.body(&mut request)?.then_some(request))
    }

    /// Reads the body; `false` if it is incomplete.
    fn body(&mut self, request: &mut Request) -> io::Result<bool> {
        if request.says("transfer-encoding", "chunked") {
            return self.chunks(&mut request.body);
        }
        let length = request.header("content-length").unwrap_or("0");
        let Ok(length) = length.parse::<u64>() else {
            return Ok(false);
        };
        self.take(length, &mut request.body)
    }

    fn chunks(&mut self, body: &mut Body) -> io::Result<bool> {
        let mut whole = 0;
        while whole <= BODY {
            let size = line(&mut (&mut self.0).take(HEAD))?.unwrap_or_default();
            let digits = size.split(';').next().unwrap_or_default();
            let Ok(size) = u64::from_str_radix(digits.trim(), 16) else {
                return Ok(false);
            };
            whole = whole.saturating_add(size);
            if whole > BODY || !self.take(size, body)? {
                return Ok(false);
            }
            // The CRLF after the chunk's data, or the trailer section.
            if line(&mut (&mut self.0).take(HEAD))?.is_none_or(|line| !line.is_empty()) {
                return Ok(false);
            }
            if size == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take(&mut self, length: u64, body: &mut Body) -> io::Result<bool> {
        let read = io::copy(&mut (&mut self.0).take(length.min(BODY)), body)?;
        Ok(read == length)
    }
}

/// Reads a line without its end; `None` if the stream ends before it does.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes)?;
    if bytes.pop() != Some(b'\n') {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

fn first_line(line: &str) -> Option<(String, String, String)> {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_request = words.next().is_none() && version.starts_with("HTTP/1.");
    is_request.then(|| (method.to_owned(), target.to_owned(), version.to_owned()))
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
