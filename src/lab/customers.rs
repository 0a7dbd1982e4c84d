//! A steady stream of customers, who notice what a lab's repair costs them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::client::Connection;

/// How long a customer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// What each of them asks for.
const REQUEST: &[u8] =
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: customer\r\nConnection: close\r\n\r\n";

/// Customers who come one after the other, each on a connection of their own, until it is dropped.
#[derive(Debug)]
pub struct Customers {
    counts: Arc<Counts>,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicUsize,
    lost: AtomicUsize,
}

impl Customers {
    /// Sends customers to `address`, with `every` between two of them.
    ///
    /// # Errors
    /// Fails when no thread can be started.
    pub fn start(address: SocketAddr, every: Duration) -> std::io::Result<Self> {
        let counts = Arc::new(Counts::default());
        let (stop, stopped) = mpsc::channel();
        let own = Arc::clone(&counts);
        let thread = thread::Builder::new().name("customers".into());
        let thread = thread.spawn(move || {
            while stopped.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                let answer = Connection::open(address, PATIENCE)
                    .and_then(|mut connection| connection.exchange(REQUEST));
                own.sent.fetch_add(1, Ordering::Relaxed);
                // A status is an answer, also one that tells of a failure.
                if answer.is_err() {
                    own.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
        })?;
        Ok(Self {
            counts,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Lets no more customers come, and waits for the answer of the last.
    pub fn close(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }

    /// Returns how many got no answer.
    pub fn lost(&self) -> usize {
        self.counts.lost.load(Ordering::Relaxed)
    }

    /// Returns how many came.
    pub fn sent(&self) -> usize {
        self.counts.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Customers {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn who_gets_no_answer_is_counted() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            for answers in [true, false, true] {
                let (mut stream, _) = listener.accept().unwrap();
                assert!(stream.read(&mut [0; 200]).unwrap() > 0);
                if answers {
                    stream
                        .write_all(b"HTTP/1.0 502 Bad Gateway\r\n\r\n")
                        .unwrap();
                }
            }
        });
        let mut customers = Customers::start(address, Duration::from_millis(2)).unwrap();
        server.join().unwrap();
        while customers.sent() < 5 {
            thread::yield_now();
        }
        customers.close();
        // Whoever came after the server had gone found nobody.
        assert_eq!(customers.lost(), customers.sent() - 2);
    }
}
