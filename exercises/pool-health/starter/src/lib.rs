//! Which servers of a pool may nginx choose?

use contract::{Event, Outcome, Server};

/// The places of the servers that nginx may choose at the second `now`.
pub fn eligible(pool: &[Server], events: &[Event], now: u64) -> Vec<usize> {
    let mut failed_at = vec![None; pool.len()];
    for event in events {
        failed_at[event.server] = match event.outcome {
            Outcome::Failed => Some(event.at),
            Outcome::Answered(_) => None,
        };
    }
    let mut chosen = Vec::new();
    for (place, server) in pool.iter().enumerate() {
        let put_aside = failed_at[place].is_some_and(|at| now - at < server.fail_timeout);
        if !put_aside && !server.down {
            chosen.push(place);
        }
    }
    chosen
}
