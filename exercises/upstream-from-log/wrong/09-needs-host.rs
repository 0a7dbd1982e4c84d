//! Lets the next field end the value.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, request) = line.split_once(", request: \"")?;
    let (_, mut fields) = request.split_once("\", ")?;
    if let Some(subrequest) = fields.strip_prefix("subrequest: \"") {
        (_, fields) = subrequest.split_once("\", ")?;
    }
    let (value, _) = fields.strip_prefix("upstream: \"")?.split_once("\", ")?;
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find(':').unwrap_or(path.len()),
        None => rest.find('/').unwrap_or(rest.len()),
    };
    Some(&rest[..end])
}
