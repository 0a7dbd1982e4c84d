//! The declaration of an upstream: its address, and what it does with requests.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error};

use super::stream::ListenAddress;
use crate::kinds::gateway::lab::units::{Mode, Time};

/// The address of an upstream, as the learner knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// A loopback address and port, or the wildcard address, which becomes a loopback address.
    Port(SocketAddr),
    /// A port of `localhost`, which is 127.0.0.1 and `::1`.
    Localhost(u16),
    /// A unix socket, relative to the lab's folder.
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
        let parsed = match port.parse() {
            Ok(port) if host == "localhost" => Some(Self::Localhost(port)),
            _ => text.parse().ok().filter(is_of_lab).map(Self::Port),
        };
        let usable = parsed.filter(|address| address.port() != Some(0));
        usable.ok_or_else(|| {
            format!(
                "`{text}` is not an address of a lab: write `127.0.0.1:3000`, `[::1]:3000` or \
                 `unix:run/app.sock`"
            )
        })
    }
}

/// Whether `address` is a loopback or wildcard address; a lab listens on loopback only.
fn is_of_lab(address: &SocketAddr) -> bool {
    address.ip().is_loopback() || address.ip().is_unspecified()
}

fn scripts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let paths = Vec::<String>::deserialize(deserializer)?;
    match paths.iter().find(|path| !is_inside(path)) {
        None => Ok(paths),
        Some(path) => Err(Error::custom(format!(
            "`{path}` leaves the lab's folder: write a path such as `shop/index.php`"
        ))),
    }
}

/// Whether `path` is a short relative path that stays below its start.
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
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Port(address) => Some(address.port()),
            Self::Localhost(port) => Some(*port),
            Self::Socket(_) => None,
        }
    }

    /// The IPv4 address of its host, at which a host name can lead to it.
    pub(crate) fn host_v4(&self) -> Option<Ipv4Addr> {
        match self {
            Self::Port(address) => match address.ip() {
                IpAddr::V4(host) if host.is_unspecified() => Some(Ipv4Addr::LOCALHOST),
                IpAddr::V4(host) => Some(host),
                IpAddr::V6(_) => None,
            },
            Self::Localhost(_) => Some(Ipv4Addr::LOCALHOST),
            Self::Socket(_) => None,
        }
    }

    /// The real address: on the private `port` of the loopback interface, or below `folder`. The IPv6
    /// wildcard accepts IPv4 too.
    pub(crate) fn place(&self, port: u16, folder: &Path) -> ListenAddress {
        match self {
            Self::Port(address) => match address.ip() {
                IpAddr::V6(host) if host.is_unspecified() => ListenAddress::Both(port),
                IpAddr::V4(host) if host.is_unspecified() => {
                    ListenAddress::Port((Ipv4Addr::LOCALHOST, port).into())
                }
                host => ListenAddress::Port((host, port).into()),
            },
            Self::Localhost(_) => ListenAddress::Both(port),
            Self::Socket(path) => ListenAddress::Socket(folder.join(path)),
        }
    }
}

/// Whether an upstream runs when its lab starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialState {
    /// It runs.
    #[default]
    Running,
    /// It has to be started.
    Stopped,
}

/// The protocol of an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http,
    /// FastCGI, as PHP-FPM speaks it.
    FastCgi,
}

/// An upstream, as an exercise declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamPlan {
    /// Its name.
    pub name: String,
    /// Its address, as the learner knows it.
    pub address: Address,
    /// The protocol that it speaks.
    #[serde(default)]
    pub protocol: Protocol,
    /// The scripts that a FastCGI upstream runs, by paths in the lab's folder. A request must name one of them.
    #[serde(default, deserialize_with = "scripts")]
    pub scripts: Vec<String>,
    /// Whether it runs when the lab starts.
    #[serde(default)]
    pub state: InitialState,
    /// The mode of its unix socket.
    pub mode: Option<Mode>,
    /// The mode of the folder of its unix socket.
    pub directory_mode: Option<Mode>,
    /// Requests that take longer are aborted, as by a killed worker: the connection closes.
    pub worker_limit: Option<Time>,
    /// Whether it responds with 400 to `Connection: upgrade` without `Upgrade`.
    #[serde(default)]
    pub strict: bool,
    /// A keep-alive connection that was idle for longer is closed when the next request arrives.
    pub idle: Option<Time>,
    /// Whether the request on such a connection is handled before the close.
    #[serde(default)]
    pub idle_executes: bool,
    /// Paths that speak WebSocket; plain requests get 426.
    #[serde(default)]
    pub websocket: Vec<String>,
    /// The accepted values of `Host`, others get 404; if empty, all are accepted.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Rules for paths; the first that matches applies.
    #[serde(default)]
    pub on: Vec<PathRule>,
    /// Settings that rules depend on.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// What an upstream does with requests for a path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// The path without query; a `*` at its end matches any suffix.
    pub path: String,
    /// The kind of response.
    #[serde(default)]
    pub does: Behaviour,
    /// The status.
    pub status: Option<u16>,
    /// The length of the whole response header, in bytes.
    pub header_bytes: Option<usize>,
    /// The length of the body, in bytes.
    pub body_bytes: Option<usize>,
    /// The delay before the response.
    pub after: Option<Time>,
    /// The delay in the middle of the body.
    pub slow_body: Option<Time>,
    /// The settings under which the rule applies.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
}

/// A kind of response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// A response, with status 200 unless the rule has another.
    #[default]
    Healthy,
    /// Reads the request and closes the connection.
    HangUp,
    /// Resets the connection.
    Reset,
    /// Responds with a 502 of its own.
    BadGateway,
    /// Sends bytes that are not HTTP.
    Garbage,
    /// Announces a longer body than it sends.
    CutBody,
}

impl UpstreamPlan {
    pub(crate) fn rule(&self, target: &str) -> Option<&PathRule> {
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
        let port = |text: &str| ListenAddress::Port(text.parse().unwrap());
        assert_eq!(place("127.0.0.2:80"), port("127.0.0.2:4711"));
        assert_eq!(place("[::1]:80"), port("[::1]:4711"));
        assert_eq!(place("0.0.0.0:80"), port("127.0.0.1:4711"));
        assert_eq!(place("[::]:80"), ListenAddress::Both(4711));
        assert_eq!(place("localhost:80"), ListenAddress::Both(4711));
        assert_eq!(place("unix:a/b"), ListenAddress::Socket("/lab/a/b".into()));
    }

    #[test]
    fn a_script_stays_in_the_lab() {
        for bad in ["/srv/index.php", "../index.php", ""] {
            let text = format!("name = 'a'\naddress = '127.0.0.1:1'\nscripts = ['{bad}']");
            let error = toml::from_str::<UpstreamPlan>(&text).unwrap_err();
            assert!(
                error.to_string().contains("leaves the lab's folder"),
                "{error}"
            );
        }
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
        assert_eq!(does("/report?list=a"), Some(Behaviour::HangUp));
        assert_eq!(plan.rule("/big/one").unwrap().header_bytes, Some(7000));
        assert_eq!(does("/reports"), None);
        assert_eq!(does("/off"), None);
    }
}
