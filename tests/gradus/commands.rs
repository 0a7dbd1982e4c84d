//! The commands as a learner or an author runs them: whole output and exit code.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

mod authoring;
mod explaining;
mod learning;
mod robust;
mod solving;
