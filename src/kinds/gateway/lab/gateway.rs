//! A private nginx: its files, start, reload, logs and end.

use std::fs;
use std::net::{Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::LabError;
use super::config::address::Address;
use super::config::{Config, rewrite};
use super::log::{self, Log};
use super::names::Names;
use super::nginx::{Nginx, view};
use super::ports::Ports;
use crate::check::{Context, Diagnostic};
use crate::sandbox::{Access, Job, Limits, ServerSignal, Stage, Supervised};
use crate::sys::clock::{self, Stopwatch};
use crate::sys::processes;

/// How long nginx may take until it listens, or until it has ended.
const DEADLINE: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(2);
/// How long the old workers may take to go after a reload.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(3);
/// Logged once nginx has parsed its configuration, opened all files and addresses, and written its PID file:
/// from here on the configuration cannot make it exit.
const STARTED: &str = ": start worker process";
/// The PID file, relative to nginx's folder.
const PID: &str = "logs/nginx.pid";
pub(super) const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_mins(2),
    idle: None,
    memory: 1 << 30,
    output: 1 << 20,
    file: 64 << 20,
};

/// A configuration with the nginx, folder and context that run it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Launch<'a> {
    pub config: &'a Config,
    pub nginx: &'a Nginx,
    /// nginx's own folder, below that of the lab.
    pub folder: &'a Path,
    /// What host names lead to.
    pub names: &'a Names,
    pub context: &'a Context,
}

/// A running private nginx; dropping it stops nginx.
#[derive(Debug)]
pub(crate) struct Gateway {
    server: Supervised,
    folder: PathBuf,
    log: Log,
    access: Log,
    /// The length of the log when nginx was started: an earlier nginx may have written to it.
    logged: u64,
    warnings: Vec<Diagnostic>,
}

/// The result of a start.
#[derive(Debug)]
pub(crate) enum StartResult {
    Listens(Box<Gateway>),
    /// nginx rejects the configuration.
    Refused(Vec<Diagnostic>),
    /// Another process has bound a port; holds what nginx says.
    PortTaken(Vec<Diagnostic>),
}

enum Readiness {
    Listens,
    Ended,
    PortTaken,
}

impl Launch<'_> {
    /// Starts nginx with a private copy of the configuration on ports of `ports`, and waits until it listens. No
    /// upstream may listen on the addresses of the configuration. If Gradus is killed, the supervisor stops
    /// nginx and removes the lab's folder.
    pub(crate) fn start(&self, ports: &mut Ports) -> Result<StartResult, LabError> {
        let mut gateway = self.spawn(ports)?;
        match gateway.wait(&addresses(self.config, ports)?)? {
            Readiness::Listens => {
                gateway.warnings = gateway.diagnostics(ports);
                Ok(StartResult::Listens(Box::new(gateway)))
            }
            Readiness::Ended if self.context.cancel.is_cancelled() => Err(LabError::Cancelled),
            Readiness::Ended => {
                let mut messages = gateway.rejection(ports);
                self.explain(&mut messages);
                Ok(StartResult::Refused(messages))
            }
            Readiness::PortTaken => {
                // nginx says it at each of its attempts.
                let mut messages = gateway.diagnostics(ports);
                messages.dedup_by(|next, first| next.message == first.message);
                Ok(StartResult::PortTaken(messages))
            }
        }
    }

    fn spawn(&self, ports: &mut Ports) -> Result<Gateway, LabError> {
        let (folder, context) = (self.folder, self.context);
        self.write_config(ports)?;
        let error_log = folder.join(rewrite::ERROR_LOG);
        let logged = fs::metadata(&error_log).map_or(0, |file| file.len());
        // The supervisor removes the whole lab's folder.
        let lab = folder.parent().unwrap_or(folder);
        let sandbox = &context.sandbox;
        let server = sandbox.supervise(self.job(), lab, &context.cancel)?;
        Ok(Gateway {
            server,
            folder: folder.to_path_buf(),
            log: Log::at(error_log, 0),
            access: Log::at(folder.join(rewrite::ACCESS_LOG), 0),
            logged,
            warnings: Vec::new(),
        })
    }

    /// Runs `nginx -t`; overwrites the `nginx.conf` in the folder.
    pub(crate) fn test(&self, ports: &mut Ports) -> Result<Vec<Diagnostic>, LabError> {
        self.write_config(ports)?;
        let job = self.job().argument("-t");
        let exit = self.context.sandbox.run(job, &self.context.cancel)?;
        exit.entered()?;
        let stderr = String::from_utf8_lossy(&exit.stderr);
        let mut messages = log::diagnostics(&stderr, self.folder, ports);
        self.explain(&mut messages);
        Ok(messages)
    }

    /// Adds help to nginx's messages: modules that it lacks, and confusable characters.
    fn explain(&self, messages: &mut [Diagnostic]) {
        self.nginx.explain(messages, self.context);
        for diagnostic in messages {
            let line = diagnostic.line;
            if let Some(help) = line.and_then(|line| self.config.confusable_help(line)) {
                diagnostic.text.extend(["\nhelp: ", &help]);
            }
        }
    }

    /// The job that runs nginx on the configuration in the folder, the only one in which it can write.
    fn job(&self) -> Job {
        let (nginx, folder) = (self.nginx, self.folder);
        let view = view::of(nginx, &self.config.text).with(Access::Write, folder);
        let job = Job::new(Stage::Lab, nginx.program(), folder)
            .within(LIMITS)
            .seeing(view)
            .secluded(self.context.sandbox.server_seclusion())
            // With OpenSSL, nginx would not start without a configuration file, which it cannot see.
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

    /// Writes the private copy of the configuration, with names as they lead now.
    pub(super) fn write_config(&self, ports: &mut Ports) -> Result<(), LabError> {
        let knows = |name: &str| self.nginx.has_directive(name);
        let text = rewrite::private_copy(self.config, ports, self.names, knows);
        let text = text.map_err(LabError::Port)?;
        for name in ["logs", "tmp"] {
            let path = self.folder.join(name);
            fs::create_dir_all(&path).map_err(LabError::file(&path))?;
        }
        let path = self.folder.join(log::FILE);
        fs::write(&path, text).map_err(LabError::file(&path))
    }
}

impl Gateway {
    /// The warnings of the start.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// New lines of the error log, in the learner's terms.
    pub(crate) fn new_error_lines(&mut self, ports: &Ports) -> Result<Vec<String>, LabError> {
        let news = self.log.read_new()?;
        let for_learner = |line: &str| log::for_learner(line, &self.folder, ports);
        Ok(news.lines().map(for_learner).collect())
    }

    /// New lines of the access log, in the learner's terms.
    pub(crate) fn new_access_lines(&mut self, ports: &Ports) -> Result<Vec<String>, LabError> {
        let news = self.access.read_new()?;
        let for_learner = |line: &str| log::for_learner(line, &self.folder, ports);
        Ok(news.lines().map(for_learner).collect())
    }

    /// The PID of the master process.
    pub(crate) fn master(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join(PID)).ok()?;
        text.trim().parse().ok()
    }

    /// The PIDs of the worker processes.
    pub(crate) fn workers(&self) -> Vec<u32> {
        self.master().map(processes::children).unwrap_or_default()
    }

    /// Reloads the configuration, and waits until all old workers are gone.
    pub(crate) fn reload(&mut self) -> Result<(), LabError> {
        let master = self.master().unwrap_or_default();
        let mut before = self.workers();
        self.signal(ServerSignal::HangUp)?;
        let watch = Stopwatch::start();
        while watch.elapsed() < RELOAD_TIMEOUT {
            // nginx ends the old workers 100 ms after it has started the new ones.
            before.retain(|worker| processes::is_child(*worker, master));
            if before.is_empty() && !self.workers().is_empty() {
                break;
            }
            if self.server.wait_for_end(POLL_INTERVAL) {
                break;
            }
        }
        Ok(())
    }

    /// Ends nginx with the signal of `signal`, and waits until it is gone.
    pub(crate) fn end(&mut self, signal: ServerSignal) -> Result<(), LabError> {
        self.signal(signal)?;
        if self.server.wait_for_end(DEADLINE) {
            Ok(())
        } else {
            Err(LabError::Silent(DEADLINE))
        }
    }

    pub(crate) fn signal(&mut self, signal: ServerSignal) -> Result<(), LabError> {
        let asked = self.server.send(signal);
        asked.map_err(LabError::file(&self.folder))
    }

    pub(crate) fn runs(&mut self) -> bool {
        !self.server.wait_for_end(Duration::ZERO)
    }

    fn wait(&mut self, addresses: &[SocketAddr]) -> Result<Readiness, LabError> {
        let watch = Stopwatch::start();
        while watch.elapsed() < DEADLINE {
            let ended = self.server.wait_for_end(POLL_INTERVAL);
            if ended {
                self.server.drain_output();
                self.server.entered()?;
            }
            if ended {
                // nginx tries for 2.5 s: workers of a master that was killed may still hold the port.
                let is_taken = self.stderr_text().contains("Address already in use");
                return Ok(if is_taken {
                    Readiness::PortTaken
                } else {
                    Readiness::Ended
                });
            }
            if self.has_started()? && addresses.iter().all(accepts) {
                return Ok(Readiness::Listens);
            }
        }
        Err(LabError::Silent(DEADLINE))
    }

    /// Whether nginx has accepted its configuration. That it accepts connections is no proof: it may still
    /// reject a part. And a configuration without `listen` has nothing to connect to.
    fn has_started(&self) -> Result<bool, LabError> {
        let path = self.folder.join(rewrite::ERROR_LOG);
        Ok(Log::at(path, self.logged).read_new()?.contains(STARTED))
    }

    fn stderr_text(&self) -> String {
        String::from_utf8_lossy(self.server.stderr()).into_owned()
    }

    fn diagnostics(&self, ports: &Ports) -> Vec<Diagnostic> {
        log::diagnostics(&self.stderr_text(), &self.folder, ports)
    }

    /// Why nginx exited before it listened; never empty.
    fn rejection(&self, ports: &Ports) -> Vec<Diagnostic> {
        let mut messages = self.diagnostics(ports);
        if !messages.iter().any(|diagnostic| diagnostic.error) {
            let message = "nginx exited before it listened".to_owned();
            messages.push(Diagnostic {
                error: true,
                text: message.clone(),
                message,
                file: Some(log::FILE.to_owned()),
                line: None,
            });
        }
        messages
    }
}

/// The learner's ports of all `listen` directives.
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
