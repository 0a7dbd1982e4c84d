//! Some of the lines that the function must read. Add your own.

use classify_502::classify_502;
use contract::{Answer, Cause, Finding, Hop};

#[test]
fn nothing_listens() {
    let line = r#"2026/11/22 11:38:12 [error] 71#71: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: shop.test, request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:3001/", host: "shop.test""#;
    let expected = Finding {
        hop: Hop::NginxToUpstream,
        cause: Cause::Refused,
        answer: Answer::BadGateway,
    };
    assert_eq!(classify_502(line), Some(expected));
}

#[test]
fn app_hangs_up() {
    let line = r#"2026/11/22 11:38:13 [error] 71#71: *2 upstream prematurely closed connection while reading response header from upstream, client: 127.0.0.1, server: shop.test, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.test""#;
    let expected = Finding {
        hop: Hop::Upstream,
        cause: Cause::Closed,
        answer: Answer::BadGateway,
    };
    assert_eq!(classify_502(line), Some(expected));
}

#[test]
fn app_too_slow() {
    let line = r#"2026/11/22 11:38:14 [error] 71#71: *3 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 127.0.0.1, server: shop.test, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.test""#;
    let expected = Finding {
        hop: Hop::Upstream,
        cause: Cause::TimedOut,
        answer: Answer::GatewayTimeout,
    };
    assert_eq!(classify_502(line), Some(expected));
}

#[test]
fn unknown_name() {
    let line = r#"2026/11/22 11:38:15 [error] 71#71: *4 app.test could not be resolved (3: Host not found), client: 127.0.0.1, server: shop.test, request: "GET / HTTP/1.1", host: "shop.test""#;
    let expected = Finding {
        hop: Hop::Nginx,
        cause: Cause::NameNotResolved,
        answer: Answer::BadGateway,
    };
    assert_eq!(classify_502(line), Some(expected));
}

#[test]
fn not_about_an_upstream() {
    let line = "2026/11/22 11:38:16 [notice] 70#70: signal process started";
    assert_eq!(classify_502(line), None);
}
