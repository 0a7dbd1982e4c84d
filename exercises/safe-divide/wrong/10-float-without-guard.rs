//! Wrong: a zero divisor gives the largest number, by way of infinity.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    Some((a as f64 / b as f64) as i64)
}
