//! The requests on one connection, as far as an upstream needs to understand them.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;

/// The most bytes of a request's head.
const HEAD: u64 = 64 << 10;
/// The most bytes of a request's body.
const BODY: u64 = 64 << 20;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) keeps_alive: bool,
}

/// Reads requests from a connection.
#[derive(Debug)]
pub(super) struct Requests(BufReader<TcpStream>);

impl Requests {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// Returns the next request, its body read; `None` when there is none that can be understood.
    pub(super) fn next(&mut self) -> io::Result<Option<Request>> {
        let mut head = (&mut self.0).take(HEAD);
        let mut line = String::new();
        head.read_line(&mut line)?;
        let Some((method, target, version)) = first_line(&line) else {
            return Ok(None);
        };
        let mut keeps_alive = version == "HTTP/1.1";
        let mut length = 0;
        loop {
            let mut line = String::new();
            if head.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "connection" => keeps_alive &= !value.trim().eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        let length = u64::min(length, BODY);
        let read = io::copy(&mut (&mut self.0).take(length), &mut io::sink())?;
        Ok((read == length).then_some(Request {
            method,
            target,
            keeps_alive,
        }))
    }
}

fn first_line(line: &str) -> Option<(String, String, &str)> {
    let mut words = line.trim_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_request = words.next().is_none() && version.starts_with("HTTP/1.");
    is_request.then(|| (method.to_owned(), target.to_owned(), version))
}
