//! What can be done to a lab that stays up, besides probing it.

use std::path::{Path, PathBuf};

use super::{Lab, PREFIX, Plan, Service, make_folder};
use crate::check::{Context, Diagnostic};
use crate::kinds::gateway::lab::config::Config;
use crate::kinds::gateway::lab::customers::{Customers, Met};
use crate::kinds::gateway::lab::gateway::{Gateway, Started};
use crate::kinds::gateway::lab::nginx::Nginx;
use crate::kinds::gateway::lab::ports::Ports;
use crate::kinds::gateway::lab::upstream::{Place, State, UpstreamPlan};
use crate::kinds::gateway::lab::{LabError, gateway};
use crate::sandbox::Wish;

/// What is done to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceWord {
    /// Starts it.
    Start,
    /// Stops it.
    Stop,
    /// Stops it and starts it again.
    Restart,
    /// Kills it.
    Kill,
}

impl Lab {
    /// Makes the lab of `plan` without nginx; [`Lab::start_nginx`] starts that. The ports are the
    /// learner's own where those are free, if `own` says so.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn open(plan: &Plan, own: bool, context: &Context) -> Result<Self, LabError> {
        let folder = make_folder()?;
        let prefix = folder.path().join(PREFIX);
        let mut ports = if own { Ports::own() } else { Ports::default() };
        ports.private(plan.listen).map_err(LabError::Port)?;
        let services = plan.upstreams.iter().map(|plan| Service {
            plan: plan.clone(),
            upstream: None,
        });
        let mut services: Vec<_> = services.collect();
        for service in &mut services {
            service.make_way(&mut ports)?;
            if service.plan.state == State::Running {
                service.start(&mut ports, &prefix)?;
            }
        }
        Ok(Self {
            customers: None,
            services,
            gateway: None,
            ports,
            listen: plan.listen,
            every: plan.customers,
            first: None,
            waited: std::time::Duration::ZERO,
            answers: 0,
            lines: 0,
            folder,
            context: context.clone(),
        })
    }

    /// Returns the lab's private folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns nginx's folder in it, with `logs`.
    pub(crate) fn prefix(&self) -> PathBuf {
        self.folder.path().join(PREFIX)
    }

    /// Returns the master process of nginx, if it runs.
    pub(crate) fn master(&mut self) -> Option<u32> {
        self.running()?.master()
    }

    /// Returns the worker processes of nginx.
    pub(crate) fn workers(&mut self) -> Vec<u32> {
        self.running().map_or_else(Vec::new, |it| it.workers())
    }

    /// Asks `nginx -t` what it thinks of `config`.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn test(
        &mut self,
        config: &Config,
        nginx: &Nginx,
    ) -> Result<Vec<Diagnostic>, LabError> {
        let prefix = self.prefix();
        gateway::test(config, nginx, &mut self.ports, &prefix, &self.context)
    }

    /// Makes the nginx that runs read `config`, unless `nginx -t` refuses it; returns what that
    /// says. Nothing happens where no nginx runs.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn reload(
        &mut self,
        config: &Config,
        nginx: &Nginx,
    ) -> Result<Vec<Diagnostic>, LabError> {
        let said = self.test(config, nginx)?;
        if !said.iter().any(|said| said.error)
            && let Some(gateway) = self.running()
        {
            gateway.reload()?;
        }
        Ok(said)
    }

    /// Starts nginx with `config`, and returns what it says about it; an error among it means that
    /// it does not run.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn start_nginx(
        &mut self,
        config: &Config,
        nginx: &Nginx,
    ) -> Result<Vec<Diagnostic>, LabError> {
        let said = self.test(config, nginx)?;
        if said.iter().any(|said| said.error) {
            return Ok(said);
        }
        let prefix = self.prefix();
        let started = Gateway::start(config, nginx, &mut self.ports, &prefix, &self.context)?;
        match started {
            Started::Listens(gateway) => {
                self.gateway = Some(*gateway);
                self.is_up()?;
                Ok(said)
            }
            Started::Refused(said) => Ok(said),
            Started::PortTaken => Err(LabError::Port(std::io::ErrorKind::AddrInUse.into())),
        }
    }

    /// Ends nginx; returns whether one ran.
    ///
    /// # Errors
    /// Fails when it cannot be told, or goes on.
    pub(crate) fn end_nginx(&mut self, wish: Wish) -> Result<bool, LabError> {
        match self.running() {
            Some(gateway) => gateway.end(wish).map(|()| true),
            None => Ok(false),
        }
    }

    /// Makes nginx open its logs again; returns whether one runs.
    ///
    /// # Errors
    /// Fails when it cannot be told.
    pub(crate) fn reopen_logs(&mut self) -> Result<bool, LabError> {
        match self.running() {
            Some(gateway) => gateway.ask(Wish::Reopen).map(|()| true),
            None => Ok(false),
        }
    }

    /// Does `word` to the service `name`; returns whether there is such a service.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub(crate) fn service(&mut self, name: &str, word: ServiceWord) -> Result<bool, LabError> {
        if !self.services.iter().any(|found| found.plan.name == name) {
            return Ok(false);
        }
        match word {
            ServiceWord::Start => self.start_again(name)?,
            ServiceWord::Stop | ServiceWord::Kill => self.stop(name),
            ServiceWord::Restart => {
                self.stop(name);
                self.start_again(name)?;
            }
        }
        Ok(true)
    }

    /// Returns what the customers have met so far, where some come.
    pub(crate) fn customers_so_far(&self) -> Option<Met> {
        self.customers.as_ref().map(Customers::met)
    }

    /// Runs `judge` and puts back what its probes change: the services that ran before run again,
    /// the others do not, and customers come again.
    ///
    /// # Errors
    /// Fails when `judge` does, or when a service cannot be put back.
    pub(crate) fn judged<T, E: From<LabError>>(
        &mut self,
        judge: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let services = self.services.iter();
        let before: Vec<bool> = services.map(|it| it.upstream.is_some()).collect();
        let judgement = judge(self);
        let prefix = self.prefix();
        for (service, ran) in self.services.iter_mut().zip(before) {
            match (ran, service.upstream.is_some()) {
                (true, false) => service.start(&mut self.ports, &prefix)?,
                (false, true) => service.upstream = None,
                (true, true) | (false, false) => {}
            }
        }
        if let Some(customers) = &mut self.customers {
            customers.open().map_err(LabError::Port)?;
        }
        judgement
    }

    /// Makes the service that `plan` names run as it says from its next start on.
    pub(crate) fn declare(&mut self, plan: &UpstreamPlan) {
        let mut services = self.services.iter_mut();
        if let Some(service) = services.find(|found| found.plan.name == plan.name) {
            service.plan = plan.clone();
        }
    }

    /// Returns the services: name, the learner's address, and where each really listens while it
    /// runs.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, String, Option<&Place>)> {
        self.services.iter().map(|service| {
            let place = service
                .upstream
                .as_ref()
                .map(crate::kinds::gateway::lab::Upstream::place);
            let plan = &service.plan;
            (plan.name.as_str(), plan.address.to_string(), place)
        })
    }

    fn running(&mut self) -> Option<&mut Gateway> {
        let gateway = self.gateway.as_mut()?;
        gateway.runs().then_some(gateway)
    }
}
