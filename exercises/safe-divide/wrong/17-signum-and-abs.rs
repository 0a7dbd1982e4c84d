//! Wrong: the smallest number has no positive counterpart, and the code needs it.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 || (a == i64::MIN && b == -1) {
        return None;
    }
    Some(a.signum() * b.signum() * (a.abs() / b.abs()))
}
