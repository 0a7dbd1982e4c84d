//! Wrong: computes in a wider type and cuts the result down without looking.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    Some((i128::from(a) / i128::from(b)) as i64)
}
