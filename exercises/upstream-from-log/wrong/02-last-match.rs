//! Searches from the end, behind everything the request could hold.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, value) = line.rsplit_once(", upstream: \"")?;
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find([':', '"'])?,
        None => rest.find(['/', '"'])?,
    };
    Some(&rest[..end])
}
