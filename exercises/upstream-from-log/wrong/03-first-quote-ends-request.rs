//! Lets the next quote end each value.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, request) = line.split_once(", request: \"")?;
    let (_, mut fields) = request.split_once('"')?;
    if let Some(subrequest) = fields.strip_prefix(", subrequest: \"") {
        (_, fields) = subrequest.split_once('"')?;
    }
    let value = fields.strip_prefix(", upstream: \"")?;
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find([':', '"'])?,
        None => rest.find(['/', '"'])?,
    };
    Some(&rest[..end])
}
