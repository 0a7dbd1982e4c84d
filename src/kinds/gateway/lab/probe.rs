//! What is done to a lab, what is sent to its gateway, and what must come of it.

mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::units::Time;

pub(crate) use words::{command, expected, input, status_words};

/// What stands in a path for something that is fresh each time.
pub(crate) const ANY: &str = "{any}";
/// How a learner reads it.
pub(crate) const ANYTHING: &str = "anything";
/// How long one answer may take where a probe does not say.
const PATIENCE: Duration = Duration::from_secs(5);

/// One probe, as `hidden/probes.toml` declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The name in the course.
    pub name: String,
    /// The learner-facing title.
    pub title: String,
    /// What is done before anything is sent; it lasts for the probes that follow.
    #[serde(default)]
    pub act: Vec<Act>,
    /// What is sent.
    #[serde(default)]
    pub send: Send,
    /// What must come back.
    pub expect: Expect,
    /// What the task lets a gateway change of a request: `method`, `path`, `body`, or a header line by
    /// its name. All else is to arrive as it was sent.
    #[serde(skip)]
    pub changes: Vec<String>,
}

/// Something that is done to a lab.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The upstream of this name is stopped.
    Stop(String),
    /// The upstream of this name is started.
    Start(String),
    /// Of two upstreams the one that runs is stopped, and the other is started.
    Swap([String; 2]),
    /// Time passes.
    Wait(Time),
    /// nginx is told to read its configuration again.
    Reload(bool),
}

/// Requests, and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Send {
    /// The method.
    pub method: String,
    /// The path with its query; `{any}` stands for something that nobody can know beforehand.
    pub path: String,
    /// Further paths, each asked for as often as the first.
    pub paths: Vec<String>,
    /// The value of `Host`; without it the address of the gateway.
    pub host: Option<String>,
    /// Further header lines.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The length of a body that is made up, in bytes.
    pub body_bytes: usize,
    /// How many times each path is asked for, one after the other.
    pub times: usize,
    /// How long to wait between two requests.
    pub every: Option<Time>,
    /// Whether all requests use one connection.
    pub reuse: bool,
    /// How many customers send all this at the same time.
    pub parallel: usize,
    /// Whether it is a WebSocket handshake, after which a frame must come back.
    pub websocket: bool,
}

/// What must come back, each time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The status.
    pub status: Option<u16>,
    /// Whether what comes is no HTTP at all.
    pub garbage: bool,
    /// Whether the body is cut short.
    pub cut: bool,
    /// The statuses, where several will do.
    pub statuses: Vec<u16>,
    /// The upstream that must have made the answer: the body carries its fresh value, and it has
    /// seen as many requests as were sent.
    pub from: Option<String>,
    /// The upstreams of which one must have made each answer; together they have seen as many
    /// requests as were sent.
    pub from_any: Vec<String>,
    /// Header lines of the answer and a part of what they say.
    pub header: BTreeMap<String, String>,
    /// A part of the body.
    pub body: Option<String>,
    /// The length of the body, which must be byte for byte what the upstream made.
    pub body_bytes: Option<usize>,
    /// The shortest time to the whole answer.
    pub at_least: Option<Time>,
    /// The longest time to the whole answer.
    pub within: Option<Time>,
    /// Header lines that the upstream has seen last; an empty value stands for a line that is not
    /// there.
    pub seen: BTreeMap<String, String>,
    /// How many requests each upstream has worked on; `a+b` stands for both together.
    pub requests: BTreeMap<String, usize>,
    /// How many connections each upstream has accepted; `a+b` stands for both together.
    pub connections: BTreeMap<String, usize>,
    /// The cause that a learner's rules must give to the request; empty if none may.
    pub cause: Option<String>,
    /// Whether nginx's master is the one that ran first, or another.
    pub master: Option<Age>,
    /// Whether nginx's workers are those that ran first, or others.
    pub workers: Option<Age>,
    /// How many customers, since nginx first ran, got no answer.
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
    /// It came later.
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
    /// Returns the upstreams it names.
    pub(crate) fn upstreams(&self) -> Vec<&str> {
        let mut names: Vec<&String> = Vec::new();
        for act in &self.act {
            match act {
                Act::Stop(name) | Act::Start(name) => names.push(name),
                Act::Swap(pair) => names.extend(pair),
                Act::Wait(_) | Act::Reload(_) => {}
            }
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

    /// Returns whether the gateway may change `part` of a request.
    pub(crate) fn may_change(&self, part: &str) -> bool {
        self.changes
            .iter()
            .any(|may| may.eq_ignore_ascii_case(part))
    }

    /// Returns how long one answer may take.
    pub(crate) fn patience(&self) -> Duration {
        self.expect.within.map_or(PATIENCE, |within| within.0)
    }

    /// Returns whether it asks a gateway whose upstream was taken away to fail.
    pub(crate) fn is_control(&self) -> bool {
        let takes_away = |act: &Act| matches!(act, Act::Stop(_) | Act::Swap(_));
        self.act.iter().any(takes_away)
    }

    /// Returns what about it can not be meant.
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
            "asks for a path that does not start with `/` or has blanks",
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
            "sends a header line that is none",
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
    Some(format!("has a pattern `{pattern}` that is none: {error}"))
}

impl Send {
    /// Returns the paths that are asked for.
    pub(crate) fn all_paths(&self) -> impl Iterator<Item = &str> {
        let first = self.paths.is_empty().then_some(self.path.as_str());
        first
            .into_iter()
            .chain(self.paths.iter().map(String::as_str))
    }

    /// Returns how long each customer pauses in all.
    pub(crate) fn pauses(&self) -> Duration {
        let requests = self.all_paths().count() * self.times;
        let pauses = u32::try_from(requests.saturating_sub(1)).unwrap_or(u32::MAX);
        self.every
            .map_or(Duration::ZERO, |every| every.0.saturating_mul(pauses))
    }

    /// Returns how many requests are sent in all.
    pub(crate) fn requests(&self) -> usize {
        self.all_paths().count() * self.times * self.parallel
    }
}

impl Expect {
    /// Returns whether it asks for what has happened since nginx first ran.
    pub(crate) fn is_about_history(&self) -> bool {
        self.master.is_some() || self.workers.is_some() || self.lost.is_some()
    }

    /// Returns whether `status` is one that is expected.
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

    fn probe(text: &str) -> Probe {
        let text = format!("name = 'a'\ntitle = 'A'\n{text}");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn acts_and_units_are_read() {
        let probe = probe(
            "act = [{ stop = 'east' }, { swap = ['a', 'b'] }, { wait = '1500ms' }]\n\
             send = { paths = ['/a', '/b'], times = 3, every = '20ms', parallel = 2 }\n\
             expect = { statuses = [200, 206], from_any = ['a', 'b'], within = '8s' }",
        );
        assert_eq!(probe.act[0], Act::Stop("east".into()));
        assert_eq!(probe.send.requests(), 12);
        assert_eq!(probe.patience(), Duration::from_secs(8));
        assert_eq!(probe.upstreams(), ["east", "a", "b", "a", "b"]);
        assert!(probe.expect.accepts(206) && !probe.expect.accepts(502));
        assert!(probe.is_control());
        assert_eq!(probe.faults(), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let told = |text: &str| probe(text).faults().len();
        assert_eq!(told("expect = {}"), 1);
        assert_eq!(told("expect = { status = 200, statuses = [200] }"), 1);
        assert_eq!(told("send = { times = 0 }\nexpect.status = 200"), 1);
        assert_eq!(told("send = { path = 'x' }\nexpect.status = 200"), 1);
        assert_eq!(told("send = { method = 'get' }\nexpect.status = 200"), 1);
        assert_eq!(told("expect = { status = 200, body_bytes = 3 }"), 1);
        assert_eq!(told("expect = { status = 200, log = '(' }"), 1);
    }
}
