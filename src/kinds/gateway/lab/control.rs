//! A lab that stays up: it is kept in one process, and words reach it from any terminal over a
//! socket in its private folder.
//!
//! [`Keeper`] owns the lab and answers one [`Request`] after the other; [`Caller`] asks from
//! another process; [`registry`] knows which labs are up. [`wrappers`] are the commands of the
//! trade, `nginx` and `svc`, as a learner types them in the lab's shell.

mod caller;
pub mod keeper;
pub mod protocol;
pub mod registry;
mod server;
pub mod shell;
pub mod tail;
pub mod words;
pub mod wrappers;

pub use caller::{CallError, Caller};
pub use keeper::{Happened, Keeper, Opening, Told};
pub use protocol::{Answer, NginxWord, Request, Status};
pub use registry::{Entry, Registry};
