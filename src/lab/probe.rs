//! What is sent to the gateway, and what must come back.

use std::fmt;

use serde::Deserialize;

/// One probe, as `hidden/probes.toml` declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The name in the course.
    pub name: String,
    /// The learner-facing title.
    pub title: String,
    /// The upstream that is stopped before, for this probe and those after it.
    pub after_stop: Option<String>,
    /// What is sent.
    #[serde(default)]
    pub send: Send,
    /// What must come back.
    pub expect: Expect,
}

/// A request, and how often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Send {
    /// The method.
    pub method: Method,
    /// The path with its query.
    pub path: String,
    /// The body.
    pub body: String,
    /// How many times it is sent, one after the other.
    pub times: usize,
}

/// A request's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks for something.
    Get,
    /// Hands something in.
    Post,
}

/// What must come back, each time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status.
    pub status: u16,
    /// The upstream that must have made the answer: the body carries its fresh value, and it has
    /// seen as many requests as were sent.
    pub from: Option<String>,
}

impl Default for Send {
    fn default() -> Self {
        Self {
            method: Method::Get,
            path: "/".to_owned(),
            body: String::new(),
            times: 1,
        }
    }
}

impl Probe {
    /// Returns the upstreams it names.
    pub fn upstreams(&self) -> impl Iterator<Item = &str> {
        [&self.after_stop, &self.expect.from]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

impl Send {
    /// Returns the text of the request for the learner's port `port`.
    pub fn request(&self, port: u16) -> String {
        let Self {
            method, path, body, ..
        } = self;
        let length = match method {
            Method::Get => String::new(),
            Method::Post => format!("Content-Length: {}\r\n", body.len()),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: gradus\r\n\
             Accept: */*\r\n{length}Connection: close\r\n\r\n{body}"
        )
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
        })
    }
}

/// Returns a status with its usual words, such as `502 Bad Gateway`.
pub fn status_words(status: u16) -> String {
    let words = match status {
        200 => " OK",
        400 => " Bad Request",
        403 => " Forbidden",
        404 => " Not Found",
        500 => " Internal Server Error",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    };
    format!("{status}{words}")
}
