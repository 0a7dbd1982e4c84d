//! Hidden tests of `upstream_from_log`. The lines have the form of real ones.

use upstream_from_log::upstream_from_log;

const REFUSED: &str = "connect() failed (111: Connection refused) while connecting to upstream";

/// A log line with this message, and these fields behind the server's name.
fn line(message: &str, fields: &str) -> String {
    format!(
        "2026/11/22 11:38:12 [error] 71#71: *1 {message}, client: 127.0.0.1, \
         server: shop.test, {fields}"
    )
}

/// An ordinary line whose upstream field has this value.
fn refused(upstream: &str) -> String {
    let fields =
        format!(r#"request: "GET /report HTTP/1.1", upstream: "{upstream}", host: "shop.test""#);
    line(REFUSED, &fields)
}

/// An IPv4 address is returned with its port
#[test]
fn ipv4_address_with_port() {
    let log = refused("http://127.0.0.1:3001/report");
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
    for uri in ["/a/b?c=http://192.0.2.1:99/", "/unix:/run/app.sock:"] {
        let log = refused(&format!("http://10.1.2.3:80{uri}"));
        assert_eq!(upstream_from_log(&log), Some("10.1.2.3:80"));
    }
}

/// An IPv6 address keeps its brackets and its port
#[test]
fn ipv6_address_keeps_brackets_and_port() {
    let log = refused("http://[::1]:3000/report");
    assert_eq!(upstream_from_log(&log), Some("[::1]:3000"));
    let log = refused("http://[2001:db8::7]:8080/");
    assert_eq!(upstream_from_log(&log), Some("[2001:db8::7]:8080"));
}

/// The scheme may be any and is not part of the result
#[test]
fn scheme_is_not_part_of_the_address() {
    let log = refused("https://127.0.0.1:8443/report");
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:8443"));
    let log = refused("grpc://127.0.0.1:50051/shop.Report");
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:50051"));
}

/// An address without a URI behind it ends at the quote
#[test]
fn address_may_end_at_the_quote() {
    let log = refused("fastcgi://127.0.0.1:9000");
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:9000"));
    let log = refused("fastcgi://unix:/run/php/fpm.sock");
    assert_eq!(upstream_from_log(&log), Some("unix:/run/php/fpm.sock"));
}

/// A unix socket gives `unix:` and its whole path
#[test]
fn unix_socket_gives_its_whole_path() {
    let log = refused("http://unix:/run/shop/app.sock:/report");
    assert_eq!(upstream_from_log(&log), Some("unix:/run/shop/app.sock"));
    let log = refused("fastcgi://unix:/run/php/fpm.sock:");
    assert_eq!(upstream_from_log(&log), Some("unix:/run/php/fpm.sock"));
}

/// A pool without live servers gives the pool's name
#[test]
fn pool_gives_its_name() {
    let log = line(
        "no live upstreams while connecting to upstream",
        r#"request: "GET /report HTTP/1.1", upstream: "http://app_servers/report", host: "shop.test""#,
    );
    assert_eq!(upstream_from_log(&log), Some("app_servers"));
}

/// The upstream may be the last field of the line
#[test]
fn upstream_may_be_the_last_field() {
    let log = line(
        REFUSED,
        r#"request: "GET /report HTTP/1.0", upstream: "http://127.0.0.1:3001/report""#,
    );
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
}

/// A subrequest may stand between request and upstream
#[test]
fn subrequest_may_stand_in_front() {
    let log = line(
        REFUSED,
        r#"request: "GET /sub HTTP/1.1", subrequest: "/auth", upstream: "http://127.0.0.1:3002/auth", host: "shop.test""#,
    );
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3002"));
}

/// Quotes inside the request do not end it
#[test]
fn quotes_in_the_request_do_not_end_it() {
    let log = line(
        REFUSED,
        r#"request: "GET /find?q="tea" HTTP/1.1", upstream: "http://127.0.0.1:3001/find?q="tea"", host: "shop.test""#,
    );
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
    let log = line(
        REFUSED,
        r#"request: "GET /?q=",upstream:"http://10.0.0.9/" HTTP/1.1", upstream: "http://127.0.0.1:3001/?q=",upstream:"http://10.0.0.9/"", host: "shop.test""#,
    );
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
    let log = line(
        REFUSED,
        r#"request: "GET /?q=a, upstream: "http://10.0.0.9/" HTTP/1.1", upstream: "http://127.0.0.1:3001/", host: "shop.test""#,
    );
    assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
}

/// Text of the upstream's header in the message is no field
#[test]
fn header_text_in_the_message_is_no_field() {
    for header in [
        r#"see upstream: "http://10.0.0.9:80/""#,
        r#"see request: "a", upstream: "http://10.0.0.9:80/""#,
        r#"see, request: a", upstream: "http://10.0.0.9:80/""#,
    ] {
        let log = line(
            &format!(
                r#"upstream sent invalid header: "X-Debug: {header}\x00..." while reading response header from upstream"#
            ),
            r#"request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:3001/", host: "shop.test""#,
        );
        assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
    }
}

/// A made-up upstream in the referrer does not replace the real one
#[test]
fn referrer_behind_the_upstream_is_not_read() {
    for made_up in [
        r#"upstream: "http://10.9.9.9:80/""#,
        r#"request: "GET / HTTP/1.1", upstream: "http://10.9.9.9:80/""#,
    ] {
        let fields = format!(
            r#"request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:3001/", host: "shop.test", referrer: "http://a/", {made_up}"#
        );
        let log = line(REFUSED, &fields);
        assert_eq!(upstream_from_log(&log), Some("127.0.0.1:3001"));
    }
}

/// A made-up upstream in the referrer is not read when there is no real one
#[test]
fn referrer_of_a_line_without_upstream_is_not_read() {
    for host in [r#"host: "shop.test", "#, ""] {
        let fields = format!(
            r#"request: "GET / HTTP/1.1", {host}referrer: "http://a/", upstream: "http://10.9.9.9:80/""#
        );
        let log = line("no resolver defined to resolve app.test", &fields);
        assert_eq!(upstream_from_log(&log), None);
    }
    let log = line(
        "no resolver defined to resolve app.test",
        r#"request: "GET / HTTP/1.1", host: "shop.test", referrer: "http://a/?subrequest: "/a", upstream: "http://10.9.9.9:80/""#,
    );
    assert_eq!(upstream_from_log(&log), None);
}

/// A line that ends inside the address gives None
#[test]
fn line_cut_inside_the_address_gives_none() {
    for value in [
        "http://127.0.0.1:39",
        "http://127.0.0.1:3001",
        "http://[::1",
        "http://",
        "htt",
        "",
        "http://unix:/run/app.sock",
    ] {
        let fields = format!(r#"request: "GET /aaaa HTTP/1.1", upstream: "{value}"#);
        assert_eq!(upstream_from_log(&line(REFUSED, &fields)), None);
    }
    let log = line(REFUSED, r#"request: "GET /aaaaaaaaaaaaaaaaaaaaaa"#);
    assert_eq!(upstream_from_log(&log), None);
}

/// A line that ends behind the address gives the address
#[test]
fn line_cut_behind_the_address_gives_it() {
    for (value, address) in [
        ("http://127.0.0.1:3001/aaaaaaaaaaaa", "127.0.0.1:3001"),
        ("http://127.0.0.1:3001/", "127.0.0.1:3001"),
        ("http://unix:/run/app.sock:/aa", "unix:/run/app.sock"),
    ] {
        let fields = format!(r#"request: "GET /aaaa HTTP/1.1", upstream: "{value}"#);
        let log = line(REFUSED, &fields);
        assert_eq!(upstream_from_log(&log), Some(address));
    }
}

/// A line without request or without upstream gives None
#[test]
fn line_without_request_or_upstream_gives_none() {
    let dns = line(
        "app.test could not be resolved (3: Host not found)",
        r#"request: "GET / HTTP/1.1", host: "shop.test""#,
    );
    for log in [
        dns.as_str(),
        "2026/11/22 11:38:12 [notice] 70#70: start worker process 71",
        r#"2026/11/22 11:38:12 [emerg] 70#70: host not found in upstream "app.test" in /etc/nginx/nginx.conf:12"#,
        "GET / HTTP/1.1",
        "",
    ] {
        assert_eq!(upstream_from_log(log), None);
    }
    for other in [
        r#"upstreams: "http://127.0.0.1:3001/""#,
        r#"upstream: http://127.0.0.1:3001/", host: "shop.test""#,
        r#"subrequests: "/auth", upstream: "http://127.0.0.1:3001/""#,
        r#"subrequest: /auth", upstream: "http://127.0.0.1:3001/""#,
    ] {
        let log = line(REFUSED, &format!(r#"request: "GET / HTTP/1.1", {other}"#));
        assert_eq!(upstream_from_log(&log), None);
    }
}
