//! Listeners and connections of an upstream: TCP or unix socket.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{self, sockopt};

/// How long `accept` waits before it returns without a connection.
const ACCEPT_TIMEOUT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// The address at which an upstream really listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    Port(SocketAddr),
    /// A port of both loopback addresses; of 127.0.0.1 alone without IPv6.
    Both(u16),
    Socket(PathBuf),
}

#[derive(Debug)]
pub(super) enum Listener {
    /// At least one.
    Ports(Vec<TcpListener>),
    Socket(UnixListener),
}

#[derive(Debug)]
pub(super) enum ClientStream {
    Port(TcpStream),
    Socket(UnixStream),
}

impl ListenAddress {
    pub(super) fn listen(&self) -> io::Result<Listener> {
        Ok(match self {
            Self::Port(address) => Listener::Ports(vec![TcpListener::bind(address)?]),
            Self::Both(port) => Listener::Ports(both(*port)?),
            Self::Socket(path) => Listener::Socket(UnixListener::bind(path)?),
        })
    }

    pub(super) fn connect(&self) -> io::Result<ClientStream> {
        Ok(match self {
            Self::Port(address) => ClientStream::Port(TcpStream::connect(address)?),
            Self::Both(port) => {
                ClientStream::Port(TcpStream::connect((Ipv4Addr::LOCALHOST, *port))?)
            }
            Self::Socket(path) => ClientStream::Socket(UnixStream::connect(path)?),
        })
    }
}

fn both(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut listeners = vec![TcpListener::bind((Ipv4Addr::LOCALHOST, port))?];
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(listener) => listeners.push(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        // No IPv6 on this machine.
        Err(_) => {}
    }
    Ok(listeners)
}

impl Listener {
    /// The address with the port that the system chose.
    pub(super) fn place(&self, wanted: ListenAddress) -> io::Result<ListenAddress> {
        Ok(match (self, wanted) {
            (Self::Ports(listeners), ListenAddress::Port(_)) => {
                ListenAddress::Port(listeners[0].local_addr()?)
            }
            (_, wanted) => wanted,
        })
    }

    /// The next connection; `None` if none arrived within the poll interval.
    pub(super) fn accept(&self) -> io::Result<Option<ClientStream>> {
        let descriptors = self.descriptors().into_iter();
        let mut ready: Vec<_> = descriptors
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        match poll(&mut ready, Some(&ACCEPT_TIMEOUT)) {
            Ok(0) | Err(Errno::INTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let first = ready.iter().position(|it| !it.revents().is_empty());
        Ok(Some(match self {
            Self::Ports(listeners) => {
                let listener = &listeners[first.unwrap_or_default()];
                ClientStream::Port(listener.accept()?.0)
            }
            Self::Socket(listener) => ClientStream::Socket(listener.accept()?.0),
        }))
    }

    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Ports(listeners) => listeners.iter().map(AsFd::as_fd).collect(),
            Self::Socket(listener) => vec![listener.as_fd()],
        }
    }
}

/// A child between fork and exec has copies of all descriptors, so closing this one would leave the socket
/// listening and the address in use. Shutting it down affects the copies too.
impl Drop for Listener {
    fn drop(&mut self) {
        // Some systems cannot shut a listener down; there the copy goes with the exec.
        for descriptor in self.descriptors() {
            net::shutdown(descriptor, net::Shutdown::Both).ok();
        }
    }
}

impl ClientStream {
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(match self {
            Self::Port(stream) => Self::Port(stream.try_clone()?),
            Self::Socket(stream) => Self::Socket(stream.try_clone()?),
        })
    }

    /// Sets the timeouts of a read and a write.
    pub(super) fn set_timeouts(&self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Port(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
            Self::Socket(stream) => {
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
        }
    }

    pub(super) fn close(&self) {
        // It may be closed already.
        match self {
            Self::Port(stream) => stream.shutdown(Shutdown::Both).ok(),
            Self::Socket(stream) => stream.shutdown(Shutdown::Both).ok(),
        };
    }

    /// Makes the close of a TCP connection send a reset.
    pub(super) fn reset_at_end(&self) -> io::Result<()> {
        if let Self::Port(stream) = self {
            sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
        }
        Ok(())
    }
}

impl Read for ClientStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Port(stream) => stream.read(buffer),
            Self::Socket(stream) => stream.read(buffer),
        }
    }
}

impl Write for ClientStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Port(stream) => stream.write(bytes),
            Self::Socket(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn both_loopback_addresses_are_served() {
        let any = ListenAddress::Port(SocketAddr::from(([127, 0, 0, 1], 0)));
        let ListenAddress::Port(free) = any.listen().unwrap().place(any).unwrap() else {
            unreachable!("it is a port")
        };
        let place = ListenAddress::Both(free.port());
        let listener = place.listen().unwrap();
        assert_eq!(listener.place(place.clone()).unwrap(), place);
        let hosts = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ];
        for host in &hosts[..listener.descriptors().len()] {
            let _customer = TcpStream::connect((*host, free.port())).unwrap();
            assert!(listener.accept().unwrap().is_some());
        }
        drop(listener);
        assert!(place.connect().is_err());
    }

    #[test]
    fn a_copy_in_a_process_that_is_being_started_does_not_listen_on() {
        let folder = tempfile::tempdir().unwrap();
        let any = ListenAddress::Port(SocketAddr::from(([127, 0, 0, 1], 0)));
        let port = any.listen().unwrap().place(any).unwrap();
        for place in [port, ListenAddress::Socket(folder.path().join("socket"))] {
            let listener = place.listen().unwrap();
            let _copy = rustix::io::fcntl_dupfd_cloexec(listener.descriptors()[0], 0).unwrap();
            assert!(place.connect().is_ok());
            drop(listener);
            assert!(place.connect().is_err());
            if let ListenAddress::Port(_) = place {
                assert!(place.listen().is_ok());
            }
        }
    }
}
