//! Wrong: a negative dividend rounds the quotient away from zero.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    a.checked_div_euclid(b)
}
