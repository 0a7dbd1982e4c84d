//! Clock, stopwatch and time zone.

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts a stopwatch.
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

    /// Returns the time until `limit`, zero if it has passed.
    pub fn remaining(self, limit: Duration) -> Duration {
        limit.saturating_sub(self.elapsed())
    }
}

/// Returns the machine's time zone in the format of `TZ`, such as `CET-1CEST,M3.5.0,M10.5.0/3`: the last
/// line of `/etc/localtime` (RFC 9636). A program that cannot see that file needs the variable.
pub(crate) fn zone() -> Option<String> {
    last_rule(&fs::read("/etc/localtime").ok()?)
}

fn last_rule(file: &[u8]) -> Option<String> {
    let rule = file
        .strip_suffix(b"\n")?
        .rsplit(|byte| *byte == b'\n')
        .next()?;
    let is_rule = !rule.is_empty() && rule.iter().all(u8::is_ascii_graphic);
    is_rule.then(|| String::from_utf8_lossy(rule).into_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// Returns the time in seconds since 1970-01-01 UTC.
pub(crate) fn unix_time() -> u64 {
    now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns how long ago `time` was; zero if it is in the future.
pub(crate) fn age(time: SystemTime) -> Duration {
    now().duration_since(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_a_time_zone_is_the_last_line_of_its_file() {
        let rule = last_rule(b"TZif2\0\n\x01\nCET-1CEST,M3.5.0,M10.5.0/3\n");
        assert_eq!(rule.as_deref(), Some("CET-1CEST,M3.5.0,M10.5.0/3"));
        for none in [
            &b"TZif\0\0"[..],
            b"TZif2\0\n\n",
            b"TZif2\0\n\x01\x02\n",
            b"",
        ] {
            assert_eq!(last_rule(none), None);
        }
    }
}
