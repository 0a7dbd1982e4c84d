//! Hidden tests of `probe_all`, through the bridge that records each probe.

use probe_all::bridge::{probe_known, probe_scripted};

/// Named in messages: the bridge returns both.
const PROBED: &str = "the addresses that were probed";
const RETURNED: &str = "the addresses that were returned";

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

/// Every address is probed, also when all answer
#[test]
fn every_address_is_probed() {
    let pool = list(&["a:1", "b:1", "c:1"]);
    let (mut probed, _) = probe_known(&pool, &pool);
    probed.sort();
    probed.dedup();
    assert_eq!(probed, pool, "{PROBED}");
}

/// The probes follow the order of the pool
#[test]
fn probes_follow_the_order_of_the_pool() {
    let pool = list(&["c:1", "a:1", "d:1", "b:1"]);
    let (probed, _) = probe_known(&pool, &list(&["a:1", "b:1"]));
    assert_eq!(probed, pool, "{PROBED}");
}

/// No address is probed a second time
#[test]
fn no_address_is_probed_twice() {
    let pool = list(&["a:1", "b:1", "c:1"]);
    for up in [&[][..], &["b:1"], &["a:1", "c:1"], &["a:1", "b:1", "c:1"]] {
        let (probed, _) = probe_known(&pool, &list(up));
        assert_eq!(probed.len(), 3, "the number of probes");
    }
}

/// The addresses that are down are returned, the others are not
#[test]
fn those_that_are_down_are_returned() {
    let pool = list(&["a:1", "b:1", "c:1", "d:1"]);
    let (_, down) = probe_known(&pool, &list(&["a:1", "c:1"]));
    assert_eq!(down, list(&["b:1", "d:1"]), "{RETURNED}");
    let (_, down) = probe_known(&pool, &pool);
    assert_eq!(down, list(&[]), "{RETURNED}");
    let (_, down) = probe_known(&pool, &[]);
    assert_eq!(down, pool, "{RETURNED}");
}

/// The result keeps the order of the pool
#[test]
fn result_keeps_the_order_of_the_pool() {
    let pool = list(&["d:1", "b:1", "a:1", "c:1"]);
    let (_, down) = probe_known(&pool, &list(&["b:1"]));
    assert_eq!(down, list(&["d:1", "a:1", "c:1"]), "{RETURNED}");
}

/// An address that is down does not end the round
#[test]
fn one_that_is_down_does_not_end_the_round() {
    let pool = list(&["a:1", "b:1", "c:1"]);
    let (probed, down) = probe_scripted(&pool, &[false, true, false]);
    assert_eq!(probed, pool, "{PROBED}");
    assert_eq!(down, list(&["a:1", "c:1"]), "{RETURNED}");
}

/// An address that answers does not end the round
#[test]
fn one_that_answers_does_not_end_the_round() {
    let pool = list(&["a:1", "b:1", "c:1"]);
    let (probed, down) = probe_scripted(&pool, &[true, false, true]);
    assert_eq!(probed, pool, "{PROBED}");
    assert_eq!(down, list(&["b:1"]), "{RETURNED}");
}

/// Each entry is judged by its own probe, also when an address appears twice
#[test]
fn address_that_stands_twice_is_probed_twice() {
    let pool = list(&["a:1", "b:1", "a:1"]);
    for (answers, expected) in [
        ([true, true, false], &["a:1"][..]),
        ([false, true, true], &["a:1"]),
        ([false, true, false], &["a:1", "a:1"]),
        ([true, false, true], &["b:1"]),
    ] {
        let (probed, down) = probe_scripted(&pool, &answers);
        assert_eq!(probed, pool, "{PROBED}");
        assert_eq!(down, list(expected), "{RETURNED}");
    }
}

/// The probe gets each entry as it is
#[test]
fn probe_gets_each_entry_as_it_is() {
    let pool = list(&["[::1]:3000", "unix:/run/app.sock", "", " b:1 "]);
    let (probed, down) = probe_known(&pool, &[]);
    assert_eq!(probed, pool, "{PROBED}");
    assert_eq!(down, pool, "{RETURNED}");
}

/// An empty pool needs no probe
#[test]
fn empty_pool_needs_no_probe() {
    assert_eq!(probe_known(&[], &[]), (list(&[]), list(&[])));
}

/// Every pattern of answers in a pool of six gives its own result
#[test]
fn every_pattern_of_answers() {
    let pool = list(&["f:1", "a:1", "e:1", "b:1", "d:1", "c:1"]);
    for pattern in 0..64_u32 {
        let answers: Vec<bool> = (0..6).map(|bit| (pattern >> bit) & 1 == 1).collect();
        let expected: Vec<String> = (0..6)
            .filter(|&index| !answers[index])
            .map(|index| pool[index].clone())
            .collect();
        let (probed, down) = probe_scripted(&pool, &answers);
        assert_eq!(probed, pool, "{PROBED}");
        assert_eq!(down, expected, "{RETURNED}");
    }
}
