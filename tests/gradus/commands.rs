//! The commands, each as a learner or an author meets it: whole output and exit code.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

mod authoring;
mod learning;
mod robust;
mod solving;
