//! A running lab: the upstreams, and nginx in front of them.

mod live;

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::LabError;
use super::config::{self, Config};
use super::customers::{CustomerCounts, Customers};
use super::gateway::{Gateway, Launch, StartResult, listening_ports};
use super::names::{DnsPlan, NameServer, Names};
use super::nginx::Nginx;
use super::nonce::Nonce;
use super::ports::Ports;
use super::probe::Act;
use super::units::Time;
use super::upstream::{Counters, InitialState, Upstream, UpstreamPlan};
use crate::check::{Context, Diagnostic};
use crate::sys::clock::Stopwatch;
use crate::sys::scratch::Scratch;

/// How often a start is retried because another process took a port.
const TRIES: usize = 3;

pub(crate) use live::ServiceAction;

/// nginx's folder within the lab's. nginx sees no other, so the rest of a lab, such as its control socket,
/// is beside it.
pub(crate) const PREFIX: &str = "nginx";
/// How long the master may take to fork its workers.
const WORKERS_TIMEOUT: Duration = Duration::from_millis(500);
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// The declaration of a lab, in the learner's ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// nginx's port.
    pub listen: u16,
    /// The upstreams behind nginx.
    pub upstreams: Vec<UpstreamPlan>,
    /// The pause between two customers, if there is a background load.
    pub customers: Option<Time>,
    /// Its name server, if there is one.
    pub dns: Option<DnsPlan>,
    /// What happens once nginx has started.
    pub after_start: Vec<Act>,
}

impl Plan {
    /// The host names that it resolves.
    pub(crate) fn hosts(&self) -> BTreeSet<String> {
        self.dns.as_ref().map(DnsPlan::names).unwrap_or_default()
    }
}

/// A running lab. Dropping it stops nginx and the upstreams, and removes its folder.
#[derive(Debug)]
pub struct Lab {
    // Fields drop in order: customers and services end before nginx, whose supervisor removes the folder.
    customers: Option<Customers>,
    services: Vec<LabService>,
    name_server: Option<NameServer>,
    names: Names,
    /// What nginx was started with last.
    config: Option<Config>,
    after_start: Vec<Act>,
    /// `None` if nginx rejected the first configuration of a lab that stays up.
    gateway: Option<Gateway>,
    ports: Ports,
    listen: u16,
    every: Option<Time>,
    /// The PIDs of the first nginx: master and workers.
    first: Option<(Option<u32>, Vec<u32>)>,
    /// The waiting that the exercise itself prescribed.
    waited: Duration,
    /// Responses to probes, and lines read from the access log.
    answers: usize,
    lines: usize,
    folder: Scratch,
    nginx: Nginx,
    context: Context,
}

/// The result of [`Lab::start`].
#[derive(Debug)]
pub enum Started {
    /// It runs.
    Up(Box<Lab>),
    /// nginx does not run, and says why.
    Refused(Vec<Diagnostic>),
}

#[derive(Debug)]
struct LabService {
    plan: UpstreamPlan,
    upstream: Option<Upstream>,
}

impl Lab {
    /// Starts the lab of `plan` with the learner's `config`.
    ///
    /// # Errors
    /// Fails when no port is free, an upstream cannot be started, or nginx neither listens nor exits.
    pub fn start(
        plan: &Plan,
        config: &Config,
        nginx: &Nginx,
        context: &Context,
    ) -> Result<Started, LabError> {
        for _ in 0..TRIES {
            let mut lab = Self::open(plan, Ports::default(), nginx, context)?;
            match lab.start_gateway(config)? {
                StartResult::Listens(gateway) => {
                    lab.gateway = Some(*gateway);
                    lab.record_start()?;
                    return Ok(Started::Up(Box::new(lab)));
                }
                StartResult::Refused(diagnostics) => return Ok(Started::Refused(diagnostics)),
                StartResult::PortTaken(_) => {}
            }
        }
        Err(LabError::Port(std::io::ErrorKind::AddrInUse.into()))
    }

    /// Makes the lab of `plan` without nginx, which [`Lab::start_nginx`] starts.
    pub(crate) fn open(
        plan: &Plan,
        mut ports: Ports,
        nginx: &Nginx,
        context: &Context,
    ) -> Result<Self, LabError> {
        let folder = make_folder()?;
        let prefix = folder.path().join(PREFIX);
        ports.private(plan.listen).map_err(LabError::Port)?;
        let services = plan.upstreams.iter().map(|plan| LabService {
            plan: plan.clone(),
            upstream: None,
        });
        let mut services: Vec<_> = services.collect();
        for service in &mut services {
            service.reserve_port(&mut ports)?;
            if service.plan.state == InitialState::Running {
                service.start(&mut ports, &prefix)?;
            }
        }
        let names = Names::default();
        let server = |dns| NameServer::start(dns, names.clone(), &mut ports);
        let name_server = plan.dns.as_ref().map(server).transpose();
        let mut lab = Self {
            customers: None,
            services,
            name_server: name_server.map_err(LabError::Port)?,
            names,
            config: None,
            after_start: plan.after_start.clone(),
            gateway: None,
            ports,
            listen: plan.listen,
            every: plan.customers,
            first: None,
            waited: Duration::ZERO,
            answers: 0,
            lines: 0,
            folder,
            nginx: nginx.clone(),
            context: context.clone(),
        };
        lab.publish_names();
        Ok(lab)
    }

    /// Makes each host name lead to the first of its upstreams that runs.
    fn publish_names(&mut self) {
        for (host, upstreams) in self.name_server.iter().flat_map(NameServer::hosts) {
            let mut running = self.services.iter().filter(|it| it.upstream.is_some());
            let found = running.find(|service| upstreams.contains(&service.plan.name));
            let address = found.and_then(|service| service.plan.address.host_v4());
            self.names.set(host, address);
        }
    }

    fn start_gateway(&mut self, config: &Config) -> Result<StartResult, LabError> {
        self.config = Some(config.clone());
        let launch = Launch {
            config,
            nginx: &self.nginx,
            folder: &self.folder.path().join(PREFIX),
            names: &self.names,
            context: &self.context,
        };
        launch.start(&mut self.ports)
    }

    /// Records the first nginx's processes, and starts the customers.
    fn record_start(&mut self) -> Result<(), LabError> {
        if self.first.is_some() {
            return Ok(());
        }
        if let Some(gateway) = &self.gateway {
            // The master listens before it forks its workers.
            let watch = Stopwatch::start();
            let mut workers = gateway.workers();
            while workers.is_empty() && watch.elapsed() < WORKERS_TIMEOUT {
                if self.context.cancel.wait(POLL_INTERVAL) {
                    return Err(LabError::Cancelled);
                }
                workers = gateway.workers();
            }
            self.first = Some((gateway.master(), workers));
            for act in std::mem::take(&mut self.after_start) {
                self.act(&act)?;
            }
        }
        if let Some(every) = self.every {
            let address = self.address()?;
            self.customers = Some(Customers::start(address, every.0).map_err(LabError::Port)?);
        }
        Ok(())
    }

    /// Stops the customers, and returns their results.
    pub(crate) fn stop_customers(&mut self) -> Option<CustomerCounts> {
        let customers = self.customers.as_mut()?;
        customers.close();
        Some(customers.counts())
    }

    pub(crate) fn has_first_master(&self) -> bool {
        let (Some(gateway), Some((master, _))) = (&self.gateway, &self.first) else {
            return false;
        };
        master.is_some() && gateway.master() == *master
    }

    /// The number of workers that ran first and still run, and of those started later.
    pub(crate) fn workers_by_age(&self) -> (usize, usize) {
        let (Some(gateway), Some((_, first))) = (&self.gateway, &self.first) else {
            return (0, 0);
        };
        let (old, new): (Vec<_>, Vec<_>) = gateway
            .workers()
            .into_iter()
            .partition(|worker| first.contains(worker));
        (old.len(), new.len())
    }

    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        self.gateway.as_ref().map_or(&[], Gateway::warnings)
    }

    /// nginx, if it ever ran, and the ports, which its log lines are translated with.
    pub(crate) fn gateway_and_ports(&mut self) -> (Option<&mut Gateway>, &Ports) {
        (self.gateway.as_mut(), &self.ports)
    }

    /// The waiting that the exercise itself prescribed: pauses of probes, and upstreams declared slow.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    pub(super) fn note_wait(&mut self, time: Duration) {
        self.waited += time;
    }

    /// Counts responses to probes, and lines read from the access log.
    pub(super) fn note_log(&mut self, answers: usize, lines: usize) {
        self.answers += answers;
        self.lines += lines;
    }

    /// How many responses, to probes and customers, nginx has not logged yet.
    pub(super) fn unlogged(&self) -> usize {
        let counts = self.customers.as_ref().map(Customers::counts);
        let responses = counts.map_or(0, |counts| counts.sent.saturating_sub(counts.lost));
        (self.answers + responses).saturating_sub(self.lines)
    }

    /// Whether an upstream is declared slow for `path`.
    pub(super) fn is_slow(&self, path: &str) -> bool {
        let mut rules = self.services.iter().filter_map(|it| it.plan.rule(path));
        rules.any(|rule| rule.after.is_some() || rule.slow_body.is_some())
    }

    /// nginx's port, as the learner knows it.
    pub(crate) fn listen(&self) -> u16 {
        self.listen
    }

    /// nginx's private address.
    pub(crate) fn address(&mut self) -> Result<SocketAddr, LabError> {
        let port = self.ports.private(self.listen).map_err(LabError::Port)?;
        Ok((Ipv4Addr::LOCALHOST, port).into())
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(crate) fn upstream(&self, name: &str) -> Option<&Upstream> {
        let service = self.services.iter().find(|found| found.plan.name == name)?;
        service.upstream.as_ref()
    }

    /// The counters of the upstream `name`; zeros if it does not run.
    pub(crate) fn counters(&self, name: &str) -> Counters {
        let upstream = self.upstream(name);
        upstream.map_or_else(Counters::default, Upstream::counters)
    }

    pub(crate) fn set_nonce(&self, nonce: &Nonce) {
        let running = self.services.iter().filter_map(|it| it.upstream.as_ref());
        running.for_each(|upstream| upstream.set_nonce(nonce));
    }

    pub(crate) fn act(&mut self, act: &Act) -> Result<(), LabError> {
        match act {
            Act::Stop(name) => self.stop(name),
            Act::Start(name) => self.start_again(name)?,
            Act::Swap(pair) => {
                let (up, down): (Vec<_>, Vec<_>) =
                    pair.iter().partition(|name| self.upstream(name).is_some());
                for name in up {
                    self.stop(name);
                }
                for name in down {
                    self.start_again(name)?;
                }
            }
            Act::Wait(time) => {
                if self.context.cancel.wait(time.0) {
                    return Err(LabError::Cancelled);
                }
                self.note_wait(time.0);
            }
            Act::Reload(_) => {
                let folder = self.prefix();
                if let (Some(gateway), Some(config)) = (&mut self.gateway, &self.config) {
                    let launch = Launch {
                        config,
                        nginx: &self.nginx,
                        folder: &folder,
                        names: &self.names,
                        context: &self.context,
                    };
                    // Names may lead elsewhere by now.
                    launch.write_config(&mut self.ports)?;
                    gateway.reload()?;
                }
            }
        }
        Ok(())
    }

    fn stop(&mut self, name: &str) {
        for service in &mut self.services {
            if service.plan.name == name {
                service.upstream = None;
            }
        }
        self.publish_names();
    }

    fn start_again(&mut self, name: &str) -> Result<(), LabError> {
        let prefix = self.prefix();
        let mut services = self.services.iter_mut();
        match services.find(|service| service.plan.name == name) {
            Some(service) if service.upstream.is_none() => {
                service.start(&mut self.ports, &prefix)?;
            }
            Some(_) | None => {}
        }
        self.publish_names();
        Ok(())
    }
}

impl LabService {
    /// Reserves the port even if the upstream does not run, so that nothing else answers there.
    fn reserve_port(&self, ports: &mut Ports) -> Result<(), LabError> {
        if let Some(port) = self.plan.address.port() {
            ports.private(port).map_err(LabError::Port)?;
        }
        Ok(())
    }

    fn start(&mut self, ports: &mut Ports, prefix: &Path) -> Result<(), LabError> {
        let address = &self.plan.address;
        let port = address.port().map(|port| ports.hand_over(port));
        let port = port.transpose().map_err(LabError::Port)?;
        let place = address.place(port.unwrap_or_default(), prefix);
        let started = Upstream::start(&self.plan, place, prefix);
        self.upstream = Some(started.map_err(|source| LabError::Upstream {
            name: self.plan.name.clone(),
            source,
        })?);
        Ok(())
    }
}

fn make_folder() -> Result<Scratch, LabError> {
    let failed = LabError::file(&std::env::temp_dir());
    let folder = Scratch::searchable().map_err(&failed)?;
    fs::create_dir(folder.path().join(PREFIX)).map_err(failed)?;
    Ok(folder)
}

/// The diagnostic for a `listen` on the port of an upstream: nginx's message, which has no line, and help.
pub(crate) fn collision(plan: &Plan, config: &Config) -> Option<Diagnostic> {
    let mut listens = config.listens().into_iter().zip(listening_ports(config));
    listens.find_map(|(word, port)| {
        let mut upstreams = plan.upstreams.iter();
        let upstream = upstreams.find(|found| found.address.port() == Some(port))?;
        let host = match config::address::Address::of(&word.text).host {
            host if host.parse::<u16>().is_ok() => "0.0.0.0",
            "localhost" => "127.0.0.1",
            host => host,
        };
        let message = format!("bind() to {host}:{port} failed (98: Address already in use)");
        let (file, line) = (super::log::FILE, word.line);
        let help = format!(
            "{} listens on that port: give nginx another in {file}:{line}",
            upstream.name
        );
        Some(Diagnostic {
            error: true,
            text: format!("nginx: [emerg] {message}\nhelp: {help}"),
            message,
            file: Some(file.to_owned()),
            line: Some(line),
        })
    })
}
