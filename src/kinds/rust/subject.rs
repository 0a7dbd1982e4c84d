//! A Rust exercise as its checks see it.

use super::contract::{Contract, Function};
use super::titles::DeclaredTest;
use crate::check::Collected;
use crate::kind::Tier;
use crate::sandbox::Limits;

/// A Rust exercise, parsed.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub id: String,
    pub crate_name: String,
    pub tier: Tier,
    pub contract: Contract,
    /// The functions called across processes: the contract's, or the bridge's.
    pub functions: Vec<Function>,
    pub bridge: Option<String>,
    /// The source of the hidden tests.
    pub hidden: String,
    /// The hidden tests visible in the source, in file order.
    pub tests: Vec<DeclaredTest>,
    /// The reference solution; empty in a student edition.
    pub solution: Vec<Collected>,
    /// The limits of the learner's code.
    pub limits: Limits,
}

impl Subject {
    pub(crate) fn has_types(&self) -> bool {
        !self.contract.types.is_empty()
    }

    /// Whether the functions of the contract themselves are called from another process.
    pub(crate) fn has_answers(&self) -> bool {
        self.tier == Tier::Called && self.bridge.is_none()
    }
}
