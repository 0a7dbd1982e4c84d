//! Wrong: a negative quotient is rounded down instead of toward zero.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 || (a == i64::MIN && b == -1) {
        return None;
    }
    Some((a as f64 / b as f64).floor() as i64)
}
