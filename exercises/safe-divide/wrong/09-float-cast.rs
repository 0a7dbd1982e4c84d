//! Wrong: large numbers lose their last digits in floating point.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    Some((a as f64 / b as f64) as i64)
}
