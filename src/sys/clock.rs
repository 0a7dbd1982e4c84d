//! The clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Returns a stopwatch that starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Returns what is left of `limit`, zero when it is over.
    pub fn left_of(self, limit: Duration) -> Duration {
        limit.saturating_sub(self.elapsed())
    }
}

/// Returns the time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Returns the seconds since 1970-01-01 UTC.
pub fn unix_time() -> u64 {
    now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns how long ago `time` was; zero where it is still to come.
pub fn age(time: SystemTime) -> Duration {
    now().duration_since(time).unwrap_or_default()
}
