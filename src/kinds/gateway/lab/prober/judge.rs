//! Compares responses, counters and logs with the expectations of a probe.

use std::collections::BTreeMap;

use super::request::Requests;
use super::{Exchange, arrived};
use crate::kinds::gateway::lab::client::NoResponse;
use crate::kinds::gateway::lab::customers::CustomerCounts;
use crate::kinds::gateway::lab::http::{Request, Response};
use crate::kinds::gateway::lab::nonce::Nonce;
use crate::kinds::gateway::lab::probe::{Age, Expect, Probe, status_words};
use crate::kinds::gateway::lab::upstream::{Counters, answer};
use crate::source::Pattern;
use crate::text::visible;

/// The most characters of a body in a message.
const SHOWN: usize = 60;

/// Why a probe failed.
#[derive(Debug)]
pub(super) enum Mismatch {
    /// No whole response within the timeout.
    Late,
    /// Something else came back; describes it.
    Got(String),
}

/// The findings of a probe, apart from the responses.
#[derive(Debug)]
pub(super) struct ProbeJudge<'a> {
    pub(super) probe: &'a Probe,
    pub(super) nonce: &'a Nonce,
    pub(super) listen: u16,
    pub(super) counted: BTreeMap<&'a str, Counters>,
    pub(super) requests: &'a Requests<'a>,
    /// The requests that each upstream handled.
    pub(super) seen: BTreeMap<&'a str, Vec<Request>>,
    pub(super) errors: &'a [String],
    pub(super) accesses: &'a [String],
    pub(super) history: History,
}

/// What happened to nginx and the customers since nginx first ran.
#[derive(Debug)]
pub(super) struct History {
    pub(super) has_first_master: bool,
    /// Workers that ran first and still run; counted only if the probe asks.
    pub(super) old_workers: usize,
    /// Workers started later; counted only if the probe asks.
    pub(super) new_workers: usize,
    pub(super) customers: Option<CustomerCounts>,
}

impl ProbeJudge<'_> {
    pub(super) fn judge(&self, exchanges: &[Exchange]) -> Result<(), Mismatch> {
        for exchange in exchanges {
            self.exchange(exchange).map_err(|miss| match miss {
                // With several paths, name the one.
                Mismatch::Got(got) if self.probe.send.paths.len() > 1 => {
                    Mismatch::Got(format!("{} gave {got}", exchange.path))
                }
                miss => miss,
            })?;
        }
        arrived::judge(self.probe, self.requests, &self.seen).map_err(got)?;
        self.counts()?;
        self.header_lines()?;
        self.history()?;
        self.logs(exchanges.len())
    }

    fn expect(&self) -> &Expect {
        &self.probe.expect
    }

    fn exchange(&self, exchange: &Exchange) -> Result<(), Mismatch> {
        let response = match &exchange.result {
            Ok(response) => response,
            Err(NoResponse::Garbled(_)) if self.expect().garbage => return Ok(()),
            Err(error) => return Err(self.no_answer(error)),
        };
        let expect = self.expect();
        let Response { status, reason, .. } = response;
        if !expect.accepts(*status) {
            return Err(got(visible(format!("{status} {reason}").trim_end())));
        }
        if expect.cut && !response.is_cut {
            return Err(got(format!("{}, and a whole body", status_words(*status))));
        }
        if response.is_cut && !expect.cut {
            return Err(got(format!(
                "{}, but the body was cut after {} bytes",
                status_words(*status),
                response.body.len()
            )));
        }
        if *status == 101 && self.probe.send.websocket && !exchange.echoed {
            let text = "101 Switching Protocols, but what was sent then did not come back";
            return Err(got(text.to_owned()));
        }
        self.answer(exchange, response)?;
        self.time(response)
    }

    fn answer(&self, exchange: &Exchange, response: &Response) -> Result<(), Mismatch> {
        let expect = self.expect();
        let status = status_words(response.status);
        for (name, part) in &expect.header {
            let value = response.header(name);
            if !value.is_some_and(|value| value.contains(part)) {
                let value = value.map_or("nothing".to_owned(), |value| format!("`{value}`"));
                return Err(got(format!(
                    "{status}, but `{name}` says {}",
                    visible(&value)
                )));
            }
        }
        let text = response.text();
        if let Some(part) = &expect.body
            && !text.contains(part)
        {
            return Err(got(format!("{status}, but its body {}", beginning(&text))));
        }
        let only = expect.from.as_ref().map(std::slice::from_ref);
        let from = only.unwrap_or(&expect.from_any);
        // The response to an upgrade has no body.
        if !from.is_empty() && response.status != 101 && self.probe.send.method != "HEAD" {
            let is_made_by = |name: &String| text.starts_with(&format!("{name} answers "));
            if !text.contains(self.nonce.as_str()) || !from.iter().any(is_made_by) {
                return Err(got(format!(
                    "{status}, but the answer does not come from {}; its body {}",
                    from.join(" or "),
                    beginning(&text)
                )));
            }
        }
        if let (Some(bytes), Some(name)) = (expect.body_bytes, &expect.from) {
            let (method, path) = (&self.probe.send.method, &exchange.path);
            let whole = answer::body(name, method, path, self.nonce, Some(bytes));
            if response.body != whole {
                return Err(got(format!(
                    "{status}, but not the body that {name} sent: {} bytes arrived",
                    response.body.len()
                )));
            }
        }
        Ok(())
    }

    fn time(&self, response: &Response) -> Result<(), Mismatch> {
        let expect = self.expect();
        let is_early = expect.at_least.is_some_and(|time| response.time < time.0);
        let is_late = expect.within.is_some_and(|time| response.time > time.0);
        if is_early || is_late {
            let time = response.time.as_secs_f64();
            let status = status_words(response.status);
            return Err(got(format!("{status} after {time:.1} s")));
        }
        Ok(())
    }

    fn no_answer(&self, error: &NoResponse) -> Mismatch {
        let listen = self.listen;
        got(match error {
            NoResponse::Late => return Mismatch::Late,
            NoResponse::Refused => {
                format!("connection refused: nothing listens on 127.0.0.1:{listen}")
            }
            NoResponse::Empty => "nothing: the connection was closed without an answer".to_owned(),
            NoResponse::Garbled(text) => {
                format!(
                    "no status line, but bytes that begin with `{}`",
                    visible(text)
                )
            }
            NoResponse::Broken(error) => format!("the connection broke: {error}"),
        })
    }

    /// The counters of `name`; `a+b` adds up two upstreams.
    fn count(&self, name: &str) -> Counters {
        let mut sum = Counters::default();
        for counted in name.split('+').filter_map(|name| self.counted.get(name)) {
            sum.requests += counted.requests;
            sum.connections += counted.connections;
        }
        sum
    }

    fn counts(&self) -> Result<(), Mismatch> {
        let expect = self.expect();
        let sent = self.probe.send.requests();
        let from: Vec<_> = expect.from.iter().chain(&expect.from_any).collect();
        let states = expect.requests.keys().any(|name| from.contains(&name));
        if !from.is_empty() && !states {
            let seen: usize = from.iter().map(|name| self.count(name).requests).sum();
            if seen != sent {
                let names: Vec<_> = from.into_iter().map(String::as_str).collect();
                return Err(got(format!(
                    "the right answers, but {} saw {seen} requests where {sent} were sent",
                    names.join(" and ")
                )));
            }
            let logs = from.iter().filter_map(|name| self.seen.get(name.as_str()));
            let requests: Vec<_> = logs.flatten().collect();
            arrived::each_path(self.probe, self.requests, &requests).map_err(got)?;
        }
        for (name, expected) in &expect.requests {
            let seen = self.count(name).requests;
            if seen != *expected {
                return Err(got(format!("{seen} requests worked on by {name}")));
            }
        }
        for (name, expected) in &expect.connections {
            let made = self.count(name).connections;
            if made != *expected {
                return Err(got(format!("{made} new connections to {name}")));
            }
        }
        Ok(())
    }

    fn history(&self) -> Result<(), Mismatch> {
        let expect = self.expect();
        let History {
            has_first_master,
            old_workers,
            new_workers,
            customers,
        } = self.history;
        if expect
            .master
            .is_some_and(|age| (age == Age::Same) != has_first_master)
        {
            let text = if has_first_master {
                "nginx's master is the one that ran at the start"
            } else {
                "nginx was stopped and started: its master is another process"
            };
            return Err(got(text.to_owned()));
        }
        let is_right = match expect.workers {
            Some(Age::Same) => old_workers > 0 && new_workers == 0,
            Some(Age::New) => new_workers > 0 && old_workers == 0,
            None => true,
        };
        if !is_right {
            let text = if new_workers == 0 {
                "nginx's workers are those that ran at the start: it was not reloaded"
            } else {
                "nginx's workers are not those that ran at the start"
            };
            return Err(got(text.to_owned()));
        }
        if let (Some(most), Some(CustomerCounts { sent, lost, .. })) = (expect.lost, customers)
            && lost > most
        {
            return Err(got(format!(
                "{lost} of {sent} customers who came meanwhile got no answer"
            )));
        }
        Ok(())
    }

    fn header_lines(&self) -> Result<(), Mismatch> {
        let from = self.expect().from.as_deref();
        let seen = from.and_then(|name| self.seen.get(name)?.last());
        for (name, expected) in &self.expect().seen {
            let value = seen.and_then(|request| request.header(name));
            if value.unwrap_or_default() != expected {
                return Err(got(match value {
                    Some(value) => format!("`{name}: {}` arrived at the app", visible(value)),
                    None => format!("no line `{name}` arrived at the app"),
                }));
            }
        }
        Ok(())
    }

    fn logs(&self, sent: usize) -> Result<(), Mismatch> {
        let expect = self.expect();
        let line_of = |pattern: &String, lines: &[String]| {
            let pattern = Pattern::new(pattern);
            lines.iter().filter(|line| pattern.is_match(line)).count()
        };
        if let Some(pattern) = &expect.log
            && line_of(pattern, self.errors) == 0
        {
            return Err(got("no such line in the error log".to_owned()));
        }
        if let Some(pattern) = &expect.no_log
            && line_of(pattern, self.errors) > 0
        {
            return Err(got(
                "the right answer, but a fault in the error log".to_owned()
            ));
        }
        if let Some(pattern) = &expect.access
            && line_of(pattern, self.accesses) < sent
        {
            let lines = self.accesses;
            let first = lines
                .first()
                .map_or("no line in logs/access.log".to_owned(), |line| {
                    format!("this line in logs/access.log: {}", visible(line))
                });
            return Err(got(first));
        }
        Ok(())
    }
}

fn got(text: String) -> Mismatch {
    Mismatch::Got(text)
}

fn beginning(body: &str) -> String {
    let line = body.trim_start().lines().next().unwrap_or_default();
    if line.is_empty() {
        return "is empty".to_owned();
    }
    let shown: String = line.chars().take(SHOWN).collect();
    let more = if shown.len() < line.len() { "…" } else { "" };
    format!("begins with `{}{more}`", visible(&shown))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use super::*;
    use crate::kinds::gateway::lab::http::Body;

    /// A probe and its findings.
    struct Case {
        probe: Probe,
        nonce: Nonce,
        exchanges: Vec<Exchange>,
        counted: BTreeMap<&'static str, Counters>,
        seen: Vec<Request>,
        errors: Vec<String>,
        accesses: Vec<String>,
        history: History,
    }

    impl Case {
        /// A probe declared by `text`, and an empty response to each of its requests.
        fn new(text: &str) -> Self {
            let probe = Probe::fixture(text);
            let exchange = |path: &str| Exchange {
                path: path.to_owned(),
                result: Ok(Response {
                    status: 200,
                    reason: "OK".to_owned(),
                    headers: vec![("Server".to_owned(), "nginx/1.28.5".to_owned())],
                    body: Vec::new(),
                    is_cut: false,
                    time: Duration::from_millis(500),
                }),
                echoed: false,
            };
            Self {
                exchanges: probe.send.all_paths().map(exchange).collect(),
                probe,
                nonce: Nonce::fresh(),
                counted: BTreeMap::new(),
                seen: Vec::new(),
                errors: Vec::new(),
                accesses: Vec::new(),
                history: History {
                    has_first_master: true,
                    old_workers: 1,
                    new_workers: 0,
                    customers: None,
                },
            }
        }

        /// Lets `app` handle and answer every request.
        fn answered(mut self, app: &'static str) -> Self {
            let count = self.exchanges.len();
            for index in 0..count {
                let method = self.probe.send.method.clone();
                let path = self.exchanges[index].path.clone();
                let bytes = self.probe.expect.body_bytes;
                self.answer(index).body = answer::body(app, &method, &path, &self.nonce, bytes);
                self.seen.push(Request {
                    method,
                    target: path,
                    headers: Vec::new(),
                    version: "HTTP/1.1".to_owned(),
                    keeps_alive: true,
                    body: Body::default(),
                });
            }
            self.count(app, count, 1)
        }

        fn count(mut self, app: &'static str, requests: usize, connections: usize) -> Self {
            let counters = Counters {
                requests,
                connections,
            };
            self.counted.insert(app, counters);
            self
        }

        fn answer(&mut self, index: usize) -> &mut Response {
            self.exchanges[index].result.as_mut().unwrap()
        }

        /// Judges after `change`; `Err` is what came instead.
        fn with(mut self, change: impl FnOnce(&mut Self)) -> Result<(), String> {
            change(&mut self);
            // The module `arrived` and its tests check customers' headers.
            self.probe.changes = [
                "cookie",
                "authorization",
                "x-basket",
                "user-agent",
                "accept",
            ]
            .map(str::to_owned)
            .to_vec();
            let requests = Requests::new(&self.probe.send, 8080);
            let judge = ProbeJudge {
                probe: &self.probe,
                nonce: &self.nonce,
                listen: 8080,
                counted: self.counted,
                requests: &requests,
                seen: [("app", self.seen)].into(),
                errors: &self.errors,
                accesses: &self.accesses,
                history: self.history,
            };
            judge.judge(&self.exchanges).map_err(|miss| match miss {
                Mismatch::Late => "late".to_owned(),
                Mismatch::Got(got) => got,
            })
        }

        fn judge(self) -> Result<(), String> {
            self.with(|_| ())
        }
    }

    fn got(text: &str) -> Result<(), String> {
        Err(text.to_owned())
    }

    #[test]
    fn the_status_is_one_that_is_expected() {
        assert_eq!(Case::new("expect.status = 200").judge(), Ok(()));
        assert_eq!(Case::new("expect.statuses = [404, 200]").judge(), Ok(()));
        let other = Case::new("expect.status = 502").judge();
        assert_eq!(other, got("200 OK"));
    }

    #[test]
    fn of_several_paths_it_is_told_which_one_was_wrong() {
        let several = || Case::new("send.paths = ['/a', '/b']\nexpect.status = 200");
        assert_eq!(several().judge(), Ok(()));
        let wrong = several().with(|case| case.answer(1).status = 404);
        assert_eq!(wrong, got("/b gave 404 OK"));
        let one = Case::new("send.paths = ['/a']\nexpect.status = 200");
        let wrong = one.with(|case| case.answer(0).status = 404);
        assert_eq!(wrong, got("404 OK"));
    }

    #[test]
    fn without_an_answer_it_is_told_why() {
        let none = |expect: &str, error| {
            Case::new(expect).with(|case| case.exchanges[0].result = Err(error))
        };
        let ok = "expect.status = 200";
        assert_eq!(none(ok, NoResponse::Late), got("late"));
        assert_eq!(
            none(ok, NoResponse::Refused),
            got("connection refused: nothing listens on 127.0.0.1:8080")
        );
        assert_eq!(
            none(ok, NoResponse::Empty),
            got("nothing: the connection was closed without an answer")
        );
        let garbled = || NoResponse::Garbled("SSH".to_owned());
        assert_eq!(
            none(ok, garbled()),
            got("no status line, but bytes that begin with `SSH`")
        );
        assert_eq!(none("expect.garbage = true", garbled()), Ok(()));
        assert_eq!(none("expect.garbage = true", NoResponse::Late), got("late"));
        let broken = NoResponse::Broken(io::Error::other("reset"));
        assert_eq!(none(ok, broken), got("the connection broke: reset"));
    }

    #[test]
    fn a_body_is_cut_where_that_is_expected_and_nowhere_else() {
        let case = |expect: &str, is_cut| {
            Case::new(expect).with(|case| {
                case.answer(0).is_cut = is_cut;
                case.answer(0).body = b"abc".to_vec();
            })
        };
        let (whole, cut) = (
            "expect.status = 200",
            "expect = { status = 200, cut = true }",
        );
        assert_eq!(case(whole, false), Ok(()));
        assert_eq!(case(cut, true), Ok(()));
        assert_eq!(case(cut, false), got("200 OK, and a whole body"));
        assert_eq!(
            case(whole, true),
            got("200 OK, but the body was cut after 3 bytes")
        );
    }

    #[test]
    fn what_is_sent_on_an_upgraded_connection_comes_back() {
        let case = |send: &str, status, echoed| {
            Case::new(&format!("{send}\nexpect.status = {status}")).with(|case| {
                case.answer(0).status = status;
                case.exchanges[0].echoed = echoed;
            })
        };
        let handshake = "send.websocket = true";
        let lost = "101 Switching Protocols, but what was sent then did not come back";
        assert_eq!(case(handshake, 101, true), Ok(()));
        assert_eq!(case(handshake, 101, false), got(lost));
        assert_eq!(case(handshake, 426, false), Ok(()), "it was not upgraded");
        assert_eq!(case("", 101, false), Ok(()), "it was no handshake");
    }

    #[test]
    fn a_header_line_says_what_is_expected() {
        let case = |name: &str, part: &str| {
            Case::new(&format!(
                "expect = {{ status = 200, header = {{ {name} = '{part}' }} }}"
            ))
            .judge()
        };
        assert_eq!(case("server", "nginx"), Ok(()));
        assert_eq!(
            case("server", "apache"),
            got("200 OK, but `server` says `nginx/1.28.5`")
        );
        assert_eq!(case("age", "1"), got("200 OK, but `age` says nothing"));
    }

    #[test]
    fn a_body_has_the_part_that_is_expected() {
        let case = |body: &str| {
            Case::new("expect = { status = 200, body = 'fine' }")
                .with(|case| case.answer(0).body = body.into())
        };
        assert_eq!(case("all is fine"), Ok(()));
        assert_eq!(case("\n"), got("200 OK, but its body is empty"));
        let long = "x".repeat(60);
        let begins = format!("200 OK, but its body begins with `{long}`");
        assert_eq!(case(&format!("\n{long}\nmore")), got(&begins));
        let begins = format!("200 OK, but its body begins with `{long}…`");
        assert_eq!(case(&format!("{long}x")), got(&begins));
    }

    #[test]
    fn an_answer_comes_from_the_upstream_that_is_expected() {
        let app = || Case::new("expect = { status = 200, from = 'app' }").answered("app");
        assert_eq!(app().judge(), Ok(()));
        let stale = app().with(|case| case.answer(0).body = b"app answers GET /\n".to_vec());
        let words = "200 OK, but the answer does not come from app; \
                     its body begins with `app answers GET /`";
        assert_eq!(stale, got(words));
        let other = app().with(|case| {
            case.answer(0).body = answer::body("other", "GET", "/", &case.nonce, None);
        });
        let words = "200 OK, but the answer does not come from app; \
                     its body begins with `other answers GET /`";
        assert_eq!(other, got(words));
    }

    #[test]
    fn one_of_several_upstreams_may_answer() {
        let text = "expect = { status = 200, from_any = ['east', 'app'] }";
        assert_eq!(Case::new(text).answered("app").judge(), Ok(()));
        let other = Case::new(text).answered("west").judge();
        let words = "200 OK, but the answer does not come from east or app; \
                     its body begins with `west answers GET /`";
        assert_eq!(other, got(words));
    }

    #[test]
    fn answers_without_a_body_come_from_whoever_has_counted_them() {
        let head = "send.method = 'HEAD'\nexpect = { status = 200, from = 'app' }";
        let upgrade = "expect = { status = 101, from = 'app' }";
        for text in [head, upgrade] {
            let empty = |case: &mut Case| {
                case.answer(0).status = case.probe.expect.status.unwrap();
                case.answer(0).body.clear();
            };
            assert_eq!(Case::new(text).answered("app").with(empty), Ok(()));
            let uncounted = Case::new(text).with(empty).unwrap_err();
            assert!(uncounted.contains("saw 0 requests"), "{uncounted}");
        }
    }

    #[test]
    fn a_body_of_a_known_length_arrives_byte_for_byte() {
        let case = || {
            Case::new("expect = { status = 200, from = 'app', body_bytes = 100 }").answered("app")
        };
        assert_eq!(case().judge(), Ok(()));
        let cut = case().with(|case| case.answer(0).body.truncate(99));
        let words = "200 OK, but not the body that app sent: 99 bytes arrived";
        assert_eq!(cut, got(words));
    }

    #[test]
    fn an_answer_is_neither_early_nor_late() {
        let case =
            |expect: &str| Case::new(&format!("expect = {{ status = 200, {expect} }}")).judge();
        assert_eq!(case("at_least = '500ms', within = '500ms'"), Ok(()));
        assert_eq!(case("at_least = '501ms'"), got("200 OK after 0.5 s"));
        assert_eq!(case("within = '499ms'"), got("200 OK after 0.5 s"));
        assert_eq!(case("at_least = '1ms', within = '1s'"), Ok(()));
    }

    #[test]
    fn an_upstream_works_on_each_request_once() {
        let app = || Case::new("expect = { status = 200, from = 'app' }").answered("app");
        let twice = app().count("app", 2, 1).judge();
        let words = "the right answers, but app saw 2 requests where 1 were sent";
        assert_eq!(twice, got(words));
        let missed = app().with(|case| case.seen.clear()).unwrap_err();
        assert!(missed.starts_with("`/` was asked for 1 times"), "{missed}");
        let text = "expect = { status = 200, from_any = ['east', 'app'] }";
        let both = Case::new(text).answered("app").count("east", 1, 0);
        let words = "the right answers, but east and app saw 2 requests where 1 were sent";
        assert_eq!(both.judge(), got(words));
    }

    #[test]
    fn upstreams_work_on_as_many_requests_as_the_probe_says() {
        let text = "expect = { status = 200, from = 'app', requests = { app = 3 } }";
        let case = |count| {
            Case::new(text)
                .answered("app")
                .count("app", count, 1)
                .judge()
        };
        assert_eq!(case(3), Ok(()), "the probe knows that some come again");
        assert_eq!(case(1), got("1 requests worked on by app"));
        let text = "expect = { status = 200, requests = { 'east+west' = 5 } }";
        let case = |east, west| {
            let case = Case::new(text).count("east", east, 0);
            case.count("west", west, 0).judge()
        };
        assert_eq!(case(2, 3), Ok(()));
        assert_eq!(case(2, 2), got("4 requests worked on by east+west"));
    }

    #[test]
    fn where_only_others_are_counted_the_answering_one_has_seen_what_was_sent() {
        let text = "expect = { status = 200, from = 'app', requests = { east = 0 } }";
        let case = Case::new(text).answered("app").count("app", 2, 1);
        let words = "the right answers, but app saw 2 requests where 1 were sent";
        assert_eq!(case.judge(), got(words));
    }

    #[test]
    fn upstreams_accept_as_many_connections_as_the_probe_says() {
        let text = "expect = { status = 200, connections = { 'east+west' = 2 } }";
        let case = |east, west| {
            let case = Case::new(text).count("east", 0, east);
            case.count("west", 0, west).judge()
        };
        assert_eq!(case(1, 1), Ok(()));
        assert_eq!(case(1, 3), got("4 new connections to east+west"));
    }

    #[test]
    fn a_header_line_arrives_at_the_upstream_as_expected() {
        let case = |value: &str, lines: &[(&str, &str)]| {
            let seen = format!("seen = {{ x-real-ip = '{value}' }}");
            let text = format!("expect = {{ status = 200, from = 'app', {seen} }}");
            let lines = lines
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            let lines = lines.collect();
            Case::new(&text)
                .answered("app")
                .with(|case| case.seen[0].headers = lines)
        };
        assert_eq!(case("1.2.3.4", &[("X-Real-IP", "1.2.3.4")]), Ok(()));
        assert_eq!(case("", &[]), Ok(()));
        let other = "`x-real-ip: 5.6.7.8` arrived at the app";
        assert_eq!(case("1.2.3.4", &[("X-Real-IP", "5.6.7.8")]), got(other));
        assert_eq!(case("", &[("X-Real-IP", "5.6.7.8")]), got(other));
        let none = "no line `x-real-ip` arrived at the app";
        assert_eq!(
            case("1.2.3.4", &[("X-Forwarded-For", "1.2.3.4")]),
            got(none)
        );
    }

    #[test]
    fn the_master_is_the_first_or_another() {
        let case = |age: &str, is_first| {
            let text = format!("expect = {{ status = 200, master = '{age}' }}");
            Case::new(&text).with(|case| case.history.has_first_master = is_first)
        };
        assert_eq!(case("same", true), Ok(()));
        assert_eq!(case("new", false), Ok(()));
        assert_eq!(
            case("new", true),
            got("nginx's master is the one that ran at the start")
        );
        assert_eq!(
            case("same", false),
            got("nginx was stopped and started: its master is another process")
        );
    }

    #[test]
    fn all_workers_are_of_the_age_that_is_expected() {
        let case = |expect: &str, old, new| {
            let text = format!("expect = {{ status = 200{expect} }}");
            Case::new(&text).with(|case| {
                case.history.old_workers = old;
                case.history.new_workers = new;
            })
        };
        let (same, new) = (", workers = 'same'", ", workers = 'new'");
        let reloaded = got("nginx's workers are not those that ran at the start");
        let kept = got("nginx's workers are those that ran at the start: it was not reloaded");
        assert_eq!(case(same, 2, 0), Ok(()));
        assert_eq!(case(same, 1, 1), reloaded);
        assert_eq!(case(same, 0, 1), reloaded);
        assert_eq!(case(same, 0, 0), kept);
        assert_eq!(case(new, 0, 2), Ok(()));
        assert_eq!(case(new, 1, 1), reloaded);
        assert_eq!(case(new, 2, 0), kept);
        assert_eq!(case(new, 0, 0), kept);
        assert_eq!(case("", 1, 1), Ok(()));
    }

    #[test]
    fn no_more_customers_are_lost_than_the_probe_allows() {
        let case = |lost: usize, customers: bool| {
            Case::new("expect = { status = 200, lost = 1 }").with(|case| {
                case.history.customers = customers.then_some(CustomerCounts {
                    sent: 9,
                    lost,
                    status: None,
                });
            })
        };
        assert_eq!(case(1, true), Ok(()));
        assert_eq!(case(2, false), Ok(()));
        let words = "2 of 9 customers who came meanwhile got no answer";
        assert_eq!(case(2, true), got(words));
    }

    #[test]
    fn the_error_log_has_the_line_that_is_expected_and_none_that_is_not() {
        let case = |expect: &str, lines: &[&str]| {
            let text = format!("expect = {{ status = 200, {expect} = 'refused$' }}");
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            Case::new(&text).with(|case| case.errors = lines)
        };
        let lines = ["started", "connection refused"];
        assert_eq!(case("log", &lines), Ok(()));
        assert_eq!(case("no_log", &lines[..1]), Ok(()));
        let words = "no such line in the error log";
        assert_eq!(case("log", &lines[..1]), got(words));
        let words = "the right answer, but a fault in the error log";
        assert_eq!(case("no_log", &lines), got(words));
    }

    #[test]
    fn the_access_log_has_a_line_for_each_request() {
        let case = |lines: &[&str]| {
            let text = "send.paths = ['/a', '/b']\nexpect = { status = 200, access = ' 200$' }";
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            Case::new(text).with(|case| case.accesses = lines)
        };
        assert_eq!(case(&["/a 200", "/b 200"]), Ok(()));
        let words = "this line in logs/access.log: /a 404";
        assert_eq!(case(&["/a 404", "/b 200"]), got(words));
        assert_eq!(case(&[]), got("no line in logs/access.log"));
    }

    #[test]
    fn what_arrived_otherwise_than_it_was_sent_is_no_right_answer() {
        let text = "expect = { status = 200, requests = { app = 1 } }";
        let other = Case::new(text)
            .answered("app")
            .with(|case| case.seen[0].method = "PUT".into());
        assert_eq!(other, got("`GET /` was sent, and `PUT /` arrived at app"));
    }
}
