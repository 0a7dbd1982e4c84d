//! A file that was handed in.

/// A file of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Its path in the submission, with `/` between the parts.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
