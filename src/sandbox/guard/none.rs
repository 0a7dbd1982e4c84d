//! No sandbox: the limits alone.

use std::io;
use std::sync::Arc;

use super::Guard;
use crate::sandbox::ability::{Ability, Lacking};
use crate::sandbox::policy::Policy;

/// Limits on time, memory and output, which every job has, and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct None;

impl Guard for None {
    fn name(&self) -> &'static str {
        "none"
    }

    fn summary(&self) -> &'static str {
        "limits on time, memory and output alone"
    }

    fn is_strong(&self) -> bool {
        false
    }

    fn changes_user(&self, _ability: &Ability) -> bool {
        false
    }

    fn needs(&self, _ability: &Ability) -> Result<(), Lacking> {
        Ok(())
    }

    fn make_ready(&self, _policy: &Policy) -> io::Result<Arc<str>> {
        Ok(Arc::default())
    }

    fn confine(&self, _policy: &Policy) -> io::Result<()> {
        Ok(())
    }

    fn seal(&self, _policy: &Policy) -> io::Result<()> {
        Ok(())
    }
}
