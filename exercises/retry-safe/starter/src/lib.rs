//! May nginx try the next server?

use contract::{Attempt, Failure, Next};

/// What nginx does after this attempt, and if it stops, why.
pub fn next_step(words: &[&str], attempt: &Attempt) -> Next {
    if attempt.servers_left == 0 {
        return Next::NoServerLeft;
    }
    let word = match attempt.failure {
        Failure::Error => "error",
        Failure::Timeout => "timeout",
        Failure::InvalidHeader => "invalid_header",
        Failure::Status(_) => "http_502",
    };
    if !words.contains(&word) {
        return Next::NotListed;
    }
    if attempt.method != "GET" && !words.contains(&"non_idempotent") {
        return Next::NotRepeatable;
    }
    Next::Retry
}
