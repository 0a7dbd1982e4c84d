//! Keeps the answers under the name of the address.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let answers: std::collections::HashMap<&String, bool> = pool
        .iter()
        .map(|address| (address, probe(address)))
        .collect();
    pool.iter()
        .filter(|address| !answers[address])
        .cloned()
        .collect()
}
