//! Listens on a lab's socket and passes requests to its worker.

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

use super::keeper::QueuedRequest;
use super::protocol::{LabReply, LabRequest};

const MAX_REQUEST: u64 = 64 << 10;
/// The most concurrent connections.
const MAX_CLIENTS: usize = 32;
/// How long a client may take to send a request or read a reply.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest path of a unix socket, in bytes (`sun_path` without its NUL).
const MAX_PATH: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

#[derive(Debug)]
pub(super) struct Server {
    socket: PathBuf,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens in `folder`, which only this user may enter, and sends requests to `queue`.
    pub(super) fn start(folder: &Path, queue: Sender<QueuedRequest>) -> io::Result<Self> {
        let private = folder.join("control");
        DirBuilder::new().mode(0o700).create(&private)?;
        let socket = private.join("socket");
        if socket.as_os_str().len() > MAX_PATH {
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
        let builder = thread::Builder::new().name("control".into());
        let thread = builder.spawn(move || accept(&listener, &queue, &stop))?;
        Ok(Self {
            socket,
            stopping,
            thread: Some(thread),
        })
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread, which is blocked in accept.
        let woken = UnixStream::connect(&self.socket).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            thread.join().ok();
        }
    }
}

fn accept(listener: &UnixListener, queue: &Sender<QueuedRequest>, stopping: &AtomicBool) {
    let clients = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if clients.fetch_add(1, Ordering::SeqCst) >= MAX_CLIENTS {
            clients.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (queue, here) = (queue.clone(), Arc::clone(&clients));
        let serve = move || {
            // Errors mean that the client is gone.
            serve(&stream, &queue).ok();
            here.fetch_sub(1, Ordering::SeqCst);
        };
        let thread = thread::Builder::new().name("caller".into());
        if thread.stack_size(256 << 10).spawn(serve).is_err() {
            clients.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn serve(mut stream: &UnixStream, queue: &Sender<QueuedRequest>) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut line = String::new();
    BufReader::new(stream.take(MAX_REQUEST)).read_line(&mut line)?;
    if line.is_empty() {
        // The registry connects only to see whether the lab is up.
        return Ok(());
    }
    let answer = match serde_json::from_str::<LabRequest>(&line) {
        Ok(request) => forward(queue, request),
        Err(error) => LabReply::Trouble {
            what: format!("the lab does not understand: {error}"),
        },
    };
    let mut line = serde_json::to_string(&answer)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}

fn forward(queue: &Sender<QueuedRequest>, request: LabRequest) -> LabReply {
    let (queued, answer) = QueuedRequest::new(request, true);
    let gone = || LabReply::Trouble {
        what: "the lab is going down".to_owned(),
    };
    if queue.send(queued).is_err() {
        return gone();
    }
    answer.recv().unwrap_or_else(|_| gone())
}
