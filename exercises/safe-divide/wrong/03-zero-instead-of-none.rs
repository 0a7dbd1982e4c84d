//! Wrong: a zero divisor gives a rate of 0.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return Some(0);
    }
    a.checked_div(b)
}
