//! What is outside a grading: files, a port, a socket. Access to any of them leaves a trace.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// The folders of a scene that nobody may touch.
const FOLDERS: [&str; 3] = ["outside", "home", "course"];

/// What of a file shows that somebody touched it.
type Trace = (u32, i64, u64, Vec<u8>);

/// What lies outside a grading, and who came by.
pub(super) struct Outside {
    root: PathBuf,
    customers: TcpListener,
    datagrams: UdpSocket,
    visitors: UnixListener,
    before: BTreeMap<PathBuf, Trace>,
}

impl Outside {
    /// Listens, and watches what lies in `root`.
    pub(super) fn new(root: &Path) -> Self {
        let customers = TcpListener::bind("127.0.0.1:0").expect("a port");
        customers.set_nonblocking(true).expect("it is ours");
        let address = customers.local_addr().expect("an address");
        let datagrams = UdpSocket::bind(address).expect("a port");
        datagrams.set_nonblocking(true).expect("it is ours");
        fs::create_dir(root.join("outside")).expect("a folder");
        let visitors = UnixListener::bind(root.join("outside/socket")).expect("a socket");
        visitors.set_nonblocking(true).expect("it is ours");
        Self {
            root: root.to_owned(),
            customers,
            datagrams,
            visitors,
            before: BTreeMap::new(),
        }
    }

    /// Returns the port on which it waits, for connections and for datagrams.
    pub(super) fn port(&self) -> u16 {
        self.customers.local_addr().expect("an address").port()
    }

    /// Remembers how it is now.
    pub(super) fn remember(&mut self) {
        self.before = self.traces();
    }

    /// Returns what was touched since it was remembered.
    pub(super) fn touched(&self) -> Vec<String> {
        let now = self.traces();
        let paths = self.before.keys().chain(now.keys());
        let is_changed = |path: &&PathBuf| self.before.get(*path) != now.get(*path);
        let mut touched: Vec<_> = paths
            .filter(is_changed)
            .map(|path| path.display().to_string())
            .collect();
        touched.sort();
        touched.dedup();
        let visits = [
            ("the port had a visitor", self.customers.accept().err()),
            ("the socket had a visitor", self.visitors.accept().err()),
            ("a datagram came", self.datagrams.recv(&mut [0; 1]).err()),
        ];
        let is_visit = |error: &Option<io::Error>| {
            error
                .as_ref()
                .is_none_or(|error| error.kind() != ErrorKind::WouldBlock)
        };
        let visits = visits.iter().filter(|(_, error)| is_visit(error));
        touched.extend(visits.map(|(what, _)| (*what).to_owned()));
        touched
    }

    fn traces(&self) -> BTreeMap<PathBuf, Trace> {
        let mut found = BTreeMap::new();
        for folder in FOLDERS {
            traces(&self.root.join(folder), &mut found);
        }
        found
    }
}

fn traces(path: &Path, found: &mut BTreeMap<PathBuf, Trace>) {
    let metadata = fs::symlink_metadata(path).expect("it is there");
    let bytes = if metadata.is_file() {
        fs::read(path).expect("a file")
    } else {
        Vec::new()
    };
    let time = metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec();
    found.insert(
        path.to_owned(),
        (metadata.mode(), time, metadata.len(), bytes),
    );
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            traces(&entry.expect("an entry").path(), found);
        }
    }
}
