//! A background load of customers, which measures what a repair costs: requests lost meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::Connection;

/// Their request target, which tells them from the learner's requests in the logs.
pub(crate) const TARGET: &str = "/?customer";
const TIMEOUT: Duration = Duration::from_secs(2);

/// Customers: one request after the other, each on a connection of its own, until dropped.
#[derive(Debug)]
pub(crate) struct Customers {
    address: SocketAddr,
    every: Duration,
    counts: Arc<Counts>,
    sender: Option<Sender>,
}

/// The results of the customers' requests so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct CustomerCounts {
    /// All requests.
    pub sent: usize,
    /// Those without a response.
    pub lost: usize,
    /// The status of the last response; `None` if the last request got none.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicUsize,
    lost: AtomicUsize,
    /// 0 if there was no response.
    status: AtomicU16,
}

#[derive(Debug)]
struct Sender {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Customers {
    /// Starts sending to `address`, with the pause `every` between two requests.
    pub(crate) fn start(address: SocketAddr, every: Duration) -> io::Result<Self> {
        let mut customers = Self {
            address,
            every,
            counts: Arc::default(),
            sender: None,
        };
        customers.open()?;
        Ok(customers)
    }

    /// Resumes sending after [`Customers::close`]; the counts continue.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        if self.sender.is_some() {
            return Ok(());
        }
        let (address, every) = (self.address, self.every);
        let counts = Arc::clone(&self.counts);
        let (stop, stopped) = mpsc::channel();
        let builder = thread::Builder::new().name("customers".into());
        let thread = builder.spawn(move || {
            while stopped.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                counts.record(send_request(address));
            }
        })?;
        self.sender = Some(Sender { stop, thread });
        Ok(())
    }

    /// Stops sending, and waits for the response to the last request.
    pub(crate) fn close(&mut self) {
        if let Some(Sender { stop, thread }) = self.sender.take() {
            drop(stop);
            thread.join().ok();
        }
    }

    pub(crate) fn counts(&self) -> CustomerCounts {
        let status = self.counts.status.load(Ordering::Relaxed);
        CustomerCounts {
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
    /// Any status is a response, a 502 too.
    fn record(&self, status: Option<u16>) {
        self.status.store(status.unwrap_or(0), Ordering::Relaxed);
        self.lost
            .fetch_add(usize::from(status.is_none()), Ordering::Relaxed);
        self.sent.fetch_add(1, Ordering::Relaxed);
    }
}

fn send_request(address: SocketAddr) -> Option<u16> {
    let request = format!(
        "GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: customer\r\nConnection: close\r\n\r\n"
    );
    let mut connection = Connection::open(address, TIMEOUT).ok()?;
    let response = connection.exchange(request.as_bytes()).ok()?;
    Some(response.status)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    /// An address at which each request gets a response or, for `false`, none; then nothing listens.
    fn server(answers: &'static [bool]) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            for answers in answers {
                let (mut sender, _) = listener.accept().unwrap();
                assert!(sender.read(&mut [0; 200]).unwrap() > 0);
                if *answers {
                    sender
                        .write_all(b"HTTP/1.0 502 Bad Gateway\r\n\r\n")
                        .unwrap();
                }
            }
        });
        (address, server)
    }

    fn wait_for(customers: &Customers, sent: usize) {
        while customers.counts().sent < sent {
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
        // After the server is gone, all further requests are lost.
        let met = customers.counts();
        assert_eq!((met.lost, met.status), (met.sent - 2, None));
    }

    #[test]
    fn customers_who_come_again_are_counted_on() {
        // More responses than requests, however long this thread is not scheduled.
        let (address, _server) = server(&[true; 10_000]);
        let mut customers = Customers::start(address, Duration::from_millis(2)).unwrap();
        wait_for(&customers, 1);
        assert_eq!(customers.counts().status, Some(502));
        customers.close();
        let before = customers.counts();
        customers.open().unwrap();
        wait_for(&customers, before.sent + 1);
    }
}
