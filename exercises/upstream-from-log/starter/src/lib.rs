//! Finds the upstream that an nginx error.log line speaks of.

/// Returns the address in the `upstream` field of `line`.
///
/// This is a first attempt. It serves for the simplest lines only.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, value) = line.split_once("upstream: \"http://")?;
    value.split('/').next()
}
