//! The app of an upstream: accepts connections and handles requests.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::answer::OutgoingResponse;
use super::fastcgi::{self, FastCgiRequest};
use super::fpm::{FpmAnswer, answer_without_script};
use super::plan::{Behaviour, PathRule, Protocol, UpstreamPlan};
use super::stream::{ClientStream, Listener};
use super::websocket;
use crate::kinds::gateway::lab::http::{Request, Requests};
use crate::kinds::gateway::lab::nonce::Nonce;
use crate::sys::clock::Stopwatch;

const TIMEOUT: Duration = Duration::from_secs(30);
/// The most concurrent connections.
const MAX_CONNECTIONS: usize = 256;
/// The most requests that are kept: more than one probe can send, each of them retried.
const MOST_SEEN: usize = 4000;

#[derive(Debug)]
pub(super) struct App {
    pub(super) plan: UpstreamPlan,
    /// The paths of its scripts, if it speaks FastCGI.
    pub(super) scripts: Vec<PathBuf>,
    pub(super) state: Mutex<AppState>,
    pub(super) stop: Condvar,
}

#[derive(Debug)]
pub(super) struct AppState {
    pub(super) nonce: Nonce,
    pub(super) counters: Counters,
    pub(super) seen: Vec<Request>,
    pub(super) stopping: bool,
    pub(super) open: BTreeMap<usize, ClientStream>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counters {
    /// Requests that were read completely and handled.
    pub requests: usize,
    pub connections: usize,
}

/// The requests on a connection, in the upstream's protocol.
enum Incoming<R: Read> {
    Http(Requests<R>),
    FastCgi(fastcgi::Requests<R>),
}

/// A request, in the upstream's protocol.
enum Received {
    Http(Request),
    FastCgi(FastCgiRequest),
}

impl<R: Read> Incoming<R> {
    fn new(protocol: Protocol, stream: R) -> Self {
        match protocol {
            Protocol::Http => Self::Http(Requests::new(stream)),
            Protocol::FastCgi => Self::FastCgi(fastcgi::Requests::new(stream)),
        }
    }

    fn wait(&mut self) -> io::Result<bool> {
        match self {
            Self::Http(requests) => requests.wait(),
            Self::FastCgi(requests) => requests.wait(),
        }
    }

    fn next(&mut self) -> io::Result<Option<Received>> {
        Ok(match self {
            Self::Http(requests) => requests.next()?.map(Received::Http),
            Self::FastCgi(requests) => requests.next()?.map(Received::FastCgi),
        })
    }
}

impl Received {
    fn request(&self) -> &Request {
        match self {
            Self::Http(request) | Self::FastCgi(FastCgiRequest { request, .. }) => request,
        }
    }

    /// The bytes that carry `part` of an answer.
    fn wrap<'a>(&self, part: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Self::Http(_) => part.into(),
            Self::FastCgi(request) => request.stdout(part).into(),
        }
    }

    /// The bytes that end an answer.
    fn end(&self) -> Vec<u8> {
        match self {
            Self::Http(_) => Vec::new(),
            Self::FastCgi(request) => request.end(),
        }
    }
}

/// Whether the connection is kept alive after a request.
#[derive(PartialEq, Eq)]
enum AfterResponse {
    Next,
    Close,
}

impl App {
    pub(super) fn state(&self) -> MutexGuard<'_, AppState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `time`; `false` if the upstream stops meanwhile.
    fn pause(&self, time: Duration) -> bool {
        let goes_on = |state: &mut AppState| !state.stopping;
        let waited = self.stop.wait_timeout_while(self.state(), time, goes_on);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.stopping
    }

    pub(super) fn accept(&self, listener: &Listener) {
        thread::scope(|scope| {
            for number in 0.. {
                let accepted = listener.accept();
                if self.state().stopping {
                    break;
                }
                let stream = match accepted {
                    Ok(Some(stream)) => stream,
                    Ok(None) => continue,
                    Err(_) => {
                        // Probably EMFILE: descriptors may be free again soon.
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

    /// Keeps a handle of the connection, by which a stop can close it; `false` if it cannot be served.
    fn register(&self, number: usize, stream: &ClientStream) -> bool {
        let Ok(handle) = stream.try_clone() else {
            return false;
        };
        let mut state = self.state();
        if state.stopping || state.open.len() == MAX_CONNECTIONS {
            return false;
        }
        state.counters.connections += 1;
        state.open.insert(number, handle);
        true
    }

    fn serve(&self, mut stream: ClientStream) -> io::Result<()> {
        stream.set_timeouts(TIMEOUT)?;
        let mut requests = Incoming::new(self.plan.protocol, stream.try_clone()?);
        let mut silence = Stopwatch::start();
        let mut is_first = true;
        while requests.wait()? {
            let idle = self.plan.idle.filter(|idle| silence.elapsed() > idle.0);
            let Some(received) = requests.next()? else {
                break;
            };
            let is_stale = idle.is_some() && !is_first;
            if is_stale && !self.plan.idle_executes {
                break;
            }
            self.record_request(received.request());
            if is_stale || self.respond(&received, &mut stream)? == AfterResponse::Close {
                break;
            }
            silence = Stopwatch::start();
            is_first = false;
        }
        stream.close();
        Ok(())
    }

    fn record_request(&self, request: &Request) {
        let mut state = self.state();
        state.counters.requests += 1;
        if state.seen.len() < MOST_SEEN {
            state.seen.push(request.clone());
        }
    }

    fn respond(&self, received: &Received, stream: &mut ClientStream) -> io::Result<AfterResponse> {
        let request = received.request();
        let healthy = PathRule::default();
        let unscripted = match received {
            Received::Http(_) => None,
            Received::FastCgi(fastcgi) => answer_without_script(fastcgi, &self.scripts),
        };
        if let Some(FpmAnswer { stderr, .. }) = &unscripted {
            stream.write_all(stderr)?;
        }
        let unscripted = unscripted.map(|answer| (answer.status, answer.body));
        if let Some((status, text)) = unscripted.or_else(|| self.rejection(request)) {
            let answer = OutgoingResponse::plain(&self.plan, request, status, text);
            return self.send(received, &answer, &healthy, stream);
        }
        if websocket::is_handshake(request) {
            stream.write_all(websocket::switching(&self.plan.name, request).as_bytes())?;
            websocket::echo(stream)?;
            return Ok(AfterResponse::Close);
        }
        let rule = self.plan.rule(&request.target).unwrap_or(&healthy);
        if let Some(after) = rule.after {
            let limit = self.plan.worker_limit.unwrap_or(after);
            if !self.pause(after.0.min(limit.0)) || limit < after {
                return Ok(AfterResponse::Close);
            }
        }
        match rule.does {
            Behaviour::HangUp => return Ok(AfterResponse::Close),
            Behaviour::Reset => {
                stream.reset_at_end()?;
                return Ok(AfterResponse::Close);
            }
            Behaviour::Healthy
            | Behaviour::BadGateway
            | Behaviour::Garbage
            | Behaviour::CutBody => {}
        }
        let nonce = self.state().nonce.clone();
        let answer = OutgoingResponse::new(&self.plan, request, rule, &nonce);
        if rule.does == Behaviour::Garbage {
            stream.write_all(&answer.head)?;
            return Ok(AfterResponse::Close);
        }
        self.send(received, &answer, rule, stream)
    }

    /// The status and body with which the app rejects `request`.
    fn rejection(&self, request: &Request) -> Option<(u16, &'static str)> {
        let plan = &self.plan;
        let host = request.header("host").unwrap_or_default();
        let path = request.target.split('?').next().unwrap_or_default();
        if !plan.sites.is_empty() && plan.sites.iter().all(|site| site != host) {
            return Some((404, "no site of this name\n"));
        }
        if plan.strict
            && request.has_token("connection", "upgrade")
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

    /// Sends `answer`, in the way of `rule`.
    fn send(
        &self,
        received: &Received,
        answer: &OutgoingResponse,
        rule: &PathRule,
        stream: &mut ClientStream,
    ) -> io::Result<AfterResponse> {
        stream.write_all(&received.wrap(&answer.head))?;
        let (first, second) = answer.body.split_at(answer.body.len() / 2);
        stream.write_all(&received.wrap(first))?;
        if let Some(time) = rule.slow_body
            && !self.pause(time.0)
        {
            return Ok(AfterResponse::Close);
        }
        stream.write_all(&received.wrap(second))?;
        if rule.does == Behaviour::CutBody {
            return Ok(AfterResponse::Close);
        }
        stream.write_all(&received.end())?;
        Ok(if answer.keeps_alive {
            AfterResponse::Next
        } else {
            AfterResponse::Close
        })
    }
}
