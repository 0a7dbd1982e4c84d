//! Listens on a lab's socket and hands what is asked to its keeper.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::keeper::Order;
use super::protocol::{Answer, Request};

/// The most bytes of a request.
const MOST: u64 = 64 << 10;
/// The most callers at a time.
const CALLERS: usize = 32;
/// How long a caller may take to ask, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest path of a socket, in bytes: what the shortest of our systems takes.
const LONGEST: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    socket: PathBuf,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens in `folder`, which only this user may enter; what is asked goes to `orders`.
    pub(super) fn start(folder: &Path, orders: Sender<Order>) -> io::Result<Self> {
        let private = folder.join("control");
        DirBuilder::new().mode(0o700).create(&private)?;
        let socket = private.join("socket");
        if socket.as_os_str().len() > LONGEST {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "the path {} is too long for a socket; set TMPDIR to a shorter one",
                    socket.display()
                ),
            ));
        }
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = thread::Builder::new().name("control".into());
        let thread = thread.spawn(move || accept(&listener, &orders, &stop))?;
        Ok(Self {
            socket,
            stopping,
            thread: Some(thread),
        })
    }

    /// Returns where it listens.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // It waits for a caller: this one wakes it.
        let woken = UnixStream::connect(&self.socket).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            thread.join().ok();
        }
    }
}

fn accept(listener: &UnixListener, orders: &Sender<Order>, stopping: &AtomicBool) {
    let callers = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if callers.fetch_add(1, Ordering::SeqCst) >= CALLERS {
            callers.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (orders, here) = (orders.clone(), Arc::clone(&callers));
        let serve = move || {
            // A caller that goes away is no concern of the lab.
            serve(&stream, &orders).ok();
            here.fetch_sub(1, Ordering::SeqCst);
        };
        let thread = thread::Builder::new().name("caller".into());
        if thread.stack_size(256 << 10).spawn(serve).is_err() {
            callers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn serve(mut stream: &UnixStream, orders: &Sender<Order>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(MOST)).read_line(&mut line)?;
    if line.is_empty() {
        // Somebody who wanted to know whether we are here.
        return Ok(());
    }
    let answer = match serde_json::from_str::<Request>(&line) {
        Ok(request) => ask(orders, request),
        Err(error) => Answer::Trouble {
            what: format!("the lab does not understand: {error}"),
        },
    };
    let mut line = serde_json::to_string(&answer)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}

fn ask(orders: &Sender<Order>, request: Request) -> Answer {
    let (order, answer) = Order::new(request, true);
    let gone = || Answer::Trouble {
        what: "the lab is going down".to_owned(),
    };
    if orders.send(order).is_err() {
        return gone();
    }
    answer.recv().unwrap_or_else(|_| gone())
}
