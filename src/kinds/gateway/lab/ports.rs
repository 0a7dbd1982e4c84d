//! Ports of the loopback interface that a lab owns, in place of those the learner wrote.
//!
//! A check never touches the learner's own ports: each is replaced by a free one in the configuration, and
//! back again in every message. A port on which nothing listens is bound as well, so that no other process
//! can answer there.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{self, AddressFamily, SocketType};

/// The most ports of a lab.
const MOST: usize = 64;
/// How many numbers are tried until one is free for IPv4 and IPv6.
const TRIES: usize = 16;

/// The ports of a lab, by the learner's numbers.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    ports: BTreeMap<u16, Port>,
    /// Whether to take the learner's own number if it is free.
    own: bool,
}

#[derive(Debug)]
struct Port {
    number: u16,
    /// Bound but not listening, on 127.0.0.1 and, with IPv6, on `::1`: connections are refused, and no other
    /// process can bind the number.
    hold: Vec<OwnedFd>,
}

impl Ports {
    /// Ports that keep the learner's numbers where those are free.
    pub(crate) fn own() -> Self {
        Self {
            own: true,
            ..Self::default()
        }
    }

    /// The ports that differ: the learner's and the private one.
    pub(crate) fn replaced(&self) -> Vec<(u16, u16)> {
        let pairs = self
            .ports
            .iter()
            .map(|(learner, port)| (*learner, port.number));
        pairs
            .filter(|(learner, private)| learner != private)
            .collect()
    }

    /// The private port for the learner's `port`, bound at its first use.
    ///
    /// # Errors
    /// Fails if no port is free, or if the lab owns too many.
    pub(crate) fn private(&mut self, port: u16) -> io::Result<u16> {
        if let Some(port) = self.ports.get(&port) {
            return Ok(port.number);
        }
        if self.ports.len() == MOST {
            return Err(io::Error::other(format!("more than {MOST} ports")));
        }
        let own = self.own.then(|| Port::hold(port).ok()).flatten();
        let held = own.map_or_else(Port::hold_any, Ok)?;
        let number = held.number;
        self.ports.insert(port, held);
        Ok(number)
    }

    /// Like [`Ports::private`], for a port on which a server is about to listen.
    pub(crate) fn hand_over(&mut self, port: u16) -> io::Result<u16> {
        let number = self.private(port)?;
        // On Linux SO_REUSEADDR lets a server listen while the port is bound here; elsewhere it does not.
        if !cfg!(target_os = "linux") {
            self.ports.entry(port).and_modify(|port| port.hold.clear());
        }
        Ok(number)
    }

    /// Like [`Ports::private`], for a server of datagrams on `host`: a socket bound there.
    pub(crate) fn datagrams(&mut self, host: Ipv4Addr, port: u16) -> io::Result<UdpSocket> {
        let mut tries = 0;
        loop {
            let number = self.private(port)?;
            tries += 1;
            match UdpSocket::bind((host, number)) {
                // What holds a port holds it for streams only.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < TRIES => {
                    self.ports.insert(port, Port::hold_any()?);
                }
                bound => return bound,
            }
        }
    }

    /// The learner's port for a private one.
    pub(crate) fn learner(&self, number: u16) -> Option<u16> {
        let mut ports = self.ports.iter();
        ports.find_map(|(learner, port)| (port.number == number).then_some(*learner))
    }

    /// Replaces the port of every loopback address in `text` by its private one.
    pub(crate) fn map_to_private(&mut self, text: &str) -> io::Result<String> {
        replace(text, |before, port| {
            if ends_in_loopback(before) {
                self.private(port)
            } else {
                Ok(port)
            }
        })
    }

    /// Replaces every private port in `text` by the learner's.
    pub(crate) fn to_learner(&self, text: &str) -> String {
        swapped(text, |number| self.learner(number))
    }
}

/// Replaces each number after a colon by its substitute, if there is one.
pub(crate) fn swapped(text: &str, port: impl Fn(u16) -> Option<u16>) -> String {
    let swap = |_: &str, number| Ok::<_, Infallible>(port(number).unwrap_or(number));
    let Ok(text) = replace(text, swap);
    text
}

impl Port {
    /// Binds the port `number`, or any free one for 0, if it is free for IPv4 and IPv6.
    fn hold(number: u16) -> Result<Self, Errno> {
        let v4 = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, number)))?;
        let number = SocketAddr::try_from(net::getsockname(&v4)?)?.port();
        let hold = match bound(SocketAddr::from((Ipv6Addr::LOCALHOST, number))) {
            Ok(v6) => vec![v4, v6],
            Err(Errno::ADDRINUSE | Errno::ACCESS) => return Err(Errno::ADDRINUSE),
            // No IPv6 on this machine.
            Err(_) => vec![v4],
        };
        Ok(Self { number, hold })
    }

    fn hold_any() -> io::Result<Self> {
        for _ in 0..TRIES {
            match Self::hold(0) {
                // The number was free for IPv4 only.
                Err(Errno::ADDRINUSE) => {}
                held => return Ok(held?),
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }
}

/// Whether this machine has the address `::1`.
pub(crate) fn has_v6() -> bool {
    bound(SocketAddr::from((Ipv6Addr::LOCALHOST, 0))).is_ok()
}

/// A socket bound to `address` that does not listen.
fn bound(address: SocketAddr) -> Result<OwnedFd, Errno> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let socket = socket(family)?;
    net::sockopt::set_socket_reuseaddr(&socket, true)?;
    net::bind(&socket, &address)?;
    Ok(socket)
}

#[cfg(target_os = "linux")]
fn socket(family: AddressFamily) -> Result<OwnedFd, Errno> {
    let flags = net::SocketFlags::CLOEXEC;
    net::socket_with(family, SocketType::STREAM, flags, None)
}

#[cfg(not(target_os = "linux"))]
fn socket(family: AddressFamily) -> Result<OwnedFd, Errno> {
    let socket = net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

/// Replaces each number after a colon by what `port` returns for it and the text before the colon.
fn replace<E>(text: &str, mut port: impl FnMut(&str, u16) -> Result<u16, E>) -> Result<String, E> {
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (colon, _) in text.match_indices(':') {
        let start = colon + 1;
        let rest = &text[start..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = rest[..digits].parse() else {
            continue;
        };
        let new = port(&text[..colon], number)?;
        if new != number {
            replaced.push_str(&text[done..start]);
            replaced.push_str(&new.to_string());
            done = start + digits;
        }
    }
    replaced.push_str(&text[done..]);
    Ok(replaced)
}

/// Whether `text` ends in a loopback address or a name for one.
fn ends_in_loopback(text: &str) -> bool {
    let part = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    let start = match text.strip_suffix(']') {
        Some(_) => text.rfind('[').unwrap_or(text.len()),
        None => text.trim_end_matches(part).len(),
    };
    is_loopback(&text[start..]) || is_reserved(&text[start..])
}

/// Whether `name` is below `.test` or `.invalid`, which RFC 6761 reserves.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    [".test", ".invalid"]
        .iter()
        .any(|domain| name.len() > domain.len() && name.ends_with(domain))
}

/// Whether `host` is a loopback address or `localhost`; IPv6 needs brackets, as in `[::1]`.
pub(crate) fn is_loopback(host: &str) -> bool {
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let v6 = v6.and_then(|host| host.parse::<Ipv6Addr>().ok());
    host.eq_ignore_ascii_case("localhost")
        || v6.is_some_and(|host| host.is_loopback())
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|host| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_held_port_is_held_on_both_loopback_addresses() {
        let mut ports = Ports::default();
        let number = ports.private(3000).unwrap();
        if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
            return;
        }
        let connect = || TcpStream::connect((Ipv6Addr::LOCALHOST, number));
        assert_eq!(
            connect().unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        let server = TcpListener::bind((Ipv6Addr::LOCALHOST, number)).unwrap();
        connect().unwrap();
        drop(server);
    }

    #[test]
    fn names_that_are_in_no_dns_are_known() {
        assert!(is_reserved("shop.test") && is_reserved("Shop.Invalid."));
        assert!(!is_reserved(".test") && !is_reserved("test") && !is_reserved("a.test.com"));
    }

    #[test]
    fn a_port_has_one_private_port_and_the_way_back() {
        let mut ports = Ports::default();
        let private = ports.private(8080).unwrap();
        assert_eq!(ports.private(8080).unwrap(), private);
        assert_ne!(ports.private(3000).unwrap(), private);
        assert_eq!(ports.learner(private), Some(8080));
        assert_eq!(ports.learner(1), None);
    }

    #[test]
    fn text_goes_to_private_ports_and_back() {
        let mut ports = Ports::default();
        let text =
            "http://127.0.0.1:8080/a:8080 localhost:3000 [::1]:3000; 10.0.0.1:8080 at 11:08:12";
        let private = ports.map_to_private(text).unwrap();
        let (first, second) = (ports.private(8080).unwrap(), ports.private(3000).unwrap());
        let expected = format!(
            "http://127.0.0.1:{first}/a:8080 localhost:{second} [::1]:{second}; 10.0.0.1:8080 at 11:08:12"
        );
        assert_eq!(private, expected);
        assert_eq!(ports.to_learner(&private), text);
    }

    #[test]
    fn a_held_port_refuses_connections_until_a_server_listens() {
        let mut ports = Ports::default();
        let number = ports.private(3000).unwrap();
        let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, number));
        assert_eq!(
            connect().unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        assert_eq!(ports.hand_over(3000).unwrap(), number);
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).unwrap();
        connect().unwrap();
        drop(server);
        assert!(connect().is_err());
    }

    #[test]
    fn a_server_of_datagrams_has_a_port_that_no_other_has() {
        let mut ports = Ports::default();
        let number = ports.private(53).unwrap();
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).unwrap();
        let socket = ports.datagrams(Ipv4Addr::LOCALHOST, 53).unwrap();
        let other = socket.local_addr().unwrap().port();
        assert_ne!(other, number);
        assert_eq!(ports.private(53).unwrap(), other);
        drop(taken);
    }

    #[test]
    fn too_many_ports_are_refused() {
        let mut ports = Ports::default();
        for port in 1..=64 {
            ports.private(port).unwrap();
        }
        assert!(ports.private(65).is_err());
    }
}
