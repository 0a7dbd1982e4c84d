//! Hidden tests of `gateway_status`.

use contract::{Event, Limits, Outcome, Step};
use gateway_status::gateway_status;

const NEVER: u64 = u64::MAX;

/// The defaults of nginx and of Linux.
const LIMITS: Limits = Limits {
    connect: 60_000,
    read: 60_000,
    kernel: 134_800,
    worker: NEVER,
};

fn judge(timeline: &[(u64, Event)], limits: Limits) -> Outcome {
    let steps: Vec<Step> = timeline
        .iter()
        .map(|&(at, event)| Step { at, event })
        .collect();
    gateway_status(&steps, limits)
}

fn outcome(status: u16, at: u64) -> Outcome {
    Outcome { status, at }
}

/// A refused connection is a 502, at the time of the refusal
#[test]
fn refused_is_502() {
    assert_eq!(judge(&[(0, Event::Refused)], LIMITS), outcome(502, 0));
    let late = judge(&[(3_000, Event::Refused)], LIMITS);
    assert_eq!(late, outcome(502, 3_000));
}

/// A complete header in time is a 200
#[test]
fn header_in_time_is_200() {
    let timeline = [
        (2, Event::Connected),
        (20, Event::HeaderPart),
        (25, Event::HeaderDone),
        (30, Event::BodyPart),
        (31, Event::Closed),
    ];
    assert_eq!(judge(&timeline, LIMITS), outcome(200, 25));
}

/// A connection that nobody accepts is a 504 after `connect`
#[test]
fn connect_runs_out_is_504() {
    assert_eq!(judge(&[], LIMITS), outcome(504, 60_000));
    let limits = Limits {
        connect: 1_000,
        ..LIMITS
    };
    assert_eq!(judge(&[], limits), outcome(504, 1_000));
    let refused_later = [(3_000, Event::Refused)];
    assert_eq!(judge(&refused_later, limits), outcome(504, 1_000));
    let connected_later = [(3_000, Event::Connected), (3_001, Event::HeaderDone)];
    assert_eq!(judge(&connected_later, limits), outcome(504, 1_000));
}

/// When the kernel gives up first it is a 502
#[test]
fn kernel_runs_out_is_502() {
    let limits = Limits {
        connect: 300_000,
        ..LIMITS
    };
    assert_eq!(judge(&[], limits), outcome(502, 134_800));
    let connected_later = [(200_000, Event::Connected), (200_001, Event::HeaderDone)];
    assert_eq!(judge(&connected_later, limits), outcome(502, 134_800));
}

/// Once connected, `connect` and `kernel` no longer run
#[test]
fn connect_limits_end_with_the_connection() {
    let limits = Limits {
        connect: 1_000,
        kernel: 2_000,
        ..LIMITS
    };
    let timeline = [(900, Event::Connected), (5_000, Event::HeaderDone)];
    assert_eq!(judge(&timeline, limits), outcome(200, 5_000));
}

/// No header is a 504 when `read` has run from the connection on
#[test]
fn read_runs_from_connected() {
    let limits = Limits {
        read: 1_000,
        ..LIMITS
    };
    assert_eq!(
        judge(&[(700, Event::Connected)], limits),
        outcome(504, 1_700)
    );
    let in_time = [(700, Event::Connected), (1_500, Event::HeaderDone)];
    assert_eq!(judge(&in_time, limits), outcome(200, 1_500));
    let too_late = [(700, Event::Connected), (1_800, Event::HeaderDone)];
    assert_eq!(judge(&too_late, limits), outcome(504, 1_700));
}

/// Parts of the header do not restart `read`
#[test]
fn header_parts_do_not_restart_read() {
    let limits = Limits {
        read: 1_000,
        ..LIMITS
    };
    let timeline = [
        (0, Event::Connected),
        (700, Event::HeaderPart),
        (1_400, Event::HeaderPart),
        (2_100, Event::HeaderDone),
    ];
    assert_eq!(judge(&timeline, limits), outcome(504, 1_000));
}

/// A part of the header is not yet a 200
#[test]
fn header_part_is_not_enough() {
    let silent = [(1, Event::Connected), (5, Event::HeaderPart)];
    assert_eq!(judge(&silent, LIMITS), outcome(504, 60_001));
    let closed = [
        (1, Event::Connected),
        (5, Event::HeaderPart),
        (9, Event::Closed),
    ];
    assert_eq!(judge(&closed, LIMITS), outcome(502, 9));
}

/// An upstream that hangs up before its header is complete is a 502
#[test]
fn closed_before_the_header_is_502() {
    let timeline = [(1, Event::Connected), (40, Event::Closed)];
    assert_eq!(judge(&timeline, LIMITS), outcome(502, 40));
    let limits = Limits { read: 10, ..LIMITS };
    assert_eq!(judge(&timeline, limits), outcome(504, 11));
}

/// A killed worker is a 502, not a 504
#[test]
fn killed_worker_is_502() {
    let limits = Limits {
        read: 30_000,
        worker: 1_000,
        ..LIMITS
    };
    let timeline = [
        (500, Event::Connected),
        (900, Event::HeaderPart),
        (4_000, Event::HeaderDone),
    ];
    assert_eq!(judge(&timeline, limits), outcome(502, 1_500));
    let patient_worker = Limits {
        read: 1_000,
        worker: 30_000,
        ..LIMITS
    };
    assert_eq!(judge(&timeline, patient_worker), outcome(504, 1_500));
}

/// After the header nothing changes the 200
#[test]
fn nothing_changes_the_200() {
    let limits = Limits {
        read: 1_000,
        worker: 1_500,
        ..LIMITS
    };
    let stalls = [
        (0, Event::Connected),
        (10, Event::HeaderDone),
        (20, Event::BodyPart),
        (9_000, Event::BodyPart),
    ];
    assert_eq!(judge(&stalls, limits), outcome(200, 10));
    let breaks_off = [
        (0, Event::Connected),
        (10, Event::HeaderDone),
        (12, Event::Closed),
    ];
    assert_eq!(judge(&breaks_off, limits), outcome(200, 10));
    let silent = [(0, Event::Connected), (10, Event::HeaderDone)];
    assert_eq!(judge(&silent, limits), outcome(200, 10));
}

/// A step exactly at a limit is in time
#[test]
fn step_at_the_limit_is_in_time() {
    let limits = Limits {
        connect: 1_000,
        read: 2_000,
        ..LIMITS
    };
    let timeline = [(1_000, Event::Connected), (3_000, Event::HeaderDone)];
    assert_eq!(judge(&timeline, limits), outcome(200, 3_000));
    let timeline = [(1_000, Event::Connected), (3_001, Event::HeaderDone)];
    assert_eq!(judge(&timeline, limits), outcome(504, 3_000));
    let limits = Limits {
        worker: 2_000,
        ..LIMITS
    };
    let timeline = [(0, Event::Connected), (2_000, Event::HeaderDone)];
    assert_eq!(judge(&timeline, limits), outcome(200, 2_000));
}

/// In the same millisecond the timer of nginx comes last
#[test]
fn timer_of_nginx_comes_last() {
    let limits = Limits {
        connect: 5_000,
        kernel: 5_000,
        read: 700,
        worker: 700,
    };
    assert_eq!(judge(&[], limits), outcome(502, 5_000));
    assert_eq!(judge(&[(10, Event::Connected)], limits), outcome(502, 710));
}

/// A limit of `u64::MAX` means never
#[test]
fn max_means_never() {
    let limits = Limits {
        connect: 300_000,
        read: 5_000,
        kernel: NEVER,
        worker: NEVER,
    };
    assert_eq!(judge(&[], limits), outcome(504, 300_000));
    let silent = [(250_000, Event::Connected)];
    assert_eq!(judge(&silent, limits), outcome(504, 255_000));
    let limits = Limits {
        worker: NEVER - 1,
        ..limits
    };
    assert_eq!(judge(&silent, limits), outcome(504, 255_000));
}

/// Every time of the header is judged right, around every limit
#[test]
fn every_time_around_the_limits() {
    for connected in 0..4 {
        for header in connected..14 {
            for worker in [2, 5, 7, NEVER] {
                let limits = Limits {
                    connect: 2,
                    read: 5,
                    kernel: 3,
                    worker,
                };
                let expected = match (connected > 2, header - connected) {
                    (true, _) => outcome(504, 2),
                    (_, wait) if wait <= worker.min(5) => outcome(200, header),
                    _ if worker <= 5 => outcome(502, connected + worker),
                    _ => outcome(504, connected + 5),
                };
                let timeline = [(connected, Event::Connected), (header, Event::HeaderDone)];
                assert_eq!(judge(&timeline, limits), expected);
            }
        }
    }
}
