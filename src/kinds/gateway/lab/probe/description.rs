//! Describes a probe: the requests as a `curl` command, and the expectations in words.

use std::fmt::Write as _;

use super::{ANY, ANYTHING, Age, Expect, Probe};

/// The `curl` command that repeats the requests; `listen` is the learner's port.
pub(crate) fn input(probe: &Probe, listen: u16) -> String {
    let send = &probe.send;
    let mut command = String::from("curl -i");
    let mut option = |text: String| {
        command.push(' ');
        command.push_str(&text);
    };
    let has_body = !send.body.is_empty() || send.body_bytes > 0;
    if send.method != "GET" && !(send.method == "POST" && has_body) {
        option(format!("-X {}", send.method));
    }
    if let Some(host) = &send.host {
        option(format!("-H 'Host: {host}'"));
    }
    for (name, value) in &send.headers {
        option(format!("-H '{name}: {value}'"));
    }
    if send.websocket {
        option("-H 'Connection: Upgrade' -H 'Upgrade: websocket'".to_owned());
    }
    if !send.body.is_empty() {
        option(format!("-d '{}'", send.body));
    } else if send.body_bytes > 0 {
        option(format!(
            "--data-binary @a-file-of-{}-bytes",
            send.body_bytes
        ));
    }
    for path in send.all_paths() {
        let path = &path.replace(ANY, ANYTHING);
        option(format!("'http://127.0.0.1:{listen}{path}'").replace('\'', quote(path)));
    }
    command + &how_often(probe)
}

/// The `curl` command that sends the first request once, to be pasted.
pub(crate) fn command(probe: &Probe, listen: u16) -> String {
    let mut once = probe.clone();
    once.send.times = 1;
    once.send.parallel = 1;
    once.send.paths.clear();
    input(&once, listen)
}

fn quote(path: &str) -> &'static str {
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._-=".contains(&byte));
    if is_plain { "" } else { "'" }
}

fn how_often(probe: &Probe) -> String {
    let send = &probe.send;
    let mut text = String::new();
    // Writing to memory does not fail.
    if send.times > 1 {
        write!(text, ", {} times", send.times).ok();
    }
    if let Some(every) = send.every {
        write!(text, ", {} ms apart", every.0.as_millis()).ok();
    }
    if send.reuse {
        text.push_str(", on one connection");
    }
    if send.parallel > 1 {
        write!(text, ", by {} customers at once", send.parallel).ok();
    }
    text
}

pub(crate) fn expected(probe: &Probe) -> String {
    let expect = &probe.expect;
    let mut statuses: Vec<_> = expect.statuses.iter().copied().map(status_words).collect();
    statuses.extend(expect.status.map(status_words));
    if expect.garbage {
        statuses.push("bytes without a status line".to_owned());
    }
    let mut parts = vec![statuses.join(" or ")];
    if expect.cut {
        parts.push("with a body that is cut short".to_owned());
    }
    if let Some(from) = &expect.from {
        parts.push(format!("with an answer from {from}"));
    }
    if !expect.from_any.is_empty() {
        parts.push(format!(
            "with an answer from {}",
            expect.from_any.join(" or ")
        ));
    }
    for (name, value) in &expect.header {
        parts.push(format!("with `{name}: {value}`"));
    }
    if let Some(text) = &expect.body {
        parts.push(format!("with `{text}` in the body"));
    }
    if let Some(bytes) = expect.body_bytes {
        parts.push(format!("with a body of {bytes} bytes"));
    }
    if let Some(time) = expect.at_least {
        parts.push(format!("not before {}", seconds(time.0)));
    }
    if let Some(time) = expect.within {
        parts.push(format!("within {}", seconds(time.0)));
    }
    behind(expect, &mut parts);
    let times = match probe.send.requests() {
        1 => String::new(),
        times => format!(", each of {times} times"),
    };
    parts.join(", ") + &times
}

/// The expectations of the app, of nginx and of its logs.
fn behind(expect: &Expect, parts: &mut Vec<String>) {
    for (name, value) in &expect.seen {
        parts.push(if value.is_empty() {
            format!("and no line `{name}` for the app")
        } else {
            format!("and `{name}: {value}` for the app")
        });
    }
    for (name, count) in &expect.requests {
        let names = name.replace('+', " and ");
        parts.push(format!("and {count} requests worked on by {names}"));
    }
    for (name, count) in &expect.connections {
        let names = name.replace('+', " and ");
        parts.push(format!("over {count} new connections to {names}"));
    }
    match expect.master {
        Some(Age::Same) => parts.push("with the nginx that ran at the start".to_owned()),
        Some(Age::New) => parts.push("with another nginx".to_owned()),
        None => {}
    }
    match expect.workers {
        Some(Age::Same) => parts.push("with the same workers".to_owned()),
        Some(Age::New) => parts.push("with new workers".to_owned()),
        None => {}
    }
    if let Some(lost) = expect.lost {
        parts.push(format!("and {lost} customers without an answer meanwhile"));
    }
    if expect.log.is_some() {
        parts.push("and a line in the error log".to_owned());
    }
    if expect.access.is_some() {
        parts.push("and a line in the access log that tells why".to_owned());
    }
}

fn seconds(time: std::time::Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// The status with its reason phrase, such as `502 Bad Gateway`.
pub(crate) fn status_words(status: u16) -> String {
    let words = match status {
        101 => " Switching Protocols",
        200 => " OK",
        204 => " No Content",
        400 => " Bad Request",
        403 => " Forbidden",
        404 => " Not Found",
        413 => " Request Entity Too Large",
        426 => " Upgrade Required",
        500 => " Internal Server Error",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    };
    format!("{status}{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_as_a_command() {
        let told = |text: &str| {
            input(
                &Probe::fixture(&format!("{text}\nexpect.status = 200")),
                8080,
            )
        };
        assert_eq!(told(""), "curl -i http://127.0.0.1:8080/");
        assert_eq!(
            told("send = { path = '/a?b=c', times = 3 }"),
            "curl -i 'http://127.0.0.1:8080/a?b=c', 3 times"
        );
        assert_eq!(
            told("send = { method = 'POST', body = 'x=1', host = 'shop.test', reuse = true }"),
            "curl -i -H 'Host: shop.test' -d 'x=1' http://127.0.0.1:8080/, on one connection"
        );
        assert_eq!(
            told("send = { path = '/{any}?{any}' }"),
            "curl -i 'http://127.0.0.1:8080/anything?anything'"
        );
        assert_eq!(
            told("send = { method = 'PUT', parallel = 4 }"),
            "curl -i -X PUT http://127.0.0.1:8080/, by 4 customers at once"
        );
    }

    #[test]
    fn what_is_expected_is_told_in_words() {
        let told = |text: &str| expected(&Probe::fixture(text));
        assert_eq!(
            told("send.times = 3\nexpect = { status = 200, from = 'shop' }"),
            "200 OK, with an answer from shop, each of 3 times"
        );
        assert_eq!(
            told("expect = { statuses = [502, 504], within = '8s', at_least = '1500ms' }"),
            "502 Bad Gateway or 504 Gateway Timeout, not before 1.5 s, within 8 s"
        );
    }
}
