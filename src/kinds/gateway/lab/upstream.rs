//! The app behind the gateway: a small server inside Gradus, of HTTP or FastCGI, whose behaviour is declared.

pub(crate) mod answer;
mod app;
mod fastcgi;
mod fpm;
pub(crate) mod plan;
mod stream;
pub(crate) mod websocket;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use super::http::Request;
use super::nonce::Nonce;
use app::{App, AppState};

pub(crate) use app::Counters;
pub(crate) use plan::{Address, InitialState, Protocol, UpstreamPlan};
pub(crate) use stream::ListenAddress;

/// A running upstream; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Upstream {
    place: ListenAddress,
    shared: Arc<App>,
    server: Option<JoinHandle<()>>,
}

impl Upstream {
    /// Starts `plan` at `place`; port 0 stands for any free one. Its scripts are below `folder`.
    pub(crate) fn start(
        plan: &UpstreamPlan,
        place: ListenAddress,
        folder: &Path,
    ) -> io::Result<Self> {
        if let ListenAddress::Socket(path) = &place {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            // A killed server leaves its socket behind.
            fs::remove_file(path).ok();
        }
        let listener = place.listen()?;
        let place = listener.place(place)?;
        set_modes(plan, &place)?;
        let shared = Arc::new(App {
            plan: plan.clone(),
            scripts: write_scripts(plan, folder)?,
            state: Mutex::new(AppState {
                nonce: Nonce::fresh(),
                counters: Counters::default(),
                seen: Vec::new(),
                stopping: false,
                open: BTreeMap::new(),
            }),
            stop: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("upstream".into());
        let server = thread.spawn(move || own.accept(&listener))?;
        Ok(Self {
            place,
            shared,
            server: Some(server),
        })
    }

    pub(crate) fn place(&self) -> &ListenAddress {
        &self.place
    }

    /// Sets the nonce of all further responses, and forgets the requests so far.
    pub(crate) fn set_nonce(&self, nonce: &Nonce) {
        let mut state = self.shared.state();
        state.nonce = nonce.clone();
        state.seen.clear();
    }

    pub(crate) fn counters(&self) -> Counters {
        self.shared.state().counters
    }

    /// The requests handled since the nonce was set.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.shared.state().seen.clone()
    }
}

/// Writes the scripts of `plan` below `folder`, where nginx may look for them, and returns their paths, with links
/// and without.
fn write_scripts(plan: &UpstreamPlan, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for script in &plan.scripts {
        let path = folder.join(script);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, format!("<?php // {} answers here.\n", plan.name))?;
        paths.push(path.canonicalize()?);
        paths.push(path);
    }
    Ok(paths)
}

/// The folder's mode is set last: it may forbid what comes before.
fn set_modes(plan: &UpstreamPlan, place: &ListenAddress) -> io::Result<()> {
    let ListenAddress::Socket(path) = place else {
        return Ok(());
    };
    let mode = plan.mode.map_or(0o666, |mode| mode.0);
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    let mode = plan.directory_mode.map_or(0o755, |mode| mode.0);
    fs::set_permissions(folder, Permissions::from_mode(mode))
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.stopping = true;
        for stream in state.open.values() {
            stream.close();
        }
        drop(state);
        self.shared.stop.notify_all();
        if let ListenAddress::Socket(path) = &self.place
            && let Some(folder) = path.parent()
        {
            // The declared modes may deny access to ourselves.
            fs::set_permissions(folder, Permissions::from_mode(0o755)).ok();
            fs::set_permissions(path, Permissions::from_mode(0o666)).ok();
        }
        // Wakes the server, which is polling in accept.
        self.place.connect().ok();
        if let Some(server) = self.server.take() {
            server.join().ok();
        }
        if let ListenAddress::Socket(path) = &self.place {
            fs::remove_file(path).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, SocketAddr, TcpStream};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::fastcgi::tests::request;
    use super::*;
    use crate::sys::clock::Stopwatch;

    fn upstream(more: &str) -> Upstream {
        upstream_in(Path::new("no-scripts"), more)
    }

    fn upstream_in(folder: &Path, more: &str) -> Upstream {
        let text = format!("name = 'shop'\naddress = '127.0.0.1:3000'\n{more}");
        let plan = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        let place = ListenAddress::Port((Ipv4Addr::LOCALHOST, 0).into());
        Upstream::start(&plan, place, folder).unwrap()
    }

    fn address(upstream: &Upstream) -> SocketAddr {
        match upstream.place() {
            ListenAddress::Port(address) => *address,
            ListenAddress::Both(_) | ListenAddress::Socket(_) => {
                unreachable!("it listens on one port")
            }
        }
    }

    fn ask(upstream: &Upstream, text: &str) -> String {
        let mut stream = TcpStream::connect(address(upstream)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        String::from_utf8(answer).unwrap()
    }

    fn get(upstream: &Upstream, path: &str) -> String {
        ask(upstream, &format!("GET {path} HTTP/1.0\r\n\r\n"))
    }

    fn status(answer: &str) -> &str {
        answer.split(' ').nth(1).unwrap_or_default()
    }

    #[test]
    fn an_answer_carries_the_nonce_and_is_counted() {
        let shop = upstream("");
        let nonce = Nonce::fresh();
        shop.set_nonce(&nonce);
        let answer = get(&shop, "/a");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("shop answers GET /a\nreceipt {nonce}\n")));
        let posted = "POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
        assert!(ask(&shop, posted).contains("shop answers POST /\n"));
        assert_eq!(shop.counters().requests, 2);
        assert_eq!(shop.seen()[1].header("content-length"), Some("3"));
    }

    #[test]
    fn a_connection_serves_one_request_after_the_other() {
        let shop = upstream("");
        let two = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n";
        let answer = ask(&shop, two);
        assert!(answer.contains("GET /1") && answer.contains("GET /2"));
        let Counters {
            requests,
            connections,
        } = shop.counters();
        assert_eq!((requests, connections), (2, 1));
    }

    #[test]
    fn what_is_no_request_is_not_counted() {
        let shop = upstream("");
        assert_eq!(ask(&shop, "\u{1}rubbish\r\n\r\n"), "");
        assert_eq!(shop.counters().requests, 0);
    }

    #[test]
    fn a_stop_ends_open_and_slow_connections_and_frees_the_port() {
        let shop = upstream("[[on]]\npath = '/slow'\nafter = '30s'");
        let address = address(&shop);
        let mut idle = TcpStream::connect(address).unwrap();
        idle.write_all(b"GET / HT").unwrap();
        let mut slow = TcpStream::connect(address).unwrap();
        slow.write_all(b"GET /slow HTTP/1.0\r\n\r\n").unwrap();
        while shop.counters().requests == 0 {
            thread::yield_now();
        }
        let watch = Stopwatch::start();
        drop(shop);
        assert!(watch.elapsed() < Duration::from_secs(5));
        assert!(matches!(idle.read(&mut [0; 1]), Ok(0) | Err(_)));
        assert!(matches!(slow.read(&mut [0; 1]), Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn paths_fail_in_their_own_ways() {
        let shop = upstream(
            "worker_limit = '20ms'\n\
             [[on]]\npath = '/hang'\ndoes = 'hang-up'\n\
             [[on]]\npath = '/reset'\ndoes = 'reset'\n\
             [[on]]\npath = '/own'\ndoes = 'bad-gateway'\n\
             [[on]]\npath = '/slow'\nafter = '10s'\n\
             [[on]]\npath = '/quick'\nafter = '5ms'\n\
             [[on]]\npath = '/503'\nstatus = 503\n",
        );
        assert_eq!(get(&shop, "/hang"), "");
        assert_eq!(get(&shop, "/reset"), "");
        assert_eq!(get(&shop, "/slow"), "");
        assert_eq!(status(&get(&shop, "/own")), "502");
        assert_eq!(status(&get(&shop, "/quick")), "200");
        assert_eq!(status(&get(&shop, "/503")), "503");
        assert_eq!(shop.counters().requests, 6);
    }

    #[test]
    fn a_strict_app_looks_at_what_it_is_told() {
        let shop = upstream("strict = true\nsites = ['shop.test']\nwebsocket = ['/live']");
        let ask = |path: &str, more: &str| {
            let text = format!("GET {path} HTTP/1.0\r\nHost: shop.test\r\n{more}\r\n");
            status(&ask(&shop, &text)).to_owned()
        };
        assert_eq!(status(&get(&shop, "/")), "404");
        assert_eq!(ask("/", ""), "200");
        assert_eq!(ask("/", "Connection: upgrade\r\n"), "400");
        assert_eq!(ask("/live", ""), "426");
        assert_eq!(ask("/", "Host: shop.test\r\n"), "400");
    }

    #[test]
    fn a_handshake_is_answered_and_frames_come_back() {
        let shop = upstream("websocket = ['/live']");
        let mut stream = TcpStream::connect(address(&shop)).unwrap();
        let handshake = "GET /live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade";
        let without_key = ask(&shop, &format!("{handshake}, close\r\n\r\n"));
        assert_eq!(status(&without_key), "400");
        let handshake = format!("{handshake}\r\nSec-WebSocket-Key: a\r\n\r\n");
        stream.write_all(handshake.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "));
        stream.write_all(&websocket::frame("hello")).unwrap();
        let frame = websocket::read_frame(&mut stream).unwrap();
        assert_eq!(frame.unwrap(), b"hello");
    }

    #[test]
    fn a_connection_that_was_silent_for_too_long_is_dropped_at_the_next_request() {
        for (executes, requests) in [("false", 1), ("true", 2)] {
            let shop = upstream(&format!("idle = '30ms'\nidle_executes = {executes}"));
            let mut stream = TcpStream::connect(address(&shop)).unwrap();
            let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            stream.write_all(request).unwrap();
            let mut buffer = [0; 1000];
            assert!(stream.read(&mut buffer).unwrap() > 0);
            let (_sender, never) = std::sync::mpsc::channel::<()>();
            never.recv_timeout(Duration::from_millis(60)).ok();
            stream.write_all(request).unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
            assert!(rest.len() < 100, "{}", String::from_utf8_lossy(&rest));
            assert_eq!(shop.counters().requests, requests);
        }
    }

    #[test]
    fn a_fastcgi_app_answers_for_its_scripts() {
        let folder = tempfile::tempdir().unwrap();
        let shop = upstream_in(
            folder.path(),
            "protocol = 'fastcgi'\nscripts = ['shop/index.php']\n\
             [[on]]\npath = '/cut'\ndoes = 'cut-body'\n\
             [[on]]\npath = '/garbage'\ndoes = 'garbage'\n\
             [[on]]\npath = '/big'\nheader_bytes = 7000\n",
        );
        let ask = |path: &str, script: &str| {
            let params = [
                ("REQUEST_METHOD", "GET"),
                ("REQUEST_URI", path),
                ("SCRIPT_FILENAME", script),
            ];
            let mut stream = TcpStream::connect(address(&shop)).unwrap();
            stream.write_all(&request(&params, b"")).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        };
        let script = folder.path().join("shop/index.php");
        assert!(script.is_file());
        let script = script.to_str().unwrap();
        let end = "\u{1}\u{3}\0\u{1}\0\u{8}\0\0\0\0\0\0\0\0\0\0";
        let whole = ask("/a", script);
        assert!(
            whole.contains("Status: 200 OK\r\n") && whole.ends_with(end),
            "{whole:?}"
        );
        assert!(whole.contains("shop answers GE") && whole.contains("receipt "));
        let unknown = ask("/a", "/lab/index.php");
        for part in ["Primary script unknown", "Status: 404 Not Found\r\n"] {
            assert!(unknown.contains(part), "{unknown:?}");
        }
        assert!(unknown.ends_with(end) && !unknown.contains("receipt"));
        assert!(!ask("/cut", script).ends_with(end));
        assert_eq!(ask("/garbage", script), "HELLO THERE\r\n");
        assert!(ask("/big", script).len() > 7000);
        assert_eq!(self::ask(&shop, "GET / HTTP/1.0\r\n\r\n"), "");
    }

    #[test]
    fn a_unix_socket_has_its_modes_and_goes_with_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/shop.sock");
        let text = "name = 'shop'\naddress = 'unix:run/shop.sock'\nmode = '0600'\n\
                    directory_mode = '0700'";
        let plan: UpstreamPlan = toml::from_str(text).unwrap();
        let shop =
            Upstream::start(&plan, ListenAddress::Socket(path.clone()), folder.path()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(status(&answer), "200");
        drop(shop);
        assert!(!path.exists());
    }
}
