//! A whole lab: the gateway and its upstreams, probed one probe after the other.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::LabError;
use super::client::{self, NoResponse, Response};
use super::config::Config;
use super::gateway::Gateway;
use super::nginx::Nginx;
use super::nonce::Nonce;
use super::ports::Ports;
use super::probe::{Probe, status_words};
use super::upstream::{Upstream, UpstreamPlan};
use crate::check::{Context, Diagnostic, TestResult, Values};
use crate::text::visible;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of a body a learner sees, in characters.
const SHOWN: usize = 60;

/// What a lab consists of, by the learner's ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The port where customers find nginx.
    pub listen: u16,
    /// What stands behind it.
    pub upstreams: Vec<UpstreamPlan>,
}

/// A running lab; nginx and the upstreams stop when it is dropped.
#[derive(Debug)]
pub struct Lab {
    gateway: Gateway,
    upstreams: Vec<Upstream>,
    ports: Ports,
    listen: u16,
}

/// Why a probe did not find what it expects.
enum Miss {
    Late,
    Got(String),
}

impl Lab {
    /// Starts `plan` with the learner's `config`; `Err` inside holds why nginx does not run.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn start(
        plan: &Plan,
        config: &Config,
        nginx: &Nginx,
        context: &Context,
    ) -> Result<Result<Self, Vec<Diagnostic>>, LabError> {
        let mut ports = Ports::default();
        let mut upstreams = Vec::new();
        for upstream in &plan.upstreams {
            let number = ports.hand_over(upstream.port).map_err(LabError::Port)?;
            let started = Upstream::start(upstream, number);
            upstreams.push(started.map_err(|source| LabError::Upstream {
                name: upstream.name.clone(),
                source,
            })?);
        }
        let started = Gateway::start(config, nginx, &mut ports, context)?;
        Ok(started.map(|gateway| Self {
            gateway,
            upstreams,
            ports,
            listen: plan.listen,
        }))
    }

    /// Returns what nginx warned of when it started.
    pub fn warnings(&self) -> &[Diagnostic] {
        self.gateway.warnings()
    }

    /// Sends what `probe` says and returns whether what it expects came back.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn run(&mut self, probe: &Probe) -> Result<TestResult, LabError> {
        if let Some(name) = &probe.after_stop {
            self.upstreams.retain(|upstream| upstream.name() != name);
        }
        self.gateway.telling_line(&self.ports)?;
        let Err(miss) = self.send(probe)? else {
            return Ok(TestResult::Passed);
        };
        let note = self.gateway.telling_line(&self.ports)?;
        let values = |got: String| Values {
            input: Some(input(probe, self.listen)),
            expected: Some(expected(probe)),
            got: Some(self.ports.to_learner(&got)),
            note,
        };
        Ok(match miss {
            Miss::Late => TestResult::TimeLimit(values(format!(
                "no whole answer within {} s",
                PATIENCE.as_secs()
            ))),
            Miss::Got(got) => TestResult::Failed(values(got)),
        })
    }

    fn send(&mut self, probe: &Probe) -> Result<Result<(), Miss>, LabError> {
        let private = self.ports.private(self.listen).map_err(LabError::Port)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, private));
        let request = probe.send.request(self.listen);
        let nonce = Nonce::fresh();
        for upstream in &self.upstreams {
            upstream.set_nonce(&nonce);
        }
        let before = self.seen(probe);
        for _ in 0..probe.send.times {
            let answer = client::exchange(address, &request, PATIENCE);
            if let Err(miss) = self.judge(probe, answer, &nonce) {
                return Ok(Err(miss));
            }
        }
        let seen = self.seen(probe) - before;
        let sent = probe.send.times;
        if let Some(from) = probe.expect.from.as_ref().filter(|_| seen != sent) {
            let got =
                format!("the right answers, but {from} saw {seen} requests where {sent} were sent");
            return Ok(Err(Miss::Got(got)));
        }
        Ok(Ok(()))
    }

    fn judge(
        &self,
        probe: &Probe,
        answer: Result<Response, NoResponse>,
        nonce: &Nonce,
    ) -> Result<(), Miss> {
        let response = answer.map_err(|error| self.no_answer(&error))?;
        if response.status != probe.expect.status {
            let Response { status, reason, .. } = &response;
            return Err(Miss::Got(visible(format!("{status} {reason}").trim_end())));
        }
        match &probe.expect.from {
            Some(from) if !response.body.contains(nonce.as_str()) => Err(Miss::Got(format!(
                "{}, but the answer does not come from {from}; its body {}",
                status_words(response.status),
                beginning(&response.body)
            ))),
            Some(_) | None => Ok(()),
        }
    }

    fn no_answer(&self, error: &NoResponse) -> Miss {
        let listen = self.listen;
        Miss::Got(match error {
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

    fn seen(&self, probe: &Probe) -> usize {
        let from = probe.expect.from.as_deref();
        let upstream = self
            .upstreams
            .iter()
            .find(|upstream| Some(upstream.name()) == from);
        upstream.map_or(0, Upstream::requests)
    }
}

fn input(probe: &Probe, listen: u16) -> String {
    let send = &probe.send;
    format!("{} http://127.0.0.1:{listen}{}", send.method, send.path)
}

fn expected(probe: &Probe) -> String {
    let status = status_words(probe.expect.status);
    let from = probe.expect.from.as_ref();
    let from = from.map_or_else(String::new, |from| format!(", with an answer of {from}"));
    match probe.send.times {
        1 => format!("{status}{from}"),
        times => format!("{status}{from}, each of {times} times"),
    }
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
