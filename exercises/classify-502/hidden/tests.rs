//! Hidden tests of `classify_502`. The messages are those of real nginx.

use classify_502::classify_502;
use contract::{Answer, Cause, Finding, Hop};

const FIELDS: &str = r#"client: 127.0.0.1, server: shop.test, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.test""#;

/// By their stages, texts that are nearly those of a row.
const NO_ROWS: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "while SSL handshaking to upstream",
            "upstream timed out (110: Connection timed out)while sending request to upstream",
            "connect() failed (111: Connection refused) while connecting to upstream again",
            "no resolver defined to resolve",
            "there is no resolver defined to resolve app.test",
            "app.test could not be resolved now (3: Host not found)",
            "the name app.test could not be resolved (3: Host not found)",
        ],
    ),
    (
        " while connecting to upstream",
        &[
            "no live upstreams left",
            "there are no live upstreams",
            "connect() failed 111: Connection refused)",
            "connect() failed(111: Connection refused)",
            "connect()failed (111: Connection refused)",
            "connect(3) failed (111: Connection refused)",
            "cannot connect() failed (111: Connection refused)",
            "connect() failed (111 Connection refused)",
        ],
    ),
    (
        " while sending request to upstream",
        &[
            "upstream timed ou",
            "the upstream timed out (110: Connection timed out)",
        ],
    ),
    (
        " while reading response header from upstream",
        &[
            "the upstream prematurely closed connection",
            "upstream prematurely closed connection early",
            "the upstream sent too big header",
        ],
    ),
    (
        " while reading upstream",
        &[
            "the recv() failed (104: Connection reset by peer)",
            "recv(3) failed (104: Connection reset by peer)",
            "recv() failed: Connection reset by peer)",
            "recv() failed (104 Connection reset by peer)",
            "recv() failed (104: no: Connection reset by peer)",
            "recv() failed (104: Connection reset by peers)",
            "recv() failed 104: Connection reset by peer)",
            "recv() failed (104: Connection reset by peer) (again)",
            "readv() failed (5: Input/output error)",
        ],
    ),
];

/// A log line of this level with this message.
fn line(level: &str, message: &str) -> String {
    format!("2026/11/22 11:38:12 [{level}] 71#71: *17 {message}, {FIELDS}")
}

/// What the function makes of an error with this message.
fn read(message: &str) -> Option<Finding> {
    classify_502(&line("error", message))
}

fn finding(hop: Hop, cause: Cause, answer: Answer) -> Finding {
    Finding { hop, cause, answer }
}

/// A refused connection is known by its words, not by its number
#[test]
fn refused_is_known_by_its_words() {
    let refused = finding(Hop::NginxToUpstream, Cause::Refused, Answer::BadGateway);
    for failure in [
        "connect() failed (111: Connection refused)",
        "connect() failed (61: Connection refused)",
        "connect() to unix:/run/app.sock failed (111: Connection refused)",
    ] {
        let message = format!("{failure} while connecting to upstream");
        assert_eq!(read(&message), Some(refused));
    }
}

/// Other failures of `connect()` are told apart
#[test]
fn connect_failures_are_told_apart() {
    for (failure, cause) in [
        (
            "to unix:/run/app.sock failed (2: No such file or directory)",
            Cause::NoSocketFile,
        ),
        (
            "to unix:/run/app.sock failed (13: Permission denied)",
            Cause::PermissionDenied,
        ),
        (
            "to 127.0.0.1:3001 failed (13: Permission denied)",
            Cause::PermissionDenied,
        ),
        (
            "to unix:/run/app.sock failed (11: Resource temporarily unavailable)",
            Cause::ConnectFailed,
        ),
        (
            "to 127.0.0.1:9000 failed (99: Cannot assign requested address)",
            Cause::ConnectFailed,
        ),
        (
            "to 10.1.2.3:3000 failed (101: Network is unreachable)",
            Cause::ConnectFailed,
        ),
        ("failed (113: No route to host)", Cause::ConnectFailed),
        (
            "to unix:/run/a failed (1: b)/app.sock failed (2: No such file or directory)",
            Cause::NoSocketFile,
        ),
        ("failed (1: not: Connection refused)", Cause::ConnectFailed),
    ] {
        let log = line(
            "crit",
            &format!("connect() {failure} while connecting to upstream"),
        );
        let expected = finding(Hop::NginxToUpstream, cause, Answer::BadGateway);
        assert_eq!(classify_502(&log), Some(expected));
    }
    let other = finding(
        Hop::NginxToUpstream,
        Cause::ConnectFailed,
        Answer::BadGateway,
    );
    for words in [
        "Connection refused",
        "No such file or directory",
        "Permission denied",
        "Connection timed out",
        "Operation timed out",
    ] {
        for more in [format!("no {words}"), format!("{words}) (again")] {
            let message = format!("connect() failed (1: {more}) while connecting to upstream");
            assert_eq!(read(&message), Some(other));
        }
    }
}

/// When the kernel gives up to connect, it is a 502
#[test]
fn kernel_gives_up_is_502() {
    let expected = finding(
        Hop::NginxToUpstream,
        Cause::KernelGaveUp,
        Answer::BadGateway,
    );
    for failure in [
        "connect() failed (110: Connection timed out)",
        "connect() failed (110: Operation timed out)",
        "connect() failed (60: Operation timed out)",
    ] {
        let message = format!("{failure} while connecting to upstream");
        assert_eq!(read(&message), Some(expected));
    }
}

/// A timer of nginx that runs out before the header is a 504
#[test]
fn timer_of_nginx_is_504() {
    for (stage, hop) in [
        ("connecting to upstream", Hop::NginxToUpstream),
        ("SSL handshaking to upstream", Hop::NginxToUpstream),
        ("sending request to upstream", Hop::Upstream),
        ("reading response header from upstream", Hop::Upstream),
    ] {
        let message = format!("upstream timed out (110: Connection timed out) while {stage}");
        let expected = finding(hop, Cause::TimedOut, Answer::GatewayTimeout);
        assert_eq!(read(&message), Some(expected));
    }
}

/// Any other failure of the TLS handshake is one cause
#[test]
fn tls_handshake_is_one_cause() {
    let expected = finding(Hop::NginxToUpstream, Cause::TlsFailed, Answer::BadGateway);
    for failure in [
        "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)",
        "peer closed connection in SSL handshake",
        "peer closed connection in SSL handshake (104: Connection reset by peer)",
        "upstream SSL certificate verify error: (18:self-signed certificate)",
        r#"upstream SSL certificate does not match "127.0.0.1""#,
    ] {
        let message = format!("{failure} while SSL handshaking to upstream");
        assert_eq!(read(&message), Some(expected));
    }
}

/// The two kinds of name failure are told apart, and both are a 502
#[test]
fn two_kinds_of_name_failure() {
    let expected = finding(Hop::Nginx, Cause::NoResolver, Answer::BadGateway);
    assert_eq!(
        read("no resolver defined to resolve app.test"),
        Some(expected)
    );
    let expected = finding(Hop::Nginx, Cause::NameNotResolved, Answer::BadGateway);
    for message in [
        "app.test could not be resolved (3: Host not found)",
        "app.test could not be resolved (2: Server failure)",
        "app.test could not be resolved (110: Operation timed out)",
        "app.test could not be resolved (3: b.test could not be resolved (3: Host not found))",
    ] {
        assert_eq!(read(message), Some(expected));
    }
}

/// A pool without live servers breaks at nginx itself
#[test]
fn no_live_upstreams_is_at_nginx() {
    assert_eq!(
        read("no live upstreams while connecting to upstream"),
        Some(finding(
            Hop::Nginx,
            Cause::NoLiveUpstreams,
            Answer::BadGateway
        ))
    );
}

/// A connection closed or reset before the header is a 502
#[test]
fn broken_off_before_the_header() {
    let stage = "while reading response header from upstream";
    let message = format!("upstream prematurely closed connection {stage}");
    let closed = finding(Hop::Upstream, Cause::Closed, Answer::BadGateway);
    assert_eq!(read(&message), Some(closed));
    for call in ["recv", "readv", "SSL_read"] {
        let message = format!("{call}() failed (104: Connection reset by peer) {stage}");
        let reset = finding(Hop::Upstream, Cause::Reset, Answer::BadGateway);
        assert_eq!(read(&message), Some(reset));
    }
}

/// A header that is too big and one that is invalid are told apart
#[test]
fn unusable_headers_are_told_apart() {
    for (text, cause) in [
        ("too big header", Cause::HeaderTooBig),
        (r#"invalid header: "Bad\x20...""#, Cause::HeaderInvalid),
        (
            r#"invalid header: "too big header\x00...""#,
            Cause::HeaderInvalid,
        ),
        (
            r#"duplicate header line: "Content-Length: 3", previous value: "Content-Length: 3""#,
            Cause::HeaderInvalid,
        ),
        (
            r#"unknown "Transfer-Encoding": "identity""#,
            Cause::HeaderInvalid,
        ),
        (
            "unsupported FastCGI protocol version: 72",
            Cause::HeaderInvalid,
        ),
        ("too big headers", Cause::HeaderInvalid),
        ("a too big header", Cause::HeaderInvalid),
        ("no valid HTTPS header", Cause::HeaderInvalid),
        (
            r#"invalid header: "X: no valid HTTP/1.0 header""#,
            Cause::HeaderInvalid,
        ),
    ] {
        let message = format!("upstream sent {text} while reading response header from upstream");
        let expected = finding(Hop::Upstream, cause, Answer::BadGateway);
        assert_eq!(read(&message), Some(expected));
    }
}

/// An upstream that does not speak HTTP makes no 502
#[test]
fn not_http_is_no_502() {
    let message =
        "upstream sent no valid HTTP/1.0 header while reading response header from upstream";
    let expected = finding(Hop::Upstream, Cause::NotHttp, Answer::RawBytes);
    assert_eq!(read(message), Some(expected));
}

/// What breaks after the header leaves a cut answer, never a 502 or 504
#[test]
fn after_the_header_the_answer_is_cut() {
    for (failure, cause) in [
        ("upstream prematurely closed connection", Cause::Closed),
        (
            "readv() failed (104: Connection reset by peer)",
            Cause::Reset,
        ),
        (
            "upstream timed out (110: Connection timed out)",
            Cause::TimedOut,
        ),
    ] {
        let message = format!("{failure} while reading upstream");
        let expected = finding(Hop::Upstream, cause, Answer::CutShort);
        assert_eq!(read(&message), Some(expected));
    }
}

/// What client and upstream wrote into the line decides nothing
#[test]
fn only_the_message_counts() {
    let log = r#"2026/11/22 11:38:12 [error] 71#71: *17 upstream prematurely closed connection while reading response header from upstream, client: 127.0.0.1, server: shop.test, request: "GET /?q=no%20live%20upstreams HTTP/1.1", upstream: "http://127.0.0.1:3001/", host: "shop.test", referrer: "http://a/?connect() failed (111: Connection refused) while connecting to upstream""#;
    let closed = finding(Hop::Upstream, Cause::Closed, Answer::BadGateway);
    assert_eq!(classify_502(log), Some(closed));

    let log = r#"2026/11/22 11:38:12 [error] 71#71: *17 client intended to send too large body: 8000000 bytes, client: 127.0.0.1, server: shop.test, request: "POST / HTTP/1.1", host: "shop.test", referrer: "http://a/?app.test could not be resolved (3: Host not found)""#;
    assert_eq!(classify_502(log), None);

    let quoted = r#"upstream sent invalid header: "X-Note: connect() failed (111: Connection refused)\x00..." while reading response header from upstream"#;
    let invalid = finding(Hop::Upstream, Cause::HeaderInvalid, Answer::BadGateway);
    assert_eq!(read(quoted), Some(invalid));

    let quoted = r#"upstream sent invalid header: "X-Note: a, client:3, clients\x00..." while reading response header from upstream"#;
    assert_eq!(read(quoted), Some(invalid));

    for made_up in [
        ", client: 10.9.9.9",
        " 71#71: *5 no live upstreams while connecting to upstream",
    ] {
        let log = format!(
            "{}, referrer: \"http://a/{made_up}\"",
            line(
                "error",
                "upstream prematurely closed connection while reading response header from upstream"
            )
        );
        assert_eq!(classify_502(&log), Some(closed));
    }
}

/// Levels other than error and crit give None
#[test]
fn other_levels_give_none() {
    let duplicate = r#"upstream sent duplicate header line: "Server: a", previous value: "Server: b", ignored while reading response header from upstream"#;
    assert_eq!(classify_502(&line("warn", duplicate)), None);
    let disabled = "upstream server temporarily disabled while connecting to upstream";
    assert_eq!(classify_502(&line("warn", disabled)), None);
    let full = "10 worker_connections are not enough while connecting to upstream";
    assert_eq!(classify_502(&line("alert", full)), None);
    let reset = "recv() failed (104: Connection reset by peer) while reading upstream";
    let asked = line("info", reset).replace("/report HTTP", "/[error] HTTP");
    assert_eq!(classify_502(&asked), None);
}

/// A line that fits no row gives None
#[test]
fn line_that_fits_no_row_gives_none() {
    for message in [
        r#"open() "/var/lib/nginx/proxy/0000000001" failed (13: Permission denied) while reading upstream"#,
        "writev() failed (104: Connection reset by peer) while sending request to upstream",
        "upstream sent invalid chunked response while reading upstream",
        "auth request unexpected status: 502 while sending to client",
        "client intended to send too large body: 8000000 bytes",
    ] {
        assert_eq!(classify_502(&line("crit", message)), None);
    }
    for (stage, texts) in NO_ROWS {
        for text in texts {
            assert_eq!(read(&format!("{text}{stage}")), None);
        }
    }
    for log in [
        "2026/11/22 11:38:12 [error] 71#71: recv() failed (111: Connection refused) while resolving, resolver: 127.0.0.1:53",
        r#"2026/11/22 11:38:12 [emerg] 70#70: host not found in upstream "app.test" in /etc/nginx/nginx.conf:12"#,
        "2026/11/22 11:38:12 [error] 71#71: worker connect() failed (111: Connection refused) while connecting to upstream",
        "connect() failed (111: Connection refused) while connecting to upstream",
        "",
    ] {
        assert_eq!(classify_502(log), None);
    }
}

/// A line that ends with its message is read like any other
#[test]
fn line_may_end_with_its_message() {
    let log = "2026/11/22 11:38:12 [error] 71#71: *9 connect() failed (111: Connection refused) while connecting to upstream";
    let refused = finding(Hop::NginxToUpstream, Cause::Refused, Answer::BadGateway);
    assert_eq!(classify_502(log), Some(refused));
    let log = "2026/11/22 11:38:12 [error] 71#71: *9 no resolver defined to resolve app.test";
    let name = finding(Hop::Nginx, Cause::NoResolver, Answer::BadGateway);
    assert_eq!(classify_502(log), Some(name));
}
