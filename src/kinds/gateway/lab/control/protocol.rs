//! What is said to a lab that is up, and what it answers: one line of JSON each way.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::tail::{News, Positions};
use crate::check::Outcome;
use crate::kinds::gateway::lab::customers::Met;
use crate::kinds::gateway::lab::ports::swapped;
use crate::kinds::gateway::lab::system::PREFIX;

/// Something asked of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub(crate) enum Request {
    /// A word for nginx.
    Nginx {
        /// The word.
        word: NginxWord,
    },
    /// A word for a service.
    Service {
        /// The word.
        word: ServiceRequest,
        /// The service; for [`ServiceRequest::Status`] all of them if there is none.
        name: Option<String>,
    },
    /// What runs, and where.
    Status,
    /// What the logs say from these positions on.
    Logs {
        /// Where to begin.
        from: Positions,
    },
    /// Whether what was done to the lab is what the exercise asks for.
    Judge,
    /// The words that changed something since the lab came up, as a shell would read them.
    History,
    /// The end.
    Down,
}

/// A word for nginx, as its command line has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NginxWord {
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

/// A word for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServiceRequest {
    /// Starts it.
    Start,
    /// Stops it.
    Stop,
    /// Stops and starts it.
    Restart,
    /// Kills it, as a crash would.
    Kill,
    /// Says how it is.
    Status,
    /// Says what it has seen.
    Logs,
}

/// What a lab answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// What a command of the trade prints, and its exit code.
    Said(Said),
    /// What runs.
    Status(Box<Status>),
    /// What the logs say.
    Logs(News),
    /// What the judge found.
    Judged(Box<Outcome>),
    /// Lines of shell.
    History {
        /// The lines.
        lines: Vec<String>,
    },
    /// It could not be done; not the learner's fault.
    Trouble {
        /// Why.
        what: String,
    },
}

/// What a command of the trade prints, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Said {
    /// The exit code.
    pub code: u8,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Said {
    /// Returns `text` on standard output, and success.
    pub(crate) fn fine(text: impl Into<String>) -> Self {
        Self {
            stdout: text.into(),
            ..Self::default()
        }
    }

    /// Returns `text` on standard error, and success, as nginx does.
    pub(crate) fn noted(text: impl Into<String>) -> Self {
        Self {
            stderr: text.into(),
            ..Self::default()
        }
    }

    /// Returns `text` on standard error, and the exit code 1.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self {
            code: 1,
            stderr: text.into(),
            ..Self::default()
        }
    }
}

/// What runs in a lab, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// The exercise's name.
    pub exercise: String,
    /// The exercise's title.
    pub title: String,
    /// The learner's folder.
    pub folder: PathBuf,
    /// The process that keeps the lab.
    pub pid: u32,
    /// When it came up, in seconds since 1970-01-01 UTC.
    pub since: u64,
    /// The lab's private folder, with `logs` and `bin`.
    pub lab: PathBuf,
    /// The gateway.
    pub nginx: NginxStatus,
    /// The services behind it, in the exercise's order.
    pub services: Vec<ServiceStatus>,
    /// Ports that the learner knows and the ones that stand for them, where they differ.
    pub ports: Vec<(u16, u16)>,
    /// What the customers have met so far, where some come.
    pub customers: Option<Met>,
}

/// The gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NginxStatus {
    /// The port where customers find it.
    pub listen: u16,
    /// The master process; none while it is stopped.
    pub master: Option<u32>,
    /// The worker processes.
    pub workers: Vec<u32>,
    /// When it read the configuration that runs, in seconds since 1970-01-01 UTC.
    pub config_since: u64,
    /// Whether `nginx.conf` says something else by now.
    pub config_changed: bool,
}

/// A service behind the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceStatus {
    /// Its name.
    pub name: String,
    /// Its address, as the learner knows it.
    pub address: String,
    /// Where it really listens, if that differs.
    pub stands_for: Option<String>,
    /// Its state in a word, such as `running`.
    pub state: String,
    /// How many requests it has read.
    pub requests: usize,
}

impl ServiceStatus {
    /// Returns whether it runs.
    pub(crate) fn is_running(&self) -> bool {
        self.state == "running"
    }
}

impl Status {
    /// Returns the address customers use, as it really is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port(self.nginx.listen))
    }

    /// Returns `text` with the ports and files of the lab as the learner knows them.
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

    /// Returns the folder of nginx's logs.
    pub(crate) fn logs(&self) -> PathBuf {
        self.lab.join(PREFIX).join("logs")
    }

    /// Returns the port that stands for the learner's `port`.
    pub(crate) fn port(&self, port: u16) -> u16 {
        let found = self.ports.iter().find(|(learner, _)| *learner == port);
        found.map_or(port, |(_, private)| *private)
    }
}
