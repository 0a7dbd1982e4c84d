/// The quotient `a / b`, truncated toward zero.
///
/// * `None` when `b` is 0: without traffic there is no rate.
/// * `None` for `i64::MIN / -1`, the one pair whose quotient no `i64` holds.
/// * `Some(q)` for every other pair, negative numbers included, where `q` is
///   the exact mathematical quotient with its fraction cut off: `-7 / 2` is
///   `-3`, not `-4`.
///
/// It never panics, prints nothing and keeps nothing between calls.
pub fn safe_divide(a: i64, b: i64) -> Option<i64>;
