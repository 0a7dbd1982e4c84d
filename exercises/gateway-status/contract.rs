/// Something that nginx sees happen at the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The connection is established. nginx sends the request at the same moment.
    Connected,
    /// The attempt to connect failed.
    Refused,
    /// A part of the response header arrived; more of it must follow.
    HeaderPart,
    /// The last byte of the header arrived; its status is 200.
    HeaderDone,
    /// A part of the body arrived.
    BodyPart,
    /// The upstream closed the connection.
    Closed,
}

/// An event and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since nginx began to connect.
    pub at: u64,
    /// What happened then.
    pub event: Event,
}

/// When each side gives up, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `proxy_connect_timeout`: nginx no longer waits for a connection.
    pub connect: u64,
    /// `proxy_read_timeout`: nginx no longer waits for the header.
    pub read: u64,
    /// The kernel gives up connecting: about 127,000 to 135,000 on Linux with
    /// its usual settings. `u64::MAX` means never.
    pub kernel: u64,
    /// The app server kills the worker that is busy with the request.
    /// `u64::MAX` means never.
    pub worker: u64,
}

/// The status that the client gets, and when it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// 200, 502 or 504.
    pub status: u16,
    /// Milliseconds since nginx began to connect.
    pub at: u64,
}

/// Tells the status with which nginx answers one request, and when it is
/// settled, from what happens at the upstream.
///
/// * The times in `timeline` never fall. `Connected` or `Refused` comes first,
///   if anything comes; nothing follows `Refused` or `Closed`. After the last
///   step nothing happens any more.
/// * While nginx connects, two limits run from time 0. `connect` runs out:
///   504. `kernel` runs out: 502. `Refused`: 502.
/// * From `Connected` until the header is complete, two limits run, both from
///   the time of `Connected`. `read` runs out: 504. `worker` runs out: the
///   connection closes, 502. `Closed`: 502.
/// * A part of the header restarts no limit.
/// * `HeaderDone`: 200. The status is settled; nothing that follows, and
///   nothing that stops, changes it.
/// * The first of these things decides, and its time is the time of the
///   outcome. In the same millisecond a step of the timeline comes first, then
///   `kernel` or `worker`, and nginx's own `connect` or `read` last.
/// * `connect` and `read` are at least 1 and at most 1,000,000,000, and so are
///   all times in `timeline`. `kernel` and `worker` are at least 1 and may be
///   `u64::MAX`, which means never.
pub fn gateway_status(timeline: &[Step], limits: Limits) -> Outcome;
