//! Wrong: rounds to the nearest whole number.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    let q = a.checked_div(b)?;
    let r = i128::from(a % b).abs();
    if 2 * r >= i128::from(b).abs() {
        let away = if (a < 0) == (b < 0) { 1 } else { -1 };
        return Some(q + away);
    }
    Some(q)
}
