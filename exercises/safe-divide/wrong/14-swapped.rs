//! Wrong: divides the second number by the first.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    b.checked_div(a)
}
