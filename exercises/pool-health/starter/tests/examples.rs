//! A few public examples. The hidden tests try more pools.

use contract::{Event, Outcome, Server};
use pool_health::eligible;

fn server(max_fails: u32) -> Server {
    Server {
        max_fails,
        fail_timeout: 10,
        backup: false,
        down: false,
    }
}

fn failed(at: u64, server: usize) -> Event {
    Event {
        at,
        server,
        outcome: Outcome::Failed,
    }
}

/// Before anything failed, every server is eligible
#[test]
fn fresh_pool() {
    assert_eq!(eligible(&[server(1), server(1)], &[], 100), [0, 1]);
}

/// A failure puts a server aside for 10 seconds
#[test]
fn put_aside() {
    let pool = [server(1), server(1)];
    let events = [failed(100, 0)];
    assert_eq!(eligible(&pool, &events, 105), [1]);
    assert_eq!(eligible(&pool, &events, 110), [1]);
    assert_eq!(eligible(&pool, &events, 111), [0, 1]);
}

/// One failure of three allowed ones puts nobody aside
#[test]
fn three_allowed() {
    let pool = [server(3), server(3)];
    assert_eq!(eligible(&pool, &[failed(100, 0)], 100), [0, 1]);
}
