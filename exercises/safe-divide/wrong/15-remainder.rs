//! Wrong: gives the remainder instead of the quotient.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    a.checked_rem(b)
}
