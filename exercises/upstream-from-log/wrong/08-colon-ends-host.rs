//! Puts the result together from host and port.

/// Returns the address in the `upstream` field of `line`.
pub fn upstream_from_log(line: &str) -> Option<&str> {
    let (_, request) = line.split_once(", request: \"")?;
    let (_, mut fields) = request.split_once("\", ")?;
    if let Some(subrequest) = fields.strip_prefix("subrequest: \"") {
        (_, fields) = subrequest.split_once("\", ")?;
    }
    let value = fields.strip_prefix("upstream: \"")?;
    let (_, rest) = value.split_once("://")?;
    if let Some(path) = rest.strip_prefix("unix:") {
        return Some(&rest[.."unix:".len() + path.find([':', '"'])?]);
    }
    let whole = rest.find(['/', '"'])?;
    let Some(host) = rest[..whole].find(':') else {
        return Some(&rest[..whole]);
    };
    let port = rest[host + 1..whole]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    Some(&rest[..host + 1 + port])
}
