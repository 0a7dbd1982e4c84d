//! FastCGI 1.0 in the role of a responder, as PHP-FPM speaks it: the requests on a connection, and the records
//! of an answer.
//!
//! <https://fastcgi-archives.github.io/FastCGI_Specification.html>. Requests on one connection follow one another;
//! neither nginx nor PHP-FPM interleaves them.

use std::io::{self, BufRead, BufReader, Read, Write as _};

use crate::kinds::gateway::lab::http::{Body, MAX_BODY, Request};

/// What a request has as its version: no protocol of HTTP is spoken.
const VERSION: &str = "FastCGI/1";
/// The most bytes of parameters.
const MAX_PARAMS: usize = 64 << 10;
/// The most bytes of content in a record that is sent, a multiple of eight, so that none needs padding.
const MOST_CONTENT: usize = 0xfff8;
/// The role of a responder in `BEGIN_REQUEST`.
const RESPONDER: [u8; 2] = [0, 1];
/// The flag of `BEGIN_REQUEST` that keeps the connection open.
const KEEP_CONNECTION: u8 = 1;
/// The parameters of a request's content, which are header lines to an app.
const CONTENT: [(&str, &str); 2] = [
    ("CONTENT_TYPE", "content-type"),
    ("CONTENT_LENGTH", "content-length"),
];

/// The type of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum RecordType {
    Begin = 1,
    End = 3,
    Params = 4,
    Stdin = 5,
    Stdout = 6,
    Stderr = 7,
}

/// A record as it was read: the type's number, which may be none of ours, the request's id, and the content.
#[derive(Debug)]
struct Record {
    number: u8,
    id: [u8; 2],
    content: Vec<u8>,
}

/// A request, and what PHP-FPM asks of it beside HTTP.
#[derive(Debug)]
pub(super) struct FastCgiRequest {
    pub(super) request: Request,
    /// `SCRIPT_FILENAME`, or `PATH_TRANSLATED` where that is not sent.
    pub(super) script: Option<String>,
    id: [u8; 2],
}

/// The requests that arrive on a connection.
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
    pub(super) fn next(&mut self) -> io::Result<Option<FastCgiRequest>> {
        let Some(begin) = self.record()?.filter(|it| it.is(RecordType::Begin)) else {
            return Ok(None);
        };
        let (Some(role), Some(flags)) = (begin.content.get(..2), begin.content.get(2)) else {
            return Ok(None);
        };
        if role != RESPONDER {
            return Ok(None);
        }
        let mut params = Vec::new();
        let all = |content: &[u8]| {
            params.extend_from_slice(content);
            params.len() <= MAX_PARAMS
        };
        if !self.stream(RecordType::Params, begin.id, all)? {
            return Ok(None);
        }
        let Some(params) = Params::parse(&params) else {
            return Ok(None);
        };
        let mut body = Body::default();
        // A script reads no further than to CONTENT_LENGTH.
        let mut missing = params.content_length();
        let mut total = 0;
        let all = |content: &[u8]| {
            total += content.len() as u64;
            let read = content
                .len()
                .min(usize::try_from(missing).unwrap_or(usize::MAX));
            missing -= read as u64;
            body.write_all(&content[..read]).is_ok() && total <= MAX_BODY
        };
        if !self.stream(RecordType::Stdin, begin.id, all)? {
            return Ok(None);
        }
        let keeps_alive = flags & KEEP_CONNECTION != 0;
        Ok(Some(params.into_request(begin.id, keeps_alive, body)))
    }

    /// Reads the records of a stream up to the empty one that ends it. `false` if others come, the connection
    /// ends, or `add` wants no more.
    fn stream(
        &mut self,
        of: RecordType,
        id: [u8; 2],
        mut add: impl FnMut(&[u8]) -> bool,
    ) -> io::Result<bool> {
        while let Some(record) = self.record()? {
            if !record.is(of) || record.id != id {
                return Ok(false);
            }
            if record.content.is_empty() {
                return Ok(true);
            }
            if !add(&record.content) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Reads a record; `None` if it is of another version or cut short.
    fn record(&mut self) -> io::Result<Option<Record>> {
        // What is no FastCGI has no header to wait for.
        if self.0.fill_buf()?.first() != Some(&1) {
            return Ok(None);
        }
        let mut header = [0; 8];
        let [
            _,
            number,
            id_high,
            id_low,
            length_high,
            length_low,
            padding,
            _,
        ] = match self.0.read_exact(&mut header) {
            Ok(()) => header,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        };
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        let whole = length + usize::from(padding);
        let mut content = Vec::new();
        (&mut self.0).take(whole as u64).read_to_end(&mut content)?;
        let is_whole = content.len() == whole;
        content.truncate(length);
        Ok(is_whole.then_some(Record {
            number,
            id: [id_high, id_low],
            content,
        }))
    }
}

impl Record {
    fn is(&self, kind: RecordType) -> bool {
        self.number == kind as u8
    }
}

/// The parameters of a request, in order.
struct Params(Vec<(String, String)>);

impl Params {
    /// Parses names and values; `None` if a length goes beyond the end.
    fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut params = Vec::new();
        while !bytes.is_empty() {
            let [name, value] = [take_length(&mut bytes)?, take_length(&mut bytes)?];
            let mut text = |length: usize| {
                let (text, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Some(String::from_utf8_lossy(text).into_owned())
            };
            params.push((text(name)?, text(value)?));
        }
        Some(Self(params))
    }

    /// Of a parameter that is sent twice the last value counts.
    fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter().rev();
        let found = all.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn content_length(&self) -> u64 {
        let length = self.get("CONTENT_LENGTH").unwrap_or_default();
        length.parse().unwrap_or(0)
    }

    /// The path that a script routes by, which is `REQUEST_URI`'s, with the query that it reads, which is
    /// `QUERY_STRING`.
    fn target(&self) -> String {
        let uri = self.get("REQUEST_URI").unwrap_or_default();
        let path = uri.split('?').next().unwrap_or_default();
        match self.get("QUERY_STRING").unwrap_or_default() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The header lines: `HTTP_X_BASKET` is `x-basket`. A script takes those of the content from parameters
    /// without `HTTP_`.
    fn headers(&self) -> Vec<(String, String)> {
        let is_content = |name: &str| CONTENT.iter().any(|(_, known)| *known == name);
        let lines = self.0.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("HTTP_")?;
            let name = name.to_ascii_lowercase().replace('_', "-");
            (!is_content(&name)).then(|| (name, value.clone()))
        });
        let content = CONTENT.iter().filter_map(|(param, name)| {
            let value = self.get(param).filter(|value| !value.is_empty())?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        lines.chain(content).collect()
    }

    fn into_request(self, id: [u8; 2], keeps_alive: bool, body: Body) -> FastCgiRequest {
        let script = self.get("SCRIPT_FILENAME");
        let script = script.or_else(|| self.get("PATH_TRANSLATED"));
        FastCgiRequest {
            script: script.map(str::to_owned),
            id,
            request: Request {
                method: self.get("REQUEST_METHOD").unwrap_or_default().to_owned(),
                target: self.target(),
                headers: self.headers(),
                version: VERSION.to_owned(),
                keeps_alive,
                body,
            },
        }
    }
}

/// Takes a length from the front of `bytes`: one byte below 128, else four with the highest bit set.
fn take_length(bytes: &mut &[u8]) -> Option<usize> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        *bytes = rest;
        return Some(first.into());
    }
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    usize::try_from(u32::from_be_bytes(*length) & 0x7fff_ffff).ok()
}

impl FastCgiRequest {
    /// The records of a part of standard output.
    pub(super) fn stdout(&self, bytes: &[u8]) -> Vec<u8> {
        self.stream(RecordType::Stdout, bytes)
    }

    /// The records that end the answer: of standard output, and of the request, with application status 0 and
    /// protocol status `REQUEST_COMPLETE`.
    pub(super) fn end(&self) -> Vec<u8> {
        let mut bytes = record(RecordType::Stdout, self.id, &[]);
        bytes.extend(record(RecordType::End, self.id, &[0; 8]));
        bytes
    }

    /// The records of what a script or PHP-FPM writes to standard error, which nginx logs.
    pub(super) fn stderr(&self, text: &str) -> Vec<u8> {
        self.stream(RecordType::Stderr, text.as_bytes())
    }

    fn stream(&self, of: RecordType, bytes: &[u8]) -> Vec<u8> {
        let parts = bytes.chunks(MOST_CONTENT);
        parts.flat_map(|part| record(of, self.id, part)).collect()
    }
}

/// The bytes of a record with `content` of at most [`MOST_CONTENT`] bytes.
fn record(kind: RecordType, id: [u8; 2], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("no content is longer than MOST_CONTENT");
    let [high, low] = length.to_be_bytes();
    let mut bytes = vec![1, kind as u8, id[0], id[1], high, low, 0, 0];
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes of a request with `params` and `body`, as nginx sends them.
    pub(in crate::kinds::gateway::lab::upstream) fn request(
        params: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let id = [0, 1];
        let mut bytes = record(RecordType::Begin, id, &[0, 1, 0, 0, 0, 0, 0, 0]);
        let length = |length: usize| u32::try_from(length).unwrap() | 0x8000_0000;
        let mut content = Vec::new();
        for (name, value) in params {
            content.push(u8::try_from(name.len()).unwrap());
            content.extend(length(value.len()).to_be_bytes());
            content.extend([name.as_bytes(), value.as_bytes()].concat());
        }
        if !content.is_empty() {
            bytes.extend(record(RecordType::Params, id, &content));
        }
        bytes.extend(record(RecordType::Params, id, &[]));
        for part in body.chunks(3) {
            bytes.extend(record(RecordType::Stdin, id, part));
        }
        bytes.extend(record(RecordType::Stdin, id, &[]));
        bytes
    }

    pub(in crate::kinds::gateway::lab::upstream) fn read(bytes: &[u8]) -> Vec<FastCgiRequest> {
        let mut requests = Requests::new(bytes);
        let mut found = Vec::new();
        while let Ok(Some(request)) = requests.next() {
            found.push(request);
        }
        found
    }

    const ORDER: [(&str, &str); 8] = [
        ("REQUEST_METHOD", "POST"),
        ("REQUEST_URI", "/orders?a=b"),
        ("QUERY_STRING", "a=b"),
        ("CONTENT_TYPE", "text/plain"),
        ("CONTENT_LENGTH", "7"),
        ("HTTP_CONTENT_LENGTH", "9"),
        ("HTTP_X_BASKET", "1"),
        ("SCRIPT_FILENAME", "/srv/shop/index.php"),
    ];

    #[test]
    fn requests_follow_one_another_with_what_a_script_sees_of_them() {
        let found = read(&[request(&ORDER, b"book=17"), request(&[], b"")].concat());
        assert_eq!(found.len(), 2);
        let Request { method, target, .. } = &found[0].request;
        assert_eq!((&**method, &**target), ("POST", "/orders?a=b"));
        let header = |name| found[0].request.header(name);
        assert_eq!(header("Content-Type"), Some("text/plain"));
        assert_eq!(header("Content-Length"), Some("7"));
        assert_eq!(header("X-Basket"), Some("1"));
        assert_eq!(found[0].request.body, Body::from(&b"book=17"[..]));
        assert!(!found[0].request.keeps_alive);
    }

    #[test]
    fn what_is_not_passed_does_not_arrive() {
        let without = |name: &str| {
            let params: Vec<_> = ORDER.into_iter().filter(|(it, _)| *it != name).collect();
            read(&request(&params, b"book=17")).remove(0).request
        };
        assert_eq!(without("REQUEST_METHOD").method, "");
        assert_eq!(without("QUERY_STRING").target, "/orders");
        assert_eq!(without("REQUEST_URI").target, "?a=b");
        assert!(without("CONTENT_LENGTH").body.is_empty());
        assert_eq!(without("CONTENT_TYPE").header("content-type"), None);
    }

    #[test]
    fn a_long_answer_takes_several_records() {
        let found = read(&request(&ORDER, b"")).remove(0);
        let bytes = [found.stdout(&vec![b'x'; 100_000]), found.end()].concat();
        let mut records = Requests::new(&*bytes);
        let mut lengths = Vec::new();
        while let Some(record) = records.record().unwrap() {
            lengths.push((record.number, record.content.len()));
        }
        assert_eq!(lengths, [(6, MOST_CONTENT), (6, 34_472), (6, 0), (3, 8)]);
    }

    #[test]
    fn another_role_version_or_order_is_no_request() {
        let whole = request(&ORDER, b"book=17");
        for (place, byte) in [(0, 2), (1, 4), (9, 2), (17, 1), (17, 5), (19, 2)] {
            let mut bytes = whole.clone();
            bytes[place] = byte;
            assert!(read(&bytes).is_empty(), "{place}");
        }
        assert!(read(b"GET / HTTP/1.0\r\n\r\n").is_empty());
    }

    #[test]
    fn a_request_that_is_cut_short_is_none() {
        let whole = request(&ORDER, b"book=17");
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_empty(), "{length}");
        }
        assert_eq!(read(&whole).len(), 1);
    }

    #[test]
    fn parameters_are_bounded() {
        let long = "x".repeat(60_000);
        let mut bytes = record(RecordType::Begin, [0, 1], &[0, 1, 0, 0, 0, 0, 0, 0]);
        for _ in 0..2 {
            bytes.extend(record(RecordType::Params, [0, 1], long.as_bytes()));
        }
        let mut requests = Requests::new(bytes.chain(io::repeat(1)));
        assert!(requests.next().unwrap().is_none());
    }

    proptest! {
        #[test]
        fn rubbish_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
            Params::parse(&bytes);
            let mut records = record(RecordType::Begin, [0, 1], &[0, 1, 0, 0, 0, 0, 0, 0]);
            records.extend(record(RecordType::Params, [0, 1], &bytes));
            records.extend(bytes);
            read(&records);
        }
    }
}
