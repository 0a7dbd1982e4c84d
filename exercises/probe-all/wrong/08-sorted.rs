//! Returns the result in order of names.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let mut down: Vec<String> = pool
        .iter()
        .filter(|address| !probe(address))
        .cloned()
        .collect();
    down.sort();
    down
}
