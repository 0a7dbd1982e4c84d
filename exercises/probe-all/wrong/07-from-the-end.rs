//! Takes the addresses off the end of a copy.

/// Probes every address of `pool` and returns those that are down.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let mut left = pool.to_vec();
    let mut down = Vec::new();
    while let Some(address) = left.pop() {
        if !probe(&address) {
            down.insert(0, address);
        }
    }
    down
}
