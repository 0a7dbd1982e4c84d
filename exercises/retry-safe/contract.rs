/// How an attempt at a server went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Refused, unreachable, reset, closed before a whole header, or a failed
    /// TLS handshake. Word: `error`.
    Error,
    /// `proxy_connect_timeout` or `proxy_read_timeout` ran out before a whole
    /// header was there. Word: `timeout`.
    Timeout,
    /// A header that nginx cannot use, too big ones included.
    /// Word: `invalid_header`.
    InvalidHeader,
    /// A whole and valid header with this status. Words: `http_500`,
    /// `http_502`, `http_503`, `http_504`, `http_403`, `http_404`, `http_429`.
    Status(u16),
}

/// One attempt at one server, and what remains after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The method of the request, in capitals as clients send it.
    pub method: String,
    /// Whether nginx had begun to send the request to this server.
    pub request_sent: bool,
    /// Whether the attempt used a keep-alive connection, opened for an earlier
    /// request.
    pub kept: bool,
    /// Whether the response header was already passed on to the client; then
    /// `failure` came in the middle of the body.
    pub header_passed: bool,
    /// How many servers of the pool are left to try.
    pub servers_left: u32,
    /// What went wrong.
    pub failure: Failure,
}

/// What nginx does next, and if it stops, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It tries again.
    Retry,
    /// It stops: the client already has the header.
    HeaderPassed,
    /// It stops: no server is left.
    NoServerLeft,
    /// It stops: `proxy_next_upstream` does not list this failure.
    NotListed,
    /// It stops: the request may have been carried out already, and it is not
    /// one to repeat.
    NotRepeatable,
}

/// What nginx does after `attempt`, with the words of the `proxy_next_upstream`
/// directive in `words`. The first rule that applies is the answer.
///
/// 1. `header_passed`: `HeaderPassed`.
/// 2. `servers_left` is 0: `NoServerLeft`. One exception: a failure of the kind
///    `Error` on a `kept` connection earns one more attempt, on a fresh
///    connection, so this rule does not apply.
/// 3. `words` does not hold the word of the failure: `NotListed`.
///    * An empty `words` means that the directive is not written; nginx's
///      default `error timeout` holds.
///    * Written words replace the default, they do not add to it.
///    * `off` switches everything off, whatever else is in `words`.
///    * A status without a word, such as 500 without `http_500` or 418 with
///      any words, is not listed.
/// 4. `request_sent`, the method is `POST`, `LOCK` or `PATCH`, and `words` does
///    not hold `non_idempotent`: `NotRepeatable`. All other methods are ones to
///    repeat.
/// 5. Else `Retry`.
///
/// `words` holds only words that nginx knows.
pub fn next_step(words: &[&str], attempt: &Attempt) -> Next;
