//! Hidden tests of the passive health check.

use contract::{Event, Outcome, Server};
use pool_health::eligible;

/// A pool without a history is eligible as a whole
#[test]
fn fresh_pool() {
    assert_eq!(eligible(&[plain(), plain(), plain()], &[], 0), [0, 1, 2]);
    assert_eq!(eligible(&[plain()], &[], 1000), [0]);
    let events = [answered(5, 0, 200), answered(5, 1, 404)];
    assert_eq!(eligible(&[plain(), plain()], &events, 5), [0, 1]);
}

/// A failure puts its own server aside, and no other
#[test]
fn failure_puts_aside() {
    let pool = [plain(), plain(), plain()];
    assert_eq!(eligible(&pool, &[failed(100, 1)], 100), [0, 2]);
    assert_eq!(eligible(&pool, &[failed(100, 1)], 104), [0, 2]);
    let events = [failed(100, 2), failed(101, 0)];
    assert_eq!(eligible(&pool, &events, 104), [1]);
    let pool: Vec<Server> = (0..257).map(|_| plain()).collect();
    let others: Vec<usize> = (0..256).collect();
    assert_eq!(eligible(&pool, &[failed(100, 256)], 104), others);
}

/// The penalty lasts fail_timeout seconds, the last one included
#[test]
fn end_of_the_penalty() {
    let pool = [plain(), plain()];
    assert_eq!(eligible(&pool, &[failed(100, 0)], 109), [1]);
    assert_eq!(eligible(&pool, &[failed(100, 0)], 110), [1]);
    assert_eq!(eligible(&pool, &[failed(100, 0)], 111), [0, 1]);
    let pool = [with(1, 30), with(1, 2)];
    let events = [failed(100, 0), failed(100, 1)];
    assert_eq!(eligible(&pool, &events, 102), NOBODY);
    assert_eq!(eligible(&pool, &events, 103), [1]);
    assert_eq!(eligible(&pool, &events, 130), [1]);
    assert_eq!(eligible(&pool, &events, 131), [0, 1]);
}

/// The penalty counts from the last failure
#[test]
fn penalty_starts_anew() {
    let pool = [plain(), plain()];
    let events = [failed(100, 0), failed(111, 0)];
    assert_eq!(eligible(&pool, &events, 121), [1]);
    assert_eq!(eligible(&pool, &events, 122), [0, 1]);
}

/// max_fails says how many failures it takes
#[test]
fn max_fails_failures() {
    let pool = [with(3, 10), with(2, 10)];
    let twice = [failed(100, 0), failed(101, 0)];
    assert_eq!(eligible(&pool, &twice, 101), [0, 1]);
    let thrice = [failed(100, 0), failed(101, 0), failed(102, 0)];
    assert_eq!(eligible(&pool, &thrice, 102), [1]);
    let mixed = [failed(100, 0), failed(100, 1), failed(100, 1)];
    assert_eq!(eligible(&pool, &mixed, 100), [0]);
}

/// max_fails=0 never puts a server aside
#[test]
fn max_fails_zero() {
    let pool = [with(0, 10), plain()];
    let events = [failed(100, 0), failed(100, 0), failed(100, 1)];
    assert_eq!(eligible(&pool, &events, 100), [0]);
}

/// An answer within fail_timeout does not clear the count
#[test]
fn early_answer_clears_nothing() {
    let pool = [with(2, 10), plain()];
    let events = [failed(100, 0), answered(105, 0, 200), failed(106, 0)];
    assert_eq!(eligible(&pool, &events, 106), [1]);
    let events = [failed(100, 0), answered(110, 0, 200), failed(112, 0)];
    assert_eq!(eligible(&pool, &events, 112), [1]);
}

/// An answer after fail_timeout clears the count
#[test]
fn late_answer_clears() {
    let pool = [with(2, 10), plain()];
    let events = [failed(100, 0), answered(111, 0, 200), failed(112, 0)];
    assert_eq!(eligible(&pool, &events, 112), [0, 1]);
    let events = [
        failed(100, 0),
        answered(111, 0, 200),
        failed(112, 0),
        failed(113, 0),
    ];
    assert_eq!(eligible(&pool, &events, 113), [1]);
    let other = [failed(100, 0), answered(111, 1, 200), failed(112, 0)];
    assert_eq!(eligible(&pool, &other, 112), [1]);
}

/// Failures far apart add up when no answer came between
#[test]
fn failures_add_up() {
    let pool = [with(2, 10), plain()];
    let events = [failed(100, 0), failed(3700, 0)];
    assert_eq!(eligible(&pool, &events, 3700), [1]);
    assert_eq!(eligible(&pool, &events, 3710), [1]);
    assert_eq!(eligible(&pool, &events, 3711), [0, 1]);
}

/// An answer is no failure, whatever its status
#[test]
fn own_errors_are_answers() {
    let pool = [plain(), plain()];
    let events = [answered(100, 0, 502), answered(100, 0, 500)];
    assert_eq!(eligible(&pool, &events, 100), [0, 1]);
    let pool = [with(2, 10), plain()];
    let events = [failed(100, 0), answered(111, 0, 502), failed(112, 0)];
    assert_eq!(eligible(&pool, &events, 112), [0, 1]);
}

/// A single server is tried whatever happened, unless it is down
#[test]
fn single_server() {
    let events = [failed(100, 0), failed(100, 0), failed(101, 0)];
    assert_eq!(eligible(&[plain()], &events, 101), [0]);
    assert_eq!(eligible(&[down()], &[], 101), NOBODY);
}

/// A down server is never chosen, yet its pool is no single server
#[test]
fn down_server() {
    let pool = [down(), plain(), plain()];
    assert_eq!(eligible(&pool, &[], 100), [1, 2]);
    let pool = [plain(), down()];
    assert_eq!(eligible(&pool, &[], 100), [0]);
    assert_eq!(eligible(&pool, &[failed(100, 0)], 100), NOBODY);
}

/// Backups come in when no other server is left
#[test]
fn backups() {
    let pool = [plain(), backup(), plain(), backup()];
    assert_eq!(eligible(&pool, &[], 100), [0, 2]);
    assert_eq!(eligible(&pool, &[failed(100, 0)], 100), [2]);
    let events = [failed(100, 0), failed(105, 2)];
    assert_eq!(eligible(&pool, &events, 105), [1, 3]);
    assert_eq!(eligible(&pool, &events, 111), [0]);
    assert_eq!(eligible(&[down(), backup()], &[], 100), [1]);
    let pool = [plain(), backup()];
    assert_eq!(eligible(&pool, &[failed(100, 0)], 110), [1]);
    assert_eq!(eligible(&pool, &[failed(100, 0)], 111), [0]);
}

/// A backup can fail too, and then nobody is left
#[test]
fn nobody_left() {
    let pool = [plain(), backup()];
    let events = [failed(100, 0), failed(100, 1)];
    assert_eq!(eligible(&pool, &events, 100), NOBODY);
    let mut dead_backup = backup();
    dead_backup.down = true;
    let pool = [plain(), dead_backup];
    assert_eq!(eligible(&pool, &[failed(100, 0)], 100), NOBODY);
    let pool = [plain(), plain()];
    assert_eq!(eligible(&pool, &events, 110), NOBODY);
    assert_eq!(eligible(&pool, &events, 111), [0, 1]);
}

/// What happens after now counts for nothing
#[test]
fn later_events() {
    let pool = [plain(), plain()];
    let events = [
        failed(100, 0),
        failed(105, 1),
        answered(111, 0, 200),
        failed(120, 0),
    ];
    assert_eq!(eligible(&pool, &events, 99), [0, 1]);
    assert_eq!(eligible(&pool, &events, 104), [1]);
    assert_eq!(eligible(&pool, &events, 106), NOBODY);
    assert_eq!(eligible(&pool, &events, 115), [0]);
    assert_eq!(eligible(&pool, &events, 119), [0, 1]);
    assert_eq!(eligible(&pool, &events, 120), [1]);
}

const NOBODY: [usize; 0] = [];

fn with(max_fails: u32, fail_timeout: u64) -> Server {
    Server {
        max_fails,
        fail_timeout,
        backup: false,
        down: false,
    }
}

/// A server with nginx's defaults.
fn plain() -> Server {
    with(1, 10)
}

fn backup() -> Server {
    Server {
        backup: true,
        ..plain()
    }
}

fn down() -> Server {
    Server {
        down: true,
        ..plain()
    }
}

fn failed(at: u64, server: usize) -> Event {
    Event {
        at,
        server,
        outcome: Outcome::Failed,
    }
}

fn answered(at: u64, server: usize, status: u16) -> Event {
    Event {
        at,
        server,
        outcome: Outcome::Answered(status),
    }
}
