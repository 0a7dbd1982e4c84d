//! What an access log says about 502s.

use contract::Counts;

/// Counts the lines of an access log, each by what it says.
pub fn count_lines(log: &str) -> Counts {
    let mut counts = Counts::default();
    for line in log.lines() {
        counts.requests += 1;
        // The status alone does not tell who made it.
        match line.split(' ').next() {
            Some("009") => counts.not_http_009 += 1,
            Some("504") => counts.timeout_504 += 1,
            Some("502") => counts.gateway_502 += 1,
            _ => {}
        }
    }
    counts
}

/// How many of a thousand requests the gateway itself turned into a 502.
pub fn bad_gateway_rate(counts: &Counts) -> Option<u64> {
    Some(counts.gateway_502 * 1000 / counts.requests)
}
