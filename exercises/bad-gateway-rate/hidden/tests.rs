//! Hidden tests of the counts and of the rate.

use bad_gateway_rate::{bad_gateway_rate, count_lines};
use contract::Counts;

/// A healthy log counts requests and nothing else
#[test]
fn healthy_log() {
    let log = "\
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[49] sent=10 len=10 method=GET
404 ua=[127.0.0.1:3001] us=[404] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[48] sent=3 len=3 method=GET
500 ua=[127.0.0.1:502] us=[500] uct=[0.001] uht=[0.502] urt=[0.502] ubr=[502] sent=502 len=502 method=POST
";
    let expected = Counts {
        requests: 3,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// No header arrived: the gateway made the 502
#[test]
fn gateway_made_it() {
    let log = "\
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[0.001] uht=[-] urt=[0.002] ubr=[0] sent=157 len=- method=POST
502 ua=[127.0.0.1:3001] us=[502] uct=[0.000] uht=[-] urt=[0.001] ubr=[4096] sent=157 len=- method=GET
502 ua=[shop] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
502 ua=[-] us=[-] uct=[-] uht=[-] urt=[-] ubr=[-] sent=157 len=- method=GET
";
    let expected = Counts {
        requests: 5,
        gateway_502: 5,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A header arrived: the app said 502
#[test]
fn app_said_it() {
    let log = "\
502 ua=[127.0.0.1:3001] us=[502] uct=[0.000] uht=[0.003] urt=[0.003] ubr=[69] sent=3 len=3 method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[0.000] uht=[0.000] urt=[0.000] ubr=[69] sent=157 len=3 method=GET
";
    let expected = Counts {
        requests: 2,
        app_502: 2,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// After a retry the last attempt that gave 502 decides who made it
#[test]
fn last_502_of_a_retry_decides() {
    let app_then_dead = "502 ua=[127.0.0.1:3001, 127.0.0.1:3002] us=[502, 502] uct=[0.000, -] uht=[0.001, -] urt=[0.001, 0.000] ubr=[50, 0] sent=157 len=- method=GET";
    let expected = Counts {
        requests: 1,
        gateway_502: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(app_then_dead), expected);

    let dead_then_app = "502 ua=[127.0.0.1:3002, 127.0.0.1:3001] us=[502, 502] uct=[-, 0.000] uht=[-, 0.001] urt=[0.000, 0.001] ubr=[0, 50] sent=3 len=3 method=GET";
    let expected = Counts {
        requests: 1,
        app_502: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(dead_then_app), expected);

    let slow_then_dead = "502 ua=[127.0.0.1:3001, 127.0.0.1:3002] us=[504, 502] uct=[0.000, -] uht=[-, -] urt=[2.001, 0.000] ubr=[0, 0] sent=157 len=- method=GET";
    let expected = Counts {
        requests: 1,
        gateway_502: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(slow_then_dead), expected);
}

/// A fallback page after the gateway's 502 does not make it the app's
#[test]
fn fallback_page_keeps_the_maker() {
    let log = "\
502 ua=[127.0.0.1:3001 : 127.0.0.1:3009] us=[502 : 200] uct=[- : 0.000] uht=[- : 0.001] urt=[0.000 : 0.001] ubr=[0 : 46] sent=8 len=8 method=GET
502 ua=[127.0.0.1:3001 : 127.0.0.1:3009] us=[502 : 200] uct=[0.000 : 0.000] uht=[0.003 : 0.001] urt=[0.003 : 0.001] ubr=[69 : 46] sent=8 len=8 method=GET
502 ua=[127.0.0.1:3001 : 127.0.0.1:3009] us=[502 : 502] uct=[- : 0.000] uht=[- : 0.002] urt=[0.000 : 0.002] ubr=[0 : 46] sent=8 len=8 method=GET
";
    let expected = Counts {
        requests: 3,
        gateway_502: 1,
        app_502: 2,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// 504 and 009 have counters of their own
#[test]
fn timeouts_and_not_http() {
    let log = "\
504 ua=[127.0.0.1:3001] us=[504] uct=[0.000] uht=[-] urt=[60.001] ubr=[0] sent=167 len=- method=GET
009 ua=[127.0.0.1:6379] us=[200] uct=[0.001] uht=[0.001] urt=[0.001] ubr=[13] sent=13 len=- method=GET
504 ua=[127.0.0.1:3001, 127.0.0.1:3002] us=[502, 504] uct=[-, 0.000] uht=[-, -] urt=[0.000, 60.001] ubr=[0, 0] sent=167 len=- method=GET
";
    let expected = Counts {
        requests: 3,
        timeout_504: 2,
        not_http_009: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A comma in us is a retry, whatever the final answer says
#[test]
fn comma_is_a_retry() {
    let log = "\
200 ua=[127.0.0.1:3002, 127.0.0.1:3001] us=[502, 200] uct=[-, 0.001] uht=[-, 0.001] urt=[0.000, 0.001] ubr=[0, 41] sent=3 len=3 method=GET
404 ua=[127.0.0.1:3002, 127.0.0.1:3001] us=[504, 404] uct=[0.000, 0.001] uht=[-, 0.001] urt=[2.000, 0.001] ubr=[0, 41] sent=3 len=3 method=GET
";
    let expected = Counts {
        requests: 2,
        retried: 2,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A colon in us is an internal redirect and no retry
#[test]
fn colon_is_no_retry() {
    let log = "\
200 ua=[127.0.0.1:3001 : 127.0.0.1:3009] us=[502 : 200] uct=[- : 0.000] uht=[- : 0.001] urt=[0.000 : 0.001] ubr=[0 : 46] sent=8 len=8 method=GET
200 ua=[127.0.0.1:3001,127.0.0.1:3009] us=[502,200] uct=[-,0.000] uht=[-,0.001] urt=[0.000,0.001] ubr=[0,46] sent=8 len=8 method=GET
";
    let expected = Counts {
        requests: 2,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A 200 that sent less than announced is cut, a retried one too
#[test]
fn cut_short() {
    let log = "\
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[44] sent=5 len=10 method=GET
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[39] sent=0 len=10 method=POST
200 ua=[127.0.0.1:3002, 127.0.0.1:3001] us=[502, 200] uct=[-, 0.001] uht=[-, 0.001] urt=[0.000, 0.001] ubr=[0, 44] sent=9 len=10 method=GET
";
    let expected = Counts {
        requests: 3,
        cut_200: 3,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A whole body, a HEAD, another status or no known length is not cut
#[test]
fn not_cut() {
    let log = "\
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[49] sent=10 len=10 method=GET
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[39] sent=0 len=10 method=HEAD
206 ua=[127.0.0.1:3001] us=[206] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[90] sent=5 len=10 method=GET
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[22] sent=3 len=- method=GET
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[22] sent=3 len=99999999999999999999 method=GET
200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[22] sent=3 len=+10 method=GET
";
    let expected = Counts {
        requests: 6,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// An IPv6 address or a socket path does not upset the fields
#[test]
fn awkward_addresses() {
    let log = "\
502 ua=[[::1]:3001] us=[502] uct=[-] uht=[-] urt=[0.001] ubr=[0] sent=157 len=- method=GET
502 ua=[unix:/run/my app/app.sock] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
200 ua=[[::1]:3001, 127.0.0.1:3001] us=[502, 200] uct=[-, 0.000] uht=[-, 0.001] urt=[0.000, 0.001] ubr=[0, 41] sent=3 len=3 method=GET
";
    let expected = Counts {
        requests: 3,
        gateway_502: 2,
        retried: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A field ends at the first place where the next one begins
#[test]
fn first_place_of_a_field_counts() {
    let twice = "200 ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[44] sent=5 len=10 method=GET ua=[127.0.0.1:3001] us=[200] uct=[0.000] uht=[0.001] urt=[0.001] ubr=[49] sent=10 len=10 method=GET";
    let expected = Counts {
        requests: 1,
        cut_200: 1,
        ..Counts::default()
    };
    assert_eq!(count_lines(twice), expected);
}

/// A line of another shape is malformed, a blank one is nothing
#[test]
fn malformed_lines() {
    assert_eq!(count_lines(""), Counts::default());
    assert_eq!(count_lines("\n   \n\t\n\n"), Counts::default());
    let log = "\
127.0.0.1 - - [22/Nov/2026:11:38:12 +0000] \"GET / HTTP/1.1\" 502 157 \"-\" \"curl/7.88.1\"
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.0
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157
502 us=[502] ua=[127.0.0.1:3001] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET

9 ua=[127.0.0.1:6379] us=[200] uct=[0.001] uht=[0.001] urt=[0.001] ubr=[13] sent=13 len=- method=GET
50x ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
50a ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
5020 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=- len=- method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=+157 len=- method=GET
502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET
";
    let expected = Counts {
        requests: 1,
        gateway_502: 1,
        malformed: 10,
        ..Counts::default()
    };
    assert_eq!(count_lines(log), expected);
}

/// A field without its bracket, its sign or its space is malformed
#[test]
fn broken_fields_are_malformed() {
    let line = "502 ua=[127.0.0.1:3001] us=[502] uct=[-] uht=[-] urt=[0.000] ubr=[0] sent=157 len=- method=GET";
    let mut log = format!("{}{line}\n", "5".repeat(256));
    for name in [
        " ua=[", "] us=[", "] uct=[", "] uht=[", "] urt=[", "] ubr=[", "] sent=", " len=",
        " method=",
    ] {
        let word = name.trim_matches([']', ' ', '[', '=']);
        let before = &name[..name.find(word).unwrap_or_default()];
        let after = name.trim_start_matches(before).trim_start_matches(word);
        for broken in [
            format!("{}{word}{after}", &before[1..]),
            format!("{word}{after}"),
            format!("{before}{word}{}", &after[..after.len() - 1]),
            format!("{before}{word}"),
        ] {
            log.extend([&line.replace(name, &broken), "\n"]);
        }
    }
    let expected = Counts {
        malformed: 1 + 9 * 4,
        ..Counts::default()
    };
    assert_eq!(count_lines(&log), expected);
}

/// No requests, no rate
#[test]
fn no_requests_no_rate() {
    assert_eq!(bad_gateway_rate(&Counts::default()), None);
    let rubbish = Counts {
        malformed: 12,
        ..Counts::default()
    };
    assert_eq!(bad_gateway_rate(&rubbish), None);
}

/// The rate is the gateway's own 502s of a thousand requests, cut off
#[test]
fn rate_per_thousand() {
    assert_eq!(bad_gateway_rate(&counted(400, 3)), Some(7));
    assert_eq!(bad_gateway_rate(&counted(1001, 1)), Some(0));
    assert_eq!(bad_gateway_rate(&counted(2000, 1999)), Some(999));
    assert_eq!(bad_gateway_rate(&counted(7, 7)), Some(1000));
    let others = Counts {
        requests: 1000,
        gateway_502: 4,
        app_502: 10,
        timeout_504: 20,
        not_http_009: 30,
        cut_200: 40,
        retried: 50,
        malformed: 1000,
    };
    assert_eq!(bad_gateway_rate(&others), Some(4));
}

/// The rate is exact where the product needs more than 64 bits
#[test]
fn rate_of_huge_counters() {
    assert_eq!(bad_gateway_rate(&counted(u64::MAX, u64::MAX)), Some(1000));
    assert_eq!(bad_gateway_rate(&counted(u64::MAX, 1 << 63)), Some(500));
    assert_eq!(
        bad_gateway_rate(&counted(40_000_000_000_000_000, 20_000_000_000_000_001)),
        Some(500)
    );
    assert_eq!(
        bad_gateway_rate(&counted(u64::MAX, u64::MAX - 1)),
        Some(999)
    );
}

fn counted(requests: u64, gateway_502: u64) -> Counts {
    Counts {
        requests,
        gateway_502,
        ..Counts::default()
    }
}
