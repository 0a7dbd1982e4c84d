//! A lab that stays up: it is kept in one process, and words reach it from any terminal over a
//! socket in its private folder.
//!
//! [`Keeper`] owns the lab and answers one [`Request`] after the other; [`Caller`] asks from
//! another process; [`registry`] knows which labs are up. [`wrappers`] are the commands of the
//! trade, `nginx` and `svc`, as a learner types them in the lab's shell.

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
