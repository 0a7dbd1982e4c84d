//! Addresses as nginx directives write them: `http://host:port/path`, `host:port`, `port`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kinds::gateway::lab::ports::{is_loopback, is_reserved};
use crate::kinds::gateway::lab::upstream::plan::is_inside;

/// An address, split into parts whose concatenation is the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// The scheme with its `://`, or empty.
    pub scheme: &'a str,
    /// The host; IPv6 in brackets.
    pub host: &'a str,
    /// The port with its `:`, or empty.
    pub port: &'a str,
    /// The path.
    pub rest: &'a str,
}

impl<'a> Address<'a> {
    /// Splits `text`; anything is an address of some kind.
    pub(crate) fn of(text: &'a str) -> Self {
        let start = text.find("://").map_or(0, |place| place + 3);
        let (scheme, text) = text.split_at(start);
        let slash = text.find('/').unwrap_or(text.len());
        let end = before_path_variable(&text[..slash]);
        let (authority, rest) = text.split_at(end);
        let host = match authority.rfind(']') {
            Some(bracket) => bracket + 1,
            None => authority.find(':').unwrap_or(authority.len()),
        };
        let (host, port) = authority.split_at(host);
        Self {
            scheme,
            host,
            port,
            rest,
        }
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(self.host)
    }

    /// Whether it is the wildcard address. Connecting to it reaches this machine; listening on it is
    /// reachable from others.
    pub(crate) fn is_any(&self) -> bool {
        self.loopback_of_any().is_some()
    }

    /// For a wildcard address, the loopback host that a connection to it reaches.
    pub(crate) fn loopback_of_any(&self) -> Option<&'static str> {
        let bare = |host: &'a str| host.strip_prefix('[')?.strip_suffix(']');
        let v6 = bare(self.host).and_then(|host| host.parse::<Ipv6Addr>().ok());
        let v4 = self.host.parse::<Ipv4Addr>().ok();
        let v4 = v4.filter(Ipv4Addr::is_unspecified).map(|_| "127.0.0.1");
        v4.or_else(|| v6.filter(Ipv6Addr::is_unspecified).map(|_| "[::1]"))
    }

    /// Whether it is on this machine, or has a reserved name that only a lab resolves.
    pub(crate) fn is_local(&self) -> bool {
        self.is_loopback() || is_reserved(self.host)
    }

    /// Whether it is a unix socket below the lab's folder, as in `unix:run/app.sock`.
    pub(crate) fn is_socket(&self) -> bool {
        if self.host != "unix" {
            return false;
        }
        let rest = format!("{}{}", self.port, self.rest);
        let path = rest.strip_prefix(':').unwrap_or_default();
        is_inside(path.split(':').next().unwrap_or_default())
    }

    /// The port; `None` if absent or not a number.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port.strip_prefix(':')?.parse().ok()
    }

    /// The port that nginx uses if none is given.
    pub(crate) fn default_port(&self) -> u16 {
        if self.scheme.eq_ignore_ascii_case("https://") {
            443
        } else {
            80
        }
    }

    pub(crate) fn with_port_of(&self, port: u16) -> String {
        let Self {
            scheme, host, rest, ..
        } = self;
        format!("{scheme}{host}:{port}{rest}")
    }

    /// The address with an explicit port.
    pub(crate) fn with_port(&self) -> String {
        let Self {
            scheme,
            host,
            port,
            rest,
        } = self;
        if port.is_empty() {
            format!("{scheme}{host}:{}{rest}", self.default_port())
        } else {
            format!("{scheme}{host}{port}{rest}")
        }
    }
}

/// The end of the authority, before a trailing variable that expands to a path.
fn before_path_variable(authority: &str) -> usize {
    let path = ["$request_uri", "$uri"]
        .iter()
        .find_map(|variable| authority.strip_suffix(variable));
    path.map_or(authority.len(), str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [&str; 4] {
        let address = Address::of(text);
        [address.scheme, address.host, address.port, address.rest]
    }

    #[test]
    fn an_address_is_taken_apart() {
        assert_eq!(
            parts("http://127.0.0.1:3000/a:1"),
            ["http://", "127.0.0.1", ":3000", "/a:1"],
        );
        assert_eq!(
            parts("http://[::1]:3000$request_uri"),
            ["http://", "[::1]", ":3000", "$request_uri"],
        );
        assert_eq!(parts("shop"), ["", "shop", "", ""]);
        assert_eq!(parts("unix:/run/a.sock"), ["", "unix", ":", "/run/a.sock"]);
    }

    #[test]
    fn a_socket_stays_in_the_labs_folder() {
        for inside in [
            "unix:run/a.sock",
            "http://unix:run/a.sock:/",
            "http://unix:a.sock:/b",
        ] {
            assert!(Address::of(inside).is_socket(), "{inside}");
        }
        for outside in [
            "unix:/run/a.sock",
            "http://unix:run/../../a:/",
            "unix:",
            "unix",
            "a:b",
        ] {
            assert!(!Address::of(outside).is_socket(), "{outside}");
        }
    }

    #[test]
    fn a_missing_port_is_the_default_one() {
        assert_eq!(
            Address::of("https://localhost/a").with_port(),
            "https://localhost:443/a"
        );
        assert_eq!(Address::of("127.0.0.1").with_port(), "127.0.0.1:80");
        assert_eq!(Address::of("127.0.0.1:3").with_port(), "127.0.0.1:3");
    }

    #[test]
    fn another_port_takes_the_place_of_the_first() {
        let of = |text| Address::of(text).with_port_of(5);
        assert_eq!(of("http://a:1/b"), "http://a:5/b");
        assert_eq!(of("[::1]"), "[::1]:5");
    }
}
