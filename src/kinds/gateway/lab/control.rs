//! A lab that stays up: one process keeps it and takes requests from any terminal over a unix socket in the
//! lab's private folder.
//!
//! [`LabHost`] owns the lab and handles one [`LabRequest`] at a time; [`LabClient`] sends requests from other
//! processes; [`registry`] lists the labs that are up. [`wrappers`] are the commands `nginx` and `svc` of
//! the lab's shell.

mod caller;
pub(crate) mod commands;
pub(crate) mod keeper;
pub(crate) mod protocol;
pub(crate) mod registry;
mod server;
pub(crate) mod shell;
pub(crate) mod tail;
pub(crate) mod wrappers;

pub(crate) use caller::{LabClient, LabClientError};
pub(crate) use keeper::{LabEvent, LabHost, LabSetup};
pub(crate) use protocol::{LabReply, LabRequest, LabStatus, NginxCommand};
pub(crate) use registry::{Entered, RegisteredLab, Registry};
