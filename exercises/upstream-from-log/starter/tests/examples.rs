//! Some of the lines that the function must read. Add your own.

use upstream_from_log::upstream_from_log;

#[test]
fn plain_http() {
    let line = r#"2026/11/22 11:38:12 [error] 71#71: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: shop.test, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.test""#;
    assert_eq!(upstream_from_log(line), Some("127.0.0.1:3001"));
}

#[test]
fn https() {
    let line = r#"2026/11/22 11:38:12 [error] 71#71: *2 peer closed connection in SSL handshake while SSL handshaking to upstream, client: 127.0.0.1, server: shop.test, request: "GET / HTTP/1.1", upstream: "https://10.0.0.7:8443/", host: "shop.test""#;
    assert_eq!(upstream_from_log(line), Some("10.0.0.7:8443"));
}

#[test]
fn unix_socket() {
    let line = r#"2026/11/22 11:38:12 [crit] 71#71: *3 connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream, client: 127.0.0.1, server: shop.test, request: "GET /report HTTP/1.1", upstream: "http://unix:/run/app.sock:/report", host: "shop.test""#;
    assert_eq!(upstream_from_log(line), Some("unix:/run/app.sock"));
}

#[test]
fn made_up_by_the_client() {
    let line = r#"2026/11/22 11:38:12 [error] 71#71: *8 no resolver defined to resolve app.test, client: 127.0.0.1, server: shop.test, request: "GET / HTTP/1.1", host: "shop.test", referrer: "http://a/", upstream: "http://10.9.9.9:80/""#;
    assert_eq!(upstream_from_log(line), None);
}
