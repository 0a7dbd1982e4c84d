//! Wrong: numbers beyond 32 bits are lost.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    let a = i32::try_from(a).ok()?;
    let b = i32::try_from(b).ok()?;
    a.checked_div(b).map(i64::from)
}
