//! The bytes of a request.

use crate::lab::probe::Send;

/// The key of a handshake; any 16 bytes in Base64 would do.
const KEY: &str = "Z3JhZHVzIGdyYWR1cyBncg==";

/// Returns the request for `path`; `listen` is the learner's port of the gateway.
pub(super) fn bytes(send: &Send, path: &str, listen: u16) -> Vec<u8> {
    let host = match &send.host {
        Some(host) => host.clone(),
        None => format!("127.0.0.1:{listen}"),
    };
    let mut lines = vec![
        format!("{} {path} HTTP/1.1", send.method),
        format!("Host: {host}"),
        "User-Agent: gradus".to_owned(),
        "Accept: */*".to_owned(),
    ];
    for (name, value) in &send.headers {
        lines.push(format!("{name}: {value}"));
    }
    let body = if send.body_bytes > 0 {
        vec![b'x'; send.body_bytes]
    } else {
        send.body.clone().into_bytes()
    };
    if !body.is_empty() || ["POST", "PUT", "PATCH"].contains(&send.method.as_str()) {
        lines.push(format!("Content-Length: {}", body.len()));
    }
    if send.websocket {
        lines.push("Connection: Upgrade".to_owned());
        lines.push("Upgrade: websocket".to_owned());
        lines.push(format!("Sec-WebSocket-Key: {KEY}"));
        lines.push("Sec-WebSocket-Version: 13".to_owned());
    } else if !send.reuse {
        lines.push("Connection: close".to_owned());
    }
    let mut bytes = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
    bytes.extend(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(send: &Send) -> String {
        String::from_utf8(bytes(send, "/a", 8080)).unwrap()
    }

    #[test]
    fn a_request_says_what_is_to_be_sent() {
        let get = text(&Send::default());
        assert!(get.starts_with("GET /a HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
        assert!(get.ends_with("Connection: close\r\n\r\n") && !get.contains("Content-Length"));
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
}
