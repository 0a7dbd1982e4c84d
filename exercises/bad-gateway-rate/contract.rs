/// What a stretch of access log says. Every well-formed line is one request
/// and raises at most one of the six counters from `gateway_502` to `retried`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Well-formed lines, whatever they say.
    pub requests: u64,
    /// Status 502, and nginx itself made it.
    pub gateway_502: u64,
    /// Status 502, and the app (or a proxy further in) said it.
    pub app_502: u64,
    /// Status 504.
    pub timeout_504: u64,
    /// Status 009: the upstream does not speak HTTP.
    pub not_http_009: u64,
    /// Status 200, but the body was cut short.
    pub cut_200: u64,
    /// None of the above, and nginx made a further attempt at a server.
    pub retried: u64,
    /// Lines that do not have the shape of the format. Not requests.
    pub malformed: u64,
}

/// Counts the lines of an access log written with
///
/// ```text
/// log_format triage '$status ua=[$upstream_addr] us=[$upstream_status] '
///                   'uct=[$upstream_connect_time] '
///                   'uht=[$upstream_header_time] '
///                   'urt=[$upstream_response_time] '
///                   'ubr=[$upstream_bytes_received] '
///                   'sent=$body_bytes_sent '
///                   'len=$upstream_http_content_length '
///                   'method=$request_method';
/// ```
///
/// Shape:
///
/// * A line is well formed when it has all these fields, in this order, with
///   one space between two of them, when the status is exactly three digits,
///   and when `sent` is a whole number that fits a `u64`.
/// * The other fields may hold anything. `ua` may hold brackets, since an IPv6
///   address is written `[::1]:3000`.
/// * A line of white space only, or an empty one, is skipped and counted
///   nowhere. Every other line that is not well formed counts as `malformed`
///   and as nothing else.
///
/// A well-formed line raises `requests` and then the first counter that fits:
///
/// 1. Status 009: `not_http_009`.
/// 2. Status 504: `timeout_504`.
/// 3. Status 502: look at the last attempt whose value in `us` is 502. If its
///    value in `uht` is `-`, or if no attempt has 502, it is `gateway_502`,
///    else `app_502`. Attempts are separated by `, ` or ` : `, and `us` and
///    `uht` have equally many.
/// 4. Status 200, the method is not `HEAD`, `len` is a whole number that fits a
///    `u64`, and `sent` is smaller than it: `cut_200`.
/// 5. Any other status or 200 uncut, and `us` holds a `, `: `retried`. The
///    ` : ` of an internal redirect alone is no retry.
pub fn count_lines(log: &str) -> Counts;

/// How many of a thousand requests the gateway itself turned into a 502,
/// truncated: `gateway_502` times 1000, divided by `requests`.
///
/// * `None` when `requests` is 0.
/// * Exact for all counters, also where the product needs more than 64 bits.
///   `gateway_502` is never greater than `requests`.
pub fn bad_gateway_rate(counts: &Counts) -> Option<u64>;
