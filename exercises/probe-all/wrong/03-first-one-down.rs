//! Looks for one address that is down.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    pool.iter()
        .find(|address| !probe(address))
        .cloned()
        .into_iter()
        .collect()
}
