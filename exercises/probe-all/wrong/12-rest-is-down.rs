//! Counts the addresses in front of the first one that is down.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let up = pool.iter().take_while(|address| probe(address)).count();
    pool[up..].to_vec()
}
