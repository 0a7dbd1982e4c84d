//! Collects while the answers are bad.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    pool.iter()
        .take_while(|address| !probe(address))
        .cloned()
        .collect()
}
