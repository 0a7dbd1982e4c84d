//! Some timelines that the function must judge. Add your own.

use contract::{Event, Limits, Outcome, Step};
use gateway_status::gateway_status;

const LIMITS: Limits = Limits {
    connect: 60_000,
    read: 60_000,
    kernel: 134_800,
    worker: u64::MAX,
};

fn step(at: u64, event: Event) -> Step {
    Step { at, event }
}

#[test]
fn nothing_listens() {
    let timeline = [step(0, Event::Refused)];
    let expected = Outcome { status: 502, at: 0 };
    assert_eq!(gateway_status(&timeline, LIMITS), expected);
}

#[test]
fn quick_answer() {
    let timeline = [step(1, Event::Connected), step(30, Event::HeaderDone)];
    let expected = Outcome {
        status: 200,
        at: 30,
    };
    assert_eq!(gateway_status(&timeline, LIMITS), expected);
}

#[test]
fn no_answer() {
    let timeline = [step(1, Event::Connected)];
    let expected = Outcome {
        status: 504,
        at: 60_001,
    };
    assert_eq!(gateway_status(&timeline, LIMITS), expected);
}

#[test]
fn raised_connect_timeout() {
    let limits = Limits {
        connect: 300_000,
        ..LIMITS
    };
    let expected = Outcome {
        status: 502,
        at: 134_800,
    };
    assert_eq!(gateway_status(&[], limits), expected);
}
