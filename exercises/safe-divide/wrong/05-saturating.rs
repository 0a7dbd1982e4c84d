//! Wrong: the one overflow gives the largest number instead of None.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    Some(a.saturating_div(b))
}
