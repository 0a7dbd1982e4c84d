//! A few public examples. The hidden tests try more kinds of lines.

use bad_gateway_rate::{bad_gateway_rate, count_lines};
use contract::Counts;

/// Two lines, neither of them broken
#[test]
fn nothing_broken() {
    let log = "\
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[49] sent=10 len=10 method=GET
404 ua=[127.0.0.1:3001] us=[404] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[48] sent=3 len=3 method=GET
";
    let expected = Counts {
        requests: 2,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// One 502 of each kind
#[test]
fn who_made_the_502() {
    let log = "\
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[0.000] uht=[0.003] urt=[0.003] ubr=[69] sent=3 len=3 method=GET
";
    let expected = Counts {
        requests: 2,
        gateway_502: 1,
        app_502: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// 3 of 400 requests are 7 of a thousand, cut off
#[test]
fn per_thousand() {
    let counts = Counts {
        requests: 400,
        gateway_502: 3,
        ..Counts::default()
    };
    assert_eq!(bad_gateway_rate(&counts), Some(7));
}
