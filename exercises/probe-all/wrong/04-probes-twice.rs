//! Asks first whether there is anything to do.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    if pool.iter().all(|address| probe(address)) {
        return Vec::new();
    }
    pool.iter()
        .filter(|address| !probe(address))
        .cloned()
        .collect()
}
