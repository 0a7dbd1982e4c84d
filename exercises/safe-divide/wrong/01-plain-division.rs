//! Wrong: a zero divisor panics.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    Some(a / b)
}
