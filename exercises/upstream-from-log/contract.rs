/// Returns the address in the `upstream` field of an nginx error.log line.
///
/// The line comes without its line end. Its form is
///
/// ```text
/// DATE TIME [LEVEL] PID#TID: *N MESSAGE, client: A, server: S,
///   request: "R", subrequest: "…", upstream: "U", host: "H", referrer: "…"
/// ```
///
/// (one line in the file). The fields always come in this order; each of
/// them may be missing.
///
/// * nginx escapes no quotes. The message may quote what the upstream sent;
///   request, host and referrer are what the client sent. Any of them may hold
///   text that looks like a field. Only the real field counts.
/// * The request begins after the first `, request: "`. It ends at the next
///   quote that is followed by a comma and a space, or by the end of the line.
///   The same holds for the subrequest.
/// * The field after the request, or after the subrequest where there is
///   one, is the upstream. Anything else there: the line has no upstream.
/// * The value is `SCHEME://ADDRESS` and then the URI that was asked for. The
///   address ends at the first `/` or `"`. Any scheme is possible, and none is
///   part of the result: `http://[::1]:3000/a` gives `[::1]:3000`.
/// * For a unix socket the address is `unix:` and the path of the socket. It
///   ends at the first `:` or `"` after the word `unix:`, so that
///   `http://unix:/run/app.sock:/a` gives `unix:/run/app.sock`.
/// * For `no live upstreams` nginx writes the name of the pool where the
///   address would be. That name is the result.
/// * nginx truncates a line after 2047 bytes. When the line ends before the address
///   does, the result is `None`: half an address is worse than none. When the
///   address is complete, the result is that address, whatever is missing
///   after it.
/// * A line without request or without upstream gives `None`.
pub fn upstream_from_log(line: &str) -> Option<&str>;
