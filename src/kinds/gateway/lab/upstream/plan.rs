//! How an upstream is declared: where it listens, and what it does with a request.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error};

use super::stream::Place;
use crate::kinds::gateway::lab::units::{Mode, Time};

/// Where a learner finds an upstream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// A port of this machine, of IPv4 or IPv6: on the loopback interface or, as the learner sees it, on
    /// every interface.
    Port(SocketAddr),
    /// A port of `localhost`, which is 127.0.0.1 and `::1`.
    Localhost(u16),
    /// A unix socket, by its path below the lab's folder.
    Socket(String),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if is_inside(path) {
                Ok(Self::Socket(path.to_owned()))
            } else {
                Err(format!(
                    "`{text}` leaves the lab's folder: write `unix:run/` and a name"
                ))
            };
        }
        let (host, port) = text.rsplit_once(':').unwrap_or_default();
        let address = match port.parse() {
            Ok(port) if host == "localhost" => Some(Self::Localhost(port)),
            _ => text.parse().ok().filter(is_of_lab).map(Self::Port),
        };
        let address = address.filter(|address| address.port() != Some(0));
        address.ok_or_else(|| {
            format!(
                "`{text}` is not an address of a lab: write `127.0.0.1:3000`, `[::1]:3000` or \
                 `unix:run/app.sock`"
            )
        })
    }
}

/// Returns whether `address` is on the loopback interface, or on every interface of this machine, of which a
/// lab uses no other.
fn is_of_lab(address: &SocketAddr) -> bool {
    address.ip().is_loopback() || address.ip().is_unspecified()
}

/// Returns whether `path` is a short relative path that stays where it starts.
pub(crate) fn is_inside(path: &str) -> bool {
    let parts_are_names = path
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != "..");
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    parts_are_names && is_plain && path.len() <= 60
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(address) => address.fmt(formatter),
            Self::Localhost(port) => write!(formatter, "localhost:{port}"),
            Self::Socket(path) => write!(formatter, "unix:{path}"),
        }
    }
}

impl Address {
    /// Returns the port, if it has one.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Port(address) => Some(address.port()),
            Self::Localhost(port) => Some(*port),
            Self::Socket(_) => None,
        }
    }

    /// Returns where it really is: `port` in place of its own, on the loopback interface alone, or below
    /// the `folder` of the lab. Who listens on every address of IPv6 is found at those of IPv4 too.
    pub(crate) fn place(&self, port: u16, folder: &Path) -> Place {
        match self {
            Self::Port(address) => match address.ip() {
                IpAddr::V6(host) if host.is_unspecified() => Place::Both(port),
                IpAddr::V4(host) if host.is_unspecified() => {
                    Place::Port((Ipv4Addr::LOCALHOST, port).into())
                }
                host => Place::Port((host, port).into()),
            },
            Self::Localhost(_) => Place::Both(port),
            Self::Socket(path) => Place::Socket(folder.join(path)),
        }
    }
}

/// Whether an upstream runs when its lab starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It runs.
    #[default]
    Running,
    /// It has to be started.
    Stopped,
}

/// An upstream as an exercise declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamPlan {
    /// What the learner knows it as.
    pub name: String,
    /// Where the learner finds it.
    pub address: Address,
    /// Whether it runs when the lab starts.
    #[serde(default)]
    pub state: State,
    /// The permission bits of its unix socket.
    pub mode: Option<Mode>,
    /// The permission bits of the folder that holds its unix socket.
    pub directory_mode: Option<Mode>,
    /// A worker that takes longer than this for one request is killed: the connection closes.
    pub worker_limit: Option<Time>,
    /// Whether it answers 400 when `Connection` announces an upgrade that is not there.
    #[serde(default)]
    pub strict: bool,
    /// A kept connection that was silent for longer is dropped when the next request comes.
    pub idle: Option<Time>,
    /// Whether the request that comes on such a connection is executed before the drop.
    #[serde(default)]
    pub idle_executes: bool,
    /// Paths that speak WebSocket, where a plain request gets 426.
    #[serde(default)]
    pub websocket: Vec<String>,
    /// The values of `Host` that it knows; others get 404. Empty: it does not look.
    #[serde(default)]
    pub sites: Vec<String>,
    /// What it does with requests for some paths; the first that matches decides.
    #[serde(default)]
    pub on: Vec<Rule>,
    /// Words that the conditions of rules ask for.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// What an upstream does with the requests for a path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The path without its query; with `*` at its end whatever begins so.
    pub path: String,
    /// What it does.
    #[serde(default)]
    pub does: Does,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The length of the whole response header, in bytes.
    pub header_bytes: Option<usize>,
    /// The length of the body, in bytes.
    pub body_bytes: Option<usize>,
    /// How long it takes before it answers.
    pub after: Option<Time>,
    /// How long it pauses in the middle of the body.
    pub slow_body: Option<Time>,
    /// The settings under which the rule holds.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
}

/// A kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// An answer, with status 200 unless the rule names another.
    #[default]
    Healthy,
    /// It reads the request and closes the connection.
    HangUp,
    /// It resets the connection.
    Reset,
    /// It answers 502 by itself, with a body of its own.
    BadGateway,
    /// It sends what is no HTTP.
    Garbage,
    /// It announces more of a body than it sends.
    CutBody,
}

impl UpstreamPlan {
    /// Returns the rule for requests with `target`.
    pub(crate) fn rule(&self, target: &str) -> Option<&Rule> {
        let path = target.split('?').next().unwrap_or_default();
        self.on.iter().find(|rule| {
            let is_path = match rule.path.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == rule.path,
            };
            let holds = |(key, value): (&String, &String)| self.settings.get(key) == Some(value);
            is_path && rule.when.iter().all(holds)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(more: &str) -> UpstreamPlan {
        let text = format!("name = 'shop'\naddress = '127.0.0.1:3000'\n{more}");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn an_address_stays_on_this_machine_and_in_the_lab() {
        for good in [
            "127.0.0.1:3000",
            "[::1]:3000",
            "0.0.0.0:3000",
            "[::]:3000",
            "localhost:3000",
            "unix:run/shop.sock",
        ] {
            assert_eq!(good.parse::<Address>().unwrap().to_string(), good);
        }
        for bad in [
            "10.0.0.1:80",
            "0.0.0.0:0",
            "localhost:0",
            "localhost",
            "localhost.test:80",
            ":3000",
            "[::ffff:10.0.0.1]:80",
            "127.0.0.1:0",
            "127.0.0.1",
            "unix:/run/docker.sock",
            "unix:../x",
            "unix:",
            "unix:a//b",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_really_on_the_loopback_interface() {
        let place = |text: &str| {
            let address: Address = text.parse().unwrap();
            address.place(4711, Path::new("/lab"))
        };
        let port = |text: &str| Place::Port(text.parse().unwrap());
        assert_eq!(place("127.0.0.2:80"), port("127.0.0.2:4711"));
        assert_eq!(place("[::1]:80"), port("[::1]:4711"));
        assert_eq!(place("0.0.0.0:80"), port("127.0.0.1:4711"));
        assert_eq!(place("[::]:80"), Place::Both(4711));
        assert_eq!(place("localhost:80"), Place::Both(4711));
        assert_eq!(place("unix:a/b"), Place::Socket("/lab/a/b".into()));
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let plan = plan(
            "settings = { empty = 'crash' }\n\
             [[on]]\npath = '/report'\ndoes = 'hang-up'\nwhen = { empty = 'crash' }\n\
             [[on]]\npath = '/big*'\nheader_bytes = 7000\n\
             [[on]]\npath = '/off'\ndoes = 'reset'\nwhen = { empty = 'answer' }\n",
        );
        let does = |target: &str| plan.rule(target).map(|rule| rule.does);
        assert_eq!(does("/report?list=a"), Some(Does::HangUp));
        assert_eq!(plan.rule("/big/one").unwrap().header_bytes, Some(7000));
        assert_eq!(does("/reports"), None);
        assert_eq!(does("/off"), None);
    }
}
