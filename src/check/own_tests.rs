//! The judgement of the learner's own tests: what they catch, and why they reject what is right.

use serde::{Deserialize, Serialize};

/// Why the learner's own tests do not accept the reference solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// The file has no code.
    Empty,
    /// The file has code, and no test.
    NoTest,
    /// A test did not end in time.
    TooSlow,
    /// A test with `#[should_panic]` did not panic.
    NoPanic,
    /// An assertion failed.
    Failed,
    /// The process of the tests ended before they did.
    Ended,
    /// They accepted it the first time and not the second.
    Unsteady,
}

/// The rejection of the reference solution by the learner's own tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Why.
    pub reason: RejectionReason,
    /// The learner's file.
    pub file: String,
    /// The function that rejects it, or lacks its `#[test]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The judgement of the learner's own tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTests {
    /// Whether they accept the reference solution.
    pub accept_reference: bool,
    /// How many wrong solutions they caught.
    pub caught: usize,
    /// How many a pass needs.
    pub needed: usize,
    /// How many wrong solutions there are.
    pub of: usize,
    /// The kinds of fault not caught, in the course's order.
    pub missed: Vec<String>,
    /// Why they do not accept the reference solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Box<Rejection>>,
}

impl OwnTests {
    /// Returns whether they suffice for a pass: they accept what is right, and catch as many as are needed.
    pub(crate) fn suffice(&self) -> bool {
        self.accept_reference && self.caught >= self.needed
    }

    /// Records that a wrong solution with this fault was not caught.
    pub(crate) fn miss(&mut self, fault: &str) {
        if !self.missed.iter().any(|missed| missed == fault) {
            self.missed.push(fault.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_fault_is_missed_once_however_many_solutions_have_it() {
        let mut own = OwnTests {
            accept_reference: true,
            caught: 0,
            needed: 1,
            of: 3,
            missed: Vec::new(),
            rejection: None,
        };
        for fault in ["zero", "sign", "zero"] {
            own.miss(fault);
        }
        assert_eq!(own.missed, ["zero", "sign"]);
    }
}
