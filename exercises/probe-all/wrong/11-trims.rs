//! Cleans the address up before it is probed.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    pool.iter()
        .filter(|address| !probe(address.trim()))
        .cloned()
        .collect()
}
