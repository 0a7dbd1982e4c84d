//! An HTTP/1.1 client: sends requests to the gateway and reads whole responses, however broken.

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::http::{self, Response};
use super::upstream::websocket;
use crate::sys::clock::Stopwatch;

/// The longest head of a response, in bytes.
const MAX_HEAD: u64 = 256 << 10;
/// The payload of the WebSocket frame that must be echoed.
const ECHO: &str = "is anybody there?";

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
    reader: BufReader<TimedStream>,
}

/// A stream with a deadline: `timeout` after the start of `watch`.
#[derive(Debug)]
struct TimedStream {
    stream: TcpStream,
    timeout: Duration,
    watch: Stopwatch,
}

impl Connection {
    /// Connects to `address`; `timeout` applies to connecting and to each response.
    pub(crate) fn open(address: SocketAddr, timeout: Duration) -> Result<Self, NoResponse> {
        let watch = Stopwatch::start();
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(timeout))?;
        let reader = BufReader::new(TimedStream {
            stream,
            timeout,
            watch,
        });
        Ok(Self { reader })
    }

    /// Sends the complete request `request` and returns the response.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Response, NoResponse> {
        let sent = self.send(request);
        // A server may respond and close before it has read the whole request.
        match self.read_response(request.starts_with(b"HEAD ")) {
            Err(NoResponse::Empty) => {
                sent?;
                Err(NoResponse::Empty)
            }
            answer => answer,
        }
    }

    /// Sends a WebSocket frame, and returns whether it is echoed.
    pub(crate) fn echoes(&mut self) -> Result<bool, NoResponse> {
        self.send(&websocket::frame(ECHO))?;
        let frame = websocket::read_frame(&mut self.reader)?;
        Ok(frame.is_some_and(|frame| frame == ECHO.as_bytes()))
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let connection = self.reader.get_mut();
        connection.watch = Stopwatch::start();
        connection.stream.write_all(bytes)
    }

    fn read_response(&mut self, to_head: bool) -> Result<Response, NoResponse> {
        let head = http::read_head(&mut self.reader, MAX_HEAD)?;
        if head.is_empty() {
            return Err(NoResponse::Empty);
        }
        let mut response = Response::parse(&head).ok_or_else(|| garbled(&head))?;
        response.read_body(&mut self.reader, to_head)?;
        response.time = self.reader.get_ref().watch.elapsed();
        Ok(response)
    }
}

impl Read for TimedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.watch.remaining(self.timeout);
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        match self.stream.read(buffer) {
            // A reset counts as the end of the stream.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(0),
            read => read,
        }
    }
}

fn garbled(bytes: &[u8]) -> NoResponse {
    let text = String::from_utf8_lossy(bytes);
    NoResponse::Garbled(text.chars().take(60).collect())
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
        vec![first, connection.read_response(false)]
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
