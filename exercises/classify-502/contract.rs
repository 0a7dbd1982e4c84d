/// How far the exchange got when it broke, as nginx saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// Nothing left nginx: it had no address, or no server left to try.
    Nginx,
    /// On the way: there was no connection, or no TLS session.
    NginxToUpstream,
    /// The connection was established; the upstream did not answer as it should.
    Upstream,
}

/// Why the exchange broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The configuration names no DNS server to ask.
    NoResolver,
    /// DNS was asked and gave no address.
    NameNotResolved,
    /// Every server of the pool is down or in its penalty time.
    NoLiveUpstreams,
    /// Nothing listens on the address.
    Refused,
    /// The file of the unix socket does not exist.
    NoSocketFile,
    /// nginx may not connect: file mode of a socket, or a policy.
    PermissionDenied,
    /// The kernel gave up connecting, before the timer of nginx ran out.
    KernelGaveUp,
    /// `connect()` failed in another way: no route, no local port, queue full.
    ConnectFailed,
    /// The TLS handshake with the upstream failed.
    TlsFailed,
    /// A timer of nginx ran out.
    TimedOut,
    /// The upstream closed the connection too early.
    Closed,
    /// The upstream reset the connection.
    Reset,
    /// The response header does not fit into `proxy_buffer_size`.
    HeaderTooBig,
    /// The response header cannot be used.
    HeaderInvalid,
    /// What the upstream sent does not begin like HTTP.
    NotHttp,
}

/// What the client sees when this attempt is the last one, and neither
/// `error_page` nor `auth_request` makes something else of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Status 502.
    BadGateway,
    /// Status 504.
    GatewayTimeout,
    /// The bytes of the upstream, without a status line; 009 in access.log.
    RawBytes,
    /// The status that the upstream sent, and a body cut short.
    CutShort,
}

/// What one line of error.log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// How far the exchange got.
    pub hop: Hop,
    /// Why it broke.
    pub cause: Cause,
    /// What the client sees.
    pub answer: Answer,
}

/// Tells hop, cause and answer from one line of an nginx error.log, or `None`
/// when the line alone does not tell them.
///
/// The form of a line is
/// `DATE TIME [LEVEL] PID#TID: *N MESSAGE, client: A, server: S, …`.
///
/// * Only levels `error` and `crit` count. Every other level gives `None`.
/// * A line without `*N`, the number of the connection, gives `None`.
/// * Only the message counts. It begins after `*N` and a space and ends
///   before the first `, client: `, or with the line when there is none.
/// * The end of the message is the stage. With the stage removed, the
///   rest must fit a row of its stage. The first row that fits is the result;
///   no row: `None`. `…` stands for any text, `N` for any number (numbers
///   differ between systems: go by the words), and a row ending in `…` tells
///   how the text begins.
///
/// Stage ` while connecting to upstream`:
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `no live upstreams` | `NoLiveUpstreams` | `Nginx` | `BadGateway` |
/// | `upstream timed out…` | `TimedOut` | `NginxToUpstream` | `GatewayTimeout` |
/// | `connect()… failed (N: Connection refused)` | `Refused` | `NginxToUpstream` | `BadGateway` |
/// | `connect()… failed (N: No such file or directory)` | `NoSocketFile` | `NginxToUpstream` | `BadGateway` |
/// | `connect()… failed (N: Permission denied)` | `PermissionDenied` | `NginxToUpstream` | `BadGateway` |
/// | `connect()… failed (N: Connection timed out)` or `connect()… failed (N: Operation timed out)` | `KernelGaveUp` | `NginxToUpstream` | `BadGateway` |
/// | `connect()… failed (N: …)` | `ConnectFailed` | `NginxToUpstream` | `BadGateway` |
///
/// Stage ` while SSL handshaking to upstream`:
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `upstream timed out…` | `TimedOut` | `NginxToUpstream` | `GatewayTimeout` |
/// | any other | `TlsFailed` | `NginxToUpstream` | `BadGateway` |
///
/// Stage ` while sending request to upstream`:
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `upstream timed out…` | `TimedOut` | `Upstream` | `GatewayTimeout` |
///
/// Stage ` while reading response header from upstream`:
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `upstream timed out…` | `TimedOut` | `Upstream` | `GatewayTimeout` |
/// | `upstream prematurely closed connection` | `Closed` | `Upstream` | `BadGateway` |
/// | `CALL() failed (N: Connection reset by peer)`, `CALL` being one word | `Reset` | `Upstream` | `BadGateway` |
/// | `upstream sent too big header` | `HeaderTooBig` | `Upstream` | `BadGateway` |
/// | `upstream sent no valid HTTP/…` | `NotHttp` | `Upstream` | `RawBytes` |
/// | `upstream sent …` | `HeaderInvalid` | `Upstream` | `BadGateway` |
///
/// Stage ` while reading upstream` (the header has been passed on):
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `upstream timed out…` | `TimedOut` | `Upstream` | `CutShort` |
/// | `upstream prematurely closed connection` | `Closed` | `Upstream` | `CutShort` |
/// | `CALL() failed (N: Connection reset by peer)`, `CALL` being one word | `Reset` | `Upstream` | `CutShort` |
///
/// A message that ends in none of these stages:
///
/// | text | cause | hop | answer |
/// | --- | --- | --- | --- |
/// | `no resolver defined to resolve …` | `NoResolver` | `Nginx` | `BadGateway` |
/// | `NAME could not be resolved (N: …)`, `NAME` being one word | `NameNotResolved` | `Nginx` | `BadGateway` |
pub fn classify_502(line: &str) -> Option<Finding>;
