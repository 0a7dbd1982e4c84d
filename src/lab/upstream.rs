//! The app behind the gateway: a small HTTP server inside Gradus, with a declared behaviour.

mod request;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Deserialize;

use super::nonce::Nonce;
use request::{Request, Requests};

/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most connections at a time.
const MOST: usize = 256;

/// How an upstream behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// It answers every request with status 200.
    Healthy,
}

/// An upstream as an exercise declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamPlan {
    /// What the learner knows it as.
    pub name: String,
    /// The port of 127.0.0.1 where the learner finds it.
    pub port: u16,
    /// How it behaves.
    pub behaviour: Behaviour,
}

/// A running upstream; it stops when it is dropped.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    behaviour: Behaviour,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    nonce: Nonce,
    requests: usize,
    stopping: bool,
    open: BTreeMap<usize, TcpStream>,
}

impl Upstream {
    /// Starts `plan` on the port `number` of 127.0.0.1; 0 stands for any free one.
    ///
    /// # Errors
    /// Fails when the port is taken or no thread can be started.
    pub fn start(plan: &UpstreamPlan, number: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            name: plan.name.clone(),
            behaviour: plan.behaviour,
            state: Mutex::new(State {
                nonce: Nonce::fresh(),
                requests: 0,
                stopping: false,
                open: BTreeMap::new(),
            }),
        });
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("upstream".into());
        let server = thread.spawn(move || own.accept(&listener))?;
        Ok(Self {
            address,
            shared,
            server: Some(server),
        })
    }

    /// Returns what the learner knows it as.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the value that its answers carry from now on.
    pub fn set_nonce(&self, nonce: &Nonce) {
        self.shared.state().nonce = nonce.clone();
    }

    /// Returns how many requests it has read to their end.
    pub fn requests(&self) -> usize {
        self.shared.state().requests
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.stopping = true;
        for stream in state.open.values() {
            stream.shutdown(Shutdown::Both).ok();
        }
        drop(state);
        // The server waits for a connection: this one wakes it.
        TcpStream::connect(self.address).ok();
        if let Some(server) = self.server.take() {
            server.join().ok();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(&self, listener: &TcpListener) {
        thread::scope(|scope| {
            for (number, stream) in listener.incoming().enumerate() {
                if self.state().stopping {
                    break;
                }
                let Ok(stream) = stream else { continue };
                if self.register(number, &stream) {
                    let thread = thread::Builder::new().stack_size(128 << 10);
                    let serve = move || {
                        self.serve(stream).ok();
                        self.state().open.remove(&number);
                    };
                    if thread.spawn_scoped(scope, serve).is_err() {
                        self.state().open.remove(&number);
                    }
                }
            }
        });
    }

    /// Keeps a handle on the connection, so that a stop can end it; `false` if it cannot be served.
    fn register(&self, number: usize, stream: &TcpStream) -> bool {
        let Ok(handle) = stream.try_clone() else {
            return false;
        };
        let mut state = self.state();
        if state.stopping || state.open.len() == MOST {
            return false;
        }
        state.open.insert(number, handle);
        true
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut answers = stream.try_clone()?;
        let mut requests = Requests::new(stream);
        while let Some(request) = requests.next()? {
            let answer = self.answer(&request);
            answers.write_all(answer.as_bytes())?;
            if !request.keeps_alive {
                break;
            }
        }
        answers.shutdown(Shutdown::Both)
    }

    fn answer(&self, request: &Request) -> String {
        let mut state = self.state();
        state.requests += 1;
        match self.behaviour {
            Behaviour::Healthy => healthy(&self.name, request, &state.nonce),
        }
    }
}

fn healthy(name: &str, request: &Request, nonce: &Nonce) -> String {
    let Request { method, target, .. } = request;
    let body = format!("{name} answers {method} {target}\nreceipt {nonce}\n");
    let connection = if request.keeps_alive {
        "keep-alive"
    } else {
        "close"
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: {connection}\r\n\r\n",
        body.len()
    );
    if method == "HEAD" { head } else { head + &body }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn shop() -> Upstream {
        let plan = UpstreamPlan {
            name: "shop".into(),
            port: 3000,
            behaviour: Behaviour::Healthy,
        };
        Upstream::start(&plan, 0).unwrap()
    }

    fn ask(shop: &Upstream, text: &str) -> String {
        let mut stream = TcpStream::connect(shop.address()).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn an_answer_carries_the_nonce_and_is_counted() {
        let shop = shop();
        let nonce = Nonce::fresh();
        shop.set_nonce(&nonce);
        let answer = ask(&shop, "GET /a HTTP/1.0\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("shop answers GET /a\nreceipt {nonce}\n")));
        let posted = "POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
        assert!(ask(&shop, posted).contains("shop answers POST /\n"));
        assert_eq!(shop.requests(), 2);
    }

    #[test]
    fn a_connection_serves_one_request_after_the_other() {
        let shop = shop();
        let two = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n";
        let answer = ask(&shop, two);
        assert!(answer.contains("GET /1") && answer.contains("GET /2"));
        assert_eq!(shop.requests(), 2);
    }

    #[test]
    fn what_is_no_request_is_not_counted() {
        let shop = shop();
        assert_eq!(ask(&shop, "\u{1}rubbish\r\n\r\n"), "");
        assert_eq!(shop.requests(), 0);
    }

    #[test]
    fn a_stop_ends_open_connections_and_frees_the_port() {
        let shop = shop();
        let address = shop.address();
        let mut idle = TcpStream::connect(address).unwrap();
        idle.write_all(b"GET / HT").unwrap();
        drop(shop);
        assert!(matches!(idle.read(&mut [0; 1]), Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).is_err());
    }
}
