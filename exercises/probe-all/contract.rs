/// Probes every address of `pool` and returns those that are down.
///
/// * `probe` is called once for each entry of `pool`, in the order of the pool,
///   before the function returns. No answer ends the round early.
/// * `probe` gets the entry as it is. `true` means that the address answers,
///   `false` that it is down.
/// * The result holds the entries whose probe gave `false`, in the order of the
///   pool.
/// * An address that appears twice in the pool is probed twice. Each of its
///   entries is judged by its own probe.
/// * An empty pool gives an empty result, without a probe.
pub fn probe_all(pool: &[String], probe: &mut dyn FnMut(&str) -> bool) -> Vec<String>;
