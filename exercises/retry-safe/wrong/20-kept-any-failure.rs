//! Wrong: every failure on a keep-alive connection earns another attempt.

use contract::{Attempt, Failure, Next};

/// What nginx does after this attempt, and if it stops, why.
pub fn next_step(words: &[&str], attempt: &Attempt) -> Next {
    if attempt.header_passed {
        return Next::HeaderPassed;
    }
    let stale = attempt.kept;
    if attempt.servers_left == 0 && !stale {
        return Next::NoServerLeft;
    }
    if !is_listed(words, attempt.failure) {
        return Next::NotListed;
    }
    let delicate = matches!(attempt.method.as_str(), "POST" | "LOCK" | "PATCH");
    if attempt.request_sent && delicate && !words.contains(&"non_idempotent") {
        return Next::NotRepeatable;
    }
    Next::Retry
}

/// Whether the directive names this failure.
fn is_listed(words: &[&str], failure: Failure) -> bool {
    let words = if words.is_empty() {
        &["error", "timeout"]
    } else {
        words
    };
    if words.contains(&"off") {
        return false;
    }
    word_of(failure).is_some_and(|word| words.contains(&word))
}

/// The word of `proxy_next_upstream` for this failure.
fn word_of(failure: Failure) -> Option<&'static str> {
    let word = match failure {
        Failure::Error => "error",
        Failure::Timeout => "timeout",
        Failure::InvalidHeader => "invalid_header",
        Failure::Status(500) => "http_500",
        Failure::Status(502) => "http_502",
        Failure::Status(503) => "http_503",
        Failure::Status(504) => "http_504",
        Failure::Status(403) => "http_403",
        Failure::Status(404) => "http_404",
        Failure::Status(429) => "http_429",
        Failure::Status(_) => return None,
    };
    Some(word)
}
