//! A steady stream of customers, who notice what a lab's repair costs them.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::Connection;

/// What each of them asks for: a page that the logs tell from what a learner asks for.
pub(crate) const TARGET: &str = "/?customer";
/// How long a customer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Customers who come one after the other, each on a connection of their own, until it is dropped.
#[derive(Debug)]
pub(crate) struct Customers {
    address: SocketAddr,
    every: Duration,
    counts: Arc<Counts>,
    stream: Option<Stream>,
}

/// What the customers met so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Met {
    /// How many came.
    pub sent: usize,
    /// How many got no answer.
    pub lost: usize,
    /// The status that the last one got; none if that one got no answer.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicUsize,
    lost: AtomicUsize,
    /// 0 stands for no answer.
    status: AtomicU16,
}

#[derive(Debug)]
struct Stream {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Customers {
    /// Sends customers to `address`, with `every` between two of them.
    ///
    /// # Errors
    /// Fails when no thread can be started.
    pub(crate) fn start(address: SocketAddr, every: Duration) -> io::Result<Self> {
        let mut customers = Self {
            address,
            every,
            counts: Arc::default(),
            stream: None,
        };
        customers.open()?;
        Ok(customers)
    }

    /// Lets customers come again after [`Customers::close`]; the counts go on.
    ///
    /// # Errors
    /// Fails when no thread can be started.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        if self.stream.is_some() {
            return Ok(());
        }
        let (address, every) = (self.address, self.every);
        let counts = Arc::clone(&self.counts);
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("customers".into());
        let thread = thread.spawn(move || {
            while stopped.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                counts.note(ask(address));
            }
        })?;
        self.stream = Some(Stream { stop, thread });
        Ok(())
    }

    /// Lets no more customers come, and waits for the answer of the last.
    pub(crate) fn close(&mut self) {
        if let Some(Stream { stop, thread }) = self.stream.take() {
            drop(stop);
            thread.join().ok();
        }
    }

    /// Returns what they met so far.
    pub(crate) fn met(&self) -> Met {
        let status = self.counts.status.load(Ordering::Relaxed);
        Met {
            sent: self.counts.sent.load(Ordering::Relaxed),
            lost: self.counts.lost.load(Ordering::Relaxed),
            status: (status != 0).then_some(status),
        }
    }
}

impl Drop for Customers {
    fn drop(&mut self) {
        self.close();
    }
}

impl Counts {
    /// A status is an answer, also one that tells of a failure.
    fn note(&self, status: Option<u16>) {
        self.status.store(status.unwrap_or(0), Ordering::Relaxed);
        self.lost
            .fetch_add(usize::from(status.is_none()), Ordering::Relaxed);
        self.sent.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sends one customer, and returns the status that they get.
fn ask(address: SocketAddr) -> Option<u16> {
    let request = format!(
        "GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: customer\r\nConnection: close\r\n\r\n"
    );
    let mut connection = Connection::open(address, PATIENCE).ok()?;
    let response = connection.exchange(request.as_bytes()).ok()?;
    Some(response.status)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    /// Returns an address where each customer gets the next of `answers`, and then nobody listens.
    fn server(answers: &'static [bool]) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            for answers in answers {
                let (mut stream, _) = listener.accept().unwrap();
                assert!(stream.read(&mut [0; 200]).unwrap() > 0);
                if *answers {
                    stream
                        .write_all(b"HTTP/1.0 502 Bad Gateway\r\n\r\n")
                        .unwrap();
                }
            }
        });
        (address, server)
    }

    fn wait_for(customers: &Customers, sent: usize) {
        while customers.met().sent < sent {
            thread::yield_now();
        }
    }

    #[test]
    fn who_gets_no_answer_is_counted() {
        let (address, server) = server(&[true, false, true]);
        let mut customers = Customers::start(address, Duration::from_millis(2)).unwrap();
        server.join().unwrap();
        wait_for(&customers, 5);
        customers.close();
        // Whoever came after the server had gone found nobody.
        let met = customers.met();
        assert_eq!((met.lost, met.status), (met.sent - 2, None));
    }

    #[test]
    fn customers_who_come_again_are_counted_on() {
        // More than come, however long this thread is kept from running.
        let (address, _server) = server(&[true; 10_000]);
        let mut customers = Customers::start(address, Duration::from_millis(2)).unwrap();
        wait_for(&customers, 1);
        assert_eq!(customers.met().status, Some(502));
        customers.close();
        let before = customers.met();
        customers.open().unwrap();
        wait_for(&customers, before.sent + 1);
    }
}
