//! Predicts the status of a gateway from what its upstream does.

use contract::{Event, Limits, Outcome, Step};

/// Tells the status with which nginx answers, and when it is settled.
///
/// This is a first attempt, after what one hears about slow upstreams.
pub fn gateway_status(timeline: &[Step], limits: Limits) -> Outcome {
    let mut deadline = limits.connect;
    for step in timeline {
        if step.at > deadline {
            break;
        }
        match step.event {
            Event::Refused | Event::Closed => {
                return Outcome {
                    status: 502,
                    at: step.at,
                };
            }
            Event::HeaderDone => {
                return Outcome {
                    status: 200,
                    at: step.at,
                };
            }
            Event::Connected | Event::HeaderPart | Event::BodyPart => {
                deadline = step.at + limits.read;
            }
        }
    }
    Outcome {
        status: 502,
        at: deadline,
    }
}
