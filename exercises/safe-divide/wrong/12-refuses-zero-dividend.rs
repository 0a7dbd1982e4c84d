//! Wrong: a zero dividend is refused.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if a == 0 {
        return None;
    }
    a.checked_div(b)
}
