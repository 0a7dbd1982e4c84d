//! A lab that stays up: one process keeps it and takes requests from any terminal over a unix socket in the
//! lab's private folder.
//!
//! [`Keeper`] owns the lab and handles one [`Request`] at a time; [`Caller`] sends requests from other
//! processes; [`registry`] lists the labs that are up. [`wrappers`] are the commands `nginx` and `svc` of
//! the lab's shell.

mod caller;
pub(crate) mod keeper;
pub(crate) mod protocol;
pub(crate) mod registry;
mod server;
pub(crate) mod shell;
pub(crate) mod tail;
pub(crate) mod words;
pub(crate) mod wrappers;

pub(crate) use caller::{CallError, Caller};
pub(crate) use keeper::{Happened, Keeper, Opening};
pub(crate) use protocol::{Answer, NginxWord, Request, Status};
pub(crate) use registry::{Entry, Registry};
