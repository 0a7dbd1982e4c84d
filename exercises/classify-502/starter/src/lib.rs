//! Names hop and cause from a line of nginx's error.log.

use contract::{Answer, Cause, Finding, Hop};

/// Tells hop, cause and answer from one line of an nginx error.log.
///
/// This is a first attempt. It knows three texts.
pub fn classify_502(line: &str) -> Option<Finding> {
    let cause = if line.contains("Connection refused") {
        Cause::Refused
    } else if line.contains("timed out") {
        Cause::TimedOut
    } else if line.contains("prematurely closed connection") {
        Cause::Closed
    } else {
        return None;
    };
    Some(Finding {
        hop: Hop::Upstream,
        cause,
        answer: Answer::BadGateway,
    })
}
