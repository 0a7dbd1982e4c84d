//! Wrong: a quotient with a fraction is refused.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    match a.checked_rem(b)? {
        0 => Some(a / b),
        _ => None,
    }
}
