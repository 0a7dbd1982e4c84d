/// One `server` line of an `upstream` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `max_fails`: so many failures put the server aside; 0 means never.
    /// nginx's default is 1.
    pub max_fails: u32,
    /// `fail_timeout` in whole seconds. nginx's default is 10.
    pub fail_timeout: u64,
    /// Whether the line says `backup`.
    pub backup: bool,
    /// Whether the line says `down`.
    pub down: bool,
}

/// How one attempt at a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A whole header came, with this status. Whatever the status, also 502:
    /// no `http_…` word is listed in `proxy_next_upstream`.
    Answered(u16),
    /// Refused, reset, timed out, closed early or unusable header.
    Failed,
}

/// One attempt, begun and ended within the second `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The time in whole seconds.
    pub at: u64,
    /// The place of the server in the pool, counted from 0.
    pub server: usize,
    /// How the attempt ended.
    pub outcome: Outcome,
}

/// Which servers nginx may choose for a request that arrives at the second
/// `now`: their places in the pool, in ascending order. An empty answer is
/// what nginx calls `no live upstreams`.
///
/// `pool` has at least one server that is no backup, and every address in it
/// is a literal one. `events` is in order of time, and each of its servers is
/// in the pool. Events later than `now` have not happened yet and count for
/// nothing.
///
/// Failures. Each server has a count of its own, 0 at the start.
///
/// * `Failed` adds 1 to the count.
/// * `Answered` sets the count back to 0 when it comes **more than**
///   `fail_timeout` seconds after the last failure of this server. An earlier
///   answer changes nothing.
/// * Nothing else changes the count; time alone does not.
///
/// Penalty. A server is put aside at `now` when all of this holds:
///
/// * `max_fails` is not 0, and the count is at least `max_fails`,
/// * its last failure is **at most** `fail_timeout` seconds ago,
/// * the pool has more than one server, be they `backup` or `down`. In a pool
///   of one server, failures are ignored.
///
/// Choice.
///
/// * A server that is `down` is never chosen.
/// * The answer is all servers that are no backup, not `down` and not put
///   aside. Only when there are none, it is the backup servers that are not
///   `down` and not put aside.
pub fn eligible(pool: &[Server], events: &[Event], now: u64) -> Vec<usize>;
