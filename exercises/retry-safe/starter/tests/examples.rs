//! A few public examples. The hidden tests try more of the rules.

use contract::{Attempt, Failure, Next};
use retry_safe::next_step;

fn refused(method: &str) -> Attempt {
    Attempt {
        method: method.to_string(),
        request_sent: false,
        kept: false,
        header_passed: false,
        servers_left: 1,
        failure: Failure::Error,
    }
}

/// A refused GET goes to the next server
#[test]
fn refused_get() {
    assert_eq!(
        next_step(&["error", "timeout"], &refused("GET")),
        Next::Retry
    );
}

/// A refused POST too: nothing had been sent
#[test]
fn refused_post() {
    assert_eq!(
        next_step(&["error", "timeout"], &refused("POST")),
        Next::Retry
    );
}

/// A POST that the server had received stays where it is
#[test]
fn sent_post() {
    let mut attempt = refused("POST");
    attempt.request_sent = true;
    assert_eq!(next_step(&["error"], &attempt), Next::NotRepeatable);
}

/// Without a directive, the app's own 502 is passed on
#[test]
fn own_502() {
    let mut attempt = refused("GET");
    attempt.request_sent = true;
    attempt.failure = Failure::Status(502);
    assert_eq!(next_step(&[], &attempt), Next::NotListed);
}
