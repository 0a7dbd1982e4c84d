//! A live lab: the upstreams and nginx in front of them.

mod live;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::LabError;
use super::config::{self, Config};
use super::customers::{Customers, Met};
use super::gateway::{Gateway, Started, listening_ports};
use super::nginx::Nginx;
use super::nonce::Nonce;
use super::ports::Ports;
use super::probe::Act;
use super::units::Time;
use super::upstream::{Counters, State, Upstream, UpstreamPlan};
use crate::check::{Context, Diagnostic};
use crate::sys::clock::Stopwatch;
use crate::sys::scratch::Scratch;

/// How often a start is tried when a stranger has taken a port meanwhile.
const TRIES: usize = 3;

pub(crate) use live::ServiceWord;

/// nginx's own folder in that of a lab. It sees no other, and what else belongs to a lab, such as the
/// socket of its keeper, lies beside it.
pub(crate) const PREFIX: &str = "nginx";
/// How long nginx may take to have workers.
const GROWN: Duration = Duration::from_millis(500);
/// How long to wait between two looks.
const BEAT: Duration = Duration::from_millis(2);

/// What a lab consists of, by the learner's ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The port where customers find nginx.
    pub listen: u16,
    /// What stands behind it.
    pub upstreams: Vec<UpstreamPlan>,
    /// The time between two customers, where some come all the while.
    pub customers: Option<Time>,
}

/// A running lab; nginx and the upstreams stop, and their folder goes, when it is dropped.
#[derive(Debug)]
pub struct Lab {
    // The supervisor of nginx removes the folder: what uses it ends first.
    customers: Option<Customers>,
    services: Vec<Service>,
    /// None where nginx did not take the first configuration of a lab that stays up.
    gateway: Option<Gateway>,
    ports: Ports,
    listen: u16,
    every: Option<Time>,
    /// The master and the workers of the nginx that ran first.
    first: Option<(Option<u32>, Vec<u32>)>,
    /// How long the exercise itself has made the probes wait.
    waited: Duration,
    /// How many answers probes have got, and how many lines of the access log were read.
    answers: usize,
    lines: usize,
    folder: Scratch,
    context: Context,
}

#[derive(Debug)]
struct Service {
    plan: UpstreamPlan,
    upstream: Option<Upstream>,
}

impl Lab {
    /// Starts `plan` with the learner's `config`; `Err` inside holds why nginx does not run.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn start(
        plan: &Plan,
        config: &Config,
        nginx: &Nginx,
        context: &Context,
    ) -> Result<Result<Self, Vec<Diagnostic>>, LabError> {
        for _ in 0..TRIES {
            let folder = make_folder()?;
            let prefix = folder.path().join(PREFIX);
            let mut ports = Ports::default();
            let mut services = Vec::new();
            for plan in &plan.upstreams {
                services.push(Service {
                    plan: plan.clone(),
                    upstream: None,
                });
            }
            for service in &mut services {
                service.make_way(&mut ports)?;
                if service.plan.state == State::Running {
                    service.start(&mut ports, &prefix)?;
                }
            }
            match Gateway::start(config, nginx, &mut ports, &prefix, context)? {
                Started::Listens(gateway) => {
                    let mut lab = Self {
                        customers: None,
                        services,
                        gateway: Some(*gateway),
                        ports,
                        listen: plan.listen,
                        every: plan.customers,
                        first: None,
                        waited: Duration::ZERO,
                        answers: 0,
                        lines: 0,
                        folder,
                        context: context.clone(),
                    };
                    lab.is_up()?;
                    return Ok(Ok(lab));
                }
                Started::Refused(diagnostics) => return Ok(Err(diagnostics)),
                Started::PortTaken => {}
            }
        }
        Err(LabError::Port(std::io::ErrorKind::AddrInUse.into()))
    }

    /// Notes which processes nginx began with, and lets the customers come.
    fn is_up(&mut self) -> Result<(), LabError> {
        if self.first.is_some() {
            return Ok(());
        }
        if let Some(gateway) = &self.gateway {
            // The master listens before it has workers.
            let watch = Stopwatch::start();
            let mut workers = gateway.workers();
            while workers.is_empty() && watch.elapsed() < GROWN {
                if self.context.cancel.wait(BEAT) {
                    return Err(LabError::Cancelled);
                }
                workers = gateway.workers();
            }
            self.first = Some((gateway.master(), workers));
        }
        if let Some(every) = self.every {
            let address = self.address()?;
            self.customers = Some(Customers::start(address, every.0).map_err(LabError::Port)?);
        }
        Ok(())
    }

    /// Lets no more customers come; returns what those who came have met.
    pub(crate) fn close(&mut self) -> Option<Met> {
        let customers = self.customers.as_mut()?;
        customers.close();
        Some(customers.met())
    }

    /// Returns whether nginx's master is the one that ran first.
    pub(crate) fn has_first_master(&self) -> bool {
        let (Some(gateway), Some((master, _))) = (&self.gateway, &self.first) else {
            return false;
        };
        master.is_some() && gateway.master() == *master
    }

    /// Returns how many of the workers that ran first still run, and how many others do.
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

    /// Returns what nginx warned of when it started.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        self.gateway.as_ref().map_or(&[], Gateway::warnings)
    }

    /// Returns nginx, if it ever ran, and the ports in whose words it is read.
    pub(crate) fn gateway_and_ports(&mut self) -> (Option<&mut Gateway>, &Ports) {
        (self.gateway.as_mut(), &self.ports)
    }

    /// Returns how long the exercise itself has made the probes wait: where they pause, and where an
    /// upstream is declared to be slow.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Counts `time` among what the exercise has made the probes wait.
    pub(super) fn note_wait(&mut self, time: Duration) {
        self.waited += time;
    }

    /// Counts answers that probes have got, and lines of the access log that were read.
    pub(super) fn note_log(&mut self, answers: usize, lines: usize) {
        self.answers += answers;
        self.lines += lines;
    }

    /// Returns how many answers there were, of probes and of customers, that nginx has not logged yet.
    pub(super) fn unlogged(&self) -> usize {
        let met = self.customers.as_ref().map(Customers::met);
        let met = met.map_or(0, |met| met.sent.saturating_sub(met.lost));
        (self.answers + met).saturating_sub(self.lines)
    }

    /// Returns whether some upstream is declared to be slow for `path`.
    pub(super) fn is_slow(&self, path: &str) -> bool {
        let mut rules = self.services.iter().filter_map(|it| it.plan.rule(path));
        rules.any(|rule| rule.after.is_some() || rule.slow_body.is_some())
    }

    /// Returns the learner's port of the gateway.
    pub(crate) fn listen(&self) -> u16 {
        self.listen
    }

    /// Returns where the gateway really listens.
    ///
    /// # Errors
    /// Fails when no port is left for it.
    pub(crate) fn address(&mut self) -> Result<SocketAddr, LabError> {
        let port = self.ports.private(self.listen).map_err(LabError::Port)?;
        Ok((Ipv4Addr::LOCALHOST, port).into())
    }

    /// Returns the ports.
    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Returns the upstream `name`, if it runs.
    pub(crate) fn upstream(&self, name: &str) -> Option<&Upstream> {
        let service = self.services.iter().find(|found| found.plan.name == name)?;
        service.upstream.as_ref()
    }

    /// Returns what the upstream `name` has counted since it started; zeros if it does not run.
    pub(crate) fn counters(&self, name: &str) -> Counters {
        let upstream = self.upstream(name);
        upstream.map_or_else(Counters::default, Upstream::counters)
    }

    /// Makes every answer of an upstream carry `nonce` from now on.
    pub(crate) fn set_nonce(&self, nonce: &Nonce) {
        let running = self.services.iter().filter_map(|it| it.upstream.as_ref());
        running.for_each(|upstream| upstream.set_nonce(nonce));
    }

    /// Does `act`. `Err` inside holds what nginx says of a configuration that it does not take.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
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
                if let Some(gateway) = &mut self.gateway {
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
    }

    fn start_again(&mut self, name: &str) -> Result<(), LabError> {
        let prefix = self.prefix();
        let mut services = self.services.iter_mut();
        match services.find(|service| service.plan.name == name) {
            Some(service) if service.upstream.is_none() => service.start(&mut self.ports, &prefix),
            Some(_) | None => Ok(()),
        }
    }
}

impl Service {
    /// Takes the port, also of an upstream that does not run: nobody else shall answer there.
    fn make_way(&self, ports: &mut Ports) -> Result<(), LabError> {
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
        let started = Upstream::start(&self.plan, place);
        self.upstream = Some(started.map_err(|source| LabError::Upstream {
            name: self.plan.name.clone(),
            source,
        })?);
        Ok(())
    }
}

/// Makes the private folder of a lab, with nginx's in it.
fn make_folder() -> Result<Scratch, LabError> {
    let failed = |source| LabError::File {
        path: std::env::temp_dir(),
        source,
    };
    let folder = Scratch::searchable().map_err(failed)?;
    fs::create_dir(folder.path().join(PREFIX)).map_err(failed)?;
    Ok(folder)
}

/// nginx cannot listen where an upstream does. Its own words, which name no line, come first.
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
