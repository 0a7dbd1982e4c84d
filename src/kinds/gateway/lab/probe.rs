//! Probes: actions on a lab, requests to its gateway, and the expected responses.

mod description;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::units::Time;

pub(crate) use description::{command, expected, input, status_words};

/// The placeholder in a path for a fresh random value.
pub(crate) const ANY: &str = "{any}";
/// What learners read in its place.
pub(crate) const ANYTHING: &str = "anything";
/// The timeout of a response unless the probe sets one.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A probe, as `hidden/probes.toml` declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its name in the course.
    pub name: String,
    /// Its title for learners.
    pub title: String,
    /// What to do before the requests; the effect lasts for the following probes.
    #[serde(default)]
    pub act: Vec<Act>,
    /// The requests.
    #[serde(default)]
    pub send: Send,
    /// The expected responses.
    pub expect: Expect,
    /// What the task allows a gateway to change of a request: `method`, `path`, `body`, or a header by its
    /// name. All else must arrive unchanged.
    #[serde(skip)]
    pub changes: Vec<String>,
}

/// An action on a lab.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Stops this upstream.
    Stop(String),
    /// Starts this upstream.
    Start(String),
    /// Of two upstreams, stops the running one and starts the other.
    Swap([String; 2]),
    /// Waits.
    Wait(Time),
    /// Reloads nginx.
    Reload(bool),
}

impl Act {
    /// The upstreams that it names.
    pub(crate) fn upstreams(&self) -> &[String] {
        match self {
            Self::Stop(name) | Self::Start(name) => std::slice::from_ref(name),
            Self::Swap(pair) => pair,
            Self::Wait(_) | Self::Reload(_) => &[],
        }
    }
}

/// Requests, and how to send them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Send {
    /// The method.
    pub method: String,
    /// The path with its query; `{any}` stands for an unpredictable value.
    pub path: String,
    /// Several paths, requested one after the other in place of `path`.
    pub paths: Vec<String>,
    /// The `Host` header; by default the address of the gateway.
    pub host: Option<String>,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The length in bytes of a generated body.
    pub body_bytes: usize,
    /// How often each path is requested.
    pub times: usize,
    /// The pause between two requests.
    pub every: Option<Time>,
    /// Whether all requests use one connection.
    pub reuse: bool,
    /// How many clients send all this concurrently.
    pub parallel: usize,
    /// Whether it is a WebSocket handshake, after which a frame must be echoed.
    pub websocket: bool,
}

/// What to expect of each response.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The status.
    pub status: Option<u16>,
    /// Whether the response is not HTTP.
    pub garbage: bool,
    /// Whether the body is truncated.
    pub cut: bool,
    /// Allowed statuses, if there are several.
    pub statuses: Vec<u16>,
    /// The upstream that must respond: the body carries its nonce, and its count of requests is that of the
    /// requests sent.
    pub from: Option<String>,
    /// Like `from`, for any of several upstreams, whose counts are added.
    pub from_any: Vec<String>,
    /// Headers, and a substring of each value.
    pub header: BTreeMap<String, String>,
    /// A substring of the body.
    pub body: Option<String>,
    /// The length of the body, which must be byte for byte what the upstream sent.
    pub body_bytes: Option<usize>,
    /// The shortest time to the whole response.
    pub at_least: Option<Time>,
    /// The longest time to the whole response.
    pub within: Option<Time>,
    /// Headers of the last request that the upstream got; an empty value means that the header is absent.
    pub seen: BTreeMap<String, String>,
    /// The requests that each upstream handled; `a+b` adds up two.
    pub requests: BTreeMap<String, usize>,
    /// The connections that each upstream accepted; `a+b` adds up two.
    pub connections: BTreeMap<String, usize>,
    /// The cause that a learner's rules must assign to the request; empty if none may match.
    pub cause: Option<String>,
    /// Whether nginx's master is still the first one.
    pub master: Option<Age>,
    /// Whether nginx's workers are still the first ones.
    pub workers: Option<Age>,
    /// The most customers that may get no response since nginx first ran.
    pub lost: Option<usize>,
    /// A pattern that a new line of the error log matches.
    pub log: Option<String>,
    /// A pattern that no new line of the error log matches.
    pub no_log: Option<String>,
    /// A pattern that the new line of the access log matches.
    pub access: Option<String>,
}

/// Whether a process is one of those that ran first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// It is.
    Same,
    /// It was started later.
    New,
}

impl Default for Send {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            paths: Vec::new(),
            host: None,
            headers: BTreeMap::new(),
            body: String::new(),
            body_bytes: 0,
            times: 1,
            every: None,
            reuse: false,
            parallel: 1,
            websocket: false,
        }
    }
}

impl Probe {
    /// Returns the probe of a test, whose name and title do not matter.
    #[cfg(test)]
    pub(crate) fn fixture(text: &str) -> Self {
        let text = format!("name = 'a'\ntitle = 'A'\n{text}");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// All upstreams that it names.
    pub(crate) fn upstreams(&self) -> Vec<&str> {
        let mut names: Vec<&String> = Vec::new();
        for act in &self.act {
            names.extend(act.upstreams());
        }
        let Expect {
            from,
            from_any,
            requests,
            connections,
            ..
        } = &self.expect;
        names.extend(from.iter().chain(from_any));
        let counted = requests.keys().chain(connections.keys());
        let names = names.into_iter().map(String::as_str);
        names
            .chain(counted.flat_map(|name| name.split('+')))
            .collect()
    }

    pub(crate) fn may_change(&self, part: &str) -> bool {
        self.changes
            .iter()
            .any(|may| may.eq_ignore_ascii_case(part))
    }

    /// The timeout of a response.
    pub(crate) fn timeout(&self) -> Duration {
        self.expect.within.map_or(TIMEOUT, |within| within.0)
    }

    /// Whether it is a control: it stops an upstream, and the gateway must fail.
    pub(crate) fn is_control(&self) -> bool {
        let takes_away = |act: &Act| matches!(act, Act::Stop(_) | Act::Swap(_));
        self.act.iter().any(takes_away)
    }

    /// Contradictions and mistakes in the declaration.
    pub(crate) fn faults(&self) -> Vec<String> {
        let Self { send, expect, .. } = self;
        let mut faults = Vec::new();
        let mut fault = |is_fault: bool, what: &str| {
            if is_fault {
                faults.push(what.to_owned());
            }
        };
        fault(self.title.trim().is_empty(), "has no title");
        fault(
            !send.all_paths().all(is_path),
            "asks for a path that does not start with `/` or has spaces",
        );
        fault(send.requests() == 0, "sends nothing");
        fault(send.requests() > 1000, "sends more than 1000 requests");
        fault(
            send.websocket && (send.reuse || send.parallel > 1),
            "sends a handshake, which has a connection of its own: no `reuse`, no `parallel`",
        );
        fault(
            !send.method.bytes().all(|byte| byte.is_ascii_uppercase()) || send.method.is_empty(),
            "has a method that is not in capitals, as in `GET`",
        );
        let header = |(name, value): (&String, &String)| {
            name.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b':')
                && !value.contains(char::is_control)
        };
        fault(
            !send.headers.iter().all(header),
            "sends an invalid header line",
        );
        fault(
            usize::from(expect.status.is_some())
                + usize::from(!expect.statuses.is_empty())
                + usize::from(expect.garbage)
                != 1,
            "expects none or several of `status`, `statuses` and `garbage`",
        );
        fault(
            expect.from.is_some() && !expect.from_any.is_empty(),
            "expects both `from` and `from_any`",
        );
        fault(
            expect.body_bytes.is_some() && expect.from.is_none(),
            "expects `body_bytes`, but does not say `from` which upstream",
        );
        fault(
            !expect.seen.is_empty() && expect.from.is_none(),
            "expects `seen`, but does not say `from` which upstream",
        );
        for pattern in [&expect.log, &expect.no_log, &expect.access] {
            if let Some(error) = pattern.as_ref().and_then(|pattern| pattern_fault(pattern)) {
                faults.push(error);
            }
        }
        faults
    }
}

fn pattern_fault(pattern: &str) -> Option<String> {
    let error = regex_lite::Regex::new(pattern).err()?;
    Some(format!("has the invalid pattern `{pattern}`: {error}"))
}

impl Send {
    pub(crate) fn all_paths(&self) -> impl Iterator<Item = &str> {
        let first = self.paths.is_empty().then_some(self.path.as_str());
        first
            .into_iter()
            .chain(self.paths.iter().map(String::as_str))
    }

    /// The sum of a client's pauses.
    pub(crate) fn pauses(&self) -> Duration {
        let requests = self.all_paths().count() * self.times;
        let pauses = u32::try_from(requests.saturating_sub(1)).unwrap_or(u32::MAX);
        self.every
            .map_or(Duration::ZERO, |every| every.0.saturating_mul(pauses))
    }

    /// The number of requests by all clients.
    pub(crate) fn requests(&self) -> usize {
        self.all_paths().count() * self.times * self.parallel
    }
}

impl Expect {
    /// Whether it looks at events since nginx first ran.
    pub(crate) fn is_about_history(&self) -> bool {
        self.master.is_some() || self.workers.is_some() || self.lost.is_some()
    }

    pub(crate) fn accepts(&self, status: u16) -> bool {
        self.status == Some(status) || self.statuses.contains(&status)
    }
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_and_units_are_read() {
        let probe = Probe::fixture(
            "act = [{ stop = 'east' }, { swap = ['a', 'b'] }, { wait = '1500ms' }]\n\
             send = { paths = ['/a', '/b'], times = 3, every = '20ms', parallel = 2 }\n\
             expect = { statuses = [200, 206], from_any = ['a', 'b'], within = '8s' }",
        );
        assert_eq!(probe.act[0], Act::Stop("east".into()));
        assert_eq!(probe.send.requests(), 12);
        assert_eq!(probe.timeout(), Duration::from_secs(8));
        assert_eq!(probe.upstreams(), ["east", "a", "b", "a", "b"]);
        assert!(probe.expect.accepts(206) && !probe.expect.accepts(502));
        assert!(probe.is_control());
        assert_eq!(probe.faults(), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let told = |text: &str| Probe::fixture(text).faults().len();
        assert_eq!(told("expect = {}"), 1);
        assert_eq!(told("expect = { status = 200, statuses = [200] }"), 1);
        assert_eq!(told("send = { times = 0 }\nexpect.status = 200"), 1);
        assert_eq!(told("send = { path = 'x' }\nexpect.status = 200"), 1);
        assert_eq!(told("send = { method = 'get' }\nexpect.status = 200"), 1);
        assert_eq!(told("expect = { status = 200, body_bytes = 3 }"), 1);
        assert_eq!(told("expect = { status = 200, log = '(' }"), 1);
    }
}
