//! Hidden tests of the retry rules.

use contract::{Attempt, Failure, Next};
use retry_safe::next_step;

const DEFAULT: [&str; 2] = ["error", "timeout"];

/// A failed GET goes to the next server
#[test]
fn get_is_retried() {
    assert_eq!(next_step(&DEFAULT, &refused("GET")), Next::Retry);
    assert_eq!(next_step(&DEFAULT, &dropped("GET")), Next::Retry);
    let slow = with(dropped("GET"), Failure::Timeout);
    assert_eq!(next_step(&DEFAULT, &slow), Next::Retry);
}

/// Without a directive the default is error and timeout
#[test]
fn default_words() {
    assert_eq!(next_step(&[], &dropped("GET")), Next::Retry);
    let slow = with(dropped("GET"), Failure::Timeout);
    assert_eq!(next_step(&[], &slow), Next::Retry);
    for failure in [Failure::InvalidHeader, Failure::Status(502)] {
        let attempt = with(dropped("GET"), failure);
        assert_eq!(next_step(&[], &attempt), Next::NotListed);
    }
    assert_eq!(next_step(&[], &dropped("POST")), Next::NotRepeatable);
}

/// Written words replace the default
#[test]
fn words_replace_the_default() {
    assert_eq!(next_step(&["http_502"], &dropped("GET")), Next::NotListed);
    assert_eq!(
        next_step(&["non_idempotent"], &dropped("GET")),
        Next::NotListed
    );
    assert_eq!(
        next_step(&["non_idempotent"], &dropped("POST")),
        Next::NotListed
    );
    let slow = with(dropped("GET"), Failure::Timeout);
    assert_eq!(next_step(&["error"], &slow), Next::NotListed);
    assert_eq!(next_step(&["timeout"], &slow), Next::Retry);
}

/// off switches everything off
#[test]
fn off() {
    assert_eq!(next_step(&["off"], &refused("GET")), Next::NotListed);
    assert_eq!(
        next_step(&["off", "error", "timeout"], &refused("GET")),
        Next::NotListed
    );
    assert_eq!(
        next_step(&["error", "off"], &refused("GET")),
        Next::NotListed
    );
}

/// An unusable header is retried only where it is listed
#[test]
fn invalid_header() {
    let attempt = with(dropped("GET"), Failure::InvalidHeader);
    assert_eq!(next_step(&DEFAULT, &attempt), Next::NotListed);
    assert_eq!(
        next_step(&["error", "invalid_header"], &attempt),
        Next::Retry
    );
}

/// A status is retried only where its own word is listed
#[test]
fn statuses() {
    let listed = [
        (500, "http_500"),
        (502, "http_502"),
        (503, "http_503"),
        (504, "http_504"),
        (403, "http_403"),
        (404, "http_404"),
        (429, "http_429"),
    ];
    for (status, word) in listed {
        let attempt = with(dropped("GET"), Failure::Status(status));
        assert_eq!(next_step(&DEFAULT, &attempt), Next::NotListed);
        assert_eq!(next_step(&[word], &attempt), Next::Retry);
        let mut others: Vec<&str> = listed.iter().map(|&(_, other)| other).collect();
        others.retain(|&other| other != word);
        assert_eq!(next_step(&others, &attempt), Next::NotListed);
    }
}

/// A status without a word is never retried
#[test]
fn statuses_without_a_word() {
    let words = [
        "error",
        "timeout",
        "invalid_header",
        "http_500",
        "http_502",
        "http_503",
        "http_504",
        "http_403",
        "http_404",
        "http_429",
        "non_idempotent",
    ];
    for status in [200, 400, 418, 501, 505] {
        let attempt = with(dropped("GET"), Failure::Status(status));
        assert_eq!(next_step(&words, &attempt), Next::NotListed);
    }
}

/// A slow server is not a 504 that the server says
#[test]
fn timeout_is_not_http_504() {
    let slow = with(dropped("GET"), Failure::Timeout);
    assert_eq!(next_step(&["http_504"], &slow), Next::NotListed);
    let said = with(dropped("GET"), Failure::Status(504));
    assert_eq!(next_step(&["timeout"], &said), Next::NotListed);
}

/// POST, LOCK and PATCH are not repeated once they were sent
#[test]
fn sent_and_not_repeatable() {
    for method in ["POST", "LOCK", "PATCH"] {
        assert_eq!(next_step(&DEFAULT, &dropped(method)), Next::NotRepeatable);
        let slow = with(dropped(method), Failure::Timeout);
        assert_eq!(next_step(&DEFAULT, &slow), Next::NotRepeatable);
        let said = with(dropped(method), Failure::Status(503));
        assert_eq!(next_step(&["http_503"], &said), Next::NotRepeatable);
    }
}

/// Nothing was sent: any method goes to the next server
#[test]
fn nothing_sent() {
    for method in ["POST", "LOCK", "PATCH", "PUT", "GET"] {
        assert_eq!(next_step(&DEFAULT, &refused(method)), Next::Retry);
        let slow = with(refused(method), Failure::Timeout);
        assert_eq!(next_step(&DEFAULT, &slow), Next::Retry);
    }
}

/// All other methods may be repeated
#[test]
fn repeatable_methods() {
    for method in [
        "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PURGE", "PROPFIND",
    ] {
        assert_eq!(next_step(&DEFAULT, &dropped(method)), Next::Retry);
    }
}

/// non_idempotent lets every method be repeated
#[test]
fn non_idempotent() {
    for method in ["POST", "LOCK", "PATCH", "GET"] {
        assert_eq!(
            next_step(&["error", "non_idempotent"], &dropped(method)),
            Next::Retry
        );
    }
    let said = with(dropped("POST"), Failure::Status(502));
    assert_eq!(
        next_step(&["error", "non_idempotent"], &said),
        Next::NotListed
    );
}

/// Once the header is out, nothing is retried
#[test]
fn header_is_out() {
    for failure in [Failure::Error, Failure::Timeout] {
        let mut attempt = with(dropped("GET"), failure);
        attempt.header_passed = true;
        assert_eq!(next_step(&DEFAULT, &attempt), Next::HeaderPassed);
        attempt.servers_left = 0;
        attempt.kept = true;
        assert_eq!(next_step(&["off"], &attempt), Next::HeaderPassed);
    }
}

/// After the last server there is nothing to try
#[test]
fn no_server_left() {
    let mut attempt = refused("GET");
    attempt.servers_left = 0;
    assert_eq!(next_step(&DEFAULT, &attempt), Next::NoServerLeft);
    assert_eq!(next_step(&["off"], &attempt), Next::NoServerLeft);
    let said = with(attempt, Failure::Status(502));
    assert_eq!(next_step(&["http_502"], &said), Next::NoServerLeft);
    let mut sent = dropped("POST");
    sent.servers_left = 0;
    assert_eq!(next_step(&DEFAULT, &sent), Next::NoServerLeft);
}

/// An error on a keep-alive connection earns one more attempt
#[test]
fn kept_connection() {
    let mut stale = dropped("GET");
    stale.servers_left = 0;
    stale.kept = true;
    assert_eq!(next_step(&DEFAULT, &stale), Next::Retry);
    assert_eq!(next_step(&["timeout"], &stale), Next::NotListed);
    let slow = with(stale.clone(), Failure::Timeout);
    assert_eq!(next_step(&DEFAULT, &slow), Next::NoServerLeft);
    let unusable = with(stale.clone(), Failure::InvalidHeader);
    assert_eq!(
        next_step(&["invalid_header"], &unusable),
        Next::NoServerLeft
    );
    stale.method = "POST".to_string();
    assert_eq!(next_step(&DEFAULT, &stale), Next::NotRepeatable);
    assert_eq!(next_step(&["error", "non_idempotent"], &stale), Next::Retry);
}

/// A connection that was refused: nothing was sent.
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

/// A server that took the request and closed.
fn dropped(method: &str) -> Attempt {
    Attempt {
        request_sent: true,
        ..refused(method)
    }
}

fn with(attempt: Attempt, failure: Failure) -> Attempt {
    Attempt { failure, ..attempt }
}
