//! The customer: sends one request to the gateway and reads the whole answer.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::sys::clock::Stopwatch;

/// The most bytes of an answer that are read.
const MOST: usize = 1 << 20;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The words after the status code.
    pub reason: String,
    /// The body as it came.
    pub body: String,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoResponse {
    /// Nothing listens there.
    #[error("connection refused")]
    Refused,
    /// The answer did not come, or not to its end, in time.
    #[error("no whole answer in time")]
    Late,
    /// The connection was closed without a byte.
    #[error("the connection was closed without an answer")]
    Empty,
    /// What came does not begin with a status line; holds its beginning.
    #[error("what came is not an HTTP answer")]
    Garbled(String),
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] io::Error),
}

/// Sends `request`, the whole text of a request that closes the connection, to `address`, and
/// returns the answer if it comes within `patience`.
///
/// # Errors
/// Fails when there is no answer, or none that is HTTP.
pub fn exchange(
    address: SocketAddr,
    request: &str,
    patience: Duration,
) -> Result<Response, NoResponse> {
    let watch = Stopwatch::start();
    let mut stream = TcpStream::connect_timeout(&address, patience).map_err(no_response)?;
    stream.set_nodelay(true).map_err(no_response)?;
    stream
        .set_write_timeout(Some(patience))
        .map_err(no_response)?;
    stream.write_all(request.as_bytes()).map_err(no_response)?;
    let bytes = read(&mut stream, watch, patience)?;
    parse(&String::from_utf8_lossy(&bytes))
}

fn read(
    stream: &mut TcpStream,
    watch: Stopwatch,
    patience: Duration,
) -> Result<Vec<u8>, NoResponse> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    while bytes.len() < MOST {
        let left = watch.left_of(patience);
        if left.is_zero() {
            return Err(NoResponse::Late);
        }
        stream.set_read_timeout(Some(left)).map_err(no_response)?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A reset after an answer is the server's way to close.
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !bytes.is_empty() => break,
            Err(error) => return Err(no_response(error)),
        }
    }
    Ok(bytes)
}

fn no_response(error: io::Error) -> NoResponse {
    match error.kind() {
        ErrorKind::ConnectionRefused => NoResponse::Refused,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => NoResponse::Late,
        _ => NoResponse::Broken(error),
    }
}

fn parse(text: &str) -> Result<Response, NoResponse> {
    if text.is_empty() {
        return Err(NoResponse::Empty);
    }
    let garbled = || NoResponse::Garbled(text.chars().take(60).collect());
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(garbled)?;
    let line = head.lines().next().unwrap_or_default();
    let (version, rest) = line.split_once(' ').ok_or_else(garbled)?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = status.parse().map_err(|_| garbled())?;
    if !version.starts_with("HTTP/1.") {
        return Err(garbled());
    }
    Ok(Response {
        status,
        reason: reason.to_owned(),
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end() {
        let found = parse("HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\nhello").unwrap();
        assert_eq!((found.status, found.reason.as_str()), (502, "Bad Gateway"));
        assert_eq!(found.body, "hello");
    }

    #[test]
    fn what_is_no_answer_says_why() {
        assert!(matches!(parse(""), Err(NoResponse::Empty)));
        assert!(matches!(
            parse("HELLO THERE\r\n"),
            Err(NoResponse::Garbled(_))
        ));
        assert!(matches!(
            parse("HTTP/2 200\r\n\r\n"),
            Err(NoResponse::Garbled(_))
        ));
    }

    #[test]
    fn silence_has_an_end() {
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = silent.local_addr().unwrap();
        let patience = Duration::from_millis(30);
        let answer = exchange(address, "GET / HTTP/1.0\r\n\r\n", patience);
        assert!(matches!(answer, Err(NoResponse::Late)), "{answer:?}");
    }
}
