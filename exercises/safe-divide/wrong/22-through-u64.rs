//! Wrong: negative numbers are read as huge positive ones.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    (a as u64).checked_div(b as u64).map(|q| q as i64)
}
