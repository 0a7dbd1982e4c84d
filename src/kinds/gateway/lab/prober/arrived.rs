//! Compares the requests that arrived at the upstreams with those sent: a gateway may change nothing that
//! the task does not allow.

use std::collections::BTreeMap;

use super::request::Requests;
use crate::kinds::gateway::lab::http::{Body, Request};
use crate::kinds::gateway::lab::probe::Probe;
use crate::text::visible;

/// Compares the requests that each upstream has `seen` with those of `probe`; `Err` describes a difference.
pub(super) fn judge(
    probe: &Probe,
    requests: &Requests<'_>,
    seen: &BTreeMap<&str, Vec<Request>>,
) -> Result<(), String> {
    let paths = requests.paths();
    let body = Body::from(&*requests.body());
    let lasting = requests.lasting();
    for (name, request) in seen
        .iter()
        .flat_map(|(name, seen)| seen.iter().map(move |it| (name, it)))
    {
        line(probe, &paths, request).map_err(|said| format!("{said} arrived at {name}"))?;
        if request.body != body && !probe.may_change("body") {
            return Err(if request.body.is_empty() {
                format!("no body arrived at {name}, where one was sent")
            } else {
                format!("another body arrived at {name} than was sent")
            });
        }
        for (header, value) in &lasting {
            let arrived = request.header(header);
            if arrived != Some(value) && !probe.may_change(header) {
                return Err(match arrived {
                    None => format!("no line `{header}` arrived at {name}, where one was sent"),
                    Some(_) => format!("another line `{header}` arrived at {name} than was sent"),
                });
            }
        }
    }
    Ok(())
}

/// Compares the request line; `Err` describes the difference.
fn line(probe: &Probe, paths: &[String], request: &Request) -> Result<(), String> {
    let Request { method, target, .. } = request;
    let sent = &probe.send.method;
    let is_method = method == sent || probe.may_change("method");
    let is_path = paths.contains(target) || probe.may_change("path");
    if is_method && is_path {
        return Ok(());
    }
    let sent: Vec<_> = paths
        .iter()
        .map(|path| format!("`{sent} {path}`"))
        .collect();
    let arrived = visible(&format!("{method} {target}"));
    Err(format!("{} was sent, and `{arrived}`", sent.join(" or ")))
}

/// Compares how often each path was requested with how often it was `seen`; `Err` describes a difference.
pub(super) fn each_path(
    probe: &Probe,
    requests: &Requests<'_>,
    seen: &[&Request],
) -> Result<(), String> {
    if probe.may_change("path") {
        return Ok(());
    }
    let sent = requests.paths();
    for path in &sent {
        let times = sent.iter().filter(|other| *other == path).count();
        let asked = times * probe.send.times * probe.send.parallel;
        let is_path = |request: &&&Request| request.target == *path;
        let arrived = seen.iter().filter(is_path).count();
        if arrived != asked {
            return Err(format!(
                "`{path}` was asked for {asked} times, and the app saw it {arrived} times"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::gateway::lab::probe::Send;

    /// Judges a request after `change`, with `changes` allowed.
    fn said(changes: &[&str], change: impl FnOnce(&mut Request)) -> Result<(), String> {
        let mut probe = Probe::fixture("expect.status = 200");
        probe.send = Send {
            method: "POST".into(),
            path: "/orders?{any}".into(),
            body: "book=17".into(),
            ..Send::default()
        };
        probe.changes = changes.iter().map(|part| (*part).to_owned()).collect();
        let requests = Requests::new(&probe.send, 8080);
        let mut request = Request {
            method: "POST".into(),
            target: requests.paths().remove(0),
            headers: requests.lasting(),
            version: "HTTP/1.0".into(),
            keeps_alive: false,
            body: Body::from(&*requests.body()),
        };
        request.headers.insert(0, ("Host".into(), "shop".into()));
        change(&mut request);
        let seen = [("shop", vec![request])].into();
        judge(&probe, &requests, &seen).map_err(|said| requests.without_fresh(&said))
    }

    #[test]
    fn what_arrives_as_it_was_sent_is_right_and_what_does_not_is_named() {
        assert_eq!(said(&[], |_| ()), Ok(()));
        let change = |change: fn(&mut Request)| said(&[], change).unwrap_err();
        let sent = "`POST /orders?anything` was sent, and";
        assert_eq!(
            change(|request| request.target.insert_str(0, "/zz")),
            format!("{sent} `POST /zz/orders?anything` arrived at shop")
        );
        assert_eq!(
            change(|request| request.target = "/orders".into()),
            format!("{sent} `POST /orders` arrived at shop")
        );
        assert_eq!(
            change(|request| request.method = "GET".into()),
            format!("{sent} `GET /orders?anything` arrived at shop")
        );
        assert_eq!(
            change(|request| request.body = Body::default()),
            "no body arrived at shop, where one was sent"
        );
        assert_eq!(
            change(|request| request.body = Body::from(&b"book=1"[..])),
            "another body arrived at shop than was sent"
        );
        for name in ["Cookie", "Authorization", "X-Basket", "Content-Type"] {
            let lost = said(&[], |request| request.headers.retain(|(it, _)| it != name));
            let words = format!("no line `{name}` arrived at shop, where one was sent");
            assert_eq!(lost, Err(words));
        }
        assert_eq!(
            change(|request| request.headers[3].1.push('x')),
            "another line `Cookie` arrived at shop than was sent"
        );
    }

    fn request(target: &str) -> Request {
        Request {
            method: "GET".into(),
            target: target.into(),
            headers: Vec::new(),
            version: "HTTP/1.1".into(),
            keeps_alive: true,
            body: Body::default(),
        }
    }

    #[test]
    fn each_path_arrives_as_often_as_it_was_asked_for() {
        let probe = Probe::fixture(
            "send = { paths = ['/a', '/b', '/a'], times = 2 }\n\
             expect.status = 200",
        );
        let requests = Requests::new(&probe.send, 8080);
        let (one, other) = (request("/a"), request("/b"));
        let seen = [&one, &other, &one, &one, &other, &one];
        assert_eq!(each_path(&probe, &requests, &seen), Ok(()));
        let lost = [&one, &one, &one, &one, &one, &other];
        let words = "`/a` was asked for 4 times, and the app saw it 5 times";
        assert_eq!(each_path(&probe, &requests, &lost), Err(words.into()));
    }

    #[test]
    fn every_customer_asks_for_every_path() {
        let probe = Probe::fixture(
            "send = { path = '/a', times = 2, parallel = 3 }\n\
             expect.status = 200",
        );
        let requests = Requests::new(&probe.send, 8080);
        let one = request("/a");
        assert_eq!(each_path(&probe, &requests, &[&one; 6]), Ok(()));
        let words = "`/a` was asked for 6 times, and the app saw it 4 times";
        assert_eq!(each_path(&probe, &requests, &[&one; 4]), Err(words.into()));
    }

    #[test]
    fn what_the_task_changes_may_change() {
        let all = ["method", "path", "body", "cookie"];
        let changed = said(&all, |request| {
            request.method = "GET".into();
            request.target = "/".into();
            request.body = Body::default();
            request.headers.retain(|(name, _)| name != "Cookie");
        });
        assert_eq!(changed, Ok(()));
    }
}
