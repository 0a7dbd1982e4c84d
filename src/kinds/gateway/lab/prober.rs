//! Runs probes against a running lab: performs their actions, sends their requests, judges the responses.

mod arrived;
mod judge;
mod request;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::LabError;
use super::client::{Connection, NoResponse};
use super::customers::CustomerCounts;
use super::http::{Request, Response};
use super::log;
use super::nonce::Nonce;
use super::probe::{Probe, expected, input};
use super::system::Lab;
use super::upstream::Counters;
use crate::check::{Context, TestResult, TestVerdict, Values};
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
    let awaited = match &probe.expect.access {
        Some(_) => connected(&exchanges),
        None => 0,
    };
    let lines = read_lines(lab, awaited, context)?;
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
        return Ok(TestResult::passed());
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
        Mismatch::Late => TestVerdict::TimeLimit.with(values(format!(
            "no whole answer within {} s",
            probe.timeout().as_secs_f64()
        ))),
        Mismatch::Got(got) => TestVerdict::Failed.with(values(got)),
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
    let mut found = read_lines(lab, exchanges.len(), context)?;
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

/// Polls until `is_done`, for as long as nginx may take to write to its logs.
fn poll(
    context: &Context,
    mut is_done: impl FnMut() -> Result<bool, LabError>,
) -> Result<(), LabError> {
    let watch = Stopwatch::start();
    while !is_done()? && watch.elapsed() < LOG_TIMEOUT {
        if context.cancel.wait(POLL_INTERVAL) {
            return Err(LabError::Cancelled);
        }
    }
    Ok(())
}

/// Skips the present log lines, so that later ones belong to the next requests. If those lines matter, it
/// first waits until nginx has logged all earlier requests.
fn skip_logs(lab: &mut Lab, lines_matter: bool, context: &Context) -> Result<(), LabError> {
    if !lines_matter {
        return read_logs(lab).map(drop);
    }
    poll(context, || {
        read_logs(lab)?;
        Ok(lab.unlogged() == 0)
    })?;
    // What is not logged by now is logged elsewhere, or not at all.
    lab.note_log(0, lab.unlogged());
    Ok(())
}

/// How many of `exchanges` nginx can have logged: not those whose connection was refused.
fn connected(exchanges: &[Exchange]) -> usize {
    let is_refused = |it: &&Exchange| matches!(it.result, Err(NoResponse::Refused));
    exchanges.len() - exchanges.iter().filter(is_refused).count()
}

/// Reads the logs, at least `count` lines of the access log if they come in time: nginx logs a request when
/// it is finished, which may be after the client has the whole response.
fn read_lines(lab: &mut Lab, count: usize, context: &Context) -> Result<LogLines, LabError> {
    let mut lines = read_logs(lab)?;
    poll(context, || {
        if lines.accesses.len() >= count {
            return Ok(true);
        }
        let more = read_logs(lab)?;
        lines.errors.extend(more.errors);
        lines.accesses.extend(more.accesses);
        Ok(false)
    })?;
    Ok(lines)
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
    poll(context, || {
        if count == 0 || requests.first_line(&accesses, count).is_some() {
            return Ok(true);
        }
        accesses.extend(read_logs(lab)?.accesses);
        Ok(false)
    })?;
    let own = requests.first_line(&accesses, count);
    Ok(own.or(accesses.first()).cloned())
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
        if send.reuse && !response.closes() {
            *connection = Some(open);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kinds::gateway::lab::Nginx;
    use crate::kinds::gateway::lab::ports::Ports;
    use crate::kinds::gateway::lab::probe::Act;
    use crate::kinds::gateway::lab::system::Plan;
    use crate::sandbox::Sandbox;

    /// Longer than anything here takes.
    const DEADLINE: Duration = Duration::from_secs(20);

    /// A lab whose app is at nginx's own address, where probes meet it. There are no logs.
    fn lab(app: &str) -> Lab {
        let text = format!("name = 'shop'\naddress = '127.0.0.1:8080'\n{app}");
        let plan = Plan {
            listen: 8080,
            upstreams: vec![toml::from_str(&text).unwrap()],
            customers: None,
            dns: None,
            after_start: Vec::new(),
        };
        Lab::open(&plan, Ports::default(), &Nginx::fixture(), &context()).unwrap()
    }

    /// No process is started in it.
    fn context() -> Context {
        Context::new(Sandbox::new("no-launcher"), Arc::default())
    }

    /// A context in which whatever waits ends with an error.
    fn cancelled() -> Context {
        let context = context();
        context.cancel.cancel();
        context
    }

    fn exchange(lab: &mut Lab, probe: &Probe) -> Vec<Exchange> {
        let requests = Requests::new(&probe.send, lab.listen());
        send(lab, probe, &requests, &context()).unwrap()
    }

    fn refused() -> Exchange {
        Exchange {
            path: "/".to_owned(),
            result: Err(NoResponse::Refused),
            echoed: false,
        }
    }

    fn answered(path: &str, millis: u64) -> Exchange {
        let response = Response {
            status: 200,
            reason: "OK".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            is_cut: false,
            time: Duration::from_millis(millis),
        };
        Exchange {
            path: path.to_owned(),
            result: Ok(response),
            echoed: false,
        }
    }

    fn is_cancelled<T>(result: &Result<T, LabError>) -> bool {
        matches!(result, Err(LabError::Cancelled))
    }

    #[test]
    fn what_a_probe_expects_is_looked_for() {
        let mut lab = lab("[[on]]\npath = '/slow'\nafter = '60s'");
        let mut run = |text: &str| run(&mut lab, &Probe::fixture(text), &context()).unwrap();
        let send = "send = { paths = ['/a', '/b'], parallel = 2 }";
        let expect = "expect = { status = 200, from = 'shop', requests = { shop = 4 } }";
        let passed = run(&format!("{send}\n{expect}"));
        assert_eq!(passed, TestResult::passed());
        let failed = run("expect = { status = 404 }");
        assert_eq!(failed.verdict, TestVerdict::Failed);
        let Values { input, got, .. } = failed.values;
        assert!(input.unwrap().contains("127.0.0.1:8080"));
        assert!(got.unwrap().contains("200"));
        let late = run("send = { path = '/slow' }\nexpect = { status = 200, within = '20ms' }");
        assert_eq!(late.verdict, TestVerdict::TimeLimit);
    }

    #[test]
    fn a_customer_sees_each_status_line_once_and_then_why_there_is_none() {
        let mut lab = lab("[[on]]\npath = '/503'\nstatus = 503");
        let probe =
            Probe::fixture("send = { paths = ['/a', '/503', '/b'] }\nexpect = { status = 200 }");
        let address = lab.address().unwrap();
        assert_eq!(
            status_lines(&probe, address, &context()),
            ["HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable"]
        );
        lab.act(&Act::Stop("shop".to_owned())).unwrap();
        assert_eq!(
            status_lines(&probe, address, &context()),
            ["no answer: connection refused"]
        );
    }

    #[test]
    fn the_first_request_without_a_response_is_the_last() {
        let mut lab = lab("[[on]]\npath = '/hang'\ndoes = 'hang-up'");
        let probe =
            Probe::fixture("send = { paths = ['/a', '/hang', '/b'] }\nexpect = { status = 200 }");
        let exchanges = exchange(&mut lab, &probe);
        let paths: Vec<_> = exchanges.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["/a", "/hang"]);
        assert!(exchanges[0].result.is_ok() && exchanges[1].result.is_err());
        // Only what was answered is logged.
        assert_eq!(lab.unlogged(), 1);
        let seen = seen(&lab, &probe);
        assert!(seen.is_empty(), "the probe names no upstream");
    }

    #[test]
    fn what_an_upstream_handled_is_seen_and_counted() {
        let mut lab = lab("");
        let probe =
            Probe::fixture("send = { times = 3 }\nexpect = { status = 200, from = 'shop' }");
        assert_eq!(counters(&lab, &probe), [Counters::default()]);
        exchange(&mut lab, &probe);
        let [counted] = counters(&lab, &probe)[..] else {
            panic!("it is one upstream");
        };
        assert_eq!((counted.requests, counted.connections), (3, 3));
        let seen = seen(&lab, &probe);
        let targets: Vec<_> = seen["shop"].iter().map(|it| it.target.as_str()).collect();
        assert_eq!((seen.len(), targets), (1, vec!["/"; 3]));
    }

    #[test]
    fn a_connection_is_reused_unless_the_response_closes_it() {
        let mut lab = lab("");
        let mut connections = |send: &str| {
            let probe = Probe::fixture(&format!("send = {send}\nexpect = {{ status = 200 }}"));
            let before = lab.counters("shop").connections;
            let exchanges = exchange(&mut lab, &probe);
            assert!(exchanges.len() == 3 && exchanges.iter().all(|it| it.result.is_ok()));
            lab.counters("shop").connections - before
        };
        assert_eq!(connections("{ times = 3 }"), 3);
        assert_eq!(connections("{ times = 3, reuse = true }"), 1);
        let closing = "{ times = 3, reuse = true, headers = { Connection = 'close' } }";
        assert_eq!(connections(closing), 3);
    }

    #[test]
    fn only_an_upgraded_connection_echoes() {
        let mut lab = lab("sites = ['shop.test']");
        let mut echoed = |send: &str| {
            let probe = Probe::fixture(&format!("send = {send}\nexpect = {{ status = 101 }}"));
            let exchange = exchange(&mut lab, &probe).remove(0);
            (exchange.result.unwrap().status, exchange.echoed)
        };
        assert_eq!(
            echoed("{ websocket = true, host = 'shop.test' }"),
            (101, true)
        );
        assert_eq!(
            echoed("{ websocket = true, host = 'other.test' }"),
            (404, false)
        );
        assert_eq!(echoed("{ host = 'shop.test' }"), (200, false));
    }

    #[test]
    fn a_customer_pauses_after_a_request_and_not_before() {
        let mut lab = lab("");
        let probe =
            Probe::fixture("send = { times = 2, every = '60s' }\nexpect = { status = 200 }");
        let requests = Requests::new(&probe.send, lab.listen());
        let address = lab.address().unwrap();
        let context = context();
        let customer = Customer {
            probe: &probe,
            requests: &requests,
            address,
            context: &context,
        };
        let exchanges = thread::scope(|scope| {
            let customer = scope.spawn(|| customer.send());
            let watch = Stopwatch::start();
            while lab.counters("shop").requests == 0 && watch.elapsed() < DEADLINE {
                thread::yield_now();
            }
            context.cancel.cancel();
            customer.join().unwrap()
        });
        assert_eq!(exchanges.len(), 1);
    }

    #[test]
    fn waiting_that_the_exercise_prescribes_is_added_up() {
        let mut lab = lab("[[on]]\npath = '/slow'\nafter = '1s'");
        let send = |more: &str| {
            let send = format!("send = {{ times = 3, every = '100ms'{more} }}");
            Probe::fixture(&format!("{send}\nexpect = {{ status = 200 }}"))
        };
        let exchanges = [
            answered("/slow", 1000),
            answered("/quick", 50),
            answered("/slow", 1500),
        ];
        note_wait(&mut lab, &send(""), &exchanges);
        assert_eq!(lab.waited(), Duration::from_millis(200 + 2500));
        // Customers wait at the same time.
        note_wait(&mut lab, &send(", parallel = 2"), &exchanges);
        assert_eq!(lab.waited(), Duration::from_millis(2700 + 200 + 1500));
    }

    #[test]
    fn a_refused_connection_leaves_no_line_in_a_log() {
        let exchanges = [answered("/", 1), refused(), answered("/", 1)];
        assert_eq!(connected(&exchanges), 2);
        assert_eq!(connected(&[refused()]), 0);
    }

    #[test]
    fn polling_ends_when_it_is_done_cancelled_or_too_late() {
        assert!(poll(&cancelled(), || Ok(true)).is_ok());
        assert!(is_cancelled(&poll(&cancelled(), || Ok(false))));
        let mut polled = 0;
        let third = poll(&context(), || {
            polled += 1;
            Ok(polled == 3)
        });
        assert!(third.is_ok() && polled == 3);
        assert!(poll(&context(), || Ok(false)).is_ok());
        assert!(is_cancelled(&poll(&context(), || Err(LabError::Cancelled))));
    }

    #[test]
    fn logs_are_waited_for_only_if_lines_matter_and_some_are_missing() {
        let mut lab = lab("");
        assert!(skip_logs(&mut lab, true, &cancelled()).is_ok());
        lab.note_log(1, 0);
        assert!(skip_logs(&mut lab, false, &cancelled()).is_ok());
        assert!(is_cancelled(&skip_logs(&mut lab, true, &cancelled())));
        assert_eq!(lab.unlogged(), 1);
        assert!(skip_logs(&mut lab, true, &context()).is_ok());
        assert_eq!(lab.unlogged(), 0);
        assert!(read_lines(&mut lab, 0, &cancelled()).is_ok());
        assert!(is_cancelled(&read_lines(&mut lab, 1, &cancelled())));
    }

    #[test]
    fn the_line_of_the_first_exchange_is_found_and_otherwise_the_first_of_all() {
        let mut lab = lab("");
        let probe = Probe::fixture("expect = { status = 200 }");
        let requests = Requests::new(&probe.send, 8080);
        let mut first = |lines: &[&str], exchange: Exchange| {
            let accesses = lines.iter().map(|line| (*line).to_owned()).collect();
            first_access(&mut lab, accesses, &requests, &[exchange], &cancelled())
        };
        let lines = ["\"GET /late HTTP/1.1\" 200", "\"GET / HTTP/1.1\" 502"];
        let own = first(&lines, answered("/", 1)).unwrap();
        assert_eq!(own.as_deref(), Some(lines[1]));
        let first_of_all = first(&lines, refused()).unwrap();
        assert_eq!(first_of_all.as_deref(), Some(lines[0]));
        assert!(is_cancelled(&first(&lines[..1], answered("/", 1))));
    }
}
