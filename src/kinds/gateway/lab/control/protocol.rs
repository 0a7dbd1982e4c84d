//! The protocol of a lab's socket: a request and a reply, one line of JSON each.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::tail::{NewLines, Positions};
use crate::check::Outcome;
use crate::kinds::gateway::lab::customers::CustomerCounts;
use crate::kinds::gateway::lab::ports::swapped;
use crate::kinds::gateway::lab::system::PREFIX;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub(crate) enum LabRequest {
    /// A command to nginx.
    Nginx { word: NginxCommand },
    /// A command to a service.
    Service {
        word: ServiceCommand,
        /// The service; `None` with [`ServiceCommand::Status`] means all.
        name: Option<String>,
    },
    /// The state of nginx and the services.
    Status,
    /// New lines of the logs.
    Logs {
        /// The offsets to start at.
        from: Positions,
    },
    /// Judge what was done to the lab.
    Judge,
    /// The commands that changed something since the lab came up.
    History,
    /// End the lab.
    Down,
}

/// A command line of nginx.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NginxCommand {
    /// `nginx -t`.
    Test,
    /// `nginx -T`.
    Dump,
    /// `nginx -v`.
    Version,
    /// `nginx -V`.
    Build,
    /// `nginx`.
    Start,
    /// `nginx -s reload`.
    Reload,
    /// `nginx -s reopen`.
    Reopen,
    /// `nginx -s stop`.
    Stop,
    /// `nginx -s quit`.
    Quit,
}

/// A command of `svc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServiceCommand {
    Start,
    Stop,
    Restart,
    /// Kills it, as a crash would.
    Kill,
    Status,
    Logs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub(crate) enum LabReply {
    Said(CommandOutput),
    Status(Box<LabStatus>),
    Logs(NewLines),
    Judged(Box<Outcome>),
    /// Shell command lines.
    History {
        lines: Vec<String>,
    },
    /// The request failed, and not by a fault of the learner.
    Trouble {
        what: String,
    },
}

/// The output of a command, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct CommandOutput {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
}

impl CommandOutput {
    /// `text` on standard output, and success.
    pub(crate) fn fine(text: impl Into<String>) -> Self {
        Self {
            stdout: text.into(),
            ..Self::default()
        }
    }

    /// `text` on standard error, and success, as nginx does it.
    pub(crate) fn noted(text: impl Into<String>) -> Self {
        Self {
            stderr: text.into(),
            ..Self::default()
        }
    }

    /// `text` on standard error, and exit code 1.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self {
            code: 1,
            stderr: text.into(),
            ..Self::default()
        }
    }
}

/// The state of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LabStatus {
    pub exercise: String,
    pub title: String,
    pub folder: PathBuf,
    /// The process that keeps the lab.
    pub pid: u32,
    /// When it came up, in Unix time.
    pub since: u64,
    /// The lab's private folder, with `nginx/logs` and `bin`.
    pub lab: PathBuf,
    pub nginx: NginxStatus,
    /// In the exercise's order.
    pub services: Vec<ServiceStatus>,
    /// Ports that differ: the learner's and the private one.
    pub ports: Vec<(u16, u16)>,
    pub customers: Option<CustomerCounts>,
}

/// The state of nginx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NginxStatus {
    /// Its port, as the learner knows it.
    pub listen: u16,
    /// The master's PID; `None` while nginx is stopped.
    pub master: Option<u32>,
    /// The workers' PIDs.
    pub workers: Vec<u32>,
    /// When it read the running configuration, in Unix time.
    pub config_since: u64,
    /// Whether `nginx.conf` has changed since.
    pub config_changed: bool,
}

/// The state of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceStatus {
    pub name: String,
    /// Its address, as the learner knows it.
    pub address: String,
    /// Its real address, if that differs.
    pub stands_for: Option<String>,
    /// `running` or `stopped`.
    pub state: String,
    /// The requests it has handled.
    pub requests: usize,
}

impl ServiceStatus {
    pub(crate) fn is_running(&self) -> bool {
        self.state == "running"
    }
}

impl LabStatus {
    /// nginx's real URL.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port(self.nginx.listen))
    }

    /// Replaces ports and paths of the lab in `text` by those the learner knows.
    pub(crate) fn for_learner(&self, text: &str) -> String {
        let prefix = self.lab.join(PREFIX);
        let own = [prefix, self.lab.clone()].map(|folder| format!("{}/", folder.display()));
        let text = own
            .iter()
            .fold(text.to_owned(), |text, own| text.replace(own, ""));
        swapped(&text, |number| {
            let found = self.ports.iter().find(|(_, private)| *private == number);
            found.map(|(learner, _)| *learner)
        })
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.lab.join(PREFIX).join("logs")
    }

    /// The private port for the learner's `port`.
    pub(crate) fn port(&self, port: u16) -> u16 {
        let found = self.ports.iter().find(|(learner, _)| *learner == port);
        found.map_or(port, |(_, private)| *private)
    }
}
