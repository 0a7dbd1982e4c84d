//! Keeps the addresses for which the probe gives true.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    pool.iter()
        .filter(|address| probe(address))
        .cloned()
        .collect()
}
