//! Wrong: every division by -1 is refused.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 || b == -1 {
        return None;
    }
    Some(a / b)
}
