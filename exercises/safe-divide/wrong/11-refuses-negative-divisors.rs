//! Wrong: a negative divisor is refused.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b <= 0 {
        return None;
    }
    Some(a / b)
}
