//! Wrong: the smallest number is refused as a dividend.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 || a == i64::MIN {
        return None;
    }
    Some(a / b)
}
