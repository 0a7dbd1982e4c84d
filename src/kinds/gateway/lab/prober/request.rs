//! The requests of a probe, as sent and as they must arrive.

use crate::kinds::gateway::lab::nonce::Nonce;
use crate::kinds::gateway::lab::probe::{ANY, ANYTHING, Send};

/// `Sec-WebSocket-Key`: 16 bytes in Base64, any will do.
const KEY: &str = "Z3JhZHVzIGdyYWR1cyBncg==";
/// The default `Content-Type` of a body.
const FORM: &str = "application/x-www-form-urlencoded";
/// Hop-by-hop headers, and those that a gateway sets as its task says.
const OF_A_HOP: [&str; 4] = ["Host", "Connection", "Upgrade", "Content-Length"];

/// The requests of a probe. What a customer sends besides, such as a cookie, is random, so that no gateway
/// can produce it on its own.
#[derive(Debug)]
pub(super) struct Requests<'a> {
    send: &'a Send,
    listen: u16,
    /// The random value.
    fresh: Nonce,
}

impl<'a> Requests<'a> {
    pub(super) fn new(send: &'a Send, listen: u16) -> Self {
        Self {
            send,
            listen,
            fresh: Nonce::fresh(),
        }
    }

    pub(super) fn paths(&self) -> Vec<String> {
        let paths = self.send.all_paths();
        paths
            .map(|path| path.replace(ANY, self.fresh.as_str()))
            .collect()
    }

    /// Replaces the random value in `text` by what learners read.
    pub(super) fn without_fresh(&self, text: &str) -> String {
        text.replace(self.fresh.as_str(), ANYTHING)
    }

    /// The first access-log line of these requests, of which `count` are logged; lines of equal requests
    /// before them come first. `None` until all are there.
    pub(super) fn first_line<'b>(
        &self,
        accesses: &'b [String],
        count: usize,
    ) -> Option<&'b String> {
        let own: Vec<_> = accesses.iter().filter(|it| self.has_logged(it)).collect();
        own.get(own.len().checked_sub(count)?).copied()
    }

    /// Whether `line` of an access log is of one of these requests.
    fn has_logged(&self, line: &str) -> bool {
        let method = &self.send.method;
        let mut paths = self.paths().into_iter();
        paths.any(|path| line.contains(&format!("\"{method} {path} HTTP/1.1\"")))
    }

    pub(super) fn body(&self) -> Vec<u8> {
        if self.send.body_bytes > 0 {
            vec![b'x'; self.send.body_bytes]
        } else {
            self.send.body.clone().into_bytes()
        }
    }

    /// The headers that must arrive unchanged.
    pub(super) fn lasting(&self) -> Vec<(String, String)> {
        let mut lines = self.headers();
        lines.retain(|(name, _)| {
            let is_of_a_hop = OF_A_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name));
            !is_of_a_hop && !name.starts_with("Sec-WebSocket")
        });
        lines
    }

    fn headers(&self) -> Vec<(String, String)> {
        let Self { send, fresh, .. } = self;
        let mut lines: Vec<(String, String)> = Vec::new();
        let mut line = |name: &str, value: String| lines.push((name.to_owned(), value));
        let host = || format!("127.0.0.1:{}", self.listen);
        line("Host", send.host.clone().unwrap_or_else(host));
        line("User-Agent", "gradus".to_owned());
        line("Accept", "*/*".to_owned());
        let body = self.body().len();
        let mut own = vec![
            ("Cookie", format!("basket={fresh}")),
            ("Authorization", format!("Bearer {fresh}")),
            ("X-Basket", fresh.to_string()),
        ];
        if body > 0 {
            own.push(("Content-Type", FORM.to_owned()));
        }
        for (name, value) in own {
            if !send
                .headers
                .keys()
                .any(|said| said.eq_ignore_ascii_case(name))
            {
                line(name, value);
            }
        }
        for (name, value) in &send.headers {
            line(name, value.clone());
        }
        if body > 0 || ["POST", "PUT", "PATCH"].contains(&send.method.as_str()) {
            line("Content-Length", body.to_string());
        }
        if send.websocket {
            line("Connection", "Upgrade".to_owned());
            line("Upgrade", "websocket".to_owned());
            line("Sec-WebSocket-Key", KEY.to_owned());
            line("Sec-WebSocket-Version", "13".to_owned());
        } else if !send.reuse {
            line("Connection", "close".to_owned());
        }
        lines
    }

    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        let mut text = format!("{} {path} HTTP/1.1\r\n", self.send.method);
        for (name, value) in self.headers() {
            text.extend([&name, ": ", &value, "\r\n"]);
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend(self.body());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(send: &Send) -> String {
        let requests = Requests::new(send, 8080);
        let paths = requests.paths();
        String::from_utf8(requests.bytes(&paths[0])).unwrap()
    }

    #[test]
    fn a_request_says_what_is_to_be_sent() {
        let get = text(&Send::default());
        assert!(get.starts_with("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
        assert!(get.ends_with("Connection: close\r\n\r\n") && !get.contains("Content-"));
        let post = text(&Send {
            method: "POST".into(),
            body: "x=1".into(),
            reuse: true,
            ..Send::default()
        });
        assert!(post.ends_with("Content-Length: 3\r\n\r\nx=1") && !post.contains("Connection"));
        let handshake = text(&Send {
            websocket: true,
            host: Some("shop.test".into()),
            ..Send::default()
        });
        assert!(
            handshake.contains("Host: shop.test\r\n") && handshake.contains("Upgrade: websocket")
        );
    }

    #[test]
    fn a_line_of_the_log_is_of_these_requests_or_of_others() {
        let send = Send {
            path: "/a?{any}".into(),
            ..Send::default()
        };
        let requests = Requests::new(&send, 8080);
        let path = requests.paths().remove(0);
        let line = |request: &str| format!("127.0.0.1 \"{request}\" 200 upstream=[-]");
        assert!(requests.has_logged(&line(&format!("GET {path} HTTP/1.1"))));
        for other in [
            format!("POST {path} HTTP/1.1"),
            format!("GET {path} HTTP/1.0"),
            format!("GET {path}x HTTP/1.1"),
            "GET /a?0123456789abcdef HTTP/1.1".to_owned(),
        ] {
            assert!(!requests.has_logged(&line(&other)), "{other}");
        }
    }

    #[test]
    fn a_late_line_of_another_probe_is_not_the_first() {
        let send = Send::default();
        let requests = Requests::new(&send, 8080);
        let line = |path: &str, status: u16| format!("\"GET {path} HTTP/1.1\" {status}");
        let log = [
            line("/late", 200),
            line("/", 201),
            line("/", 502),
            line("/", 503),
        ];
        assert_eq!(requests.first_line(&log, 2), Some(&log[2]));
        assert_eq!(requests.first_line(&log, 4), None);
        assert_eq!(requests.first_line(&log[..1], 1), None);
    }

    #[test]
    fn what_nobody_can_know_is_fresh_each_time_and_is_not_told() {
        let send = Send {
            path: "/{any}?{any}".into(),
            headers: [("cookie".to_owned(), "a=b".to_owned())].into(),
            ..Send::default()
        };
        let requests = Requests::new(&send, 8080);
        let path = requests.paths().remove(0);
        assert_eq!(requests.without_fresh(&path), "/anything?anything");
        assert_ne!(path, Requests::new(&send, 8080).paths()[0]);
        let lasting = requests.lasting();
        let names: Vec<_> = lasting.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "User-Agent",
                "Accept",
                "Authorization",
                "X-Basket",
                "cookie"
            ]
        );
    }

    #[test]
    fn a_length_is_said_where_there_is_a_body_or_could_be() {
        let get = text(&Send {
            body_bytes: 3,
            ..Send::default()
        });
        assert!(get.contains("Content-Length: 3\r\n") && get.ends_with("\r\n\r\nxxx"));
        let post = text(&Send {
            method: "POST".into(),
            ..Send::default()
        });
        assert!(post.contains("Content-Length: 0\r\n") && post.ends_with("\r\n\r\n"));
        assert!(!post.contains("Content-Type"));
    }
}
