//! What lies outside a grading: files, a port, a socket. Whoever touches them leaves a trace.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use super::course::CANARY;

/// The folders of a scene that nobody may touch.
const FOLDERS: [&str; 3] = ["outside", "home", "course"];

/// What of a file shows that somebody touched it.
type Trace = (u32, i64, u64, Vec<u8>);

/// What lies outside a grading.
pub(super) struct Outside {
    root: PathBuf,
    customers: TcpListener,
    datagrams: UdpSocket,
    visitors: UnixListener,
    before: BTreeMap<PathBuf, Trace>,
}

impl Outside {
    /// Lays it out in `root`.
    pub(super) fn new(root: &Path) -> Self {
        for folder in ["outside/evil/bin", "home"] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        for (path, text) in [
            ("outside/secret.txt", format!("{CANARY} outside\n")),
            ("outside/marker", "as it was\n".to_owned()),
            ("home/.profile", "# as it was\n".to_owned()),
        ] {
            fs::write(root.join(path), text).expect("a file");
        }
        for name in ["cargo", "rustc", "runner"] {
            lay_trap(root, name);
        }
        let customers = TcpListener::bind("127.0.0.1:0").expect("a port");
        customers.set_nonblocking(true).expect("it is ours");
        let address = customers.local_addr().expect("an address");
        let datagrams = UdpSocket::bind(address).expect("a port");
        datagrams.set_nonblocking(true).expect("it is ours");
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

/// Makes a program that leaves a file when it is run.
fn lay_trap(root: &Path, name: &str) {
    let outside = root.join("outside");
    let file = outside.join("evil/bin").join(name);
    let text = format!("#!/bin/sh\ntouch {}/sprung\n", outside.display());
    fs::write(&file, text).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a mode");
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
