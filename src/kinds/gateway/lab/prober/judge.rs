//! Judges what came back from the gateway.

use std::collections::BTreeMap;

use super::request::Requests;
use super::{Exchange, arrived};
use crate::kinds::gateway::lab::client::{NoResponse, Response};
use crate::kinds::gateway::lab::customers::Met;
use crate::kinds::gateway::lab::nonce::Nonce;
use crate::kinds::gateway::lab::probe::{Age, Expect, Probe, status_words};
use crate::kinds::gateway::lab::upstream::request::Request;
use crate::kinds::gateway::lab::upstream::{Counters, answer};
use crate::source::Pattern;
use crate::text::visible;

/// How much of a body a learner sees, in characters.
const SHOWN: usize = 60;

/// Why a probe did not find what it expects.
#[derive(Debug)]
pub(super) enum Miss {
    /// No whole answer came in time.
    Late,
    /// Something else came; holds what, in words.
    Got(String),
}

/// What one probe found, apart from the answers.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) probe: &'a Probe,
    pub(super) nonce: &'a Nonce,
    pub(super) listen: u16,
    pub(super) counted: BTreeMap<&'a str, Counters>,
    pub(super) requests: &'a Requests<'a>,
    /// What each upstream has worked on.
    pub(super) seen: BTreeMap<&'a str, Vec<Request>>,
    pub(super) errors: &'a [String],
    pub(super) accesses: &'a [String],
    pub(super) history: History,
}

/// What has happened to nginx and its customers since it first ran.
#[derive(Debug)]
pub(super) struct History {
    pub(super) has_first_master: bool,
    /// How many workers ran at the start and still do, where the probe asks.
    pub(super) old_workers: usize,
    /// How many others run, where the probe asks.
    pub(super) new_workers: usize,
    /// What the customers have met, where some came.
    pub(super) customers: Option<Met>,
}

impl Judge<'_> {
    pub(super) fn judge(&self, exchanges: &[Exchange]) -> Result<(), Miss> {
        for exchange in exchanges {
            self.exchange(exchange).map_err(|miss| match miss {
                // With several paths it matters which one it was.
                Miss::Got(got) if self.probe.send.paths.len() > 1 => {
                    Miss::Got(format!("{} gave {got}", exchange.path))
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

    fn exchange(&self, exchange: &Exchange) -> Result<(), Miss> {
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

    fn answer(&self, exchange: &Exchange, response: &Response) -> Result<(), Miss> {
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
        let from = expect.from.as_ref().map(std::slice::from_ref);
        let from = from.unwrap_or(&expect.from_any);
        // An upgraded connection has no body.
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

    fn time(&self, response: &Response) -> Result<(), Miss> {
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

    fn no_answer(&self, error: &NoResponse) -> Miss {
        let listen = self.listen;
        got(match error {
            NoResponse::Late => return Miss::Late,
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

    /// Returns what `name` has counted; `a+b` stands for two upstreams together.
    fn count(&self, name: &str) -> Counters {
        let mut sum = Counters::default();
        for counted in name.split('+').filter_map(|name| self.counted.get(name)) {
            sum.requests += counted.requests;
            sum.connections += counted.connections;
        }
        sum
    }

    fn counts(&self) -> Result<(), Miss> {
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
            let seen = from.iter().filter_map(|name| self.seen.get(name.as_str()));
            let seen: Vec<_> = seen.flatten().collect();
            arrived::each_path(self.probe, self.requests, &seen).map_err(got)?;
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

    fn history(&self) -> Result<(), Miss> {
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
                "nginx has other workers than at the start"
            };
            return Err(got(text.to_owned()));
        }
        if let (Some(most), Some(Met { sent, lost, .. })) = (expect.lost, customers)
            && lost > most
        {
            return Err(got(format!(
                "{lost} of {sent} customers who came meanwhile got no answer"
            )));
        }
        Ok(())
    }

    fn header_lines(&self) -> Result<(), Miss> {
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

    fn logs(&self, sent: usize) -> Result<(), Miss> {
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

fn got(text: String) -> Miss {
    Miss::Got(text)
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
