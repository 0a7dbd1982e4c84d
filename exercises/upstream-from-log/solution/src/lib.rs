//! Finds the upstream that an nginx error.log line speaks of.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, request) = line.split_once(", request: \"")?;
    let fields = behind_value(request)?;
    let fields = match fields.strip_prefix("subrequest: \"") {
        Some(subrequest) => behind_value(subrequest)?,
        None => fields,
    };
    address(fields.strip_prefix("upstream: \"")?)
}

/// Returns what follows a quoted value. A quote inside the value is never
/// followed by a comma and a space.
fn behind_value(value: &str) -> Option<&str> {
    value.split_once("\", ").map(|(_, fields)| fields)
}

/// Returns the address in `SCHEME://ADDRESS…`, or `None` when the text ends
/// before the address does.
fn address(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find([':', '"'])?,
        None => rest.find(['/', '"'])?,
    };
    Some(&rest[..end])
}
