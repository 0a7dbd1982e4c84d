//! Labs: a private nginx with its upstreams, and the probes that decide whether it is fixed.
//!
//! A lab runs a copy of the learner's `nginx.conf` on ports of its own. [`config`] parses it and rejects
//! what could harm the machine, [`gateway`] starts nginx, [`upstream`] is the app behind it, [`system`] the
//! running whole, and [`probe`] declares requests and expected responses.

pub(crate) mod client;
pub mod config;
pub(crate) mod confusables;
pub(crate) mod control;
pub(crate) mod customers;
pub(crate) mod gateway;
pub(crate) mod http;
pub(crate) mod learner_toml;
pub(crate) mod log;
pub mod modules;
pub(crate) mod names;
pub(crate) mod need;
pub mod nginx;
pub(crate) mod nonce;
pub(crate) mod ports;
pub(crate) mod probe;
pub mod prober;
pub(crate) mod services;
pub(crate) mod snippet;
pub(crate) mod system;
pub(crate) mod units;
pub(crate) mod upstream;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use nginx::Nginx;
pub use probe::Probe;
pub use system::Lab;
pub use system::{Plan, Started};
pub(crate) use upstream::{Protocol, Upstream, UpstreamPlan};

use crate::check::CheckError;
use crate::sandbox::SandboxError;

/// An error of ours in a lab, as opposed to the learner's.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The work was called off.
    #[error("the lab was cancelled")]
    Cancelled,
    /// A port of 127.0.0.1 could not be taken.
    #[error("cannot take a port of 127.0.0.1")]
    Port(#[source] io::Error),
    /// An upstream could not be started.
    #[error("cannot start the upstream `{name}`")]
    Upstream {
        /// The upstream.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A file of the lab could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// nginx runs, but does not listen.
    #[error("nginx does not listen after {} s", .0.as_secs())]
    Silent(Duration),
    /// nginx could not be started.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl LabError {
    /// Makes an error of `path` from its cause.
    pub(crate) fn file(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File {
            path: path.clone(),
            source,
        }
    }
}

impl From<LabError> for CheckError {
    fn from(error: LabError) -> Self {
        match error {
            LabError::Cancelled => Self::Cancelled,
            LabError::Sandbox(error) => Self::Sandbox(error),
            LabError::File { path, source } => Self::File { path, source },
            LabError::Port(_) | LabError::Upstream { .. } | LabError::Silent(_) => {
                Self::Kind(Box::new(error))
            }
        }
    }
}
