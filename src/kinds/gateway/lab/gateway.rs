//! A private nginx: its files, its start, its log and its end.

use std::fs;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::LabError;
use super::config::address::Address;
use super::config::{Config, rewrite};
use super::log::{self, Log};
use super::nginx::{Nginx, view};
use super::ports::Ports;
use crate::check::{Context, Diagnostic};
use crate::sandbox::{Access, Job, Limits, Stage, Supervised, Wish};
use crate::sys::clock::{self, Stopwatch};
use crate::sys::processes;

/// How long nginx may take until it listens.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait for its end between two attempts to connect.
const BEAT: Duration = Duration::from_millis(2);
/// How long new workers may take after a reload.
const CHANGE: Duration = Duration::from_secs(3);
/// What nginx logs when it has read its configuration, opened every file and address of it, and written
/// its process id; nothing that the configuration says can make it end from then on.
const STARTED: &str = ": start worker process";
/// nginx's file with the number of its master process, relative to its folder.
const PID: &str = "logs/nginx.pid";
/// What a lab's nginx may use.
pub(super) const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_mins(2),
    idle: None,
    memory: 1 << 30,
    output: 1 << 20,
    file: 64 << 20,
};

/// A running private nginx; it stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Gateway {
    server: Supervised,
    folder: PathBuf,
    log: Log,
    access: Log,
    /// How long the log was when nginx was started: an earlier one may have run here.
    logged: u64,
    warnings: Vec<Diagnostic>,
}

/// How a start ended.
#[derive(Debug)]
pub(crate) enum Started {
    /// nginx listens.
    Listens(Box<Gateway>),
    /// nginx does not accept the configuration; holds why.
    Refused(Vec<Diagnostic>),
    /// A stranger has taken a port meanwhile.
    PortTaken,
}

enum Readiness {
    Listens,
    Ended,
    PortTaken,
}

impl Gateway {
    /// Starts `nginx` in `folder`, its own in that of a lab, with a private copy of `config` on ports of
    /// `ports`, and waits until it has read that and listens. Nothing else of the lab may listen on the addresses that
    /// `config` listens on. The lab's folder goes when nginx is left behind by a Gradus that was killed.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn start(
        config: &Config,
        nginx: &Nginx,
        ports: &mut Ports,
        folder: &Path,
        context: &Context,
    ) -> Result<Started, LabError> {
        let mut gateway = Self::launch(config, nginx, ports, folder, context)?;
        match gateway.wait(&addresses(config, ports)?)? {
            Readiness::Listens => {
                gateway.warnings = gateway.diagnostics(ports);
                Ok(Started::Listens(Box::new(gateway)))
            }
            Readiness::Ended if context.cancel.is_cancelled() => Err(LabError::Cancelled),
            Readiness::Ended => {
                let mut said = gateway.rejection(ports);
                explain(&mut said, config, nginx, context);
                Ok(Started::Refused(said))
            }
            Readiness::PortTaken => Ok(Started::PortTaken),
        }
    }

    /// Returns what nginx warned of when it started.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Returns what the error log has got since the last call, as the learner would read it.
    ///
    /// # Errors
    /// Fails when the log cannot be read.
    pub(crate) fn log_news(&mut self, ports: &Ports) -> Result<Vec<String>, LabError> {
        let news = self.log.news()?;
        let for_learner = |line: &str| log::for_learner(line, &self.folder, ports);
        Ok(news.lines().map(for_learner).collect())
    }

    /// Returns what the access log has got since the last call.
    ///
    /// # Errors
    /// Fails when the log cannot be read.
    pub(crate) fn access_news(&mut self, ports: &Ports) -> Result<Vec<String>, LabError> {
        let news = self.access.news()?;
        let for_learner = |line: &str| log::for_learner(line, &self.folder, ports);
        Ok(news.lines().map(for_learner).collect())
    }

    /// Returns the number of the master process.
    pub(crate) fn master(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join(PID)).ok()?;
        text.trim().parse().ok()
    }

    /// Returns the numbers of the worker processes.
    pub(crate) fn workers(&self) -> Vec<u32> {
        self.master().map(processes::children).unwrap_or_default()
    }

    /// Makes nginx read its configuration again, and waits until none but other workers are there.
    ///
    /// # Errors
    /// Fails when nginx cannot be told.
    pub(crate) fn reload(&mut self) -> Result<(), LabError> {
        let master = self.master().unwrap_or_default();
        let mut before = self.workers();
        self.ask(Wish::HangUp)?;
        let watch = Stopwatch::start();
        while watch.elapsed() < CHANGE {
            // nginx lets the old ones go 100 ms after it has started the new ones.
            before.retain(|worker| processes::is_child(*worker, master));
            if before.is_empty() && !self.workers().is_empty() {
                break;
            }
            if self.server.ended_within(BEAT) {
                break;
            }
        }
        Ok(())
    }

    /// Ends nginx as `wish` says, and waits until it is gone.
    ///
    /// # Errors
    /// Fails when nginx cannot be told, or goes on.
    pub(crate) fn end(&mut self, wish: Wish) -> Result<(), LabError> {
        self.ask(wish)?;
        if self.server.ended_within(DEADLINE) {
            Ok(())
        } else {
            Err(LabError::Silent(DEADLINE))
        }
    }

    /// Sends nginx the signal of `wish`.
    ///
    /// # Errors
    /// Fails when nginx cannot be told.
    pub(crate) fn ask(&mut self, wish: Wish) -> Result<(), LabError> {
        let asked = self.server.ask(wish);
        asked.map_err(|source| LabError::File {
            path: self.folder.clone(),
            source,
        })
    }

    /// Returns whether nginx runs.
    pub(crate) fn runs(&mut self) -> bool {
        !self.server.ended_within(Duration::ZERO)
    }

    fn launch(
        config: &Config,
        nginx: &Nginx,
        ports: &mut Ports,
        folder: &Path,
        context: &Context,
    ) -> Result<Self, LabError> {
        write_config(config, nginx, ports, folder)?;
        let job = job(config, nginx, folder, context);
        let error_log = folder.join(rewrite::ERROR_LOG);
        let logged = fs::metadata(&error_log).map_or(0, |file| file.len());
        // The folder of the whole lab goes with nginx.
        let lab = folder.parent().unwrap_or(folder);
        let server = context.sandbox.supervise(job, lab, &context.cancel)?;
        Ok(Self {
            server,
            folder: folder.to_owned(),
            log: Log::at(error_log, 0),
            access: Log::at(folder.join(rewrite::ACCESS_LOG), 0),
            logged,
            warnings: Vec::new(),
        })
    }

    fn wait(&mut self, addresses: &[SocketAddr]) -> Result<Readiness, LabError> {
        let watch = Stopwatch::start();
        while watch.elapsed() < DEADLINE {
            let ended = self.server.ended_within(BEAT);
            if ended {
                self.server.hear_out();
                self.server.entered()?;
            }
            if self.said().contains("Address already in use") {
                return Ok(Readiness::PortTaken);
            }
            if ended {
                return Ok(Readiness::Ended);
            }
            if self.has_started()? && addresses.iter().all(accepts) {
                return Ok(Readiness::Listens);
            }
        }
        Err(LabError::Silent(DEADLINE))
    }

    /// Returns whether nginx has taken its configuration. A server that listens may still refuse a part
    /// of it, and one that is to listen nowhere cannot be asked.
    fn has_started(&self) -> Result<bool, LabError> {
        let path = self.folder.join(rewrite::ERROR_LOG);
        Ok(Log::at(path, self.logged).news()?.contains(STARTED))
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(self.server.stderr()).into_owned()
    }

    fn diagnostics(&self, ports: &Ports) -> Vec<Diagnostic> {
        log::diagnostics(&self.said(), &self.folder, ports)
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
pub(crate) fn listening_ports(config: &Config) -> impl Iterator<Item = u16> {
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

/// Asks `nginx -t` what it thinks of `config`, in the folder of a lab. The file that stays there is
/// the one that was asked for last.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub(crate) fn test(
    config: &Config,
    nginx: &Nginx,
    ports: &mut Ports,
    folder: &Path,
    context: &Context,
) -> Result<Vec<Diagnostic>, LabError> {
    write_config(config, nginx, ports, folder)?;
    let job = job(config, nginx, folder, context).argument("-t");
    let exit = context.sandbox.run(job, &context.cancel)?;
    exit.entered()?;
    let said = String::from_utf8_lossy(&exit.stderr);
    let mut said = log::diagnostics(&said, folder, ports);
    explain(&mut said, config, nginx, context);
    Ok(said)
}

/// Adds to what `nginx` said of `config` what the learner cannot see in either.
fn explain(said: &mut [Diagnostic], config: &Config, nginx: &Nginx, context: &Context) {
    nginx.explain(said, context);
    for diagnostic in said {
        let help = diagnostic.line.and_then(|line| config.odd_help(line));
        if let Some(help) = help {
            diagnostic.text.extend(["\nhelp: ", &help]);
        }
    }
}

/// Returns a job of `nginx` with `config`, which is in `folder`: there alone it can write, and of the
/// machine's files it sees what it needs to run.
fn job(config: &Config, nginx: &Nginx, folder: &Path, context: &Context) -> Job {
    let view = view::of(nginx, &config.text).with(Access::Write, folder);
    let job = Job::new(Stage::Lab, nginx.program(), folder)
        .within(LIMITS)
        .seeing(view)
        .secluded(context.sandbox.seclusion_of_servers())
        // One that is linked with OpenSSL would not start without a file that it cannot see.
        .variable("OPENSSL_CONF", "/dev/null")
        .argument("-p")
        .argument(format!("{}/", folder.display()))
        .argument("-c")
        .argument(folder.join(log::FILE));
    let job = clock::zone()
        .into_iter()
        .fold(job, |job, zone| job.variable("TZ", zone));
    if nginx.knows_error_log_option() {
        job.argument("-e").argument("stderr")
    } else {
        job
    }
}

fn write_config(
    config: &Config,
    nginx: &Nginx,
    ports: &mut Ports,
    folder: &Path,
) -> Result<(), LabError> {
    let text = rewrite::private(config, ports, |name| nginx.has_directive(name));
    let made = fill(folder, &text.map_err(LabError::Port)?);
    made.map_err(|(path, source)| LabError::File { path, source })
}

fn fill(folder: &Path, text: &str) -> Result<(), (PathBuf, io::Error)> {
    for name in ["logs", "tmp"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(|source| (path, source))?;
    }
    let path = folder.join(log::FILE);
    fs::write(&path, text).map_err(|source| (path, source))
}
