//! Trusts that each line has a request.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let start = line.find(", request: \"").unwrap();
    let (_, mut fields) = line[start + 12..].split_once("\", ")?;
    if let Some(subrequest) = fields.strip_prefix("subrequest: \"") {
        (_, fields) = subrequest.split_once("\", ")?;
    }
    let value = fields.strip_prefix("upstream: \"")?;
    let (_, rest) = value.split_once("://")?;
    let end = match rest.strip_prefix("unix:") {
        Some(path) => "unix:".len() + path.find([':', '"'])?,
        None => rest.find(['/', '"'])?,
    };
    Some(&rest[..end])
}
