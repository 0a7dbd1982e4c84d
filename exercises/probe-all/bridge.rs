//! Calls `probe_all` with probes that keep a record of each call.

use probe_all::probe_all;

/// Runs `probe_all` with a probe to which the addresses in `up` answer.
/// Returns the addresses probed, one for each call, and the result.
pub fn probe_known(pool: &[String], up: &[String]) -> (Vec<String>, Vec<String>) {
    let mut probed = Vec::new();
    let down = probe_all(pool, &mut |address| {
        probed.push(address.to_string());
        up.iter().any(|known| known == address)
    });
    (probed, down)
}

/// Runs `probe_all` with a probe whose calls give `answers` one after the other,
/// and `true` when there are no more.
/// Returns the addresses probed, one for each call, and the result.
pub fn probe_scripted(pool: &[String], answers: &[bool]) -> (Vec<String>, Vec<String>) {
    let mut probed = Vec::new();
    let down = probe_all(pool, &mut |address| {
        probed.push(address.to_string());
        answers.get(probed.len() - 1).copied().unwrap_or(true)
    });
    (probed, down)
}
