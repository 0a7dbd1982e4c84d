//! The responses of an upstream, healthy or not, as bytes.

use std::io::Write as _;

use super::plan::{Behaviour, PathRule, Protocol, UpstreamPlan};
use crate::kinds::gateway::lab::http::Request;
use crate::kinds::gateway::lab::nonce::Nonce;
use crate::kinds::gateway::lab::probe::status_words;

/// The longest value of a padding cookie, in bytes.
const COOKIE: usize = 800;
/// The bytes of a padding cookie besides its value: `Set-Cookie: x0000=` and CRLF.
const AROUND: usize = 20;
/// What an app sends that does not speak HTTP.
const GARBAGE: &[u8] = b"HELLO THERE\r\n";

/// A response, in the pieces in which it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutgoingResponse {
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
    pub(super) keeps_alive: bool,
}

impl OutgoingResponse {
    /// The response of the upstream `plan` to `request` under `rule`.
    pub(super) fn new(
        plan: &UpstreamPlan,
        request: &Request,
        rule: &PathRule,
        nonce: &Nonce,
    ) -> Self {
        let name = &plan.name;
        if rule.does == Behaviour::Garbage {
            return Self {
                head: garbage(rule.body_bytes),
                body: Vec::new(),
                keeps_alive: false,
            };
        }
        let status = match rule.does {
            Behaviour::BadGateway => 502,
            _ => rule.status.unwrap_or(200),
        };
        let body = match rule.does {
            Behaviour::BadGateway => {
                let first = format!("{name} cannot reach its own supplier\n");
                lengthened(first.into_bytes(), rule.body_bytes)
            }
            _ => body(
                name,
                &request.method,
                &request.target,
                nonce,
                rule.body_bytes,
            ),
        };
        let keeps_alive = request.keeps_alive && rule.does != Behaviour::CutBody;
        Self::of(plan, request, status, body, keeps_alive).with(rule)
    }

    pub(super) fn plain(plan: &UpstreamPlan, request: &Request, status: u16, text: &str) -> Self {
        let body = text.as_bytes().to_vec();
        Self::of(plan, request, status, body, request.keeps_alive)
    }

    fn of(
        plan: &UpstreamPlan,
        request: &Request,
        status: u16,
        body: Vec<u8>,
        keeps_alive: bool,
    ) -> Self {
        let (name, words) = (&plan.name, status_words(status));
        let head = match plan.protocol {
            Protocol::Http => {
                let connection = if keeps_alive { "keep-alive" } else { "close" };
                format!(
                    "HTTP/1.1 {words}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
                     Connection: {connection}\r\nX-Served-By: {name}\r\n\r\n",
                    body.len()
                )
            }
            // Records delimit the body and say whether the connection stays.
            Protocol::FastCgi => format!(
                "Status: {words}\r\nContent-Type: text/plain\r\nX-Served-By: {name}\r\n\r\n"
            ),
        };
        let is_head = request.method == "HEAD";
        Self {
            head: head.into_bytes(),
            body: if is_head { Vec::new() } else { body },
            keeps_alive,
        }
    }

    fn with(mut self, rule: &PathRule) -> Self {
        if let Some(bytes) = rule.header_bytes {
            pad(&mut self.head, bytes);
        }
        if rule.does == Behaviour::CutBody {
            self.body.truncate(self.body.len() / 2);
        }
        self
    }
}

/// The body of a healthy response, padded or cut to `bytes`.
pub(crate) fn body(
    name: &str,
    method: &str,
    target: &str,
    nonce: &Nonce,
    bytes: Option<usize>,
) -> Vec<u8> {
    let body = format!("{name} answers {method} {target}\nreceipt {nonce}\n").into_bytes();
    lengthened(body, bytes)
}

fn garbage(bytes: Option<usize>) -> Vec<u8> {
    let length = bytes.unwrap_or(GARBAGE.len());
    GARBAGE.iter().copied().cycle().take(length).collect()
}

/// Pads `body` with lines, or cuts it, to `bytes`.
fn lengthened(mut body: Vec<u8>, bytes: Option<usize>) -> Vec<u8> {
    if let Some(bytes) = bytes {
        for line in 0.. {
            if body.len() >= bytes {
                break;
            }
            // Writing to memory does not fail.
            writeln!(body, "line {line} of a long answer").ok();
        }
        body.truncate(bytes);
    }
    body
}

/// Pads `head` with cookies to exactly `bytes`, unless it is longer already.
fn pad(head: &mut Vec<u8>, bytes: usize) {
    let mut lines = Vec::new();
    let mut missing = bytes.saturating_sub(head.len());
    for number in 0.. {
        if missing < AROUND {
            break;
        }
        // The remainder must never be too short for a cookie of its own.
        let length = if missing - AROUND <= COOKIE {
            missing - AROUND
        } else {
            COOKIE.min(missing - 2 * AROUND)
        };
        lines.extend(format!("Set-Cookie: x{number:04}=").bytes());
        lines.extend(std::iter::repeat_n(b'c', length));
        lines.extend(b"\r\n");
        missing -= AROUND + length;
    }
    let end = head.len() - 2;
    head.splice(end..end, lines);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::gateway::lab::http::Body;

    fn request(method: &str) -> Request {
        Request {
            method: method.into(),
            target: "/a".into(),
            headers: Vec::new(),
            version: "HTTP/1.1".into(),
            keeps_alive: true,
            body: Body::default(),
        }
    }

    fn plan() -> UpstreamPlan {
        toml::from_str("name = 'shop'\naddress = '127.0.0.1:3000'").unwrap()
    }

    fn answer(rule: &PathRule) -> OutgoingResponse {
        OutgoingResponse::new(&plan(), &request("GET"), rule, &Nonce::fresh())
    }

    #[test]
    fn a_header_has_the_length_that_is_asked_for() {
        for bytes in [200, 1000, 4095, 7000, 7900, 32_000] {
            let rule = PathRule {
                header_bytes: Some(bytes),
                ..PathRule::default()
            };
            let head = answer(&rule).head;
            assert_eq!(head.len(), bytes);
            let text = String::from_utf8(head).unwrap();
            assert!(text.ends_with("c\r\n\r\n"));
            assert!(text.lines().all(|line| line.len() < 900));
        }
    }

    #[test]
    fn a_body_has_the_length_that_is_asked_for() {
        let rule = PathRule {
            body_bytes: Some(100_000),
            ..PathRule::default()
        };
        let answer = answer(&rule);
        assert_eq!(answer.body.len(), 100_000);
        assert!(answer.body.starts_with(b"shop answers GET /a\nreceipt "));
        let head = String::from_utf8(answer.head).unwrap();
        assert!(head.contains("Content-Length: 100000\r\n"));
    }

    #[test]
    fn what_fails_fails_in_its_own_way() {
        let does = |does| PathRule {
            does,
            ..PathRule::default()
        };
        assert_eq!(answer(&does(Behaviour::Garbage)).head, GARBAGE);
        let long = |does| PathRule {
            does,
            body_bytes: Some(70),
            ..PathRule::default()
        };
        assert_eq!(answer(&long(Behaviour::Garbage)).head.len(), 70);
        assert_eq!(answer(&long(Behaviour::BadGateway)).body.len(), 70);
        let own = answer(&does(Behaviour::BadGateway));
        assert!(own.head.starts_with(b"HTTP/1.1 502 Bad Gateway\r\n"));
        assert!(!own.body.starts_with(b"shop answers"));
        let cut = answer(&does(Behaviour::CutBody));
        let whole = answer(&PathRule::default());
        assert!(cut.body.len() < whole.body.len() && !cut.keeps_alive);
    }

    #[test]
    fn a_head_request_gets_no_body() {
        let answer = OutgoingResponse::new(
            &plan(),
            &request("HEAD"),
            &PathRule::default(),
            &Nonce::fresh(),
        );
        assert_eq!(answer.body, b"");
    }
}
