//! Probes each address once, however often it stands in the pool.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    pool.iter()
        .filter(|address| seen.insert(address.as_str()) && !probe(address))
        .cloned()
        .collect()
}
