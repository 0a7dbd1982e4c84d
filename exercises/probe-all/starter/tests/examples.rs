//! Some rounds of probes. Add your own.

use probe_all::probe_all;

fn pool(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

#[test]
fn one_is_down() {
    let pool = pool(&["a:1", "b:1", "c:1"]);
    let down = probe_all(&pool, &mut |address| address != "b:1");
    assert_eq!(down, ["b:1"]);
}

#[test]
fn each_is_probed_once() {
    let pool = pool(&["a:1", "b:1", "c:1"]);
    let mut probed = Vec::new();
    let down = probe_all(&pool, &mut |address| {
        probed.push(address.to_string());
        true
    });
    assert_eq!(probed, pool);
    assert!(down.is_empty());
}

#[test]
fn empty_pool() {
    let down = probe_all(&[], &mut |_| panic!("there is nothing to probe"));
    assert!(down.is_empty());
}
