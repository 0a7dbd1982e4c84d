//! The rate between two readings of a counter.

/// The quotient `a / b`, truncated toward zero, or `None` when there is no
/// such `i64`.
///
/// `checked_div` is exactly this contract: it gives `None` for a zero divisor
/// and for `i64::MIN / -1`, and truncates like `/`.
pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    a.checked_div(b)
}
