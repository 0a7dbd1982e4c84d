//! Wrong: the one overflow wraps around to a negative number.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    Some(a.wrapping_div(b))
}
