//! The app itself: what it does with each connection.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::answer::Answer;
use super::plan::{Does, Rule, UpstreamPlan};
use super::request::{Request, Requests};
use super::stream::{Listener, Stream};
use super::{Counters, websocket};
use crate::kinds::gateway::lab::nonce::Nonce;
use crate::sys::clock::Stopwatch;

/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most connections at a time.
const MOST: usize = 256;
/// So many requests are kept: more than one probe may send, each of them tried again.
const MOST_SEEN: usize = 4000;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) plan: UpstreamPlan,
    pub(super) state: Mutex<Inner>,
    pub(super) stop: Condvar,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) nonce: Nonce,
    pub(super) counters: Counters,
    /// The requests since the nonce was set.
    pub(super) seen: Vec<Request>,
    pub(super) stopping: bool,
    pub(super) open: BTreeMap<usize, Stream>,
}

/// Whether a connection goes on after a request.
#[derive(PartialEq, Eq)]
enum Then {
    Next,
    Close,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, unless the upstream stops; returns whether it goes on.
    fn pause(&self, time: Duration) -> bool {
        let goes_on = |state: &mut Inner| !state.stopping;
        let waited = self.stop.wait_timeout_while(self.state(), time, goes_on);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.stopping
    }

    pub(super) fn accept(&self, listener: &Listener) {
        thread::scope(|scope| {
            for number in 0.. {
                let stream = listener.accept();
                if self.state().stopping {
                    break;
                }
                let stream = match stream {
                    Ok(Some(stream)) => stream,
                    Ok(None) => continue,
                    Err(_) => {
                        // Out of descriptors: there may be some again soon.
                        self.pause(Duration::from_millis(10));
                        continue;
                    }
                };
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
    fn register(&self, number: usize, stream: &Stream) -> bool {
        let Ok(handle) = stream.try_clone() else {
            return false;
        };
        let mut state = self.state();
        if state.stopping || state.open.len() == MOST {
            return false;
        }
        state.counters.connections += 1;
        state.open.insert(number, handle);
        true
    }

    fn serve(&self, mut stream: Stream) -> io::Result<()> {
        stream.set_patience(PATIENCE)?;
        let mut requests = Requests::new(stream.try_clone()?);
        let mut silence = Stopwatch::start();
        let mut is_first = true;
        while requests.wait()? {
            let idle = self.plan.idle.filter(|idle| silence.elapsed() > idle.0);
            let Some(request) = requests.next()? else {
                break;
            };
            let is_stale = idle.is_some() && !is_first;
            if is_stale && !self.plan.idle_executes {
                break;
            }
            self.note(&request);
            if is_stale || self.respond(&request, &mut stream)? == Then::Close {
                break;
            }
            silence = Stopwatch::start();
            is_first = false;
        }
        stream.close();
        Ok(())
    }

    fn note(&self, request: &Request) {
        let mut state = self.state();
        state.counters.requests += 1;
        if state.seen.len() < MOST_SEEN {
            state.seen.push(request.clone());
        }
    }

    fn respond(&self, request: &Request, stream: &mut Stream) -> io::Result<Then> {
        if let Some((status, text)) = self.refusal(request) {
            let answer = Answer::plain(&self.plan.name, request, status, text);
            return self.send(&answer, None, stream);
        }
        if websocket::is_handshake(request) {
            stream.write_all(websocket::switching(&self.plan.name, request).as_bytes())?;
            websocket::echo(stream)?;
            return Ok(Then::Close);
        }
        let healthy = Rule::default();
        let rule = self.plan.rule(&request.target).unwrap_or(&healthy);
        if let Some(after) = rule.after {
            let limit = self.plan.worker_limit.unwrap_or(after);
            if !self.pause(after.0.min(limit.0)) || limit < after {
                return Ok(Then::Close);
            }
        }
        match rule.does {
            Does::HangUp => return Ok(Then::Close),
            Does::Reset => {
                stream.reset_at_end()?;
                return Ok(Then::Close);
            }
            Does::Healthy | Does::BadGateway | Does::Garbage | Does::CutBody => {}
        }
        let nonce = self.state().nonce.clone();
        let answer = Answer::new(&self.plan.name, request, rule, &nonce);
        self.send(&answer, rule.slow_body.map(|time| time.0), stream)
    }

    /// Returns the status and the words with which the app refuses `request`.
    fn refusal(&self, request: &Request) -> Option<(u16, &'static str)> {
        let plan = &self.plan;
        let host = request.header("host").unwrap_or_default();
        let path = request.target.split('?').next().unwrap_or_default();
        if !plan.sites.is_empty() && plan.sites.iter().all(|site| site != host) {
            return Some((404, "no site of this name\n"));
        }
        if plan.strict
            && request.says("connection", "upgrade")
            && request.header("upgrade").is_none()
        {
            return Some((400, "the connection is to be upgraded, but to what?\n"));
        }
        let is_host = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("host");
        if request.headers.iter().filter(is_host).count() > 1 {
            return Some((400, "two sites at once\n"));
        }
        let is_handshake = websocket::is_handshake(request);
        if is_handshake && request.header(websocket::KEY).is_none() {
            return Some((400, "a handshake needs a key\n"));
        }
        if plan.websocket.iter().any(|known| known == path) && !is_handshake {
            return Some((426, "this path speaks WebSocket\n"));
        }
        None
    }

    fn send(
        &self,
        answer: &Answer,
        slow: Option<Duration>,
        stream: &mut Stream,
    ) -> io::Result<Then> {
        stream.write_all(&answer.head)?;
        let (first, second) = answer.body.split_at(answer.body.len() / 2);
        stream.write_all(first)?;
        if let Some(time) = slow
            && !self.pause(time)
        {
            return Ok(Then::Close);
        }
        stream.write_all(second)?;
        Ok(if answer.keeps_alive {
            Then::Next
        } else {
            Then::Close
        })
    }
}
