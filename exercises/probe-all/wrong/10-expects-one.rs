//! Expects that there is at least one address.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let (first, rest) = pool.split_first().expect("a pool has servers");
    let mut down = Vec::new();
    if !probe(first) {
        down.push(first.clone());
    }
    down.extend(rest.iter().filter(|address| !probe(address)).cloned());
    down
}
