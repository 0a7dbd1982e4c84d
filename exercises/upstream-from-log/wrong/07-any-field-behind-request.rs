//! Skips the request, then takes the first field of that name.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, request) = line.split_once(", request: \"")?;
    let (_, value) = request.split_once("\", upstream: \"")?;
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find([':', '"'])?,
        None => rest.find(['/', '"'])?,
    };
    Some(&rest[..end])
}
