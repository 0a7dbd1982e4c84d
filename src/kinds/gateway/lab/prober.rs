//! Runs probes against a live lab: does what they say, sends what they say, judges what came.

mod arrived;
mod judge;
mod request;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::LabError;
use super::client::{Connection, NoResponse, Response};
use super::customers::Met;
use super::log;
use super::nonce::Nonce;
use super::probe::{Probe, expected, input};
use super::system::Lab;
use super::upstream::Counters;
use super::upstream::request::Request;
use crate::check::{Context, TestResult, Values};
use crate::sys::clock::Stopwatch;
use judge::{History, Judge, Miss};
use request::Requests;

/// How long a request may take to reach the access log.
const LOGGED: Duration = Duration::from_secs(1);
/// How long to wait between two looks at it.
const BEAT: Duration = Duration::from_millis(5);

/// What was sent in one exchange, and what came of it.
#[derive(Debug)]
struct Exchange {
    path: String,
    result: Result<Response, NoResponse>,
    /// Whether a frame came back, on a connection that was upgraded.
    echoed: bool,
}

/// Runs `probe` and returns whether what it expects came back.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub fn run(lab: &mut Lab, probe: &Probe, context: &Context) -> Result<TestResult, LabError> {
    // Customers would be counted among the requests of the probes.
    let customers = lab.close();
    for act in &probe.act {
        lab.act(act)?;
    }
    catch_up(lab, probe.expect.access.is_some(), context)?;
    let nonce = Nonce::fresh();
    lab.set_nonce(&nonce);
    let before = counters(lab, probe);
    let requests = Requests::new(&probe.send, lab.listen());
    let exchanges = send(lab, probe, &requests, context)?;
    if context.cancel.is_cancelled() {
        return Err(LabError::Cancelled);
    }
    let mut news = news(lab)?;
    if probe.expect.access.is_some() {
        await_lines(lab, &mut news, connected(&exchanges), context)?;
    }
    let after = counters(lab, probe);
    let counted = before
        .into_iter()
        .zip(after)
        .map(|(before, after)| Counters {
            requests: after.requests.saturating_sub(before.requests),
            connections: after.connections.saturating_sub(before.connections),
        });
    let judge = Judge {
        probe,
        nonce: &nonce,
        listen: lab.listen(),
        counted: probe.upstreams().into_iter().zip(counted).collect(),
        requests: &requests,
        seen: seen(lab, probe),
        history: history(lab, probe, customers),
        errors: &news.errors,
        accesses: &news.accesses,
    };
    let Err(miss) = judge.judge(&exchanges) else {
        return Ok(TestResult::Passed);
    };
    let telling = log::telling_line(&news.errors).cloned();
    let note = match telling {
        Some(line) => Some(line),
        None => first_access(lab, news.accesses, &requests, &exchanges, context)?,
    };
    let values = |got: String| Values {
        input: Some(input(probe, lab.listen())),
        expected: Some(expected(probe)),
        got: Some(requests.without_fresh(&lab.ports().to_learner(&got))),
        note: note.as_ref().map(|note| requests.without_fresh(note)),
    };
    Ok(match miss {
        Miss::Late => TestResult::TimeLimit(values(format!(
            "no whole answer within {} s",
            probe.patience().as_secs_f64()
        ))),
        Miss::Got(got) => TestResult::Failed(values(got)),
    })
}

fn history(lab: &Lab, probe: &Probe, customers: Option<Met>) -> History {
    // To find workers is to look at every process of the machine.
    let workers = probe.expect.workers.map(|_| lab.workers_by_age());
    let (old_workers, new_workers) = workers.unwrap_or_default();
    History {
        has_first_master: lab.has_first_master(),
        old_workers,
        new_workers,
        customers,
    }
}

/// Sends what `probe` says to the gateway at `address`, and returns what a customer sees first of
/// each answer: its status line. What comes again is told once.
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

/// What requests left in nginx's logs, as the learner would read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traces {
    /// The faults in the error log.
    pub errors: Vec<String>,
    /// The lines of the access log.
    pub accesses: Vec<String>,
}

/// Sends what `probe` says and returns what it left in the logs; what came back does not matter.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub(crate) fn traces(lab: &mut Lab, probe: &Probe, context: &Context) -> Result<Traces, LabError> {
    catch_up(lab, true, context)?;
    let requests = Requests::new(&probe.send, lab.listen());
    let exchanges = send(lab, probe, &requests, context)?;
    let mut found = news(lab)?;
    await_lines(lab, &mut found, exchanges.len(), context)?;
    // A request's faults are logged before its line: what was missed beside that line is there now.
    found.errors.extend(news(lab)?.errors);
    found.errors.retain(|line| log::is_fault(line));
    Ok(Traces {
        errors: found.errors,
        accesses: found.accesses,
    })
}

struct News {
    errors: Vec<String>,
    accesses: Vec<String>,
}

fn news(lab: &mut Lab) -> Result<News, LabError> {
    let (gateway, ports) = lab.gateway_and_ports();
    let Some(gateway) = gateway else {
        return Ok(News {
            errors: Vec::new(),
            accesses: Vec::new(),
        });
    };
    let news = News {
        errors: gateway.log_news(ports)?,
        accesses: gateway.access_news(ports)?,
    };
    lab.note_log(0, news.accesses.len());
    Ok(news)
}

/// Passes over what the logs hold, so that what comes is of the next requests. Where its lines matter,
/// nginx is given the time to log the answers that others have got.
fn catch_up(lab: &mut Lab, lines_matter: bool, context: &Context) -> Result<(), LabError> {
    news(lab)?;
    let watch = Stopwatch::start();
    while lines_matter && lab.unlogged() > 0 {
        if watch.elapsed() > LOGGED {
            // They are logged elsewhere, or not at all.
            lab.note_log(0, lab.unlogged());
        } else if context.cancel.wait(BEAT) {
            return Err(LabError::Cancelled);
        }
        news(lab)?;
    }
    Ok(())
}

/// Returns how many of `exchanges` nginx can have logged: where nothing listens there is no line to wait for.
fn connected(exchanges: &[Exchange]) -> usize {
    let is_refused = |it: &&Exchange| matches!(it.result, Err(NoResponse::Refused));
    exchanges.len() - exchanges.iter().filter(is_refused).count()
}

/// nginx logs a request when it is done with it, which may be after the customer has the answer.
fn await_lines(
    lab: &mut Lab,
    news: &mut News,
    lines: usize,
    context: &Context,
) -> Result<(), LabError> {
    let watch = Stopwatch::start();
    while news.accesses.len() < lines && watch.elapsed() < LOGGED {
        if context.cancel.wait(BEAT) {
            return Err(LabError::Cancelled);
        }
        let more = self::news(lab)?;
        news.errors.extend(more.errors);
        news.accesses.extend(more.accesses);
    }
    Ok(())
}

/// Returns the line of the access log for the first of `exchanges`, where nginx logs them: `accesses` may lack
/// it as yet, and may begin with late lines of requests before these. Where no line is of these requests, by a
/// format of the learner's, it is the first that there is.
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
        if count == 0 || watch.elapsed() > LOGGED {
            return Ok(accesses.into_iter().next());
        }
        if context.cancel.wait(BEAT) {
            return Err(LabError::Cancelled);
        }
        accesses.extend(news(lab)?.accesses);
    }
}

/// Returns the requests that each upstream has worked on which `probe` names.
fn seen<'a>(lab: &Lab, probe: &'a Probe) -> BTreeMap<&'a str, Vec<Request>> {
    let names = probe.upstreams().into_iter();
    let running = names.filter_map(|name| Some((name, lab.upstream(name)?.seen())));
    running.collect()
}

fn counters(lab: &Lab, probe: &Probe) -> Vec<Counters> {
    let names = probe.upstreams();
    names.into_iter().map(|name| lab.counters(name)).collect()
}

/// Counts what the exercise prescribes: the pauses between requests, and answers that are to be slow.
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

/// Sends what `probe` says, until something fails to come back.
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
    /// Sends the requests one after the other; the first that gets no answer is the last.
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
            None => Connection::open(self.address, self.probe.patience())?,
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
