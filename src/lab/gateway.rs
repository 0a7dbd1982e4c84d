//! A private nginx: its folder, its start, its log and its end.

use std::fs;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::LabError;
use super::config::address::Address;
use super::config::{Config, rewrite};
use super::log::{self, ErrorLog};
use super::nginx::Nginx;
use super::ports::Ports;
use crate::check::{Context, Diagnostic};
use crate::sandbox::{Job, Limits, Stage, Supervised};
use crate::sys::clock::Stopwatch;
use crate::sys::files;

/// How long nginx may take until it listens.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait for its end between two attempts to connect.
const BEAT: Duration = Duration::from_millis(2);
/// How often a start is tried when a stranger has taken a port meanwhile.
const TRIES: usize = 3;
/// What a lab's nginx may use.
const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_mins(2),
    memory: 1 << 30,
    output: 1 << 20,
    file: 64 << 20,
};

/// A running private nginx; it stops, and its folder goes, when it is dropped.
#[derive(Debug)]
pub struct Gateway {
    server: Supervised,
    folder: TempDir,
    log: ErrorLog,
    warnings: Vec<Diagnostic>,
}

enum Readiness {
    Listens,
    Ended,
    PortTaken,
}

impl Gateway {
    /// Starts `nginx` with a private copy of `config` on ports of `ports`, and waits until it
    /// listens; `Err` inside holds why nginx does not accept the configuration. Nothing else of the
    /// lab may listen on the addresses that `config` listens on.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn start(
        config: &Config,
        nginx: &Nginx,
        ports: &mut Ports,
        context: &Context,
    ) -> Result<Result<Self, Vec<Diagnostic>>, LabError> {
        for _ in 0..TRIES {
            let mut gateway = Self::launch(config, nginx, ports, context)?;
            match gateway.wait(&addresses(config, ports)?)? {
                Readiness::Listens => {
                    gateway.warnings = gateway.diagnostics(ports);
                    return Ok(Ok(gateway));
                }
                Readiness::Ended if context.cancel.is_cancelled() => {
                    return Err(LabError::Cancelled);
                }
                Readiness::Ended => return Ok(Err(gateway.rejection(ports))),
                Readiness::PortTaken => {
                    for port in listening_ports(config) {
                        ports.forget(port);
                    }
                }
            }
        }
        Err(LabError::Port(io::ErrorKind::AddrInUse.into()))
    }

    /// Returns what nginx warned of when it started.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Returns the log line that tells what went wrong since the last call, as the learner would
    /// read it.
    ///
    /// # Errors
    /// Fails when the log cannot be read.
    pub fn telling_line(&mut self, ports: &Ports) -> Result<Option<String>, LabError> {
        let news = self.log.news()?;
        let line = log::telling_line(&news);
        Ok(line.map(|line| log::for_learner(line, self.folder.path(), ports)))
    }

    fn launch(
        config: &Config,
        nginx: &Nginx,
        ports: &mut Ports,
        context: &Context,
    ) -> Result<Self, LabError> {
        let text = rewrite::private(config, ports, |module| nginx.has(module));
        let folder = make_folder(&text.map_err(LabError::Port)?)?;
        let path = folder.path();
        let mut job = Job::new(Stage::Trusted, nginx.program(), path).within(LIMITS);
        job = job.argument("-p").argument(format!("{}/", path.display()));
        job = job.argument("-c").argument(path.join(log::FILE));
        if nginx.knows_error_log_option() {
            job = job.argument("-e").argument("stderr");
        }
        let server = context.sandbox.supervise(job, path, &context.cancel)?;
        let log = ErrorLog::new(path.join(rewrite::ERROR_LOG));
        Ok(Self {
            server,
            folder,
            log,
            warnings: Vec::new(),
        })
    }

    fn wait(&mut self, addresses: &[SocketAddr]) -> Result<Readiness, LabError> {
        let watch = Stopwatch::start();
        while watch.elapsed() < DEADLINE {
            if self.server.ended_within(BEAT) {
                return Ok(Readiness::Ended);
            }
            if self.said().contains("Address already in use") {
                return Ok(Readiness::PortTaken);
            }
            if addresses.iter().all(accepts) {
                return Ok(Readiness::Listens);
            }
        }
        Err(LabError::Silent(DEADLINE))
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(self.server.stderr()).into_owned()
    }

    fn diagnostics(&self, ports: &Ports) -> Vec<Diagnostic> {
        log::diagnostics(&self.said(), self.folder.path(), ports)
    }

    /// Returns why nginx ended before it listened; never nothing.
    fn rejection(&self, ports: &Ports) -> Vec<Diagnostic> {
        let mut said = self.diagnostics(ports);
        if !said.iter().any(|diagnostic| diagnostic.error) {
            let message = "nginx ended before it listened".to_owned();
            said.push(Diagnostic {
                error: true,
                text: message.clone(),
                message,
                file: Some(log::FILE.to_owned()),
                line: None,
            });
        }
        said
    }
}

/// Returns the learner's ports that `config` listens on.
pub fn listening_ports(config: &Config) -> impl Iterator<Item = u16> {
    config.listens().into_iter().map(|word| {
        let address = Address::of(&word.text);
        address.port().unwrap_or(address.default_port())
    })
}

fn addresses(config: &Config, ports: &mut Ports) -> Result<Vec<SocketAddr>, LabError> {
    let hosts: Vec<_> = config
        .listens()
        .into_iter()
        .map(|word| Address::of(&word.text).host)
        .collect();
    let addresses = hosts.into_iter().zip(listening_ports(config));
    addresses
        .map(|(host, port)| {
            let port = ports.private(port).map_err(LabError::Port)?;
            Ok(match host.parse() {
                Ok(host) => SocketAddr::new(host, port),
                Err(_) if host.starts_with('[') => (Ipv6Addr::LOCALHOST, port).into(),
                Err(_) => (std::net::Ipv4Addr::LOCALHOST, port).into(),
            })
        })
        .collect()
}

fn accepts(address: &SocketAddr) -> bool {
    TcpStream::connect_timeout(address, Duration::from_secs(1)).is_ok()
}

/// Makes nginx's folder. Started as root, its workers are another user, who must get in.
fn make_folder(text: &str) -> Result<TempDir, LabError> {
    let folder = files::scratch("gradus-lab-").map_err(|source| LabError::File {
        path: std::env::temp_dir(),
        source,
    })?;
    let made = fill(folder.path(), text);
    made.map_err(|(path, source)| LabError::File { path, source })?;
    Ok(folder)
}

fn fill(folder: &Path, text: &str) -> Result<(), (PathBuf, io::Error)> {
    for name in ["logs", "tmp"] {
        let path = folder.join(name);
        fs::create_dir(&path).map_err(|source| (path, source))?;
    }
    let path = folder.join(log::FILE);
    fs::write(&path, text).map_err(|source| (path, source))
}
