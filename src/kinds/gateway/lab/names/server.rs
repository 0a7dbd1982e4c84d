//! A DNS server over UDP.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{DnsPlan, Names, message};
use crate::kinds::gateway::lab::ports::Ports;

/// The longest message over UDP without extensions; what is longer is cut off, and so malformed.
const MOST: usize = 512;
/// How long the server waits for a query before it looks whether it is to stop.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A running name server; dropping it stops it.
#[derive(Debug)]
pub(crate) struct NameServer {
    plan: DnsPlan,
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    /// Serves `names` as `plan` says, on a private port.
    pub(crate) fn start(plan: &DnsPlan, names: Names, ports: &mut Ports) -> io::Result<Self> {
        let socket = ports.datagrams(*plan.address.ip(), plan.address.port())?;
        socket.set_read_timeout(Some(POLL_INTERVAL))?;
        let address = socket.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let (stop, ttl) = (Arc::clone(&stopping), plan.ttl);
        let thread = thread::Builder::new().name("name server".into());
        let serve = move || {
            let mut buffer = [0; MOST];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, client)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                let lookup = |host: &str| names.lookup(host);
                if let Some(response) = message::response(&buffer[..length], ttl, lookup) {
                    // A client that is gone asks no more.
                    socket.send_to(&response, client).ok();
                }
            }
        };
        Ok(Self {
            plan: plan.clone(),
            address,
            stopping,
            thread: Some(thread.spawn(serve)?),
        })
    }

    /// The host names, and the upstreams that each may lead to.
    pub(crate) fn hosts(&self) -> &BTreeMap<String, Vec<String>> {
        &self.plan.hosts
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the server; else it looks after its poll interval.
        if let Ok(socket) = UdpSocket::bind((self.address.ip(), 0)) {
            socket.send_to(&[], self.address).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_query_is_answered_by_the_moment_and_garbage_is_survived() {
        let names = Names::default();
        let plan = "address = '127.0.0.11:1053'\nttl = 1\nhosts = { 'a.test' = [] }";
        let plan: DnsPlan = toml::from_str(plan).unwrap();
        let mut ports = Ports::default();
        let server = NameServer::start(&plan, names.clone(), &mut ports).unwrap();
        assert_eq!(server.address.port(), ports.private(1053).unwrap());
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        socket.connect(server.address).unwrap();
        let query = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01a\x04test\0\0\x01\0\x01";
        let ask = || {
            for garbage in [&b""[..], b"\0", &[0xff; 600]] {
                socket.send(garbage).unwrap();
            }
            socket.send(query).unwrap();
            let mut buffer = [0; MOST];
            let length = socket.recv(&mut buffer).unwrap();
            buffer[..length].to_vec()
        };
        assert_eq!(ask()[3] & 15, 3);
        for last in [2, 3] {
            names.set("a.test", Some(Ipv4Addr::new(127, 0, 0, last)));
            assert_eq!(ask().last(), Some(&last));
        }
        drop(server);
        socket.send(query).ok();
        assert!(socket.recv(&mut [0; MOST]).is_err());
    }
}
