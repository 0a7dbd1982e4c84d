//! Operations on a lab that stays up, besides probing.

use std::path::{Path, PathBuf};

use super::{Lab, PREFIX};
use crate::check::Diagnostic;
use crate::kinds::gateway::lab::LabError;
use crate::kinds::gateway::lab::config::Config;
use crate::kinds::gateway::lab::customers::{CustomerCounts, Customers};
use crate::kinds::gateway::lab::gateway::{Gateway, Launch, StartResult};
use crate::kinds::gateway::lab::upstream::{ListenAddress, UpstreamPlan};
use crate::sandbox::ServerSignal;

/// An operation on a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceAction {
    Start,
    Stop,
    Restart,
    Kill,
}

impl Lab {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// nginx's folder, with `logs`.
    pub(crate) fn prefix(&self) -> PathBuf {
        self.folder.path().join(PREFIX)
    }

    pub(crate) fn master(&mut self) -> Option<u32> {
        self.running()?.master()
    }

    pub(crate) fn workers(&mut self) -> Vec<u32> {
        self.running().map_or_else(Vec::new, |it| it.workers())
    }

    pub(crate) fn test(&mut self, config: &Config) -> Result<Vec<Diagnostic>, LabError> {
        let launch = Launch {
            config,
            nginx: &self.nginx,
            folder: &self.prefix(),
            names: &self.names,
            context: &self.context,
        };
        launch.test(&mut self.ports)
    }

    /// Reloads nginx with `config`, unless `nginx -t` rejects it; returns the messages of that. Does nothing
    /// if nginx does not run.
    pub(crate) fn reload(&mut self, config: &Config) -> Result<Vec<Diagnostic>, LabError> {
        let said = self.test(config)?;
        if !said.iter().any(|said| said.error)
            && let Some(gateway) = self.running()
        {
            gateway.reload()?;
            self.config = Some(config.clone());
        }
        Ok(said)
    }

    /// Starts nginx with `config`, and returns its messages; with an error among them it does not run.
    pub(crate) fn start_nginx(&mut self, config: &Config) -> Result<Vec<Diagnostic>, LabError> {
        let said = self.test(config)?;
        if said.iter().any(|said| said.error) {
            return Ok(said);
        }
        match self.start_gateway(config)? {
            StartResult::Listens(gateway) => {
                self.gateway = Some(*gateway);
                self.record_start()?;
                Ok(said)
            }
            StartResult::Refused(said) | StartResult::PortTaken(said) => Ok(said),
        }
    }

    /// Ends nginx; returns whether it ran.
    pub(crate) fn end_nginx(&mut self, signal: ServerSignal) -> Result<bool, LabError> {
        match self.running() {
            Some(gateway) => gateway.end(signal).map(|()| true),
            None => Ok(false),
        }
    }

    /// Makes nginx reopen its logs; returns whether it runs.
    pub(crate) fn reopen_logs(&mut self) -> Result<bool, LabError> {
        match self.running() {
            Some(gateway) => gateway.signal(ServerSignal::Reopen).map(|()| true),
            None => Ok(false),
        }
    }

    /// Applies `action` to the service `name`; returns whether there is one.
    pub(crate) fn service(&mut self, name: &str, word: ServiceAction) -> Result<bool, LabError> {
        if !self.services.iter().any(|found| found.plan.name == name) {
            return Ok(false);
        }
        match word {
            ServiceAction::Start => self.start_again(name)?,
            ServiceAction::Stop | ServiceAction::Kill => self.stop(name),
            ServiceAction::Restart => {
                self.stop(name);
                self.start_again(name)?;
            }
        }
        Ok(true)
    }

    pub(crate) fn customers_so_far(&self) -> Option<CustomerCounts> {
        self.customers.as_ref().map(Customers::counts)
    }

    /// Runs `judge`, then undoes what its probes changed: services run or not as before, and customers are
    /// resumed.
    pub(crate) fn run_judge<T, E: From<LabError>>(
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
        self.publish_names();
        if let Some(customers) = &mut self.customers {
            customers.open().map_err(LabError::Port)?;
        }
        judgement
    }

    /// Changes the plan of a service from its next start on.
    pub(crate) fn declare(&mut self, plan: &UpstreamPlan) {
        let mut services = self.services.iter_mut();
        if let Some(service) = services.find(|found| found.plan.name == plan.name) {
            service.plan = plan.clone();
        }
    }

    /// The services: name, the learner's address, and the real address while it runs.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, String, Option<&ListenAddress>)> {
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
