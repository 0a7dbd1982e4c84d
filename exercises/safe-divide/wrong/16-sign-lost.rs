//! Wrong: the sign of the quotient is lost.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    i64::try_from(a.unsigned_abs().checked_div(b.unsigned_abs())?).ok()
}
