//! Handles requests to a lab that is up.

use std::sync::mpsc::Receiver;

use super::output::{service_line, service_log, test_output, warnings};
use super::{EventSink, LabEvent, LabSetup, QueuedRequest};
use crate::check::CheckError;
use crate::kinds::gateway::lab::config::{Config, ConfigError, rules};
use crate::kinds::gateway::lab::control::protocol::{
    CommandOutput, LabReply, LabRequest, LabStatus, NginxCommand, NginxStatus, ServiceCommand,
    ServiceStatus,
};
use crate::kinds::gateway::lab::control::tail;
use crate::kinds::gateway::lab::system::{ServiceAction, collision};
use crate::kinds::gateway::lab::upstream::ListenAddress;
use crate::kinds::gateway::lab::{Lab, LabError, config, log, services};
use crate::sandbox::{ServerSignal, Supervised};
use crate::sys::clock::unix_time;
use crate::sys::files;
use crate::text::with_causes;

const MOST: u64 = 64 << 10;

pub(super) struct LabWorker {
    pub(super) lab: Lab,
    pub(super) setup: LabSetup,
    pub(super) events: EventSink,
    pub(super) since: u64,
    /// The text of the running configuration.
    pub(super) running: String,
    pub(super) config_since: u64,
    pub(super) history: Vec<String>,
    /// Last, since its end removes the lab's folder.
    pub(super) _guard: Supervised,
}

impl LabWorker {
    pub(super) fn run(mut self, queue: &Receiver<QueuedRequest>) {
        while let Ok(queued) = queue.recv() {
            let Some(request) = queued.request else {
                return;
            };
            let done = self.answer(request, queued.is_remote);
            let answer = done.unwrap_or_else(|error| LabReply::Trouble {
                what: with_causes(&error),
            });
            // The client may be gone.
            queued.answer.send(answer).ok();
        }
    }

    fn answer(&mut self, request: LabRequest, is_remote: bool) -> Result<LabReply, CheckError> {
        Ok(match request {
            LabRequest::Nginx { word } => LabReply::Said(self.nginx(word, is_remote)?),
            LabRequest::Service { word, name } => {
                LabReply::Said(self.service(word, name, is_remote)?)
            }
            LabRequest::Status => LabReply::Status(Box::new(self.status())),
            LabRequest::Logs { from } => LabReply::Logs(self.logs(from)?),
            LabRequest::Judge => {
                LabReply::Judged(Box::new(self.lab.run_judge(&mut self.setup.judge)?))
            }
            LabRequest::History => LabReply::History {
                lines: self.history.clone(),
            },
            LabRequest::Down => {
                (self.events)(LabEvent::Down);
                LabReply::Said(CommandOutput::fine("The lab is shutting down.\n"))
            }
        })
    }

    /// Adds a command to the history; reports it if another process sent it.
    fn note(&mut self, line: &str, words: &str, is_remote: bool) {
        self.history.push(line.to_owned());
        if is_remote {
            (self.events)(LabEvent::Changed(words.to_owned()));
        }
    }

    fn nginx(&mut self, word: NginxCommand, is_remote: bool) -> Result<CommandOutput, LabError> {
        let not_running = || {
            CommandOutput::failed(
                "nginx: [error] open() \"logs/nginx.pid\" failed (2: No such file or directory)\n\
                 nginx is not running; `nginx` starts it\n",
            )
        };
        Ok(match word {
            NginxCommand::Test => self.test()?.1,
            NginxCommand::Dump => self.dump()?,
            NginxCommand::Version => {
                CommandOutput::noted(format!("nginx version: {}\n", self.version()))
            }
            NginxCommand::Build => {
                let arguments = self.setup.nginx.arguments();
                let version = self.version();
                CommandOutput::noted(format!(
                    "nginx version: {version}\nconfigure arguments: {arguments}\n"
                ))
            }
            NginxCommand::Start => {
                let said = self.start_nginx(None)?;
                if said.code == 0 {
                    self.note("nginx", "nginx was started", is_remote);
                }
                said
            }
            NginxCommand::Reload => self.reload(is_remote)?,
            NginxCommand::Reopen if self.lab.reopen_logs()? => CommandOutput::default(),
            NginxCommand::Stop if self.lab.end_nginx(ServerSignal::Terminate)? => {
                self.note("nginx -s stop", "nginx was stopped", is_remote);
                CommandOutput::default()
            }
            NginxCommand::Quit if self.lab.end_nginx(ServerSignal::Quit)? => {
                self.note("nginx -s quit", "nginx was stopped", is_remote);
                CommandOutput::default()
            }
            NginxCommand::Reopen | NginxCommand::Stop | NginxCommand::Quit => not_running(),
        })
    }

    fn version(&self) -> String {
        let (major, minor, patch) = self.setup.nginx.version();
        format!("nginx/{major}.{minor}.{patch}")
    }

    /// Reads the learner's file; `Err` is what `nginx -t` would print.
    fn read(&self) -> Result<(String, Config), CommandOutput> {
        let path = self.setup.folder.join(log::FILE);
        let text = files::read_bounded(&path, MOST).map_err(|error| {
            CommandOutput::failed(format!(
                "nginx: [emerg] open() \"{}\" failed ({error})\n",
                log::FILE
            ))
        })?;
        let text = config::decode(text).map_err(|line| {
            let words = "this line is not UTF-8 text: save the file as UTF-8";
            CommandOutput::failed(format!("{}:{line}: {words}\n", log::FILE))
        })?;
        let config = self.parse(&text)?;
        Ok((text, config))
    }

    fn parse(&self, text: &str) -> Result<Config, CommandOutput> {
        let LabSetup {
            nginx,
            context,
            plan,
            ..
        } = &self.setup;
        let (config, faults) =
            rules::read(text, context.graded.then(|| nginx.version()), &plan.hosts());
        let mut said: Vec<String> = faults.iter().map(ConfigError::text).collect();
        if let (true, Some(config)) = (said.is_empty(), &config) {
            said.extend(collision(&self.setup.plan, config).map(|found| found.text));
        }
        match config {
            Some(config) if said.is_empty() => Ok(config),
            Some(_) | None => {
                said.push(format!(
                    "nginx: configuration file {} test failed",
                    log::FILE
                ));
                Err(CommandOutput::failed(said.join("\n") + "\n"))
            }
        }
    }

    /// Runs `nginx -t`; also returns the file, if nginx accepts it.
    fn test(&mut self) -> Result<(Option<(String, Config)>, CommandOutput), LabError> {
        let (text, config) = match self.read() {
            Ok(read) => read,
            Err(said) => return Ok((None, said)),
        };
        let found = self.lab.test(&config)?;
        let said = test_output(&found);
        Ok(((said.code == 0).then_some((text, config)), said))
    }

    fn dump(&mut self) -> Result<CommandOutput, LabError> {
        let (file, mut said) = self.test()?;
        if let Some((text, _)) = file {
            said.stdout = format!("# configuration file {}:\n{text}", log::FILE);
        }
        Ok(said)
    }

    fn reload(&mut self, is_remote: bool) -> Result<CommandOutput, LabError> {
        let (file, mut said) = self.test()?;
        let Some((text, config)) = file else {
            return Ok(said);
        };
        if self.lab.master().is_none() {
            return Ok(CommandOutput::failed(
                "nginx: [error] invalid PID number \"\" in \"logs/nginx.pid\"\n\
                 nginx is not running; `nginx` starts it\n",
            ));
        }
        self.lab.reload(&config)?;
        self.runs_with(text);
        self.note("nginx -s reload", "nginx was reloaded", is_remote);
        // On success, `nginx -s reload` prints warnings only.
        said.stderr = warnings(&said.stderr);
        Ok(said)
    }

    /// Starts nginx with `text`, or else with the learner's file.
    pub(super) fn start_nginx(&mut self, text: Option<String>) -> Result<CommandOutput, LabError> {
        if let Some(master) = self.lab.master() {
            let port = self.setup.plan.listen;
            return Ok(CommandOutput::failed(format!(
                "nginx: [emerg] bind() to 127.0.0.1:{port} failed (98: Address already in use)\n\
                 nginx is already running: its master is process {master}\n"
            )));
        }
        let read = match text {
            Some(text) => self.parse(&text).map(|config| (text, config)),
            None => self.read(),
        };
        let (text, config) = match read {
            Ok(read) => read,
            Err(said) => return Ok(said),
        };
        let found = self.lab.start_nginx(&config)?;
        let mut said = test_output(&found);
        if said.code == 0 {
            self.runs_with(text);
            said.stderr = warnings(&said.stderr);
        }
        Ok(said)
    }

    fn runs_with(&mut self, text: String) {
        self.running = text;
        self.config_since = unix_time();
    }

    fn service(
        &mut self,
        word: ServiceCommand,
        name: Option<String>,
        is_remote: bool,
    ) -> Result<CommandOutput, LabError> {
        let services = self.services();
        let names: Vec<_> = services.iter().map(|it| it.name.clone()).collect();
        let known = names.join(", ");
        let Some(name) = name else {
            let lines = services.iter().map(service_line);
            return Ok(match word {
                ServiceCommand::Status => CommandOutput::fine(lines.collect::<String>()),
                _ => CommandOutput::failed(format!("svc: which service? This lab has {known}\n")),
            });
        };
        let Some(service) = services.iter().find(|service| service.name == name) else {
            return Ok(CommandOutput::failed(format!(
                "svc: there is no service `{name}`; this lab has {known}\n"
            )));
        };
        let (word, verb, done) = match word {
            ServiceCommand::Status => return Ok(CommandOutput::fine(service_line(service))),
            ServiceCommand::Logs => return Ok(CommandOutput::fine(service_log(service))),
            ServiceCommand::Start => (ServiceAction::Start, "start", "started"),
            ServiceCommand::Stop => (ServiceAction::Stop, "stop", "stopped"),
            ServiceCommand::Restart => (ServiceAction::Restart, "restart", "restarted"),
            ServiceCommand::Kill => (ServiceAction::Kill, "kill", "killed"),
        };
        let runs = service.is_running();
        let already = match word {
            ServiceAction::Start if runs => Some("is already running"),
            ServiceAction::Stop | ServiceAction::Kill if !runs => Some("is not running"),
            _ => None,
        };
        if let Some(already) = already {
            return Ok(CommandOutput::fine(format!("{name} {already}\n")));
        }
        if matches!(word, ServiceAction::Start | ServiceAction::Restart)
            && let Err(said) = self.read_service(&name)
        {
            return Ok(said);
        }
        if let Err(error) = self.lab.service(&name, word) {
            return match error {
                LabError::Upstream { source, .. } => Ok(CommandOutput::failed(format!(
                    "svc: {verb} {name}: {source}\n"
                ))),
                error => Err(error),
            };
        }
        self.note(
            &format!("svc {verb} {name}"),
            &format!("{name} was {done}"),
            is_remote,
        );
        Ok(CommandOutput::fine(format!("{name} {done}\n")))
    }

    /// Applies the learner's `services.toml`, if there is one, to the service `name`.
    fn read_service(&mut self, name: &str) -> Result<(), CommandOutput> {
        let file = self.setup.folder.join(services::FILE);
        let Ok(text) = files::read_bounded(&file, MOST) else {
            return Ok(());
        };
        let text = String::from_utf8_lossy(&text);
        let mut declared = self.setup.declared.clone();
        let plan = &mut self.setup.plan;
        services::apply(&text, &mut declared, plan.listen).map_err(|faults| {
            let lines = faults.iter().map(|fault| fault.text.as_str());
            CommandOutput::failed(lines.collect::<Vec<_>>().join("\n") + "\n")
        })?;
        for new in declared.into_iter().filter(|new| new.name == name) {
            self.lab.declare(&new);
            let old = plan.upstreams.iter_mut().find(|old| old.name == name);
            if let Some(old) = old {
                *old = new;
            }
        }
        Ok(())
    }

    fn services(&self) -> Vec<ServiceStatus> {
        let services = self.lab.services().map(|(name, address, place)| {
            let real = place.map(|place| match place {
                ListenAddress::Port(real) => with_port(&address, real.port()),
                ListenAddress::Both(port) => with_port(&address, *port),
                ListenAddress::Socket(path) => format!("unix:{}", path.display()),
            });
            ServiceStatus {
                name: name.to_owned(),
                stands_for: real.filter(|real| *real != address),
                address,
                state: if place.is_some() {
                    "running"
                } else {
                    "stopped"
                }
                .to_owned(),
                requests: self.lab.counters(name).requests,
            }
        });
        services.collect()
    }

    fn status(&mut self) -> LabStatus {
        let file = self.setup.folder.join(log::FILE);
        let now = files::read_bounded(&file, MOST);
        let master = self.lab.master();
        let nginx = NginxStatus {
            listen: self.setup.plan.listen,
            workers: self.lab.workers(),
            config_since: self.config_since,
            config_changed: master.is_some() && now.is_ok_and(|now| now != self.running.as_bytes()),
            master,
        };
        LabStatus {
            exercise: self.setup.exercise.clone(),
            title: self.setup.title.clone(),
            folder: self.setup.folder.clone(),
            pid: std::process::id(),
            since: self.since,
            lab: self.lab.folder().to_owned(),
            nginx,
            services: self.services(),
            ports: self.lab.ports().replaced(),
            customers: self.lab.customers_so_far(),
        }
    }

    fn logs(&self, from: tail::Positions) -> Result<tail::NewLines, LabError> {
        let prefix = self.lab.prefix();
        let logs = prefix.join("logs");
        let mut news = tail::read_new_lines(&logs, from).map_err(LabError::file(&logs))?;
        for (_, line) in &mut news.lines {
            *line = log::for_learner(line, &prefix, self.lab.ports());
        }
        Ok(news)
    }
}

/// `address` with another port.
fn with_port(address: &str, port: u16) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    format!("{host}:{port}")
}
