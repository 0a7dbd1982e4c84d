//! Connections of an upstream: of a port or of a unix socket.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{self, sockopt};

/// How long a listener waits before it looks whether it is still wanted.
const WHILE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// Where an upstream really listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A port.
    Port(SocketAddr),
    /// A port of both loopback addresses; of 127.0.0.1 alone where this machine has no IPv6.
    Both(u16),
    /// A unix socket.
    Socket(PathBuf),
}

#[derive(Debug)]
pub(super) enum Listener {
    /// One at least.
    Ports(Vec<TcpListener>),
    Socket(UnixListener),
}

#[derive(Debug)]
pub(super) enum Stream {
    Port(TcpStream),
    Socket(UnixStream),
}

impl Place {
    pub(super) fn listen(&self) -> io::Result<Listener> {
        Ok(match self {
            Self::Port(address) => Listener::Ports(vec![TcpListener::bind(address)?]),
            Self::Both(port) => Listener::Ports(both(*port)?),
            Self::Socket(path) => Listener::Socket(UnixListener::bind(path)?),
        })
    }

    pub(super) fn connect(&self) -> io::Result<Stream> {
        Ok(match self {
            Self::Port(address) => Stream::Port(TcpStream::connect(address)?),
            Self::Both(port) => Stream::Port(TcpStream::connect((Ipv4Addr::LOCALHOST, *port))?),
            Self::Socket(path) => Stream::Socket(UnixStream::connect(path)?),
        })
    }
}

fn both(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut listeners = vec![TcpListener::bind((Ipv4Addr::LOCALHOST, port))?];
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(listener) => listeners.push(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        // There is no IPv6 on this machine.
        Err(_) => {}
    }
    Ok(listeners)
}

impl Listener {
    /// Returns where it listens, with the port that the system chose.
    pub(super) fn place(&self, wanted: Place) -> io::Result<Place> {
        Ok(match (self, wanted) {
            (Self::Ports(listeners), Place::Port(_)) => Place::Port(listeners[0].local_addr()?),
            (_, wanted) => wanted,
        })
    }

    /// Returns the next connection; `None` if none came for a while.
    pub(super) fn accept(&self) -> io::Result<Option<Stream>> {
        let descriptors = self.descriptors().into_iter();
        let mut ready: Vec<_> = descriptors
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        match poll(&mut ready, Some(&WHILE)) {
            Ok(0) | Err(Errno::INTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let first = ready.iter().position(|it| !it.revents().is_empty());
        Ok(Some(match self {
            Self::Ports(listeners) => {
                let listener = &listeners[first.unwrap_or_default()];
                Stream::Port(listener.accept()?.0)
            }
            Self::Socket(listener) => Stream::Socket(listener.accept()?.0),
        }))
    }

    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Ports(listeners) => listeners.iter().map(AsFd::as_fd).collect(),
            Self::Socket(listener) => vec![listener.as_fd()],
        }
    }
}

/// A process that is being started has copies of all descriptors until it becomes its program. To close
/// this one would leave such a copy listening, and the place taken.
impl Drop for Listener {
    fn drop(&mut self) {
        // Where a listener cannot be shut down, the copy is gone soon.
        for descriptor in self.descriptors() {
            net::shutdown(descriptor, net::Shutdown::Both).ok();
        }
    }
}

impl Stream {
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(match self {
            Self::Port(stream) => Self::Port(stream.try_clone()?),
            Self::Socket(stream) => Self::Socket(stream.try_clone()?),
        })
    }

    /// Sets how long one read or write may take.
    pub(super) fn set_patience(&self, patience: Duration) -> io::Result<()> {
        match self {
            Self::Port(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(patience))?;
                stream.set_write_timeout(Some(patience))
            }
            Self::Socket(stream) => {
                stream.set_read_timeout(Some(patience))?;
                stream.set_write_timeout(Some(patience))
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

    /// Makes the end of the connection a reset, as far as its kind knows resets.
    pub(super) fn reset_at_end(&self) -> io::Result<()> {
        if let Self::Port(stream) = self {
            sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
        }
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Port(stream) => stream.read(buffer),
            Self::Socket(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn both_loopback_addresses_are_served() {
        let any = Place::Port(SocketAddr::from(([127, 0, 0, 1], 0)));
        let Place::Port(free) = any.listen().unwrap().place(any).unwrap() else {
            unreachable!("it is a port")
        };
        let place = Place::Both(free.port());
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
        let any = Place::Port(SocketAddr::from(([127, 0, 0, 1], 0)));
        let port = any.listen().unwrap().place(any).unwrap();
        for place in [port, Place::Socket(folder.path().join("socket"))] {
            let listener = place.listen().unwrap();
            let _copy = rustix::io::fcntl_dupfd_cloexec(listener.descriptors()[0], 0).unwrap();
            assert!(place.connect().is_ok());
            drop(listener);
            assert!(place.connect().is_err());
            if let Place::Port(_) = place {
                assert!(place.listen().is_ok());
            }
        }
    }
}
