//! An HTTP/1.1 client: sends requests to the gateway and reads whole responses, however broken.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::upstream::websocket;
use crate::sys::clock::Stopwatch;

const MAX_BODY: usize = 64 << 20;
const MAX_HEAD: usize = 256 << 10;
/// The payload of the WebSocket frame that must be echoed.
const ECHO: &str = "is anybody there?";

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
    /// The value of the first header `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoResponse {
    /// Nothing listens on the port.
    #[error("connection refused")]
    Refused,
    /// No whole response within the timeout.
    #[error("no whole answer in time")]
    Late,
    /// The connection was closed before a byte arrived.
    #[error("the connection was closed without an answer")]
    Empty,
    /// The first bytes, which are no HTTP/1 status line.
    #[error("what came is not an HTTP answer")]
    Garbled(String),
    #[error("the connection broke")]
    Broken(#[source] io::Error),
}

impl From<io::Error> for NoResponse {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Late,
            _ => Self::Broken(error),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    timeout: Duration,
    watch: Stopwatch,
    /// Bytes read beyond the last response.
    rest: Vec<u8>,
}

impl Connection {
    /// Connects to `address`; `timeout` applies to connecting and to each response.
    pub(crate) fn open(address: SocketAddr, timeout: Duration) -> Result<Self, NoResponse> {
        let watch = Stopwatch::start();
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            timeout,
            watch,
            rest: Vec::new(),
        })
    }

    /// Sends the complete request `request` and returns the response.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Response, NoResponse> {
        self.watch = Stopwatch::start();
        self.stream.set_write_timeout(Some(self.timeout))?;
        let sent = self.stream.write_all(request);
        let has_body = !request.starts_with(b"HEAD ");
        // A server may respond and close before it has read the whole request.
        match self.read_response(has_body) {
            Err(NoResponse::Empty) => {
                sent?;
                Err(NoResponse::Empty)
            }
            answer => answer,
        }
    }

    /// Sends a WebSocket frame, and returns whether it is echoed.
    pub(crate) fn echoes(&mut self) -> Result<bool, NoResponse> {
        self.stream.write_all(&websocket::frame(ECHO))?;
        self.stream.set_read_timeout(Some(self.timeout))?;
        let mut bytes = self.rest.as_slice().chain(&mut self.stream);
        let frame = websocket::read_frame(&mut bytes)?;
        Ok(frame.is_some_and(|frame| frame == ECHO.as_bytes()))
    }

    fn read_response(&mut self, has_body: bool) -> Result<Response, NoResponse> {
        let mut response = loop {
            if let Some(end) = find_bytes(&self.rest, b"\r\n\r\n") {
                let head: Vec<u8> = self.rest.drain(..end + 4).collect();
                break parse_head(&head)?;
            }
            if self.rest.len() > MAX_HEAD || !self.read_more()? {
                if self.rest.is_empty() {
                    return Err(NoResponse::Empty);
                }
                return Err(garbled(&self.rest));
            }
        };
        if has_body && !matches!(response.status, 100..=199 | 204 | 304) {
            self.read_body(&mut response)?;
        }
        response.time = self.watch.elapsed();
        Ok(response)
    }

    fn read_body(&mut self, response: &mut Response) -> Result<(), NoResponse> {
        let chunked = response.header("transfer-encoding");
        if chunked.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks(response);
        }
        let announced = response.header("content-length");
        let length = announced.and_then(|length| length.parse::<usize>().ok());
        let until = length.unwrap_or(MAX_BODY).min(MAX_BODY);
        while self.rest.len() < until && self.read_more()? {}
        response.is_cut = length.is_some_and(|length| self.rest.len() < length);
        response.body = self.rest.drain(..until.min(self.rest.len())).collect();
        Ok(())
    }

    fn read_chunks(&mut self, response: &mut Response) -> Result<(), NoResponse> {
        while let Some(line) = self.read_line()? {
            let digits = line.split(';').next().unwrap_or_default();
            let Ok(size) = usize::from_str_radix(digits.trim(), 16) else {
                break;
            };
            if response.body.len().saturating_add(size) > MAX_BODY {
                break;
            }
            while self.rest.len() < size + 2 && self.read_more()? {}
            let there = size.min(self.rest.len());
            response.body.extend(self.rest.drain(..there));
            if there < size || self.read_line()?.is_none() {
                break;
            }
            if size == 0 {
                return Ok(());
            }
        }
        response.is_cut = true;
        Ok(())
    }

    fn read_line(&mut self) -> Result<Option<String>, NoResponse> {
        loop {
            if let Some(end) = find_bytes(&self.rest, b"\r\n") {
                let line: Vec<u8> = self.rest.drain(..end + 2).collect();
                return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
            }
            if self.rest.len() > MAX_HEAD || !self.read_more()? {
                return Ok(None);
            }
        }
    }

    /// Reads available bytes into `rest`; `false` at the end of the stream.
    fn read_more(&mut self) -> Result<bool, NoResponse> {
        let mut buffer = [0; 16 << 10];
        loop {
            let left = self.watch.remaining(self.timeout);
            if left.is_zero() {
                return Err(NoResponse::Late);
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(&mut buffer) {
                Ok(count) => {
                    self.rest.extend_from_slice(&buffer[..count]);
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A reset counts as the end of the stream.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn find_bytes(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn garbled(bytes: &[u8]) -> NoResponse {
    let text = String::from_utf8_lossy(bytes);
    NoResponse::Garbled(text.chars().take(60).collect())
}

fn parse_head(head: &[u8]) -> Result<Response, NoResponse> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default();
    let (version, rest) = line.split_once(' ').ok_or_else(|| garbled(head))?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = status.parse().map_err(|_| garbled(head))?;
    if !version.starts_with("HTTP/1.") {
        return Err(garbled(head));
    }
    let headers = lines.filter_map(|line| line.split_once(':'));
    Ok(Response {
        status,
        reason: reason.to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        body: Vec::new(),
        is_cut: false,
        time: Duration::ZERO,
    })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    /// Serves `text` to one connection, and returns what two requests on it get.
    fn ask(text: &'static str) -> Vec<Result<Response, NoResponse>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 100];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(text.as_bytes()).unwrap();
        });
        let mut connection = Connection::open(address, Duration::from_secs(5)).unwrap();
        let first = connection.exchange(b"GET / HTTP/1.1\r\n\r\n");
        server.join().unwrap();
        vec![first, connection.read_response(true)]
    }

    #[test]
    fn answers_follow_one_another_whatever_their_bodies() {
        let found = ask(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
             HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\nA: b\r\n\r\nxy",
        );
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.status, first.text().as_str()), (200, "abc"));
        let second = found[1].as_ref().unwrap();
        assert_eq!(
            (second.status, second.reason.as_str(), second.is_cut),
            (502, "Bad Gateway", false)
        );
        assert_eq!(
            (second.text().as_str(), second.header("a")),
            ("xy", Some("b"))
        );
    }

    #[test]
    fn a_body_that_was_cut_is_told() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            let response = ask(text).remove(0).unwrap();
            assert!(response.is_cut, "{text}");
            assert_eq!(response.text(), "abc");
        }
        let whole = ask("HTTP/1.0 200 OK\r\n\r\nabc").remove(0).unwrap();
        assert!(!whole.is_cut && whole.text() == "abc");
    }

    #[test]
    fn what_is_no_answer_says_why() {
        assert!(matches!(ask("")[0], Err(NoResponse::Empty)));
        assert!(matches!(
            ask("HELLO THERE\r\n")[0],
            Err(NoResponse::Garbled(_))
        ));
        assert!(matches!(
            ask("HTTP/2 200\r\n\r\n")[0],
            Err(NoResponse::Garbled(_))
        ));
    }

    #[test]
    fn silence_has_an_end() {
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = silent.local_addr().unwrap();
        let mut connection = Connection::open(address, Duration::from_millis(50)).unwrap();
        let answer = connection.exchange(b"GET / HTTP/1.1\r\n\r\n");
        assert!(matches!(answer, Err(NoResponse::Late)));
        drop(silent);
        let refused = Connection::open(address, Duration::from_secs(1));
        assert!(matches!(refused, Err(NoResponse::Refused)));
    }
}
