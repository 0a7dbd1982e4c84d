//! Looks for a header anywhere before it looks at the limits.

use contract::{Event, Limits, Outcome, Step};

/// Tells the status with which nginx answers, and when it is settled.
pub fn gateway_status(timeline: &[Step], limits: Limits) -> Outcome {
    let header = timeline.iter().find(|step| step.event == Event::HeaderDone);
    let connected = timeline.iter().find(|step| step.event == Event::Connected);
    if let (Some(header), Some(connected)) = (header, connected)
        && header.at <= connected.at + limits.read
    {
        return outcome(200, header.at);
    }
    let mut given_up = first_limit(limits.kernel, limits.connect);
    for step in timeline {
        if step.at > given_up.at {
            break;
        }
        match step.event {
            Event::Connected => {
                let worker = step.at.saturating_add(limits.worker);
                given_up = first_limit(worker, step.at + limits.read);
            }
            Event::Refused | Event::Closed => return outcome(502, step.at),
            Event::HeaderDone => return outcome(200, step.at),
            Event::HeaderPart | Event::BodyPart => {}
        }
    }
    given_up
}

/// Returns what happens when nothing else does: the other side's limit ends in
/// a 502, the timer of nginx in a 504. The timer comes last.
fn first_limit(other: u64, timer: u64) -> Outcome {
    if other <= timer {
        outcome(502, other)
    } else {
        outcome(504, timer)
    }
}

fn outcome(status: u16, at: u64) -> Outcome {
    Outcome { status, at }
}
