//! Runs probes against a running lab: performs their actions, sends their requests, judges the responses.

mod arrived;
mod judge;
mod request;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::LabError;
use super::client::{Connection, NoResponse, Response};
use super::customers::CustomerCounts;
use super::log;
use super::nonce::Nonce;
use super::probe::{Probe, expected, input};
use super::system::Lab;
use super::upstream::Counters;
use super::upstream::request::Request;
use crate::check::{Context, TestResult, Values};
use crate::sys::clock::Stopwatch;
use judge::{History, Mismatch, ProbeJudge};
use request::Requests;

/// How long nginx may take to write a request to the access log.
const LOG_TIMEOUT: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A request and its result.
#[derive(Debug)]
struct Exchange {
    path: String,
    result: Result<Response, NoResponse>,
    /// Whether a frame was echoed on the upgraded connection.
    echoed: bool,
}

/// Runs `probe` and compares the result with its expectations.
///
/// # Errors
/// Fails when the lab itself does, not the learner's nginx.
pub fn run(lab: &mut Lab, probe: &Probe, context: &Context) -> Result<TestResult, LabError> {
    // Customers' requests would be counted as the probes'.
    let customers = lab.stop_customers();
    for act in &probe.act {
        lab.act(act)?;
    }
    skip_logs(lab, probe.expect.access.is_some(), context)?;
    let nonce = Nonce::fresh();
    lab.set_nonce(&nonce);
    let before = counters(lab, probe);
    let requests = Requests::new(&probe.send, lab.listen());
    let exchanges = send(lab, probe, &requests, context)?;
    if context.cancel.is_cancelled() {
        return Err(LabError::Cancelled);
    }
    let mut lines = read_logs(lab)?;
    if probe.expect.access.is_some() {
        await_lines(lab, &mut lines, connected(&exchanges), context)?;
    }
    let after = counters(lab, probe);
    let counted = before
        .into_iter()
        .zip(after)
        .map(|(before, after)| Counters {
            requests: after.requests.saturating_sub(before.requests),
            connections: after.connections.saturating_sub(before.connections),
        });
    let judge = ProbeJudge {
        probe,
        nonce: &nonce,
        listen: lab.listen(),
        counted: probe.upstreams().into_iter().zip(counted).collect(),
        requests: &requests,
        seen: seen(lab, probe),
        history: history(lab, probe, customers),
        errors: &lines.errors,
        accesses: &lines.accesses,
    };
    let Err(miss) = judge.judge(&exchanges) else {
        return Ok(TestResult::Passed);
    };
    let explaining = log::explaining_line(&lines.errors).cloned();
    let note = match explaining {
        Some(line) => Some(line),
        None => first_access(lab, lines.accesses, &requests, &exchanges, context)?,
    };
    let values = |got: String| Values {
        input: Some(input(probe, lab.listen())),
        expected: Some(expected(probe)),
        got: Some(requests.without_fresh(&lab.ports().to_learner(&got))),
        note: note.as_ref().map(|note| requests.without_fresh(note)),
    };
    Ok(match miss {
        Mismatch::Late => TestResult::TimeLimit(values(format!(
            "no whole answer within {} s",
            probe.timeout().as_secs_f64()
        ))),
        Mismatch::Got(got) => TestResult::Failed(values(got)),
    })
}

fn history(lab: &Lab, probe: &Probe, customers: Option<CustomerCounts>) -> History {
    // Only if asked for: finding workers reads the whole process table.
    let workers = probe.expect.workers.map(|_| lab.workers_by_age());
    let (old_workers, new_workers) = workers.unwrap_or_default();
    History {
        has_first_master: lab.has_first_master(),
        old_workers,
        new_workers,
        customers,
    }
}

/// Sends the requests of `probe` to `address`, and returns the distinct status lines: what a customer sees
/// first.
pub(crate) fn status_lines(
    probe: &Probe,
    address: std::net::SocketAddr,
    context: &Context,
) -> Vec<String> {
    let requests = Requests::new(&probe.send, address.port());
    let customer = Customer {
        probe,
        requests: &requests,
        address,
        context,
    };
    let mut lines: Vec<String> = Vec::new();
    for exchange in customer.send() {
        let line = match exchange.result {
            Ok(Response { status, reason, .. }) => format!("HTTP/1.1 {status} {reason}"),
            Err(none) => format!("no answer: {none}"),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// What requests left in nginx's logs, in the learner's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traces {
    /// Lines of the error log with the level of a fault.
    pub errors: Vec<String>,
    pub accesses: Vec<String>,
}

/// Sends the requests of `probe` and returns what they leave in the logs; the responses do not matter.
pub(crate) fn traces(lab: &mut Lab, probe: &Probe, context: &Context) -> Result<Traces, LabError> {
    skip_logs(lab, true, context)?;
    let requests = Requests::new(&probe.send, lab.listen());
    let exchanges = send(lab, probe, &requests, context)?;
    let mut found = read_logs(lab)?;
    await_lines(lab, &mut found, exchanges.len(), context)?;
    // nginx logs a request's errors before its access line, so by now all of them can be read.
    found.errors.extend(read_logs(lab)?.errors);
    found.errors.retain(|line| log::is_fault(line));
    Ok(Traces {
        errors: found.errors,
        accesses: found.accesses,
    })
}

struct LogLines {
    errors: Vec<String>,
    accesses: Vec<String>,
}

fn read_logs(lab: &mut Lab) -> Result<LogLines, LabError> {
    let (gateway, ports) = lab.gateway_and_ports();
    let Some(gateway) = gateway else {
        return Ok(LogLines {
            errors: Vec::new(),
            accesses: Vec::new(),
        });
    };
    let lines = LogLines {
        errors: gateway.new_error_lines(ports)?,
        accesses: gateway.new_access_lines(ports)?,
    };
    lab.note_log(0, lines.accesses.len());
    Ok(lines)
}

/// Skips the present log lines, so that later ones belong to the next requests. If those lines matter, it
/// first waits until nginx has logged all earlier requests.
fn skip_logs(lab: &mut Lab, lines_matter: bool, context: &Context) -> Result<(), LabError> {
    read_logs(lab)?;
    let watch = Stopwatch::start();
    while lines_matter && lab.unlogged() > 0 {
        if watch.elapsed() > LOG_TIMEOUT {
            // The configuration logs elsewhere, or not at all.
            lab.note_log(0, lab.unlogged());
        } else if context.cancel.wait(POLL_INTERVAL) {
            return Err(LabError::Cancelled);
        }
        read_logs(lab)?;
    }
    Ok(())
}

/// How many of `exchanges` nginx can have logged: not those whose connection was refused.
fn connected(exchanges: &[Exchange]) -> usize {
    let is_refused = |it: &&Exchange| matches!(it.result, Err(NoResponse::Refused));
    exchanges.len() - exchanges.iter().filter(is_refused).count()
}

/// nginx logs a request when it is finished, which may be after the client has the whole response.
fn await_lines(
    lab: &mut Lab,
    lines: &mut LogLines,
    count: usize,
    context: &Context,
) -> Result<(), LabError> {
    let watch = Stopwatch::start();
    while lines.accesses.len() < count && watch.elapsed() < LOG_TIMEOUT {
        if context.cancel.wait(POLL_INTERVAL) {
            return Err(LabError::Cancelled);
        }
        let more = read_logs(lab)?;
        lines.errors.extend(more.errors);
        lines.accesses.extend(more.accesses);
    }
    Ok(())
}

/// The access-log line of the first of `exchanges`. `accesses` may lack it as yet, and may begin with late
/// lines of earlier requests. If the learner's log format makes no line recognisable, it is the first of
/// all.
fn first_access(
    lab: &mut Lab,
    mut accesses: Vec<String>,
    requests: &Requests<'_>,
    exchanges: &[Exchange],
    context: &Context,
) -> Result<Option<String>, LabError> {
    let count = connected(exchanges);
    let watch = Stopwatch::start();
    loop {
        if let Some(line) = requests.first_line(&accesses, count) {
            return Ok(Some(line.clone()));
        }
        if count == 0 || watch.elapsed() > LOG_TIMEOUT {
            return Ok(accesses.into_iter().next());
        }
        if context.cancel.wait(POLL_INTERVAL) {
            return Err(LabError::Cancelled);
        }
        accesses.extend(read_logs(lab)?.accesses);
    }
}

/// The requests that each upstream of `probe` handled.
fn seen<'a>(lab: &Lab, probe: &'a Probe) -> BTreeMap<&'a str, Vec<Request>> {
    let names = probe.upstreams().into_iter();
    let running = names.filter_map(|name| Some((name, lab.upstream(name)?.seen())));
    running.collect()
}

fn counters(lab: &Lab, probe: &Probe) -> Vec<Counters> {
    let names = probe.upstreams();
    names.into_iter().map(|name| lab.counters(name)).collect()
}

/// Adds up the waiting that the exercise itself prescribes: pauses, and upstreams declared slow.
fn note_wait(lab: &mut Lab, probe: &Probe, exchanges: &[Exchange]) {
    let slow = exchanges.iter().filter(|it| lab.is_slow(&it.path));
    let times = slow.filter_map(|it| Some(it.result.as_ref().ok()?.time));
    let answers: Duration = if probe.send.parallel == 1 {
        times.sum()
    } else {
        times.max().unwrap_or_default()
    };
    lab.note_wait(probe.send.pauses() + answers);
}

/// Sends the requests of `probe` from all its clients.
fn send(
    lab: &mut Lab,
    probe: &Probe,
    requests: &Requests<'_>,
    context: &Context,
) -> Result<Vec<Exchange>, LabError> {
    let customer = Customer {
        probe,
        requests,
        address: lab.address()?,
        context,
    };
    let exchanges = match probe.send.parallel {
        1 => customer.send(),
        customers => thread::scope(|scope| {
            let customers: Vec<_> = (0..customers)
                .map(|_| scope.spawn(|| customer.send()))
                .collect();
            let exchanges = customers
                .into_iter()
                .filter_map(|customer| customer.join().ok());
            exchanges.flatten().collect()
        }),
    };
    note_wait(lab, probe, &exchanges);
    let answers = exchanges.iter().filter(|exchange| exchange.result.is_ok());
    lab.note_log(answers.count(), 0);
    Ok(exchanges)
}

struct Customer<'a> {
    probe: &'a Probe,
    requests: &'a Requests<'a>,
    address: std::net::SocketAddr,
    context: &'a Context,
}

impl Customer<'_> {
    /// Sends the requests one after the other, up to the first without a response.
    fn send(&self) -> Vec<Exchange> {
        let send = &self.probe.send;
        let mut connection = None;
        let mut exchanges = Vec::new();
        let paths = self.requests.paths();
        for path in (0..send.times).flat_map(|_| &paths) {
            if !exchanges.is_empty()
                && let Some(every) = send.every
            {
                self.context.cancel.wait(every.0);
            }
            if self.context.cancel.is_cancelled() {
                break;
            }
            let exchange = self.exchange(path, &mut connection);
            let is_last = exchange.result.is_err();
            exchanges.push(exchange);
            if is_last {
                break;
            }
        }
        exchanges
    }

    fn exchange(&self, path: &str, connection: &mut Option<Connection>) -> Exchange {
        let mut echoed = false;
        let result = self.try_exchange(path, connection, &mut echoed);
        Exchange {
            path: path.to_owned(),
            result,
            echoed,
        }
    }

    fn try_exchange(
        &self,
        path: &str,
        connection: &mut Option<Connection>,
        echoed: &mut bool,
    ) -> Result<Response, NoResponse> {
        let send = &self.probe.send;
        let mut open = match connection.take() {
            Some(open) => open,
            None => Connection::open(self.address, self.probe.timeout())?,
        };
        let response = open.exchange(&self.requests.bytes(path))?;
        if send.websocket && response.status == 101 {
            *echoed = open.echoes()?;
        }
        let closes = response.header("connection");
        if send.reuse && !closes.is_some_and(|word| word.eq_ignore_ascii_case("close")) {
            *connection = Some(open);
        }
        Ok(response)
    }
}
